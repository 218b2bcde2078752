import numpy as np
import pytest
import trimesh

from hmr.errors import InputError
from synth.packs.obj import read_obj
from tests.synth.packs.made import write_obj

SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"


def written(tmp_path, text):
    file = tmp_path / "a.obj"
    file.write_text(text)
    return file


def test_a_ball_is_read_as_trimesh_reads_it(tmp_path):
    ball = trimesh.creation.icosphere(2)
    file = write_obj(tmp_path / "ball.obj", ball.vertices, ball.faces)
    mesh = read_obj(file)
    oracle = trimesh.load(file, process=False, maintain_order=True)
    np.testing.assert_allclose(mesh.vertices[mesh.faces], oracle.vertices[oracle.faces], atol=1e-6)
    places = oracle.visual.uv[oracle.faces] * [1, -1] + [0, 1]
    np.testing.assert_allclose(mesh.uv[mesh.uv_faces], places, atol=1e-6)


def test_a_square_becomes_two_triangles_that_cover_it(tmp_path):
    mesh = read_obj(written(tmp_path, SQUARE + "f 1/1 2/2 3/3 4/4\n"))
    found = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    assert found.area == pytest.approx(1.0)
    assert (found.face_normals == [0, 0, 1]).all()


def test_negative_indices_count_back_from_the_last(tmp_path):
    forward = read_obj(written(tmp_path, SQUARE + "f 1/1 2/2 3/3\n"))
    back = read_obj(written(tmp_path, SQUARE + "f -4/-4 -3/-3 -2/-2\n"))
    np.testing.assert_array_equal(forward.faces, back.faces)
    np.testing.assert_array_equal(forward.uv_faces, back.uv_faces)


def test_texture_runs_down_from_the_first_pixel(tmp_path):
    mesh = read_obj(written(tmp_path, SQUARE + "f 1/1 2/2 3/3\n"))
    np.testing.assert_array_equal(mesh.uv[3], [0, 0])  # OBJ's (0, 1) is the upper left corner.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("v 0 0 zero\n", "line 1 is malformed"),
        (SQUARE + "f 1/1 2/2 9/3\n", "vertex that does not exist"),
        (SQUARE + "f 1 2 3\n", "without texture coordinates"),
        (SQUARE, "holds no mesh"),
        ("", "holds no mesh"),
        (SQUARE.replace("1 1 0", "1 nan 0") + "f 1/1 2/2 3/3\n", "not finite"),
        (SQUARE.replace("v 1 1 0", "v 1 1") + "f 1/1 2/2 3/3\n", "three numbers"),
        (SQUARE + "f 1/1 2/a 3/3\n", "line 9 is malformed"),
    ],
)
def test_faults_are_named_with_the_file(tmp_path, text, words):
    with pytest.raises(InputError, match=rf"a\.obj.*{words}"):
        read_obj(written(tmp_path, text))
