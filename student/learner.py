"""The student's training loop: what happens at each step (`hmr.training` does the rest)."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from hmr.progress import say
from hmr.training import Pace, Training, cosine
from student.augment import Augmentation
from student.batch import Batch, draw, joined, unseen
from student.joint_head import JointHead
from student.losses import lifting, weighted
from student.mixture import Mixture
from student.model import Student
from student.network import Network
from student.score import errors_of
from student.source import Source

WATCHED = 192
"""Held-out people that are looked at every round; all of them at the end."""


@dataclass(frozen=True)
class Budget(Pace):
    """How long to train, and how."""

    minutes: float | int | None = 40.0
    lr: float = 1.5e-3
    """Highest learning rate of AdamW."""
    weight_decay: float = 0.02
    warm_up: float = 0.04
    """Share of the budget in which the learning rate rises."""
    clip: float = 20.0
    """Longest gradient."""


@dataclass(frozen=True)
class Step:
    """What one step learns from."""

    seen: Batch
    unseen: Batch | None
    """People of whom labels alone are learned from."""

    def to(self, *args, **kwargs) -> "Step":
        """Move every tensor, as `torch.Tensor.to` does."""
        unseen = None if self.unseen is None else self.unseen.to(*args, **kwargs)
        return Step(self.seen.to(*args, **kwargs), unseen)


class Steps(Dataset):
    """Batches by step, from one step on."""

    def __init__(
        self,
        mixture: Mixture,
        how: Augmentation,
        size: int,
        start: int,
        count: int,
        share: tuple[int, int] = (0, 1),
    ):
        """Offer `count` batches from step `start` on; of each, the first of so many shares."""
        self.mixture, self.how, self.size = mixture, how, size
        self.start, self.count, self.share = start, count, share

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, i: int) -> Step:
        if i >= self.count:
            raise IndexError(i)
        mixture, (rank, of) = self.mixture, self.share
        rng = np.random.default_rng([mixture.seed, 1, self.start + i, rank])
        # A walk through all sources in turn, so that shares are alike in size.
        rows = mixture.rows(self.start + i)
        first = np.cumsum([0, *map(len, rows)])
        mine = [r[(rank - start) % of :: of] for r, start in zip(rows, first, strict=False)]
        taken = list(zip(mixture.sources, mine, strict=True))
        parts = [draw(source, r, self.size, self.how, rng) for source, r in taken if len(r)]
        return Step(joined(parts), self._unseen(rng))

    def _unseen(self, rng: np.random.Generator) -> Batch | None:
        counts = rng.multinomial(self.mixture.labels // self.share[1], self.mixture.ratio)
        taken = list(zip(self.mixture.sources, counts, strict=True))
        parts = [unseen(s, rng.integers(0, len(s), k), self.how, rng) for s, k in taken if k]
        return joined(parts) if parts else None


class Learner(Training[Network]):
    """A student under training."""

    def __init__(
        self,
        student: Student,
        mixture: Mixture,
        held_out: Source,
        how: Augmentation,
        budget: Budget,
        workers: int = 0,
    ):
        """Prepare a run; `student` is trained in place."""
        super().__init__("student", student.network, budget)
        self.student = student
        self.mixture, self.how, self.budget, self.workers = mixture, how, budget, workers
        self.watched = _some(held_out, WATCHED)

    def train_dataloader(self) -> DataLoader:
        """Batches of the next round."""
        size = self.student.network.design.crop
        share = (self.global_rank, self.trainer.world_size)
        steps = Steps(self.mixture, self.how, size, self.steps, self.round_length(), share)
        return DataLoader(steps, batch_size=None, num_workers=self.workers)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW; biases, norms and embeddings do not decay."""
        named = [p for p in self.student.network.parameters() if p.requires_grad]
        groups = [
            {"params": [p for p in named if p.ndim > 1], "weight_decay": self.budget.weight_decay},
            {"params": [p for p in named if p.ndim < 2], "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=self.budget.lr, fused=True)

    def on_train_batch_start(self, batch: object, batch_idx: int) -> None:
        """Set the learning rate."""
        rate = self.budget.lr * cosine(self.used(), self.budget.warm_up)
        for group in self.optimizers().param_groups:  # pyright: ignore
            group["lr"] = rate

    def training_step(self, batch: Step, batch_idx: int) -> Tensor:
        """Loss of a batch, and of the labels that come with it."""
        seen, labels = batch.seen, batch.unseen
        found = self.student.terms(seen.crops.permute(0, 3, 1, 2), seen.place, seen.truth())
        loss = weighted(found, seen.trust, self.student.weights).mean()
        means = {name: term.mean() for name, term in found.items()}
        if labels is not None and isinstance(head := self.student.network.head, JointHead):
            lift = self._lift(head, labels)
            loss, means = loss + self.student.weights.lift * lift, means | {"lift": lift}
        self.note({"loss": loss, **means})
        return loss

    def _lift(self, head: JointHead, labels: Batch) -> Float[Tensor, ""]:
        seed = 1_000_003 * self.mixture.seed + 31 * self.steps + self.global_rank
        generator = torch.Generator().manual_seed(seed)
        weights = self.student.weights
        lost = lifting(head, labels.truth(), labels.place, weights, generator)
        return (labels.trust * lost).mean()

    def on_train_epoch_end(self) -> None:
        """Look at some held-out people."""
        if self.global_rank == 0 and len(self.watched) and self.history:
            means = errors_of(self.slow, self.student.body, self.watched).means()
            self.history[-1] |= {f"held_out_{name}": value for name, value in means.items()}
            words = " ".join(f"{name} {value:.1f}" for name, value in means.items())
            loss, minutes = self.history[-1]["loss"], self.seconds / 60
            say(f"step {self.steps}, {minutes:.1f} min: loss {loss:.3f}, held-out {words}")


def _some(source: Source, count: int) -> Source:
    chosen = np.random.default_rng(0).permutation(len(source))[:count]
    return source.take(np.sort(chosen))
