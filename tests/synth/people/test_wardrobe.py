from dataclasses import replace

import numpy as np
import pytest

from synth.people.appearance import HAIR, WORN, draw_appearance
from synth.people.crowd import draw_crowd
from synth.people.poses import open_book
from synth.people.wardrobe import Wardrobe

CUTS = [(place, cut) for place, cuts in WORN.items() for cut in cuts]
CUTS += [("hair", style) for style in HAIR if style != "bald"]


@pytest.fixture(scope="module")
def wardrobe(body):
    return Wardrobe(body)


@pytest.fixture(scope="module")
def crowd(body, wardrobe):
    book = open_book(0, body)
    return draw_crowd(np.random.default_rng(0), body, wardrobe.anatomy, "train", book, 4)


@pytest.mark.parametrize(("place", "cut"), CUTS)
def test_every_garment_is_symmetric_and_of_sensible_size(wardrobe, place, cut):
    shell = wardrobe.shell(place, cut)
    at_rest = shell.cut.source @ wardrobe.anatomy.vertices
    assert len(shell.drawn_faces) > 200
    assert shell.hidden.sum() > 50
    low, high = at_rest.min(0), at_rest.max(0)
    assert abs(low[0] + high[0]) < 0.01
    assert np.isfinite(shell.uv).all()


@pytest.mark.parametrize(("place", "cut"), [c for c in CUTS if c[0] in ("top", "bottom")])
def test_clothes_stay_off_the_skin(wardrobe, crowd, place, cut):
    from synth.people.normals import normals_of

    shell = wardrobe.shell(place, cut)
    spread = wardrobe._spread
    for vertices in crowd.vertices:
        normals = normals_of(vertices, wardrobe.faces, spread)
        skin, out = shell.cut.source @ vertices, shell.cut.source @ normals
        out = out / np.linalg.norm(out, axis=1, keepdims=True)
        off = ((shell.put_on(vertices, normals) - skin) * out).sum(1)
        assert off.min() > 0.9 * shell.lift.min()


def test_soles_stay_on_the_ground_that_feet_stand_on(wardrobe, crowd):
    for person_id, (looks, vertices) in enumerate(zip(crowd.looks, crowd.vertices, strict=True)):
        surfaces = wardrobe.dress(looks, vertices, person_id)
        lowest = min(float(surface.vertices[:, 1].min()) for surface in surfaces)
        assert -0.03 < lowest < 0.02


def test_all_of_a_person_has_their_id(wardrobe, crowd):
    for surface in wardrobe.dress(crowd.looks[0], crowd.vertices[0], 6):
        assert surface.id == 7
        assert surface.is_person


def test_looks_follow_from_numbers_alone():
    assert draw_appearance(5, 6, "train") == draw_appearance(5, 6, "train")
    assert draw_appearance(5, 6, "train") != draw_appearance(5, 7, "train")
    assert draw_appearance(5, 6, "train") != draw_appearance(4, 6, "train")


def test_a_bald_person_has_no_hair(wardrobe, crowd):
    looks = replace(crowd.looks[0], hair="bald")
    names = [surface.name for surface in wardrobe.dress(looks, crowd.vertices[0], 0)]
    assert names == ["body", "top", "bottom", "shoes"]
