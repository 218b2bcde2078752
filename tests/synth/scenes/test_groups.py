from itertools import pairwise

import numpy as np
import pytest

from synth.people.poses import ELSE, SIT, STAND, WALK
from synth.scenes.cameras import Cameras
from synth.scenes.ground import Ground
from synth.scenes.groups import KINDS, opposing, pair, plan, queue, row, stream
from synth.scenes.viewpoints import draw_viewpoint


def looks(yaw):
    return np.array([np.sin(yaw), np.cos(yaw)])


def turned(a, b):
    return np.abs((a - b + np.pi) % (2 * np.pi) - np.pi)


def test_a_pair_talks_at_arms_length():
    for seed in range(40):
        (ax, az, ayaw), (bx, bz, byaw) = pair(np.random.default_rng(seed), 2)
        to_other = np.array([bx - ax, bz - az])
        assert 0.5 <= np.linalg.norm(to_other) <= 0.9
        # Within 45 degrees of facing each other.
        assert looks(ayaw) @ to_other > 0.7 * np.linalg.norm(to_other)
        assert looks(byaw) @ -to_other > 0.7 * np.linalg.norm(to_other)


def test_people_in_a_queue_look_at_the_back_of_the_next():
    for seed in range(20):
        places = queue(np.random.default_rng(seed), 6)
        for (x, z, yaw), (ahead_x, ahead_z, _) in pairwise(places):
            step = np.array([ahead_x - x, ahead_z - z])
            assert looks(yaw) @ step > 0.85 * np.linalg.norm(step)


def test_people_in_a_row_look_the_same_way_across_it():
    places = row(np.random.default_rng(1), 4)
    assert len({yaw for _, _, yaw in places}) == 1
    across = np.array(places[1][:2]) - np.array(places[0][:2])
    assert abs(across @ looks(places[0][2])) < 1e-9


def test_streams_have_one_heading_and_opposing_ones_two():
    same = [yaw for _, _, yaw in stream(np.random.default_rng(2), 8)]
    assert max(turned(yaw, same[0]) for yaw in same) < 1e-9
    both = [yaw for _, _, yaw in opposing(np.random.default_rng(2), 8)]
    against = [turned(yaw, both[0]) > 3 for yaw in both]
    assert 2 <= sum(against) <= 6


def test_nobody_in_a_group_stands_on_another():
    for kinds in KINDS.values():
        for kind in kinds:
            if kind.offsets.__name__ == "loose":
                continue
            for seed in range(10):
                size = int(np.random.default_rng(seed).integers(kind.size[0], kind.size[1] + 1))
                places = np.array(kind.offsets(np.random.default_rng(seed), size))[:, :2]
                apart = np.linalg.norm(places[:, None] - places, axis=-1)
                assert apart[~np.eye(size, dtype=bool)].min() > 0.4


@pytest.mark.parametrize("count", [1, 2, 15, 60])
def test_everybody_gets_one_slot_in_a_group_of_those_who_do_the_same(count):
    rng = np.random.default_rng(3)
    doings = [str(d) for d in rng.choice([STAND, WALK, SIT, ELSE], count, p=[0.5, 0.3, 0.1, 0.1])]
    view = draw_viewpoint(rng, Cameras(640, 360, views=((28.0, 10.0),)))
    slots = plan(rng, Ground(view), doings)
    assert sorted(number for number, _ in slots) == list(range(count))
    by_group = {}
    for number, slot in slots:
        by_group.setdefault(slot.group, set()).add(doings[number])
    assert all(len(kinds) == 1 for kinds in by_group.values())
