import torch

from teacher.poses_2d import FLIP, NAMES, ROOT, mirrored
from teacher.proportions import with_other_limbs
from tests.teacher.figures import standing


def changed(points: torch.Tensor, spread: float, seed: int = 0) -> torch.Tensor:
    return with_other_limbs(points, spread, torch.Generator().manual_seed(seed))


def bone(points: torch.Tensor, first: str, second: str) -> torch.Tensor:
    return points[..., NAMES.index(second), :] - points[..., NAMES.index(first), :]


def test_without_spread_nothing_changes():
    points = torch.randn(3, 2, len(NAMES), 3)
    points = points - points[..., ROOT : ROOT + 1, :]
    torch.testing.assert_close(changed(points, 0.0), points)


def test_limbs_keep_their_directions_and_change_their_lengths():
    points = standing(0.1).repeat(50, 1, 1, 1)
    other = changed(points, 0.2)
    for pair in (("left_hip", "left_knee"), ("right_elbow", "right_wrist"), ("pelvis", "left_hip")):
        ratio = bone(other, *pair).norm(dim=-1) / bone(points, *pair).norm(dim=-1)
        apart = torch.nn.functional.cosine_similarity(bone(other, *pair), bone(points, *pair), -1)
        assert apart.min() > 0.9999
        assert 0.1 < ratio.log().std() < 0.3


def test_left_and_right_are_alike_and_so_are_all_frames_of_a_track():
    points = standing(0.1).repeat(4, 3, 1, 1)
    other = changed(points, 0.2)
    torch.testing.assert_close(mirrored(other), other)
    torch.testing.assert_close(other, other[:, :1].expand_as(other))
    assert len(FLIP) == len(NAMES)


def test_every_joint_but_the_root_can_move():
    points = standing(0.1).repeat(20, 1, 1, 1)
    spread = changed(points, 0.2).std(0).norm(dim=-1)[0]
    moving = {name for name, far in zip(NAMES, spread.tolist(), strict=True) if far > 0.01}
    assert moving == set(NAMES) - {"pelvis"}
