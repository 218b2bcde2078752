from dataclasses import replace

import cv2
import numpy as np
import pytest
import trimesh
from scipy.spatial import KDTree

from synth.people.appearance import HAIR, draw_appearance
from synth.people.crowd import draw_crowd
from synth.people.cuttings import SKIRTS
from synth.people.folds import AS_CUT, Make
from synth.people.garments import CUTTINGS
from synth.people.hair import STYLES
from synth.people.headgear import GLASSES, HATS
from synth.people.normals import normals_of
from synth.people.outfits import Garment
from synth.people.poses import STAND, open_book
from synth.people.shoes import SHOES
from synth.people.skin import tone_of
from synth.people.tubes import drape, frames_of
from synth.people.wardrobe import Wardrobe, layers_of
from synth.splits import SHARES, split_of

CUTS = [(place, cut) for place, cuts in CUTTINGS.items() for cut in cuts]
CUTS += [("hair", style) for style in STYLES] + [("shoes", cut) for cut in SHOES]
CUTS += [("hat", cut) for cut in HATS] + [("glasses", cut) for cut in GLASSES]


@pytest.fixture(scope="module")
def wardrobe(body):
    return Wardrobe(body)


@pytest.fixture(scope="module")
def crowd(body, wardrobe):
    book = open_book(0, body)
    return draw_crowd(np.random.default_rng(0), body, wardrobe.anatomy, "train", book, 6)


def normals(wardrobe, vertices):
    return normals_of(vertices, wardrobe.faces, wardrobe._spread)


@pytest.mark.parametrize(("place", "cut"), CUTS)
def test_every_piece_is_sound_and_beside_the_body_it_is_on(wardrobe, crowd, place, cut):
    for piece in wardrobe.pieces(place, cut):
        assert len(piece.drawn_faces) > 50
        assert piece.drawn_faces.max() < len(piece.corners) == len(piece.uv)
        assert np.isfinite(piece.uv).all()
        # In a stride, a long skirt hangs far from both legs.
        vertices = crowd.vertices[crowd.doings.index(STAND)]
        worn = piece.put_on(vertices, normals(wardrobe, vertices), AS_CUT)
        assert np.isfinite(worn).all()
        gap = np.linalg.norm(worn[::7, None] - vertices[::5], axis=-1).min(1)
        assert gap.max() < 0.3


@pytest.mark.parametrize(("place", "cut"), [c for c in CUTS if c[0] in CUTTINGS])
def test_clothes_are_symmetric_and_look_outward(wardrobe, place, cut):
    vertices = wardrobe.anatomy.vertices.astype(np.float32)
    own = normals(wardrobe, vertices)
    piece = wardrobe.pieces(place, cut)[0]
    worn = piece.put_on(vertices, own, AS_CUT)
    assert abs(worn[:, 0].min() + worn[:, 0].max()) < 0.04
    mesh = trimesh.Trimesh(worn, piece.faces, process=False)
    _, nearest = KDTree(vertices).query(mesh.triangles_center)
    outward = (mesh.face_normals * own[nearest]).sum(1) > 0
    assert np.average(outward, weights=mesh.area_faces) > 0.85


@pytest.mark.parametrize("cut", ["t_shirt", "pullover", "slim_trousers", "trousers", "jacket"])
def test_clothes_stay_off_the_skin(wardrobe, crowd, cut):
    place = next(place for place, cuts in CUTTINGS.items() if cut in cuts)
    shell = wardrobe.pieces(place, cut)[0]
    for vertices in crowd.vertices:
        own = normals(wardrobe, vertices)
        skin, out = shell.cut.source @ vertices, shell.cut.source @ own
        out = out / np.linalg.norm(out, axis=1, keepdims=True)
        off = ((shell.put_on(vertices, own, AS_CUT) - skin) * out).sum(1)
        assert off.min() > 0.9 * shell.lift.min()


@pytest.mark.parametrize("cut", SKIRTS)
def test_no_leg_leaves_the_rings_of_a_skirt(wardrobe, crowd, cut):
    (skirt,) = wardrobe.pieces("bottom", cut)
    for vertices in crowd.vertices:
        grid = drape(skirt.rings, skirt.tailored, vertices, AS_CUT)
        points = vertices[skirt.rings.vertices]
        frames = frames_of(skirt.rings, points)
        for level in range(len(grid)):
            axes = np.stack([frames.right[level], frames.front[level]], 1)
            ring, own = (1000 * (p[level] - frames.centre[level]) @ axes for p in (grid, points))
            # Seen along the limb, every point of the body lies inside the ring, to 0.1 millimetres.
            outline = ring.astype(np.float32)
            inside = [cv2.pointPolygonTest(outline, tuple(map(float, p)), True) for p in own]
            assert min(inside) > -0.1


def test_a_wider_make_hangs_wider(wardrobe):
    (skirt,) = wardrobe.pieces("bottom", "a_line_skirt")
    vertices = wardrobe.anatomy.vertices.astype(np.float32)
    narrow, wide = (
        skirt.put_on(vertices, vertices, Make(loose=loose))[:, 0].max() for loose in (0.8, 1.3)
    )
    assert wide > narrow + 0.02


def test_soles_stay_on_the_ground_that_feet_stand_on(wardrobe, crowd):
    for person_id, (looks, vertices) in enumerate(zip(crowd.looks, crowd.vertices, strict=True)):
        surfaces = wardrobe.dress(looks, vertices, person_id)
        shoes = [s for s in surfaces if s.name == "shoes"]
        lowest = min(float(surface.vertices[:, 1].min()) for surface in shoes)
        assert -0.03 < lowest < 0.03 or crowd.seats[person_id] is not None


def test_all_of_a_person_has_their_id_and_the_body_comes_first(wardrobe, crowd):
    surfaces = wardrobe.dress(crowd.looks[0], crowd.vertices[0], 6)
    assert surfaces[0].name == "body"
    np.testing.assert_array_equal(surfaces[0].vertices, crowd.vertices[0])
    for surface in surfaces:
        assert surface.id == 7
        assert surface.is_person


def test_looks_follow_from_numbers_alone():
    assert draw_appearance(5, 6, "train") == draw_appearance(5, 6, "train")
    assert draw_appearance(5, 6, "train") != draw_appearance(5, 7, "train")
    assert draw_appearance(5, 6, "train") != draw_appearance(4, 6, "train")


@pytest.mark.parametrize("split", SHARES)
def test_every_cloth_and_make_of_a_garment_is_of_the_split(split):
    for number in range(40):
        for garment in draw_appearance(number, number, split).clothes.values():
            assert split_of(f"fabric/{garment.fabric}", garment.variant) == split
            assert split_of(f"garment/{garment.cut}", garment.make) == split


def test_children_have_no_beards_and_the_old_are_grey():
    children, old = (
        [draw_appearance(number, 0, "train", age).skin for number in range(60)]
        for age in ("child", "old")
    )
    assert max(skin.beard for skin in children) == max(skin.lipstick for skin in children) == 0
    spread = [max(skin.hair) - min(skin.hair) for skin in old]
    assert np.median(spread) < 0.05


def test_tones_of_skin_span_the_monk_scale():
    found = np.array([draw_appearance(number, 0, "train").skin.tone for number in range(400)])
    swatches = np.stack([tone_of(float(level)) for level in range(10)])
    nearest = np.linalg.norm(found[:, None] - swatches, axis=-1).argmin(1)
    assert (np.bincount(nearest, minlength=10) > 8).all()


def test_a_bald_person_has_no_hair(wardrobe, crowd):
    looks = replace(crowd.looks[0], hair="bald")
    assert "hair" not in {s.name for s in wardrobe.dress(looks, crowd.vertices[0], 0)}


def test_every_style_of_hair_is_somebodys():
    worn = {name for shares in HAIR.values() for name in shares} | {"ring"}
    assert worn == {*STYLES, "bald"}


def test_a_skirt_goes_over_the_top_and_a_jacket_over_both(crowd):
    def dressed(**cuts):
        clothes = {place: Garment(cut, "plain", 0) for place, cut in cuts.items()}
        return layers_of(replace(crowd.looks[0], hair="bald", clothes=clothes))

    skirted = dressed(top="t_shirt", bottom="a_line_skirt", shoes="boots")
    assert [layer[0] for layer in skirted] == ["shoes", "top", "bottom"]
    assert skirted[1] == ("top", "t_shirt", "tucked")
    jacket = dressed(top="t_shirt", bottom="trousers", shoes="boots", outer="jacket")
    assert [layer[0] for layer in jacket] == ["shoes", "bottom", "top", "outer"]
    booted = dressed(top="t_shirt", bottom="leggings", shoes="boots")
    assert [layer[0] for layer in booted] == ["bottom", "shoes", "top"]
