"""The training loop, on Lightning: what happens at each step, and what a resumed run needs.

The budget is steps, minutes or both; the learning rate follows whichever is further used up:
a short rise, then a cosine down to nothing. A slow copy of the weights (an exponential moving
average) is what is measured and kept.
"""

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import lightning
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from hmr.progress import say, track
from student.augment import Augmentation
from student.batch import Batch, draw, joined
from student.losses import Truth, weighted
from student.mixture import Mixture
from student.model import Student
from student.score import errors_of
from student.source import Source

WATCHED = 384
"""Held-out people that are looked at every round; all of them at the end."""
EVERY = 20
"""Steps between two entries of the history."""


@dataclass(frozen=True)
class Budget:
    """How long to train, and how."""

    minutes: float | int | None = 40.0
    """Wall-clock time of all runs together."""
    steps: int | None = None
    round_steps: int = 200
    """Steps between two checkpoints; a killed run loses at most so many."""
    lr: float = 5e-4
    """Highest learning rate of AdamW."""
    weight_decay: float = 0.02
    warm_up: float = 0.04
    """Share of the budget in which the learning rate rises."""
    ema: float = 0.998
    """How much of the slow copy stays at each step."""
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


class Learner(lightning.LightningModule):
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
        super().__init__()
        self.student, self.slow = student, copy.deepcopy(student.network).eval()
        self.slow.requires_grad_(False)
        self.mixture, self.how, self.budget, self.workers = mixture, how, budget, workers
        self.watched = _some(held_out, WATCHED)
        self.history: list[dict[str, float]] = []
        self.seconds = 0.0
        self.shown = 0.0
        self._since: list[dict[str, Tensor]] = []

    def train_dataloader(self) -> DataLoader:
        """Batches of the next round."""
        size, count = self.student.network.design.crop, self.budget.round_steps
        steps = Steps(self.mixture, self.how, size, self.global_step, count)
        return DataLoader(steps, batch_size=None, num_workers=self.workers)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW; biases, norms and embeddings do not decay."""
        named = [p for p in self.student.network.parameters() if p.requires_grad]
        groups = [
            {"params": [p for p in named if p.ndim > 1], "weight_decay": self.budget.weight_decay},
            {"params": [p for p in named if p.ndim < 2], "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=self.budget.lr)

    def used(self) -> float:
        """Share of the budget that is used up, at most 1."""
        minutes, steps = self.budget.minutes, self.budget.steps
        by_time = self.seconds / 60 / minutes if minutes else 0.0
        return min(1.0, max(by_time, self.global_step / steps if steps else 0.0))

    def on_train_start(self) -> None:
        """Start the clock and the bar."""
        self._mark = time.monotonic()
        self._bar: Iterator[int] = track(range(100), "training the student, %", 100)
        self.shown = 0.0

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Set the learning rate."""
        rate = self.budget.lr * schedule(self.used(), self.budget.warm_up)
        for group in self.optimizers().param_groups:  # pyright: ignore
            group["lr"] = rate

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Loss of a batch."""
        truth = Truth(batch.params, batch.points, batch.pelvis, batch.trust)
        found = self.student.terms(batch.crops.permute(0, 3, 1, 2), batch.place, truth)
        loss = weighted(found, truth.trust, self.student.weights).mean()
        means = {name: term.detach().mean() for name, term in found.items()}
        self._since.append({"loss": loss.detach(), **means})
        return loss

    def on_train_batch_end(self, outputs, batch: Batch, batch_idx: int) -> None:
        """Move the slow copy, keep the books, and stop in time."""
        self._follow()
        now = time.monotonic()
        self.seconds, self._mark = self.seconds + now - self._mark, now
        while self.shown < 100 * self.used():
            next(self._bar, None)
            self.shown += 1
        if self.global_step % EVERY == 0 or self.used() >= 1:
            self._note()
        if self.used() >= 1:
            self.trainer.should_stop = True

    def on_train_epoch_end(self) -> None:
        """Look at some held-out people."""
        if len(self.watched) and self.history:
            means = errors_of(self.slow, self.student.body, self.watched).means()
            self.history[-1] |= {f"held_out_{name}": value for name, value in means.items()}
            words = " ".join(f"{name} {value:.1f}" for name, value in means.items())
            loss, minutes = self.history[-1]["loss"], self.seconds / 60
            say(f"step {self.global_step}, {minutes:.1f} min: loss {loss:.3f}, held-out {words}")

    def on_train_end(self) -> None:
        """Close the bar."""
        for _ in self._bar:
            pass

    def on_save_checkpoint(self, checkpoint: dict) -> None:
        """Keep the books in the checkpoint."""
        checkpoint["throng"] = {"history": self.history, "seconds": self.seconds}

    def on_load_checkpoint(self, checkpoint: dict) -> None:
        """Take the books up again."""
        self.history = checkpoint["throng"]["history"]
        self.seconds = checkpoint["throng"]["seconds"]

    def _note(self) -> None:
        steps, self._since = self._since, []
        means = {name: float(torch.stack([s[name] for s in steps]).mean()) for name in steps[0]}
        self.history.append({"step": self.global_step, "minutes": self.seconds / 60, **means})

    @torch.no_grad()
    def _follow(self) -> None:
        # The first steps are forgotten sooner.
        keep = min(self.budget.ema, (1 + self.global_step) / (10 + self.global_step))
        slow, now = (net.state_dict().values() for net in (self.slow, self.student.network))
        moving = [(a, b) for a, b in zip(slow, now, strict=True) if a.is_floating_point()]
        torch._foreach_lerp_([a for a, _ in moving], [b for _, b in moving], 1 - keep)


def schedule(used: float, warm_up: float) -> float:
    """Learning rate, as a share of the highest, once this share of the budget is used up."""
    if used < warm_up:
        return max(used / warm_up, 0.01)
    return 0.5 * (1 + math.cos(math.pi * (used - warm_up) / (1 - warm_up)))


def _some(source: Source, count: int) -> Source:
    chosen = np.random.default_rng(0).permutation(len(source))[:count]
    return source.take(np.sort(chosen))
