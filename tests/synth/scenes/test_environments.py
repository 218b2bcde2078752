"""Environments around cameras of all kinds; trimesh casts the rays and measures the distances."""

from functools import cache

import fcl
import numpy as np
import pytest
import trimesh

from synth.people.seats import Seat
from synth.render.scene import FIRST_ENVIRONMENT_ID
from synth.scenes.cameras import Cameras
from synth.scenes.environments import KINDS, draw_environment
from synth.scenes.seating import solid_of
from synth.scenes.viewpoints import draw_viewpoint

ANY = Cameras(kind=("agora", "corners", "free"))
INDOORS = ("room", "shop")
GROUNDS = ("ground", "path", "bands", "markings", "floor", "pavement", "edging", "rug")
"""What a low camera may be near to."""


@pytest.fixture(
    params=[range(4), pytest.param(range(4, 20), marks=pytest.mark.slow)], ids=["few", "more"]
)
def seeds(request):
    """Of the environments to look at; 20 in all."""
    return request.param


@cache
def made(kind, seed):
    rng = np.random.default_rng([seed, 3])
    view = draw_viewpoint(rng, ANY)
    return view, draw_environment(rng, "train", view, [0, 4], [kind])


def mesh_of(surfaces):
    counts = np.cumsum([0, *(len(s.vertices) for s in surfaces)])
    faces = [s.faces + start for s, start in zip(surfaces, counts, strict=False)]
    vertices = np.concatenate([s.vertices for s in surfaces]).astype(np.float64)
    return trimesh.Trimesh(vertices, np.concatenate(faces), process=False)


def name_of(surface):
    return surface.name.rsplit("_", 1)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_within_a_metre_of_the_camera(kind, seeds):
    for seed in seeds:
        view, environment = made(kind, seed)
        eye = view.camera.centre.double().numpy()
        things = [s for s in environment.surfaces if name_of(s) not in GROUNDS]
        mesh = mesh_of(things)
        # Triangles whose box is a metre away are, too.
        low, high = mesh.triangles.min(1), mesh.triangles.max(1)
        near = ((eye > low - 1) & (eye < high + 1)).all(1)
        if near.any():
            closest = trimesh.triangles.closest_point(
                mesh.triangles[near], np.tile(eye, (near.sum(), 1))
            )
            assert np.linalg.norm(closest - eye, axis=1).min() > 1, (seed, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_each_element_has_an_id_of_its_own_from_1000_up(kind, seeds):
    for seed in seeds:
        surfaces = made(kind, seed)[1].surfaces
        ids = [surface.id for surface in surfaces]
        assert ids[0] == FIRST_ENVIRONMENT_ID and set(np.diff(ids)) <= {0, 1}
        names = {(surface.id, name_of(surface)) for surface in surfaces}
        assert len(names) == len(set(ids)) > 5


@pytest.mark.parametrize("kind", KINDS)
def test_textures_stay_within_their_range_and_coordinates_are_finite(kind, seeds):
    for seed in seeds:
        for surface in made(kind, seed)[1].surfaces:
            assert surface.texture is not None and surface.texture.dtype == np.uint8
            assert surface.texture.std() < 100 and surface.texture.mean() > 8
            assert np.isfinite(surface.vertices).all()
            assert surface.uv is not None and np.isfinite(surface.uv).all()
            assert surface.faces.max() < len(surface.vertices)


@pytest.mark.parametrize("kind", KINDS)
def test_environments_stay_light_enough_to_render(kind, seeds):
    for seed in seeds:
        surfaces = made(kind, seed)[1].surfaces
        assert sum(len(surface.faces) for surface in surfaces) < 60_000
        assert len(surfaces) < 220


@pytest.mark.parametrize("kind", INDOORS)
def test_rooms_are_closed_in_all_directions(kind, seeds):
    rng = np.random.default_rng(0)
    ways = rng.normal(size=(2000, 3))
    for seed in seeds:
        view, environment = made(kind, seed)
        mesh = mesh_of(environment.surfaces)
        eyes = np.tile(view.camera.centre.double().numpy(), (len(ways), 1))
        assert mesh.ray.intersects_any(eyes, ways).all()


@pytest.mark.parametrize("kind", KINDS)
def test_where_people_may_stand_is_something_to_stand_on(kind, seeds):
    for seed in seeds:
        _, environment = made(kind, seed)
        mesh = mesh_of(environment.surfaces)
        for floor in environment.floors:
            centre = np.array(floor.centre)
            # From knee height straight down: the floor is there and nothing lies over it.
            down = mesh.ray.intersects_location(
                [centre + np.array([0, 0.03, 0])], [[0, -1, 0]], multiple_hits=False
            )[0]
            assert len(down) and down[0, 1] == pytest.approx(centre[1], abs=0.02)
            assert min(floor.half) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_floors_lie_apart(kind, seeds):
    for seed in seeds:
        floors = made(kind, seed)[1].floors
        for i, floor in enumerate(floors):
            centres = np.array([[f.centre[0], f.centre[2]] for f in floors[:i]]).reshape(-1, 2)
            assert not floor.holds(centres).any()


@pytest.mark.parametrize("kind", KINDS)
def test_floors_have_room_for_people_among_the_obstacles(kind, seeds):
    for seed in seeds:
        view, environment = made(kind, seed)
        rng, free = np.random.default_rng(seed), 0
        for _ in range(60):
            ahead = rng.uniform(view.near, view.far)
            place = view.ground(ahead, rng.uniform(-0.8, 0.8) * view.slope * ahead)
            held = not environment.floors or any(f.holds(place, 0.1) for f in environment.floors)
            free += bool(held) and not _blocked(environment, place)
        # A third of what the camera sees at the least; shelves and seats take the rest.
        assert free >= 10, (kind, seed, free)


def _blocked(environment, place):
    """Tell whether a person half a metre wide would stand within something on a tread."""
    near = [
        placed
        for placed in environment.obstacles
        if np.linalg.norm(placed.centre - place) < placed.obstacle.radius + 0.25
    ]
    ground = max([f.centre[1] for f in environment.floors if f.holds(place)], default=0.0)
    for placed in near:
        if placed.obstacle.make is None:
            return True
        offset = placed.turn.T @ (np.array([place[0], 0, place[1]]) - placed.shift)
        shape = placed.obstacle.whole
        assert isinstance(shape, fcl.Box)
        side = np.asarray(shape.side) / 2
        above = placed.shift[1] + side[1] > ground + 0.01
        if (np.abs(offset[[0, 2]]) < side[[0, 2]] + 0.2).all() and above:
            return True
    return False


def test_who_sits_in_a_stand_faces_the_camera_and_sits_on_a_tread(seeds):
    for seed in seeds:
        view, environment = made("stadium", seed)
        assert environment.perches and environment.sitting > 0.3
        heights = {round(floor.centre[1], 4) for floor in environment.floors}
        for perch in environment.perches:
            assert round(perch.place[1], 4) in heights
            facing = np.array([np.sin(perch.yaw), np.cos(perch.yaw)])
            assert facing @ view.forward < -0.5


def test_tiers_rise_away_from_the_camera(seeds):
    for kind in ("stairs", "stadium"):
        for seed in seeds:
            view, environment = made(kind, seed)
            ahead = [
                np.array([f.centre[0], f.centre[2]]) @ view.forward for f in environment.floors
            ]
            height = [floor.centre[1] for floor in environment.floors]
            assert np.corrcoef(ahead, height)[0, 1] > 0.5 and max(height) > 0.3


@pytest.mark.parametrize("kind", KINDS)
def test_a_seat_is_one_element_in_its_sitters_place(kind):
    _, environment = made(kind, 0)
    seat, shift = Seat(0.1, 0.05, 0.45), np.array([3.0, 0.2, -2.0])
    first, second = (environment.seat(seat, 0.7, shift, number) for number in (0, 1))
    assert {s.id for s in first} == {max(s.id for s in environment.surfaces) + 1}
    assert {s.id for s in second} == {first[0].id + 1}
    whole = solid_of(environment.seats, seat).moved(0.7, shift).vertices
    mine = np.concatenate([s.vertices for s in first])
    np.testing.assert_allclose(np.sort(mine, 0), np.sort(whole, 0), atol=1e-5)


def test_an_environment_follows_from_its_generator():
    def once():
        rng = np.random.default_rng(4)
        return draw_environment(rng, "val", draw_viewpoint(rng, ANY), [2, 2], list(KINDS))

    one, other = once(), once()
    assert one.name == other.name and len(one.surfaces) == len(other.surfaces)
    for a, b in zip(one.surfaces, other.surfaces, strict=True):
        np.testing.assert_array_equal(a.vertices, b.vertices)
        np.testing.assert_array_equal(a.texture, b.texture)


@pytest.mark.parametrize("kind", INDOORS)
def test_light_comes_from_above_indoors_and_no_shell_keeps_it_out(kind, seeds):
    for seed in seeds:
        _, environment = made(kind, seed)
        assert all(light.towards[1] > 0.3 for light in environment.lighting.lights)
        shell = {"wall", "ceiling", "floor"}
        of_shell = [s for s in environment.surfaces if name_of(s) in shell]
        assert len(of_shell) >= 6 and not any(s.casts_shadow for s in of_shell)
