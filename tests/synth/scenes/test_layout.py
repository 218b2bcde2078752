"""Layouts of dressed people on a made-up flight of steps, on perches, and in a large crowd."""

from functools import cache

import numpy as np
import pytest
import trimesh

from synth.people.crowd import draw_crowd
from synth.people.poses import SIT, open_book
from synth.people.seats import Seat
from synth.people.wardrobe import Wardrobe
from synth.scenes import collisions
from synth.scenes.cameras import Cameras
from synth.scenes.floors import Floor, Perch
from synth.scenes.ground import Ground
from synth.scenes.layout import Figure, arrange
from synth.scenes.light_mesh import PartedMesh, light_mesh, points_on
from synth.scenes.seating import solid_of
from synth.scenes.solids import turn_about_y
from synth.scenes.viewpoints import draw_viewpoint

PEOPLE = 24
UP = (0.0, 0.9, 0.0)


@pytest.fixture(scope="module")
def view():
    return draw_viewpoint(np.random.default_rng(3), Cameras(640, 360, views=((18.0, 15.0),)))


@pytest.fixture(scope="module")
def crowd(body):
    anatomy, book = Wardrobe(body).anatomy, open_book(0, body)
    return draw_crowd(np.random.default_rng(4), body, anatomy, "train", book, PEOPLE, 0.25)


@pytest.fixture(scope="module")
def figures(body, crowd):
    wardrobe = Wardrobe(body)

    def figure(number):
        surfaces = wardrobe.dress(crowd.looks[number], crowd.vertices[number], 0)
        seat: Seat | None = crowd.seats[number]
        solid = None if seat is None else solid_of("stool", seat)
        light = light_mesh(surfaces, crowd.joints[number])
        on_ground = crowd.vertices[number][crowd.vertices[number][:, 1] < 0.05][:, [0, 2]]
        return Figure(
            collisions.person(light, solid),
            on_ground.astype(np.float64),
            lambda: (points_on(light.vertices, light.faces),),
            None if seat is None else (seat.x, seat.z, seat.yaw),
        )

    return cache(figure)


def steps(view):
    """A flight of steps across the picture, rising away from the camera."""
    made = []
    for i in range(9):
        place = view.ground(view.near + 0.9 * i, 0.0)
        middle = (float(place[0]), 0.18 * i, float(place[1]))
        made.append(Floor(middle, (6.0, 0.44), view.heading))
    return tuple(made)


def placed(vertices, spot):
    return vertices @ turn_about_y(spot.yaw).T + spot.place


def test_soles_are_within_one_step_and_at_its_height(view, crowd, figures):
    floors = steps(view)
    ground, standing = Ground(view, floors=floors), [d for d in crowd.doings if d != SIT]
    doings = [d if d != SIT else "else" for d in crowd.doings]
    layout = arrange(np.random.default_rng(0), ground, doings, figures, 8, ())
    assert layout is not None and len(standing) > 8
    heights = set()
    for number, spot in zip(layout.people, layout.spots, strict=True):
        vertices = placed(crowd.vertices[number], spot)
        soles = vertices[vertices[:, 1] < vertices[:, 1].min() + 0.05][:, [0, 2]]
        (under,) = [floor for floor in floors if floor.holds(soles).all()]
        assert vertices[:, 1].min() == pytest.approx(under.centre[1], abs=1e-3)
        heights.add(under.centre[1])
    assert len(heights) > 2


def test_those_who_sit_take_free_perches_and_look_as_they_do(view, crowd, figures):
    places = [view.ground(view.near + 1.5, aside) for aside in (-1.5, 0.0, 1.5)]
    perches = [Perch((float(x), 0.3, float(z)), 1.0) for x, z in places]
    ground = Ground(view)
    sitters = [i for i, doing in enumerate(crowd.doings) if doing == SIT]
    assert len(sitters) >= 3
    layout = arrange(
        np.random.default_rng(0),
        ground,
        [SIT] * len(sitters),
        lambda i: figures(sitters[i]),
        min(3, len(sitters)),
        (),
        perches,
    )
    assert layout is not None
    taken = [spot for spot in layout.spots if spot.place[1] == pytest.approx(0.3)]
    assert len(taken) >= 2
    for number, spot in zip(layout.people, layout.spots, strict=True):
        if spot.place[1] > 0.2:
            seat = crowd.seats[sitters[number]]
            middle = placed(np.array([seat.x, 0.0, seat.z]), spot)
            assert min(np.abs(middle - perch.place).max() for perch in perches) < 1e-6
            assert np.cos(spot.yaw + seat.yaw - 1.0) == pytest.approx(1.0)


def test_nobody_stands_in_a_wall_or_beside_the_picture(view, crowd, figures):
    middle = view.ground((view.near + view.far) / 2, 0.0)
    wall = collisions.box((3.0, 2.5, 0.4)).at(view.heading, middle)
    layout = arrange(np.random.default_rng(1), Ground(view), crowd.doings, figures, 12, (wall,))
    assert layout is not None
    for number, spot in zip(layout.people, layout.spots, strict=True):
        inside = placed(crowd.vertices[number], spot) - [middle[0], 0, middle[1]]
        own = inside @ turn_about_y(view.heading)
        assert not ((np.abs(own) < [1.5, 2.5, 0.2]).all(1)).any()
        assert Ground(view).allows(spot.place[[0, 2]])


def post(wide):
    mesh = trimesh.creation.box((wide, 1.8, wide))
    faces = np.asarray(mesh.faces)
    return mesh, PartedMesh(mesh.vertices + np.array([0, 0.9, 0]), faces, np.array([0, len(faces)]))


def crossings(layout, mesh):
    """Pairs that cut into each other, by trimesh."""
    manager = trimesh.collision.CollisionManager()
    for number, spot in enumerate(layout.spots):
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = turn_about_y(spot.yaw), spot.place + np.array([0, 0.9, 0])
        manager.add_object(str(number), mesh, pose)
    found = manager.in_collision_internal(return_names=True)
    assert isinstance(found, tuple)
    return len(found[1])


@pytest.mark.parametrize("judged_as_drawn", [True, False])
def test_nobody_cuts_into_anybody_with_what_a_light_mesh_lacks(view, judged_as_drawn):
    (mesh, drawn), (_, light) = post(0.40), post(0.32)
    made = (lambda: drawn) if judged_as_drawn else None
    corners = light.vertices[:, [0, 2]]
    figure = Figure(collisions.person(light, None, made), corners, lambda: (light.vertices,))
    crossed = 0
    for seed in range(6):
        layout = arrange(
            np.random.default_rng(seed), Ground(view), ["stand"] * 24, lambda _: figure, 20, ()
        )
        assert layout is not None and len(layout.people) == 20
        crossed += crossings(layout, mesh)
    assert (crossed == 0) == judged_as_drawn


def test_the_same_randomness_gives_the_same_layout(view, crowd, figures):
    made = [
        arrange(np.random.default_rng(7), Ground(view), crowd.doings, figures, 10, ())
        for _ in range(2)
    ]
    assert made[0] is not None and made[1] is not None
    assert made[0].people == made[1].people
    for one, other in zip(made[0].spots, made[1].spots, strict=True):
        np.testing.assert_array_equal(one.place, other.place)
        assert one.yaw == other.yaw


def test_sixty_people_find_room_on_a_plaza(view, crowd, figures):
    doings = [crowd.doings[i % len(crowd)] for i in range(69)]
    layout = arrange(
        np.random.default_rng(2), Ground(view), doings, lambda i: figures(i % len(crowd)), 60, ()
    )
    assert layout is not None
    assert len(layout.people) == len(set(layout.people)) == 60


def test_too_many_for_an_area_find_no_room(view, crowd, figures):
    ground = Ground(view, area=1.0)
    assert arrange(np.random.default_rng(2), ground, crowd.doings, figures, 14, ()) is None
