import pytest
import torch

from teacher import bones
from teacher.poses_2d import NAMES
from tests.teacher.figures import standing

EVERY = torch.ones(1, len(NAMES))


def test_a_symmetric_person_has_no_symmetry_loss_and_a_long_arm_does():
    points = standing()
    assert bones.symmetry(points, EVERY).item() == pytest.approx(0, abs=1e-9)
    points[0, NAMES.index("left_wrist"), 1] += 0.3
    # One bone differs, by 0.3.
    assert bones.symmetry(points, EVERY).item() == pytest.approx(0.09 / len(bones.LEFT), rel=1e-3)


def test_people_of_two_sizes_but_one_build_have_alike_bones():
    people = torch.cat([standing(), 1.3 * standing()])
    known = torch.ones(2, len(NAMES))
    assert bones.bones_alike(people, known).item() == pytest.approx(0, abs=1e-3)
    people[1, NAMES.index("head_top"), 1] -= 1.0
    assert bones.bones_alike(people, known).item() > 0.02


def test_a_bone_that_grows_along_a_track_is_noticed():
    still = standing().unsqueeze(1).repeat(1, 2, 1, 1)
    known = torch.ones(1, 2, len(NAMES))
    assert bones.bones_along_track(still, known).item() == pytest.approx(0, abs=1e-6)
    still[0, 1, NAMES.index("head_top"), 1] -= 0.5
    assert bones.bones_along_track(still, known).item() > 0.02


def test_the_loss_along_a_track_is_twice_the_mean_distance_from_the_tracks_mean():
    track = standing().unsqueeze(1).repeat(1, 3, 1, 1)
    track[0, 2, NAMES.index("head_top"), 1] -= 0.4
    ratios, _ = bones.proportions(track, torch.ones(1, 3, len(NAMES)))
    expected = 2 * (ratios - ratios.mean(1, keepdim=True)).abs().mean()
    found = bones.bones_along_track(track, torch.ones(1, 3, len(NAMES)))
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_a_bone_seen_once_in_a_track_costs_nothing():
    track = torch.cat([standing(), 2 * standing(0.4)]).unsqueeze(0)
    known = torch.zeros(1, 2, len(NAMES))
    known[:, 0] = 1
    assert bones.bones_along_track(track, known).item() == 0


def test_the_mean_over_nothing_is_nothing():
    assert bones.mean_over(torch.ones(3), torch.zeros(3)).item() == 0
