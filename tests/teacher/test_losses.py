import math

import pytest
import torch

from teacher import losses
from teacher.poses_2d import DISTANCE, NAMES, mirrored

EVERY = torch.ones(1, len(NAMES))


def standing(bend: float = 0.0) -> torch.Tensor:
    """A person who stands upright and faces the camera; knees `bend` towards it."""
    places = {
        **{"pelvis": (0, 0, 0), "spine2": (0, -0.3, 0), "neck": (0, -0.7, 0)},
        **{"nose": (0, -0.85, -0.1), "head_top": (0, -1.0, 0)},
    }
    # Facing the camera, the person's left is on the right of the image.
    for side, x in (("left", 1), ("right", -1)):
        places |= {
            f"{side}_hip": (0.15 * x, 0, 0),
            f"{side}_knee": (0.15 * x, 0.6, -bend),
            f"{side}_ankle": (0.15 * x, 1.2, 0),
            f"{side}_shoulder": (0.25 * x, -0.7, 0),
            f"{side}_elbow": (0.25 * x, -0.3, 0),
            f"{side}_wrist": (0.25 * x, 0.1, 0),
        }
    return torch.tensor([[places[name] for name in NAMES]], dtype=torch.float32)


def test_an_undecided_critic_costs_either_side_log_two():
    undecided = torch.zeros(4)
    assert losses.adversarial(undecided).item() == pytest.approx(math.log(2))
    assert losses.criticism(undecided, undecided).item() == pytest.approx(2 * math.log(2))


def test_the_gradient_penalty_of_a_linear_critic_is_its_squared_slope():
    joints = torch.zeros(3, len(NAMES), 2, requires_grad=True)
    penalty = losses.gradient_penalty((joints * 2 * DISTANCE).sum((-2, -1)), joints)
    assert penalty.item() == pytest.approx(4 * 2 * len(NAMES))


def test_consistency_counts_known_joints_only():
    first, again = torch.zeros(1, len(NAMES), 3), torch.zeros(1, len(NAMES), 3)
    again[0, 0], again[0, 1] = torch.tensor([1.0, 2.0, 2.0]), 100.0
    known = EVERY.clone()
    known[0, 1] = 0
    expected = 9 / (len(NAMES) - 1)
    assert losses.consistency_3d(again, first, known).item() == pytest.approx(expected)
    flat = losses.consistency_2d(again[..., :2], first[..., :2], known).item()
    assert flat == pytest.approx(DISTANCE * 3 / (len(NAMES) - 1))


def test_filling_is_the_distance_of_hidden_joints():
    hidden = torch.zeros(1, len(NAMES))
    hidden[0, 3] = 1
    guess, joints = torch.ones(1, len(NAMES), 2), torch.zeros(1, len(NAMES), 2)
    assert losses.filling(guess, joints, hidden).item() == pytest.approx(2 * DISTANCE)


def test_a_symmetric_person_has_no_symmetry_loss_and_a_long_arm_does():
    points = standing()
    assert losses.symmetry(points, EVERY).item() == pytest.approx(0, abs=1e-9)
    points[0, NAMES.index("left_wrist"), 1] += 0.3
    # Of six bones one differs, by 0.3.
    assert losses.symmetry(points, EVERY).item() == pytest.approx(0.09 / 6, rel=1e-3)


def test_knees_may_bend_forwards_but_not_backwards():
    assert losses.knees_forward(standing(0.2), EVERY).item() == 0
    assert losses.knees_forward(standing(-0.2), EVERY).item() == pytest.approx(0.2)


def test_the_depth_mirror_of_a_person_bends_its_knees_backwards():
    points = standing(0.2) * torch.tensor([1.0, 1.0, -1.0])
    assert losses.knees_forward(points, EVERY).item() == pytest.approx(0.2)


def test_the_left_right_mirror_of_a_person_is_a_person():
    points = mirrored(standing(0.2))
    assert losses.knees_forward(points, EVERY).item() == 0
    assert torch.allclose(mirrored(points), standing(0.2))


def test_people_of_two_sizes_but_one_build_have_alike_bones():
    people = torch.cat([standing(), 1.3 * standing()])
    known = torch.ones(2, len(NAMES))
    assert losses.bones_alike(people, known).item() == pytest.approx(0, abs=1e-3)
    people[1, NAMES.index("head_top"), 1] -= 1.0
    assert losses.bones_alike(people, known).item() > 0.02


def test_a_bone_that_grows_along_a_track_is_noticed():
    still = standing().unsqueeze(1).repeat(1, 2, 1, 1)
    known = torch.ones(1, 2, len(NAMES))
    assert losses.bones_along_track(still, known).item() == pytest.approx(0, abs=1e-6)
    still[0, 1, NAMES.index("head_top"), 1] -= 0.5
    assert losses.bones_along_track(still, known).item() > 0.02
