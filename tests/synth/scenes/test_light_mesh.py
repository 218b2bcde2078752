import numpy as np
import pytest

from hmr.joints import SMPLX_55
from synth.people.crowd import draw_crowd
from synth.people.poses import open_book
from synth.people.wardrobe import Wardrobe
from synth.scenes.light_mesh import (
    BONES,
    SPACING,
    drawn_mesh,
    light_mesh,
    nearest_bone,
    points_on,
)


@pytest.fixture(scope="module")
def people(body):
    wardrobe, book = Wardrobe(body), open_book(0, body)
    crowd = draw_crowd(np.random.default_rng(2), body, wardrobe.anatomy, "train", book, 3)
    dressed = zip(crowd.looks, crowd.vertices, crowd.joints, strict=True)
    return [(wardrobe.dress(looks, vertices, 0), joints) for looks, vertices, joints in dressed]


def triangles(vertices, faces):
    """Of a mesh, in an order that is theirs alone."""
    corners = vertices[faces].reshape(len(faces), 9)
    return corners[np.lexsort(corners.T)]


def test_all_that_is_drawn_is_in_a_part_and_nothing_else(people):
    for surfaces, joints in people:
        drawn = drawn_mesh(surfaces, joints)
        parts = [drawn.part(i) for i in range(len(BONES))]
        assert sum(len(part) for part in parts) == sum(len(s.faces) for s in surfaces)
        expected = np.concatenate([s.vertices[s.faces] for s in surfaces]).astype(np.float64)
        faces = np.arange(3 * len(expected)).reshape(-1, 3)
        found = triangles(drawn.vertices, np.concatenate(parts))
        assert np.array_equal(found, triangles(expected.reshape(-1, 3), faces))


def test_light_meshes_are_light_and_nearly_hold_what_is_drawn(people):
    for surfaces, joints in people:
        light, drawn = light_mesh(surfaces, joints), drawn_mesh(surfaces, joints)
        assert len(light.faces) < 0.5 * len(drawn.faces)
        assert np.all(light.vertices.min(0) < drawn.vertices[drawn.faces].min((0, 1)) + 0.03)
        assert np.all(light.vertices.max(0) > drawn.vertices[drawn.faces].max((0, 1)) - 0.03)


def test_the_nearest_bone_is_that_of_a_search(people):
    joints = people[0][1]
    points = np.random.default_rng(0).uniform(joints.min(0), joints.max(0), (200, 3))
    along = np.linspace(0, 1, 201)[:, None]
    away = []
    for start, end in BONES:
        a, b = joints[SMPLX_55.index(start)], joints[SMPLX_55.index(end)]
        line = a + along * (b - a)
        away.append(np.linalg.norm(points[:, None] - line, axis=2).min(1))
    away = np.stack(away, 1)
    found = away[np.arange(200), nearest_bone(points.astype(np.float32), joints)]
    assert np.allclose(found, away.min(1), atol=0.004)


def test_points_are_all_over_a_mesh():
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    points = points_on(corners, np.array([[0, 1, 2]]))
    weights = np.random.default_rng(1).dirichlet(np.ones(3), 300)
    away = np.linalg.norm((weights @ corners)[:, None] - points, axis=2).min(1)
    assert away.max() < 2 * SPACING
