import numpy as np
import pytest

from synth.scenes.cameras import Cameras
from synth.scenes.clear_floors import clear_floors, enough_room, most_room, seen_room
from synth.scenes.ground import BEYOND, IN_FRAME, Ground
from synth.scenes.viewpoints import draw_viewpoint

SETTINGS = Cameras(640, 360, kind=("agora", "corners", "free"))
SECTORS = 256


def views(count=8):
    rng = np.random.default_rng(4)
    return [draw_viewpoint(rng, SETTINGS) for _ in range(count)]


def bumpy(seed):
    """Reaches from 2 to about 14 metres, with gaps between walls."""
    rng = np.random.default_rng(seed)
    return np.repeat(rng.uniform(2, 14, SECTORS // 8), 8)


def reached(reach, view, places):
    """Find how far the ground reaches towards places (x, z)."""
    offset = places - view.foot
    bearing = np.arctan2(offset[:, 0], -offset[:, 1])
    sector = np.floor((bearing / (2 * np.pi) + 0.5) * SECTORS).astype(int) % SECTORS
    return reach[sector], np.linalg.norm(offset, axis=1)


def on_floors(floors, rng, count=400):
    for floor in floors:
        own = rng.uniform(-1, 1, (count, 2)) * floor.half
        x, z = (
            np.array([np.cos(floor.yaw), -np.sin(floor.yaw)]),
            np.array([np.sin(floor.yaw), np.cos(floor.yaw)]),
        )
        places = np.array(floor.centre)[[0, 2]] + own[:, :1] * x + own[:, 1:] * z
        assert floor.holds(places).all()
        yield places


@pytest.mark.parametrize("seed", range(4))
def test_floors_stay_within_the_reach(seed):
    rng, laid = np.random.default_rng(seed), 0
    for view in views():
        reach = bumpy(seed)
        for places in on_floors(clear_floors(reach, view), rng):
            limit, away = reached(reach, view, places)
            assert (away <= limit - 0.3).all()
            laid += 1
    assert laid > 8


def test_floors_cover_most_of_the_ground_that_is_seen():
    rng = np.random.default_rng(0)
    for view in views():
        reach = np.full(SECTORS, 0.5 * (view.near + view.far) + 2.0)
        floors = clear_floors(reach, view)
        ahead = rng.uniform(view.near, view.far, 2000)
        aside = rng.uniform(-1, 1, 2000) * IN_FRAME * view.slope * ahead
        places = np.stack([view.ground(a, b) for a, b in zip(ahead, aside, strict=True)])
        limit, away = reached(reach, view, places)
        clear = away < 0.9 * limit - 0.3
        held = np.any([floor.holds(places) for floor in floors], axis=0)
        assert held[clear].mean() > 0.7 and not held[~clear].any()


def test_on_ground_that_ends_before_the_crowd_begins_nobody_stands():
    for view in views():
        reach = np.full(SECTORS, 0.5 * view.near)
        assert seen_room(reach, view) == 0
        for places in on_floors(clear_floors(reach, view), np.random.default_rng(0)):
            assert not any(Ground(view).allows(place) for place in places)


def test_the_room_that_is_seen_is_that_of_points_strewn():
    rng = np.random.default_rng(1)
    for view in views():
        reach = bumpy(2)
        side = view.far + BEYOND
        wide = IN_FRAME * view.slope * side
        ahead, aside = rng.uniform(0, side, 60_000), rng.uniform(-wide, wide, 60_000)
        right = np.array([-view.forward[1], view.forward[0]])
        places = view.foot + ahead[:, None] * view.forward + aside[:, None] * right
        limit, away = reached(reach, view, places)
        seen = (ahead >= view.near) & (np.abs(aside) <= IN_FRAME * view.slope * ahead)
        strewn = (seen & (away <= 0.9 * limit - 0.3)).mean() * 2 * wide * side
        assert seen_room(reach, view) == pytest.approx(strewn, rel=0.1, abs=0.7)


def test_a_third_of_a_view_or_15_square_metres_do():
    for view in views():
        whole = IN_FRAME * view.slope * ((view.far + BEYOND) ** 2 - view.near**2)
        assert enough_room(view) == pytest.approx(min(15, 0.35 * whole), rel=0.15)


def test_the_most_room_is_that_of_the_best_60_degrees():
    reach = np.full(SECTORS, 2.0)
    reach[:43] = 8.0
    away = 0.9 * 8.0 - 0.3
    for turn in (0, 100, 240):
        assert most_room(np.roll(reach, turn)) == pytest.approx(
            np.pi * 43 / SECTORS * (away**2 - 4)
        )
    assert most_room(np.full(SECTORS, 2.5)) == 0
