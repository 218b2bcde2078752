"""The student's training loop: what happens at each step (`hmr.training` does the rest)."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from hmr.progress import say
from hmr.training import Pace, Training, cosine
from student.augment import Augmentation
from student.batch import Batch, draw, joined
from student.losses import Truth, weighted
from student.mixture import Mixture
from student.model import Student
from student.network import Network
from student.score import errors_of
from student.source import Source

WATCHED = 384
"""Held-out people that are looked at every round; all of them at the end."""


@dataclass(frozen=True)
class Budget(Pace):
    """How long to train, and how."""

    minutes: float | int | None = 40.0
    lr: float = 1e-3
    """Highest learning rate of AdamW."""
    weight_decay: float = 0.02
    warm_up: float = 0.04
    """Share of the budget in which the learning rate rises."""
    clip: float = 20.0
    """Longest gradient."""


class Steps(Dataset):
    """Batches by step, from one step on."""

    def __init__(self, mixture: Mixture, how: Augmentation, size: int, start: int, count: int):
        """Offer `count` batches from step `start` on."""
        self.mixture, self.how, self.size = mixture, how, size
        self.start, self.count = start, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, i: int) -> Batch:
        if i >= self.count:
            raise IndexError(i)
        step = self.start + i
        rng = np.random.default_rng([self.mixture.seed, 1, step])
        rows = zip(self.mixture.sources, self.mixture.rows(step), strict=True)
        parts = [draw(source, r, self.size, self.how, rng) for source, r in rows if len(r)]
        return joined(parts)


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
        steps = Steps(self.mixture, self.how, size, self.steps, self.round_length())
        return DataLoader(steps, batch_size=None, num_workers=self.workers)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW; biases, norms and embeddings do not decay."""
        named = [p for p in self.student.network.parameters() if p.requires_grad]
        groups = [
            {"params": [p for p in named if p.ndim > 1], "weight_decay": self.budget.weight_decay},
            {"params": [p for p in named if p.ndim < 2], "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=self.budget.lr)

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Set the learning rate."""
        rate = self.budget.lr * cosine(self.used(), self.budget.warm_up)
        for group in self.optimizers().param_groups:  # pyright: ignore
            group["lr"] = rate

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Loss of a batch."""
        truth = Truth(batch.params, batch.points, batch.pelvis, batch.trust)
        found = self.student.terms(batch.crops.permute(0, 3, 1, 2), batch.place, truth)
        loss = weighted(found, truth.trust, self.student.weights).mean()
        self.note({"loss": loss, **{name: term.mean() for name, term in found.items()}})
        return loss

    def on_train_epoch_end(self) -> None:
        """Look at some held-out people."""
        if len(self.watched) and self.history:
            means = errors_of(self.slow, self.student.body, self.watched).means()
            self.history[-1] |= {f"held_out_{name}": value for name, value in means.items()}
            words = " ".join(f"{name} {value:.1f}" for name, value in means.items())
            loss, minutes = self.history[-1]["loss"], self.seconds / 60
            say(f"step {self.steps}, {minutes:.1f} min: loss {loss:.3f}, held-out {words}")


def _some(source: Source, count: int) -> Source:
    chosen = np.random.default_rng(0).permutation(len(source))[:count]
    return source.take(np.sort(chosen))
