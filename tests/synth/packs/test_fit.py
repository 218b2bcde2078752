import fcl
import numpy as np
import pytest
import trimesh

from synth.packs.fit import GAP, LEAST_GAP, fit, nearest_on
from synth.people.normals import face_to_vertex, normals_of
from tests.synth.packs.made import trunk


@pytest.fixture(scope="module")
def vest(base, anatomy):
    """Cloth 2 cm off the trunk of the rest body."""
    faces = trunk(anatomy)
    used, numbered = np.unique(faces, return_inverse=True)
    points = base.rest.vertices[used] + 0.02 * base.rest.normals[used]
    return points, numbered.reshape(faces.shape)


@pytest.fixture(scope="module")
def fitted(vest, base):
    return fit(*vest, base.rest)


def turned(values, turn):
    return values @ turn.T


def test_nearest_points_are_as_near_as_fcl_finds_them(base, vest):
    points = vest[0][::20] + np.random.default_rng(0).normal(0, 0.01, (len(vest[0][::20]), 3))
    triangle, shares = nearest_on(points, base.rest)
    found = (base.rest.vertices[base.rest.faces[triangle]] * shares[..., None]).sum(1)
    skin = fcl.BVHModel()
    skin.beginModel(len(base.rest.vertices), len(base.rest.faces))
    skin.addSubModel(base.rest.vertices, base.rest.faces)
    skin.endModel()
    dot = fcl.Sphere(1e-6)
    distance = [
        fcl.distance(fcl.CollisionObject(skin), fcl.CollisionObject(dot, fcl.Transform(point)))
        for point in points
    ]
    assert np.linalg.norm(points - found, axis=1) == pytest.approx(distance, abs=2e-4)


def test_on_the_rest_body_cloth_lies_where_it_was_cut(fitted, vest, base):
    found = fitted.put_on(base.rest.vertices, base.rest.normals)
    np.testing.assert_allclose(found, vest[0], atol=1e-9)


def test_cloth_moves_with_a_body_that_is_turned_and_grows(fitted, vest, base):
    turn = trimesh.transformations.rotation_matrix(1.1, [0.3, 1, -0.5])[:3, :3]
    moved = 0.6 * turned(base.rest.vertices, turn) + [1, 2, 3]
    found = fitted.put_on(moved, turned(base.rest.normals, turn))
    np.testing.assert_allclose(found, 0.6 * turned(vest[0], turn) + [1, 2, 3], atol=1e-9)


def test_cloth_stays_off_the_skin_of_posed_people(fitted, anatomy, crowd):
    spread = face_to_vertex(anatomy.faces, len(anatomy.vertices))
    for vertices in crowd.vertices:
        normals = normals_of(vertices, anatomy.faces, spread)
        cloth, foot = fitted.put_on(vertices, normals), fitted.foot @ vertices
        out = fitted.foot @ normals
        out = out / np.linalg.norm(out, axis=1, keepdims=True)
        height = ((cloth - foot) * out).sum(1)
        assert height.min() > 0.4 * LEAST_GAP
        assert np.linalg.norm(cloth - foot, axis=1).max() < 0.08


def test_what_touches_the_skin_is_lifted_and_what_lies_deep_is_left(base, vest):
    points = base.rest.vertices[vest_skin(base)]
    touching = fit(points, np.zeros((0, 3), int), base.rest)
    deep = fit(points - 0.03 * base.rest.normals[vest_skin(base)], np.zeros((0, 3), int), base.rest)
    lifted = touching.put_on(base.rest.vertices, base.rest.normals)
    assert np.linalg.norm(lifted - points, axis=1) == pytest.approx(LEAST_GAP, abs=1e-6)
    assert np.isinf(deep.gap).mean() > 0.9
    assert touching.gap.max() <= GAP


def vest_skin(base):
    """Some vertices of the chest."""
    y = base.rest.vertices[:, 1]
    near = (np.abs(y - 0.35) < 0.05) & (np.abs(base.rest.vertices[:, 0]) < 0.1)
    return np.intersect1d(np.flatnonzero(near), np.unique(base.rest.faces))
