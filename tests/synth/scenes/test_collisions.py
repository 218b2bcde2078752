import numpy as np
import pytest
import trimesh

from synth.people.crowd import draw_crowd
from synth.people.poses import open_book
from synth.people.wardrobe import Wardrobe
from synth.scenes import collisions, solids
from synth.scenes.capsules import Capsules, around_parts, distance_to_segment, segment_distance
from synth.scenes.light_mesh import PartedMesh, drawn_mesh, light_mesh
from synth.scenes.solids import turn_about_y


@pytest.fixture(scope="module")
def dressed(body):
    """Surfaces and light meshes of a few people."""
    wardrobe, book = Wardrobe(body), open_book(0, body)
    crowd = draw_crowd(np.random.default_rng(2), body, wardrobe.anatomy, "train", book, 7)
    people = [
        wardrobe.dress(looks, vertices, 0)
        for looks, vertices in zip(crowd.looks, crowd.vertices, strict=True)
    ]
    found = zip(people, crowd.joints, strict=True)
    return [(p, light_mesh(p, j), drawn_mesh(p, j)) for p, j in found]


@pytest.fixture(scope="module")
def shapes(dressed):
    return [collisions.person(light, None, lambda d=drawn: d) for _, light, drawn in dressed]


def whole(vertices, faces, yaw=0.0, place=(0.0, 0.0)):
    turn, shift = turn_about_y(yaw), np.array([place[0], 0, place[1]])
    return trimesh.Trimesh(vertices @ turn.T + shift, faces, process=False)


def cross(one, other):
    manager = trimesh.collision.CollisionManager()
    manager.add_object("one", one)
    return manager.in_collision_single(other)


def full(surfaces, yaw=0.0, place=(0.0, 0.0)):
    return trimesh.util.concatenate([whole(s.vertices, s.faces, yaw, place) for s in surfaces])


def placements(count, seed=0):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        a, b = rng.choice(6, 2, replace=False)
        angle, gap = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 0.9)
        yield a, b, rng.uniform(0, 6), gap * np.array([np.sin(angle), np.cos(angle)])


def test_segment_distance_agrees_with_a_search():
    rng = np.random.default_rng(0)
    ends = rng.normal(size=(200, 4, 3))
    grid = np.linspace(0, 1, 201)[:, None]
    for a, b, c, d in ends:
        one, other = a + grid * (b - a), c + grid * (d - c)
        searched = np.linalg.norm(one[:, None] - other[None], axis=-1).min()
        found = segment_distance(a[None], b[None], c[None], d[None])
        assert found[0] == pytest.approx(searched, abs=0.02)
        nearest = np.linalg.norm(other - a, axis=1).min()
        assert distance_to_segment(a[None], c, d)[0] == pytest.approx(nearest, abs=0.02)


def test_capsules_hold_the_points_of_their_parts():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(300, 3)) * [0.1, 0.5, 0.2] + rng.integers(0, 3, 300)[:, None]
    part = rng.integers(0, 4, 300)
    capsules = around_parts(points, part, 4)
    for number in range(4):
        ends = capsules.starts[number], capsules.ends[number]
        away = distance_to_segment(points[part == number], *ends)
        assert away.max() <= capsules.radii[number] + 1e-9


def test_the_judge_agrees_with_whole_light_meshes(dressed, shapes):
    hits = 0
    for a, b, yaw, place in placements(60):
        found = shapes[a].at(0.0, np.zeros(2)).cuts_into(shapes[b].at(yaw, place))
        one, other = dressed[a][1], dressed[b][1]
        exact = cross(
            whole(one.vertices, one.faces), whole(other.vertices, other.faces, yaw, place)
        )
        assert found == exact
        hits += found
    assert 8 < hits < 52


def test_who_passes_the_judge_does_not_cut_into_the_other_as_drawn(dressed, shapes):
    passed = 0
    for a, b, yaw, place in placements(60, 1):
        if not shapes[a].at(0.0, np.zeros(2)).cuts_into(shapes[b].at(yaw, place)):
            passed += 1
            assert not cross(full(dressed[a][0]), full(dressed[b][0], yaw, place))
    assert passed > 8


def test_people_cross_as_drawn_where_their_whole_meshes_do(dressed, shapes):
    crossed = 0
    for a, b, yaw, place in placements(60, 2):
        found = shapes[a].at(0.0, np.zeros(2)).crosses(shapes[b].at(yaw, place))
        assert found == cross(full(dressed[a][0]), full(dressed[b][0], yaw, place))
        crossed += found
    assert 8 < crossed < 52


def test_an_end_of_cloth_that_a_light_mesh_lacks_is_found_out():
    body = trimesh.creation.box((0.3, 1.8, 0.3))
    scarf = trimesh.creation.box((0.4, 0.05, 0.05))
    light = PartedMesh(body.vertices, body.faces, np.array([0, len(body.faces)]))
    faces = np.concatenate([body.faces, scarf.faces + len(body.vertices)])
    vertices = np.concatenate([body.vertices, scarf.vertices])
    drawn = PartedMesh(vertices, faces, np.array([0, len(faces)]))
    somebody = collisions.person(light, None, lambda: drawn)
    here = somebody.at(0.2, np.array([1.0, 2.0]), 0.3)
    for gap, crosses in ((0.34, True), (0.42, False)):
        along = gap * np.array([np.cos(0.2), -np.sin(0.2)])
        there = somebody.at(0.2, np.array([1.0, 2.0]) + along, 0.3)
        assert not here.cuts_into(there)
        assert here.crosses(there) == crosses
    assert not here.crosses(collisions.box((5.0, 5.0, 5.0)).at(0.0, np.zeros(2)))


def test_bodies_far_apart_do_not_meet_and_on_one_spot_do(shapes):
    here, there = shapes[0].at(0.0, np.zeros(2)), shapes[0].at(1.0, np.array([4.0, 0.0]))
    assert not here.cuts_into(there)
    assert here.cuts_into(shapes[0].at(1.0, np.array([0.05, 0.0])))
    assert not here.cuts_into(shapes[0].at(1.0, np.array([0.05, 0.0]), height=3.0))


def test_somebody_inside_a_box_is_found_out(shapes):
    here = shapes[0].at(0.0, np.zeros(2))
    room, post = collisions.box((5.0, 5.0, 5.0)), collisions.box((0.4, 1.0, 0.4))
    assert here.cuts_into(room.at(0.3, np.zeros(2)))
    assert room.at(0.3, np.zeros(2)).cuts_into(here)
    assert not here.cuts_into(post.at(0.3, np.array([3.0, 0.0])))


def test_nobody_stands_in_the_seat_of_another(dressed):
    stool = solids.box((0.36, 0.45, 0.36))
    sitter = collisions.person(dressed[0][1], stool.moved(0.0, np.array([3.0, 0, 0])))
    other = collisions.person(dressed[1][1])
    assert sitter.at(0.0, np.zeros(2)).cuts_into(other.at(0.0, np.array([3.0, 0.1])))
    assert not sitter.at(0.0, np.zeros(2)).cuts_into(other.at(0.0, np.array([5.0, 0.0])))


def test_capsules_that_cross_meet():
    one = Capsules(np.array([[0.0, 0, 0]]), np.array([[1.0, 0, 0]]), np.array([0.1]))
    other = Capsules(np.array([[0.5, -1, 0.25]]), np.array([[0.5, 1, 0.25]]), np.array([0.1]))
    assert not one.meets(other).any()
    turn, shift = np.eye(3), np.array([0, 0, -0.1])
    assert one.meets(other.at(turn, shift)).all()
