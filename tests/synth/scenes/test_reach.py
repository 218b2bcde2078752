import numpy as np
import pytest

from synth.render.lights import directions
from synth.scenes.map_files import read_map
from synth.scenes.reach import FARTHEST, SECTORS, ground_reach
from tests.synth.scenes.made_maps import EYE, FLOOR, WALL, floor_in_room

WALLS = {"white": WALL, "dark": np.array([0.03, 0.03, 0.035]), "green": np.array([0.2, 0.45, 0.2])}


def box_room(columns):
    """Metres to the walls of a room of 6 by 9 metres, for each column of a map."""
    angle = ((np.arange(columns) + 0.5) / columns - 0.5) * 2 * np.pi
    return np.minimum(3.0 / np.abs(np.sin(angle)), 4.5 / np.abs(np.cos(angle)))


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("radius", [2.0, 3.5, 6.0, 10.0])
def test_a_round_floor_reaches_to_its_walls(radius, wall):
    reach = ground_reach(floor_in_room(radius, WALLS[wall]), EYE)
    assert reach.shape == (SECTORS,)
    off = np.abs(reach / radius - 1)
    print(f"{radius} m, {wall}: off by {100 * off.mean():.1f} %, at most {100 * off.max():.1f} %")
    assert off.max() < 0.1


def test_the_reach_of_a_room_follows_its_corners():
    off = ground_reach(floor_in_room(box_room(512)), EYE) / box_room(SECTORS) - 1
    assert np.abs(off).mean() < 0.06
    # Corners are cut off, since what one direction in a few shows does not count.
    assert off.min() > -0.25 and off.max() < 0.1


@pytest.mark.parametrize("dark", [0.6, 0.35, 0.25])
def test_shadows_on_the_floor_do_not_end_it(dark):
    radiance = floor_in_room(6.0)
    way = directions(*radiance.shape[:2])
    away = EYE * np.hypot(way[..., 0], way[..., 2]) / np.maximum(-way[..., 1], 1e-6)
    stripe = (way[..., 1] < 0) & (away > 2.2) & (away < 3.0)
    trunk = (way[..., 1] < 0) & (away < 5.0) & (np.abs(way[..., 0]) < 0.08)
    radiance[stripe | trunk] *= np.float32(dark)
    assert np.abs(ground_reach(radiance, EYE) / 6.0 - 1).max() < 0.1


def test_floors_of_the_same_look_at_several_heights_scale():
    radiance = floor_in_room(4.0)
    assert np.allclose(ground_reach(radiance, 2 * EYE), 2 * ground_reach(radiance, EYE))


def test_a_map_turned_reaches_as_far_turned():
    radiance = floor_in_room(box_room(512))
    turned = ground_reach(np.roll(radiance, 128, axis=1), EYE)
    assert np.allclose(np.roll(turned, -64), ground_reach(radiance, EYE), rtol=0.05)


def test_what_looks_alike_across_the_horizon_is_a_wall():
    """A backdrop of cloth that hangs down and lies on the floor."""
    reach = ground_reach(floor_in_room(6.0, FLOOR), EYE)
    assert reach.max() < 2.0


def test_open_ground_reaches_far():
    reach = ground_reach(floor_in_room(1e3, np.array([0.5, 0.7, 1.0])), EYE)
    assert np.allclose(reach, FARTHEST)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("polyhaven/apartment.hdr", 1.3, 5.0),
        ("polyhaven/lab.hdr", 1.3, 5.0),
        ("blender/studio.exr", 1.3, 3.0),
        ("polyhaven/lobby.hdr", 1.3, 8.0),
        ("polyhaven/sunset.hdr", 8.0, 20.0),
        ("polyhaven/warehouse.hdr", 6.0, 20.0),
        ("blender/city.exr", 8.0, 20.0),
    ],
)
def test_real_maps_reach_as_far_as_one_sees(real_data, name, least, most):
    """The median at least so far, the farthest tenth no farther: judged by eye on the maps."""
    reach = ground_reach(read_map(real_data / "environments" / name), EYE)
    print(f"{name}: median {np.median(reach):.1f} m, nine of ten {np.quantile(reach, 0.9):.1f} m")
    assert np.median(reach) > least and np.quantile(reach, 0.9) <= most
