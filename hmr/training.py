"""What every training needs, on Lightning: a budget, a slow copy of the weights, books, resuming.

The budget is steps, minutes or both; whatever follows it follows whichever is further used up. The
slow copy (an exponential moving average) is what is measured and kept.
"""

import copy
import hashlib
import json
import logging
import math
import signal
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.core.optimizer import LightningOptimizer
from lightning.pytorch.strategies import DDPStrategy
from torch import Tensor, nn
from torch.distributed.algorithms.ddp_comm_hooks.default_hooks import fp16_compress_hook
from torch.optim import Optimizer

from hmr.progress import say, track

Trained = TypeVar("Trained", bound=nn.Module)
LAST = "last.ckpt"
EVERY = 20
"""Steps between two entries of the history."""


@dataclass(frozen=True)
class Pace:
    """How long to train."""

    minutes: float | int | None = None
    """Wall-clock time of all runs together."""
    steps: int | None = None
    round_steps: int = 200
    """Steps between two checkpoints; a killed run loses at most so many."""
    ema: float = 0.998
    """How much of the slow copy stays at each step."""


class Training(lightning.LightningModule, Generic[Trained]):
    """A network under training until a budget is used up. What a step does is the subclass's."""

    def __init__(self, name: str, network: Trained, pace: Pace):
        """Prepare a run of what is called `name` on the bar; `network` is trained in place."""
        super().__init__()
        self.slow: Trained = copy.deepcopy(network).eval().requires_grad_(False)
        self.history: list[dict[str, float]] = []
        self.steps, self.seconds = 0, 0.0
        self._name, self._pace, self._shown = name, pace, 0
        # The network is the subclass's own; a tuple keeps it from being a part of both.
        self._followed = (network,)
        self._since: list[Mapping[str, Tensor]] = []

    def used(self) -> float:
        """Share of the budget that is used up, at most 1."""
        minutes, steps = self._pace.minutes, self._pace.steps
        by_time = self.seconds / 60 / minutes if minutes else 0.0
        return min(1.0, max(by_time, self.steps / steps if steps else 0.0))

    def round_length(self) -> int:
        """Count the steps to the next checkpoint."""
        left = self._pace.steps - self.steps if self._pace.steps else self._pace.round_steps
        return max(1, min(self._pace.round_steps, left))

    def note(self, terms: Mapping[str, Tensor]) -> None:
        """Enter a step's numbers in the books, of which means are kept."""
        self._since.append({name: term.detach() for name, term in terms.items()})

    def set_rates(
        self,
        optimisers: Iterable[Optimizer | LightningOptimizer],
        rates: Sequence[float],
        rise: float = 0.0,
    ) -> None:
        """Set the rate of each group of parameters: a cosine from its highest to a fiftieth."""
        share = 0.02 + 0.98 * cosine(self.used(), rise)
        groups = [group for optimiser in optimisers for group in optimiser.param_groups]
        for group, rate in zip(groups, rates, strict=True):
            group["lr"] = rate * share

    def on_train_start(self) -> None:
        """Start the clock and the bar."""
        self._mark = time.monotonic()
        bar = track(range(100), f"training the {self._name}, %", 100)
        self._bar: Iterator[int] = bar if self.global_rank == 0 else iter(range(100))
        self._shown = 0

    def on_train_batch_end(self, outputs, batch, batch_idx: int) -> None:
        """Move the slow copy, keep the books, and stop in time."""
        self.steps += 1
        self._follow()
        now = time.monotonic()
        self.seconds, self._mark = _of_first(self.seconds + now - self._mark), now
        while self._shown < 100 * self.used():
            next(self._bar, None)
            self._shown += 1
        if self.steps % EVERY == 0 or self.used() >= 1:
            self._close_books()
        if self.used() >= 1:
            self.trainer.should_stop = True

    def on_train_end(self) -> None:
        """Close the bar."""
        for _ in self._bar:
            pass

    def on_save_checkpoint(self, checkpoint: dict) -> None:
        """Keep the books in the checkpoint."""
        books = {"history": self.history, "seconds": self.seconds, "steps": self.steps}
        checkpoint["throng"] = books

    def on_load_checkpoint(self, checkpoint: dict) -> None:
        """Take the books up again."""
        books = checkpoint["throng"]
        self.history, self.seconds = books["history"], books["seconds"]
        self.steps = books["steps"]

    def _close_books(self) -> None:
        steps, self._since = self._since, []
        means = {name: float(torch.stack([s[name] for s in steps]).mean()) for name in steps[0]}
        self.history.append({"step": self.steps, "minutes": self.seconds / 60, **means})

    @torch.no_grad()
    def _follow(self) -> None:
        # The first steps are forgotten sooner.
        keep = min(self._pace.ema, (1 + self.steps) / (10 + self.steps))
        slow, now = (net.state_dict().values() for net in (self.slow, *self._followed))
        moving = [(a, b) for a, b in zip(slow, now, strict=True) if a.is_floating_point()]
        torch._foreach_lerp_([a for a, _ in moving], [b for _, b in moving], 1 - keep)


def _of_first(number: float) -> float:
    """Agree on the first process' number."""
    if not torch.distributed.is_initialized():
        return number
    shared = torch.tensor([number], dtype=torch.float64)
    torch.distributed.broadcast(shared, 0)
    return float(shared)


def cosine(used: float, rise: float = 0.0) -> float:
    """Learning rate as a share of the highest: up to it in a `rise`, then a cosine down to 0."""
    if used < rise:
        return max(used / rise, 0.01)
    return 0.5 * (1 + math.cos(math.pi * (used - rise) / (1 - rise)))


def mark_of(settings: object) -> str:
    """Tell apart trainings that would end differently, by all that they depend on."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def train(training: Training, folder: Path, processes: int = 1, **options) -> None:
    """Train until the budget is used up, from where an earlier run with this folder stopped.

    Nothing is done to what an earlier run has finished, but that it is read.

    Args:
        training: What to train.
        folder: Of the checkpoints; one for each `mark_of` what the training depends on.
        processes: Copies of this process that each take a share of every batch and compute with
            one thread; on a CPU that is faster than threads. This process must not have computed
            with several threads before.
        options: More for `lightning.Trainer`.
    """
    last = folder / LAST
    if last.exists() and _read(training, last).used() >= 1:
        return
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    trainer = lightning.Trainer(
        accelerator="gpu" if torch.cuda.is_available() else "cpu",
        devices=processes,
        strategy=_strategy(processes),
        use_distributed_sampler=False,
        max_epochs=-1,
        callbacks=[_keeper(folder)],
        reload_dataloaders_every_n_epochs=1,
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        **options,
    )
    if last.exists():
        say(f"{last}: going on from there")
    with warnings.catch_warnings():
        # Lightning advises on workers and loggers, which are chosen on purpose.
        warnings.simplefilter("ignore")
        _until_done(trainer, training, last if last.exists() else None)
    if processes > 1:
        _read(training, last)


def _read(training: Training, checkpoint: Path) -> Training:
    done = torch.load(checkpoint, map_location="cpu", weights_only=True)
    training.load_state_dict(done["state_dict"])
    training.on_load_checkpoint(done)
    return training


def _strategy(processes: int) -> str | DDPStrategy:
    if processes == 1:
        return "auto"
    # Gradients travel in half precision: on a CPU that takes a tenth of the step otherwise.
    return DDPStrategy(
        start_method="fork",
        process_group_backend="gloo",
        ddp_comm_hook=fp16_compress_hook,
        broadcast_buffers=False,
        gradient_as_bucket_view=True,
    )


def _keeper(folder: Path) -> ModelCheckpoint:
    # Lightning writes its own "last" only beside a best one, so the newest is called that here.
    return ModelCheckpoint(
        folder,
        filename=Path(LAST).stem,
        save_top_k=1,
        save_on_train_epoch_end=True,
        enable_version_counter=False,
    )


def _until_done(trainer: lightning.Trainer, training: Training, last: Path | None) -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        trainer.fit(training, ckpt_path=last, weights_only=True)
    except SystemExit:
        # Lightning turns Ctrl-C into an exit without a word, and Ctrl-C off.
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)
