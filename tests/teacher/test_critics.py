import math

import pytest
import torch

from teacher.critics import Critics
from teacher.discriminator import MotionDiscriminator, movements, step_of
from teacher.lifter import Design
from teacher.losses import Weights
from teacher.poses_2d import DISTANCE, NAMES

SIZE = Design(16, 1)


def track(frames: int = 2, seed: int = 0) -> torch.Tensor:
    source = torch.Generator().manual_seed(seed)
    return torch.randn(3, frames, len(NAMES), 2, generator=source) / DISTANCE


def critic_of_motion() -> MotionDiscriminator:
    torch.manual_seed(0)
    return MotionDiscriminator(SIZE)


@pytest.mark.parametrize("frames", [2, 3, 9, 27])
def test_movements_span_about_a_quarter_of_a_track(frames):
    known = torch.ones(1, frames, len(NAMES))
    assert step_of(frames) == max(1, (frames - 1) // 4)
    judged = critic_of_motion()(track(frames)[:1], known)
    assert judged.shape == movements(known).shape[:2] == (1, frames - step_of(frames))


def test_the_critic_of_motion_tells_a_movement_from_its_reverse():
    judge, there = critic_of_motion(), torch.ones(3, 2, len(NAMES))
    poses = track()
    assert not torch.allclose(judge(poses, there), judge(poses.flip(1), there))


def test_joints_known_at_one_end_alone_do_not_move():
    judge, known = critic_of_motion(), torch.ones(3, 2, len(NAMES))
    known[:, 1, 4] = 0
    poses = track()
    other = poses.clone()
    other[:, 1, 4] += 1
    assert torch.equal(judge(poses, known), judge(other, known))


def test_a_critic_learns_to_tell_people_from_noise():
    torch.manual_seed(0)
    critics, known = Critics(SIZE), torch.ones(3, 2, len(NAMES))
    optimiser = torch.optim.Adam(critics.parameters(), lr=1e-2)
    real, fake = track(seed=1), track(seed=2)
    before = critics.criticism(real, fake, known, Weights(gradient=0.0)).item()
    for _ in range(60):
        optimiser.zero_grad()
        critics.criticism(real, fake, known, Weights(gradient=0.0)).backward()
        optimiser.step()
    after = critics.criticism(real, fake, known, Weights(gradient=0.0)).item()
    assert after < 0.2 * before
    assert all(term.item() > 2 for term in critics.judged(fake, known).values())


def test_a_loss_switched_off_teaches_its_critic_nothing():
    critics, known = Critics(SIZE), torch.ones(3, 2, len(NAMES))
    critics.criticism(track(), track(seed=2), known, Weights(motion=0.0)).backward()
    silent = [part.grad for part in critics.moves.parameters()]
    assert all(grad is None for grad in silent)
    assert any(part.grad is not None for part in critics.poses.parameters())
    nothing = critics.criticism(track(), track(), known, Weights(motion=0.0, adversarial=0.0))
    nothing.backward()
    assert nothing.item() == 0


def test_single_poses_have_no_movement_to_judge():
    known = torch.ones(3, 1, len(NAMES))
    assert set(Critics(SIZE).judged(track(1), known)) == {"adversarial"}


def test_a_track_whose_second_frame_is_missing_is_judged_by_its_first():
    critics, known = Critics(SIZE), torch.ones(3, 2, len(NAMES))
    known[:, 1] = 0
    terms = critics.judged(track(), known)
    assert terms["motion"].item() == 0
    first = critics.judged(track()[:, :1], known[:, :1])
    assert terms["adversarial"].item() == pytest.approx(first["adversarial"].item())
    assert math.isfinite(terms["adversarial"].item())
