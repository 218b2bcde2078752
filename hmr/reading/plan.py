"""Which people make which batch of which epoch: all from the seed, none of it from what was read.

Each set is gone through again and again, every time in another order: shards, and the images of a
shard, are shuffled. Places in batches are dealt to the sets by their shares. A rank has a run of
batches; its lanes (one a worker process) take turns to make one, each from its own run of people.
Runs meet end to end, so nobody is left out or read twice, and an image is read by one lane, or by
two where a run ends in the midst of its people.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from hmr.errors import InputError
from hmr.reading.people import People
from hmr.reading.ratio import dealt

_SETS, _BUFFERS = 0, 1
"""What random numbers are for."""


@dataclass(frozen=True)
class Plan:
    """What the order of reading follows from."""

    sizes: tuple[int, ...]
    """People of each set."""
    shares: tuple[float, ...]
    batch: int
    """People of a batch at most; all batches of an epoch are of one size, or one less."""
    ranks: int = 1
    lanes: int = 1

    def __post_init__(self) -> None:
        if sum(self.sizes) < self.ranks:
            raise InputError(f"{sum(self.sizes)} people are too few to share among {self.ranks}")

    @property
    def batches(self) -> int:
        """Batches of an epoch on each rank."""
        total = sum(self.sizes)
        # No batch may be empty: of single people, some come in pairs where ranks do not divide.
        return min(-(-total // (self.ranks * self.batch)), total // self.ranks)

    def edges(self, epoch: int) -> Int[np.ndarray, "edges sets"]:
        """How many people of each set were seen, ever, before each batch of an epoch, and after.

        Batches of the first rank come first.
        """
        total, count = sum(self.sizes), self.ranks * self.batches
        places = epoch * total + np.arange(count + 1) * total // count
        return np.stack([dealt(place, self.shares) for place in places.tolist()])


@dataclass(frozen=True)
class Run:
    """The part of an epoch that one lane makes."""

    counts: Int[np.ndarray, "batches sets"]
    """People of each set in each of the lane's batches."""
    starts: tuple[int, ...]
    """How many people of each set were seen, ever, before the lane's own."""


def run_of(plan: Plan, epoch: int, rank: int, lane: int) -> Run:
    """Cut out what one lane of a rank does in an epoch."""
    edges = plan.edges(epoch)
    counts = np.diff(edges, axis=0).reshape(plan.ranks, plan.batches, -1)
    own = [[turns[i :: plan.lanes] for i in range(plan.lanes)] for turns in counts]
    before = [part.sum(0) for r, lanes in enumerate(own) for part in lanes[: _upto(r, rank, lane)]]
    starts = edges[0] + np.sum(before, 0, dtype=int) if before else edges[0]
    return Run(own[rank][lane], tuple(starts.tolist()))


def _upto(rank: int, wanted: int, lane: int) -> int | None:
    """How many lanes of a rank lie before a lane of the wanted rank; None for all."""
    return None if rank < wanted else lane if rank == wanted else 0


def walk(
    people: People, start: int, stop: int, seed: Sequence[int] | None
) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " n"]]:
    """People of a set from the start-th to the stop-th ever seen, and the number of each's image.

    Images are numbered on through the rounds. Without a seed, every round is in order.
    """
    n = len(people)
    if stop <= start:
        return np.zeros(0, int), np.zeros(0, int)
    rounds = range(start // n, (stop - 1) // n + 1)
    order = np.concatenate([_round(people, None if seed is None else [*seed, r]) for r in rounds])
    cut = slice(start - rounds[0] * n, stop - rounds[0] * n)
    image = people.image[order] + np.repeat(np.array(rounds), n) * len(people.keys)
    return order[cut], image[cut]


def _round(people: People, seed: Sequence[int] | None) -> Int[np.ndarray, " people"]:
    if seed is None:
        return np.arange(len(people))
    rng = np.random.default_rng([*seed, _SETS])
    shards, images = rng.permutation(len(people.shards)), rng.permutation(len(people.keys))
    return np.lexsort((people.row, images[people.image], shards[people.shard]))


def mixed(count: int, buffer: int, seed: Sequence[int]) -> Int[np.ndarray, " count"]:
    """Order in which a stream leaves a shuffle buffer that holds at most so many.

    Each waits a while drawn at random before it may leave, so the n-th leaves when at most
    n + buffer have come in. Unlike a buffer drawn from step by step, the whole order is known.
    """
    wait = np.random.default_rng([*seed, _BUFFERS]).random(count) * max(buffer, 1)
    return np.argsort(np.arange(count) + wait, kind="stable")
