"""The bound: the teacher's network, taught with 3D truth on the same motion.

It reads what the teacher never may, so it lives here. Network, cameras, moments, hiding and
noise are the teacher's; the loss is the distance (L1) to the true skeleton.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from hmr.motion.clip import Clip
from hmr.training import Pace, Training
from teacher.augmentation import Augmentation, disturbed
from teacher.hiding import Patterns
from teacher.learner import source_of
from teacher.lifter import Design, LifterNetwork
from teacher.poses_2d import DISTANCE, FLIP, ROOT, mirrored, normalise
from teacher.projection import Cameras, Sampling, known_joints, moments, seen_by


@dataclass(frozen=True)
class Budget(Pace):
    """How long to train, and how."""

    steps: int | None = 2000
    batch: int = 128
    """Tracks a step."""
    lr: float = 1e-3
    """Highest learning rate (Adam)."""


@dataclass(frozen=True)
class TruePoses:
    """Tracks of poses with their truth."""

    joints: Float[Tensor, "tracks frames joints 2"]
    """On the teacher's plane."""
    known: Float[Tensor, "tracks frames joints"]
    truth: Float[Tensor, "tracks frames joints 3"]
    """About the root, in the teacher's unit: the root is `DISTANCE` away."""


def film(
    clips: Sequence[Clip], sampling: Sampling, cameras: Cameras, rng: np.random.Generator
) -> TruePoses:
    """Film tracks as `teacher.projection.project_clips` does, and keep their depth."""
    seconds = np.array([len(clip) / clip.fps for clip in clips])
    drawn = rng.multinomial(sampling.tracks, seconds / seconds.sum())
    parts = []
    for clip, count in zip(clips, drawn.tolist(), strict=True):
        points, known = known_joints(clip)
        frames = moments(len(clip), clip.fps, count, sampling, rng)
        parts.append((seen_by(points[frames], cameras, rng), known[frames]))
    in_camera, known = (torch.from_numpy(np.concatenate(p)) for p in zip(*parts, strict=True))
    return _true_poses(in_camera.float(), known.float())


def _true_poses(
    in_camera: Float[Tensor, "tracks frames joints 3"], known: Float[Tensor, "tracks frames joints"]
) -> TruePoses:
    pose = normalise(in_camera[..., :2] / in_camera[..., 2:].clamp_min(0.5), known)
    root = in_camera[..., ROOT : ROOT + 1, :]
    size = DISTANCE / (root[..., 0, 2].clamp_min(0.5) * pose.unit)
    return TruePoses(pose.joints, known, (in_camera - root) * size[..., None, None])


class Rounds(Dataset):
    """Batches by step, from one step on: joints, which are known, truth."""

    def __init__(self, poses: TruePoses, batch: int, seed: int, start: int, count: int):
        """Offer `count` batches from step `start` on."""
        self.poses, self.batch, self.seed = poses, batch, seed
        self.start, self.count = start, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor, Tensor]:
        if i >= self.count:
            raise IndexError(i)
        generator = source_of(self.seed, 1, self.start + i)
        rows = torch.randint(len(self.poses.joints), (self.batch,), generator=generator)
        flip = torch.rand((self.batch, 1, 1, 1), generator=generator) < 0.5
        joints, truth = self.poses.joints[rows], self.poses.truth[rows]
        known = self.poses.known[rows]
        return (
            torch.where(flip, mirrored(joints), joints),
            torch.where(flip[..., 0], known[..., FLIP], known),
            torch.where(flip, mirrored(truth), truth),
        )


class Supervised(Training[LifterNetwork]):
    """A lifter that is told the truth."""

    def __init__(
        self,
        poses: TruePoses,
        seed: int,
        design: Design,
        budget: Budget,
        augmentation: Augmentation,
        patterns: Patterns | None = None,
    ):
        """Prepare a run."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            lifter = LifterNetwork(design)
        super().__init__("supervised bound", lifter, budget)
        self.lifter, self.poses, self.seed = lifter, poses, seed
        self.budget, self.augmentation, self.patterns = budget, augmentation, patterns

    def train_dataloader(self) -> DataLoader:
        """Batches of the next round."""
        count = self.round_length()
        rounds = Rounds(self.poses, self.budget.batch, self.seed, self.steps, count)
        return DataLoader(rounds, batch_size=None)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam."""
        return torch.optim.Adam(self.lifter.parameters(), lr=self.budget.lr)

    def training_step(self, batch: Sequence[Tensor], batch_idx: int) -> Tensor:
        """Come nearer to the truth."""
        self.set_rates([self.optimizers()], [self.budget.lr])  # pyright: ignore
        joints, known, truth = batch
        loss = self.loss(joints, known, truth, source_of(self.seed, 2, self.steps))
        self.note({"loss": loss})
        return loss

    def loss(
        self,
        joints: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
        truth: Float[Tensor, "tracks frames joints 3"],
        generator: torch.Generator,
    ) -> Float[Tensor, ""]:
        """Mean distance to the truth of the joints that are known, hidden ones included."""
        shown = disturbed(joints, known, self.augmentation, generator, self.patterns)
        lift = self.lifter(shown.joints, shown.visible)
        lift = replace(lift, plane=lift.plane @ shown.spin)
        far = (lift.points(joints, shown.visible) - truth).abs().sum(-1)
        return (far * known).sum() / known.sum()
