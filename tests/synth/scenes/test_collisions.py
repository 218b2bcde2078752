import numpy as np
import pytest
import trimesh

from synth.people.anatomy import study
from synth.people.crowd import draw_crowd
from synth.people.poses import open_book
from synth.scenes import collisions
from synth.scenes.capsules import Capsules, segment_distance
from synth.scenes.collisions import Coarse


@pytest.fixture(scope="module")
def anatomy(body):
    return study(body)


@pytest.fixture(scope="module")
def crowd(body, anatomy):
    return draw_crowd(np.random.default_rng(2), body, anatomy, "train", open_book(0, body), 8)


def test_segment_distance_agrees_with_a_search():
    rng = np.random.default_rng(0)
    ends = rng.normal(size=(200, 4, 3))
    grid = np.linspace(0, 1, 201)[:, None]
    for a, b, c, d in ends:
        one, other = a + grid * (b - a), c + grid * (d - c)
        searched = np.linalg.norm(one[:, None] - other[None], axis=-1).min()
        found = segment_distance(a[None], b[None], c[None], d[None])
        assert found[0] == pytest.approx(searched, abs=0.02)


def test_coarse_bodies_hold_the_bodies(anatomy, crowd):
    coarse = Coarse(anatomy)
    for vertices in crowd.vertices[:3]:
        shell = trimesh.Trimesh(coarse.vertices(vertices), coarse.faces, process=False)
        distance = trimesh.proximity.ProximityQuery(shell).vertex(vertices[::20])[0]
        # The skin lies near the coarse mesh, which is a little fatter than it.
        assert distance.max() < 0.06
        assert (shell.bounds[1] > vertices.max(0) - 0.01).all()
        assert (shell.bounds[0] < vertices.min(0) + 0.01).all()


def test_the_quick_test_never_frees_what_meshes_find_guilty(anatomy, crowd):
    shapes = [Coarse(anatomy).body(vertices) for vertices in crowd.vertices]
    rng, hits = np.random.default_rng(0), 0
    for _ in range(60):
        a, b = rng.choice(len(shapes), 2, replace=False)
        one = shapes[a].at(0.0, np.zeros(2))
        other = shapes[b].at(rng.uniform(0, 6), rng.uniform(-0.8, 0.8, 2))
        request, result = collisions.fcl.CollisionRequest(), collisions.fcl.CollisionResult()
        exact = collisions.fcl.collide(one.body, other.body, request, result) > 0
        hits += exact
        assert one.cuts_into(other) == exact
    assert 5 < hits < 55


def test_bodies_far_apart_do_not_meet_and_on_one_spot_do(anatomy, crowd):
    shape = Coarse(anatomy).body(crowd.vertices[0])
    here, there = shape.at(0.0, np.zeros(2)), shape.at(1.0, np.array([4.0, 0.0]))
    assert not here.cuts_into(there)
    assert here.cuts_into(shape.at(1.0, np.array([0.05, 0.0])))


def test_somebody_inside_a_box_is_found_out(anatomy, crowd):
    shape = Coarse(anatomy).body(crowd.vertices[0]).at(0.0, np.zeros(2))
    assert shape.cuts_into(collisions.box((5.0, 5.0, 5.0)).at(0.3, np.zeros(2)))
    assert not shape.cuts_into(collisions.box((0.4, 1.0, 0.4)).at(0.3, np.array([3.0, 0.0])))


def test_capsules_that_cross_touch():
    one = Capsules(np.array([[0.0, 0, 0]]), np.array([[1.0, 0, 0]]), np.array([0.1]))
    other = Capsules(np.array([[0.5, -1, 0.25]]), np.array([[0.5, 1, 0.25]]), np.array([0.1]))
    assert not one.touch(other)
    turn, shift = np.eye(3), np.array([0, 0, -0.1])
    assert one.touch(other.at(turn, shift))
