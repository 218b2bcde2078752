import numpy as np
import pytest

from hmr.errors import InputError
from synth.packs.mhclo import BASE_VERTICES, evaluate, read_mhclo

HEAD = "name a\nobj_file a.obj\nx_scale 0 1 2.0\nverts 0\n"


def written(tmp_path, text):
    file = tmp_path / "a.mhclo"
    file.write_text(text)
    return file


@pytest.fixture
def mesh():
    return np.random.default_rng(0).normal(size=(BASE_VERTICES, 3))


def test_a_vertex_is_a_mean_of_three_plus_a_stretched_offset(tmp_path, mesh):
    row = "5 6 7 0.2 0.3 0.5 0.1 0.2 0.3\n"
    found = evaluate(read_mhclo(written(tmp_path, HEAD + row)), mesh)
    stretch = abs(mesh[0, 0] - mesh[1, 0]) / 2.0
    expected = 0.2 * mesh[5] + 0.3 * mesh[6] + 0.5 * mesh[7] + [0.1 * stretch, 0.2, 0.3]
    np.testing.assert_allclose(found[0], expected)


def test_a_single_number_lies_on_that_vertex(tmp_path, mesh):
    found = evaluate(read_mhclo(written(tmp_path, HEAD + "42\n")), mesh)
    np.testing.assert_allclose(found[0], mesh[42])


def test_clothes_grow_with_the_base_mesh(tmp_path, mesh):
    text = HEAD.replace("verts", "y_scale 2 3 1.5\nz_scale 4 5 0.7\nverts")
    binding = read_mhclo(written(tmp_path, text + "5 6 7 0.2 0.3 0.5 0.1 0.2 0.3\n"))
    np.testing.assert_allclose(evaluate(binding, 1.7 * mesh), 1.7 * evaluate(binding, mesh))


def test_deleted_vertices_are_numbers_and_ranges(tmp_path):
    text = HEAD + "5\n\ndelete_verts\n3 5 - 9\n12 19157\n"
    deleted = read_mhclo(written(tmp_path, text)).deleted
    assert np.flatnonzero(deleted).tolist() == [3, 5, 6, 7, 8, 9, 12, 19157]


def test_words_after_the_list_began_are_read_too(tmp_path):
    binding = read_mhclo(written(tmp_path, HEAD + "material b.mhmat\n5\n6\n"))
    assert binding.material == "b.mhmat"
    assert len(binding.corners) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "19158 1 2 1 0 0 0 0 0\n", "vertex 19158, which does not exist"),
        (HEAD + "-3 1 2 1 0 0 0 0 0\n", "vertex -3, which does not exist"),
        (HEAD + "5 6 7 0.2 0.3 zero 0.1 0.2 0.3\n", "line 5 is malformed"),
        (HEAD + "5 6 7 0.2 0.3\n", "line 5 is malformed"),
        (HEAD + "5 6 7 0.2 0.3 nan 0.1 0.2 0.3\n", "line 5 is malformed"),
        (HEAD, "binds no vertices"),
        ("verts 0\n5\n", "names no obj_file"),
        (HEAD.replace("0 1 2.0", "0 1 wide") + "5\n", "x_scale is malformed"),
        (HEAD.replace("0 1 2.0", "0 1 0") + "5\n", "x_scale is malformed"),
        (HEAD.replace("0 1 2.0", "0 99999 2") + "5\n", "x_scale names a vertex"),
        (HEAD + "5\ndelete_verts\n3 - 99999\n", "no such range"),
        (HEAD + "5\ndelete_verts\n3 -\n", "malformed at '-'"),
    ],
)
def test_faults_are_named_with_the_file(tmp_path, text, words):
    with pytest.raises(InputError, match=rf"a\.mhclo.*{words}"):
        read_mhclo(written(tmp_path, text))
