import numpy as np
import pytest
import trimesh

from synth.people.shell import cut


@pytest.fixture
def ball():
    return trimesh.creation.icosphere(subdivisions=4)


def test_a_cut_ball_has_the_area_of_its_cap(ball):
    height = 0.4
    part = cut(np.asarray(ball.faces), ball.vertices[:, 1] - height)
    cap = trimesh.Trimesh(part.source @ ball.vertices, part.faces, process=False)
    assert cap.area == pytest.approx(2 * np.pi * (1 - height), rel=0.01)


def test_the_edge_lies_where_the_field_is_zero(ball):
    part = cut(np.asarray(ball.faces), ball.vertices[:, 1] - 0.123)
    points = part.source @ ball.vertices
    np.testing.assert_allclose(points[part.edge, 1], 0.123, atol=1e-3)
    assert (points[~part.edge, 1] > 0.123).all()


def test_cut_faces_keep_looking_outward(ball):
    part = cut(np.asarray(ball.faces), ball.vertices[:, 0] + 0.3)
    cap = trimesh.Trimesh(part.source @ ball.vertices, part.faces, process=False)
    outward = (cap.face_normals * cap.triangles_center).sum(1)
    assert (outward[cap.area_faces > 1e-9] > 0).all()


def test_both_halves_of_a_cut_make_the_whole(ball):
    field = ball.vertices @ [0.5, 0.7, 0.1] - 0.2
    halves = [cut(np.asarray(ball.faces), sign * field) for sign in (1, -1)]
    meshes = [trimesh.Trimesh(h.source @ ball.vertices, h.faces) for h in halves]
    assert sum(mesh.area for mesh in meshes) == pytest.approx(ball.area, rel=1e-4)
