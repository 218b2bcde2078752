import numpy as np
import pytest

from hmr.errors import InputError
from synth.packs.clothes import make_piece, read_clothing
from synth.people.normals import face_to_vertex, normals_of
from tests.synth.packs.made import LIFT, picture, trunk, write_vest


@pytest.fixture(scope="module")
def vest(tmp_path_factory, body, anatomy):
    return write_vest(tmp_path_factory.mktemp("vest"), body, anatomy)


@pytest.fixture(scope="module")
def piece(vest, base, anatomy):
    return make_piece(read_clothing(vest, vest.parent), base, anatomy)


def test_a_vest_is_worn_as_top_and_bottom(piece):
    assert piece.places == {"top", "bottom"}


def test_the_skin_that_it_names_is_hidden_and_no_other(piece, anatomy):
    hidden = {tuple(face) for face in anatomy.faces[piece.hidden].tolist()}
    assert hidden == {tuple(face) for face in trunk(anatomy).tolist()}


def test_skin_well_under_cloth_is_hidden_though_nothing_names_it(vest, tmp_path, base, anatomy):
    for file in vest.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    file = tmp_path / "vest.mhclo"
    file.write_text(file.read_text().split("delete_verts")[0])
    bare = make_piece(read_clothing(file, tmp_path), base, anatomy)
    hidden = {tuple(face) for face in anatomy.faces[bare.hidden].tolist()}
    named = {tuple(face) for face in trunk(anatomy).tolist()}
    assert hidden < named
    assert len(hidden) > 0.4 * len(named)


def test_it_lies_as_far_off_every_body_as_off_the_base_mesh(piece, anatomy, crowd):
    spread = face_to_vertex(anatomy.faces, len(anatomy.vertices))
    for vertices in crowd.vertices:
        cloth = piece.fit.put_on(vertices, normals_of(vertices, anatomy.faces, spread))
        away = np.linalg.norm(cloth - piece.fit.foot @ vertices, axis=1)
        assert np.median(away) == pytest.approx(0.1 * LIFT, rel=0.4)


def test_soles_stay_on_the_ground(vest, base, anatomy, tmp_path, body):
    text = vest.read_text().replace("-0.", "-3.")
    file = tmp_path / "vest.mhclo"
    file.write_text(text)
    for name in ("vest.obj", "vest_diffuse.png"):
        (tmp_path / name).write_bytes((vest.parent / name).read_bytes())
    sunk = make_piece(read_clothing(file, tmp_path), base, anatomy)
    cloth = sunk.fit.put_on(base.rest.vertices, base.rest.normals)
    assert cloth[:, 1].min() > base.rest.vertices[:, 1].min() - 0.005


def test_transparent_faces_are_left_out(vest, base, anatomy, tmp_path):
    from PIL import Image

    for file in vest.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    texture = tmp_path / "vest_diffuse.png"
    Image.fromarray(np.zeros((8, 8, 4), np.uint8)).save(texture)
    bare = make_piece(read_clothing(tmp_path / "vest.mhclo", tmp_path), base, anatomy)
    assert len(bare.drawn_faces) == 0


@pytest.mark.parametrize(
    ("missing", "words"),
    [("vest.obj", r"its file vest\.obj is missing"), ("vest_diffuse.png", "has no texture")],
)
def test_missing_files_are_named(vest, tmp_path, missing, words):
    for file in vest.parent.iterdir():
        if file.name != missing:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(InputError, match=rf"vest\.mhclo.*{words}"):
        read_clothing(tmp_path / "vest.mhclo", tmp_path)


def test_a_texture_that_its_material_names_must_be_there(vest, tmp_path):
    for file in vest.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "vest.mhmat").write_text("diffuseTexture red.png\n")
    file = tmp_path / "vest.mhclo"
    file.write_text("material vest.mhmat\n" + file.read_text())
    with pytest.raises(InputError, match=r"vest\.mhmat.*red\.png is missing"):
        read_clothing(file, tmp_path)
    red = picture(tmp_path / "red.png")
    assert read_clothing(file, tmp_path).texture == red


def test_another_mesh_than_the_bound_one_is_named(vest, tmp_path):
    for file in vest.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    mesh = tmp_path / "vest.obj"
    mesh.write_text("v 0 0 0\n" + mesh.read_text())
    with pytest.raises(InputError, match="different versions"):
        read_clothing(tmp_path / "vest.mhclo", tmp_path)


def test_a_damaged_texture_is_named(vest, tmp_path):
    for file in vest.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "vest_diffuse.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"vest_diffuse\.png: not a picture"):
        read_clothing(tmp_path / "vest.mhclo", tmp_path)


@pytest.mark.slow
def test_real_clothes_lie_off_the_base_body_and_go_back_where_they_were(real_data, base, anatomy):
    folder = real_data / "wardrobe" / "makehuman"
    files = sorted(folder.rglob("*.mhclo"))
    assert len(files) == 18
    for file in files:
        piece = make_piece(read_clothing(file, folder), base, anatomy)
        assert piece.places in ({"top", "bottom"}, {"shoes"}, {"bottom"}), file.stem
        assert piece.hidden.sum() > 500
        cloth = piece.fit.put_on(base.rest.vertices, base.rest.normals)
        away = np.linalg.norm(cloth - piece.fit.foot @ base.rest.vertices, axis=1)
        assert np.quantile(away, 0.9) < 0.06, file.stem
