import torch

from teacher.poses_2d import ADULT_BONES, NAMES
from teacher.size import LEAST, to_adult

ALL = torch.ones(len(NAMES), dtype=torch.bool)


def skeleton() -> torch.Tensor:
    """Joints in a row, one after the other, so that every bone has a length of its own."""
    points = torch.zeros(len(NAMES), 3)
    for side, x in (("left", 0.2), ("right", -0.2)):
        y = 0.0
        for name in ("ankle", "knee", "hip", "shoulder", "elbow", "wrist"):
            points[NAMES.index(f"{side}_{name}")] = torch.tensor([x, y, 0.0])
            y -= _length(name)
    return points


def _length(name: str) -> float:
    after = {"ankle": ("knee", "ankle"), "knee": ("hip", "knee"), "hip": ("shoulder", "hip")}
    after |= {"shoulder": ("shoulder", "elbow"), "elbow": ("elbow", "wrist")}
    return ADULT_BONES[after[name]] if name in after else 0.0


def test_an_adult_stays_as_large_as_they_are():
    assert torch.allclose(to_adult(skeleton(), torch.ones(len(NAMES)), ALL), torch.tensor(1.0))


def test_size_takes_away_whatever_scale_a_skeleton_had():
    points = torch.randn(3, len(NAMES), 3)
    visible = torch.ones(3, len(NAMES))
    factor = to_adult(points, visible, ALL)
    assert torch.allclose(to_adult(points * 7, visible, ALL) * 7, factor)


def test_guessed_bones_do_not_count_while_enough_are_seen():
    points, visible = skeleton(), torch.ones(len(NAMES))
    visible[[NAMES.index("left_wrist"), NAMES.index("left_ankle")]] = 0
    points[NAMES.index("left_wrist")] += 5
    assert torch.allclose(to_adult(points, visible, ALL), torch.tensor(1.0))


def test_with_too_few_bones_in_sight_guessed_ones_help():
    points, visible = skeleton(), torch.zeros(len(NAMES))
    visible[[NAMES.index("left_hip"), NAMES.index("left_knee")]] = 1
    points[NAMES.index("left_knee")] += torch.tensor([0.0, 3.0, 0.0])
    assert LEAST > 1
    assert 0.2 < to_adult(points, visible, ALL) < 1


def test_nothing_is_sized_by_joints_that_were_never_learned():
    nothing = ~ALL
    assert to_adult(skeleton() * 3, torch.ones(len(NAMES)), nothing) == 1
