"""Batches of people from sets of samples: shuffled, mixed, shared out, and resumed exactly.

    for batch in Reader(["crowds"], 'occlusion > 0.4'):
        print(batch.image.shape)

An epoch shows every chosen person once (with a ratio: as many people, in that ratio). Batches
follow from the settings, the number of ranks and the number of workers.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from hmr.errors import InputError
from hmr.reading.batch import Batch
from hmr.reading.colours import open_pipeline
from hmr.reading.cutting import Scissors, joined
from hmr.reading.people import People, open_people
from hmr.reading.plan import Plan, run_of
from hmr.reading.ratio import share_out
from hmr.reading.stream import Stream, together
from hmr.reading.views import STILL, Augmentation
from hmr.rotations import axis_angle_to_matrix

AUGMENT = ("opencv", "kornia", None)


@dataclass(frozen=True)
class Options:
    """How batches are made."""

    size: int = 224
    """Side of the crops, in pixels."""
    batch: int = 64
    """People of a batch at most; all batches of an epoch are of one size, or one less."""
    workers: int = 2
    """Processes that read; 0 reads in this one."""
    prefetch: int = 2
    """Batches that each of them keeps ready."""
    buffer: int = 512
    """Crops of a worker among which the order is shuffled, shared out among the sets."""
    augment: str | None = "opencv"
    """"opencv": crop by crop by the workers; "kornia": batch by batch on the GPU, by the data
    module or `hmr.reading.on_device.augmented`; none: not at all."""
    masks: bool = False
    """Whether batches hold masks."""

    def __post_init__(self) -> None:
        least = {"size": 8, "batch": 1, "workers": 0, "prefetch": 1, "buffer": 0}
        for name, value in least.items():
            if getattr(self, name) < value:
                raise InputError(f"{name}={getattr(self, name)}: must be {value} or more")
        if self.augment not in AUGMENT:
            raise InputError(f"augment={self.augment}: choose opencv, kornia or null")


class Reader(Iterable[Batch]):
    """Batches of people; each time it is gone through is another epoch."""

    def __init__(
        self,
        data: str | Path | Sequence[str | Path],
        query: str | Sequence[str | None] | None = None,
        ratio: Sequence[float] | None = None,
        seed: int = 0,
        options: Options | None = None,
        augmentation: Augmentation | None = None,
        rank: int = 0,
        ranks: int = 1,
        shuffle: bool = True,
    ) -> None:
        """Find the people; nothing is read yet.

        Args:
            data: Folders of samples.
            query: Condition on the people (`hmr.reading.query`), for all sets or one for each.
            ratio: Share of every batch that each set makes; by number of people when left out.
            seed: Of order and augmentation.
            options: How batches are made.
            augmentation: How far crops are changed.
            rank: Which of the processes that share the data this is.
            ranks: How many there are.
            shuffle: Whether people come in another order every epoch, or in that of the sets.

        Raises:
            InputError: A set is missing or damaged, nobody is chosen, or a setting is wrong.
        """
        self.options, self.seed = options or Options(), seed
        self.augmentation = augmentation or Augmentation()
        folders = [data] if isinstance(data, str | Path) else list(data)
        if not folders:
            raise InputError("data is empty; name folders of samples (stage=synth)")
        queries = per_set(query, len(folders), "query")
        self.sets = [open_people(f, q) for f, q in zip(folders, queries, strict=True)]
        sizes = tuple(len(people) for people in self.sets)
        shares, lanes = share_out(sizes, ratio), max(1, self.options.workers)
        if not 0 <= rank < ranks:
            raise InputError(f"rank={rank}: there are {ranks}, counted from 0")
        self.plan, self.rank = Plan(sizes, shares, self.options.batch, ranks, lanes), rank
        self.shuffle = shuffle
        self._epoch, self._batch, self._resumed = 0, 0, False

    def __len__(self) -> int:
        """Batches of an epoch."""
        return self.plan.batches

    def __iter__(self) -> Iterator[Batch]:
        """Go through an epoch: the next, or what is left of the one that was resumed.

        Raises:
            InputError: A shard is missing or broken; names it.
        """
        if self._batch and not self._resumed:
            # The last one was broken off.
            self._epoch, self._batch = self._epoch + 1, 0
        self._resumed = False
        epoch, first = self._epoch, self._batch
        for number, batch in enumerate(self._loader(epoch, first), first + 1):
            if isinstance(batch, Broken):
                raise InputError(batch.fault)
            whole = number == len(self)
            self._epoch, self._batch = (epoch + 1, 0) if whole else (epoch, number)
            yield batch

    def state_dict(self) -> dict[str, object]:
        """Where reading has come to, counted in batches handed out, and what that depends on."""
        return {"epoch": self._epoch, "batch": self._batch, "settings": self._settings()}

    def load_state_dict(self, state: dict) -> None:
        """Go on from where another reader, with the same settings, had come to.

        Raises:
            InputError: The settings differ; names those.
        """
        saved, own = state["settings"], self._settings()
        if other := [name for name in own if saved.get(name) != own[name]]:
            raise InputError(
                f"reading cannot go on: {', '.join(other)} was {saved.get(other[0])} and is "
                f"{own[other[0]]}; set it back or start anew"
            )
        self._epoch, self._batch = int(state["epoch"]), int(state["batch"])
        self._resumed = True

    def _settings(self) -> dict[str, object]:
        plain = ("size", "batch", "workers", "buffer", "augment", "masks")
        return {
            **{name: getattr(self.options, name) for name in plain},
            "seed": self.seed,
            "ranks": self.plan.ranks,
            "shuffle": self.shuffle,
            "ratio": list(self.plan.shares),
            "augmentation": repr(self.augmentation),
            "people": [_digest(people) for people in self.sets],
        }

    def _loader(self, epoch: int, first: int) -> DataLoader:
        options, drawn = self.options, self.options.augment == "opencv"
        room = 1.0
        if options.augment == "kornia":
            from hmr.reading.on_device import ROOM as room
        how = self.augmentation if drawn else STILL
        scissors = Scissors(round(options.size * room), room, how, self.seed, options.masks)
        if options.workers:
            warm(how)
        lanes = _Lanes(self, scissors, epoch, first)
        return DataLoader(
            lanes,
            batch_size=None,
            num_workers=options.workers,
            prefetch_factor=options.prefetch if options.workers else None,
            pin_memory=torch.cuda.is_available(),
            worker_init_fn=_start,
            generator=torch.Generator().manual_seed(self.seed),
        )


@dataclass(frozen=True)
class Broken:
    """What stopped a worker; raised again where batches are taken out."""

    fault: str


class _Lanes(IterableDataset):
    """What one worker reads; in this process alone, all of it."""

    def __init__(self, reader: Reader, scissors: Scissors, epoch: int, first: int) -> None:
        self.reader, self.scissors, self.epoch, self.first = reader, scissors, epoch, first

    def __iter__(self) -> Iterator[Batch | Broken]:
        worker, lanes = get_worker_info(), self.reader.plan.lanes
        # The loader asks its workers in turn from the first on, wherever the epoch goes on.
        number = self.first + (worker.id if worker else 0)
        try:
            yield from self._batches(number % lanes, number // lanes)
        except InputError as error:
            yield Broken(str(error))

    def _batches(self, lane: int, done: int) -> Iterator[Batch]:
        reader = self.reader
        run = run_of(reader.plan, self.epoch, reader.rank, lane)
        before, totals = run.counts[:done].sum(0).tolist(), run.counts.sum(0).tolist()
        streams = [
            self._stream(i, start, total, at)
            for i, (start, total, at) in enumerate(zip(run.starts, totals, before, strict=True))
        ]
        for counts in run.counts[done:].tolist():
            yield joined(together(streams, counts))

    def _stream(self, source: int, start: int, total: int, at: int) -> Stream:
        reader = self.reader
        buffer = round(reader.options.buffer * reader.plan.shares[source])
        seed = (reader.seed, source) if reader.shuffle else None
        people = reader.sets[source]
        return Stream(people, source, self.scissors, start, total, buffer, seed, at)


def warm(how: Augmentation) -> None:
    """Load the libraries that reading needs, so that worker processes find them loaded."""
    axis_angle_to_matrix(torch.zeros(3))
    if how != STILL:
        open_pipeline(how)


def per_set(value: str | Sequence[str | None] | None, count: int, name: str) -> list[str | None]:
    """Give a setting to each set: one for all, or one for each.

    Raises:
        InputError: There are more or fewer than sets.
    """
    each = [value] * count if value is None or isinstance(value, str) else list(value)
    if len(each) != count:
        raise InputError(f"{name}: {len(each)} are given for {count} data sets; give one for each")
    return each


def _start(_: int) -> None:
    cv2.setNumThreads(0)


def _digest(people: People) -> str:
    """Tell apart choices of people."""
    parts = (people.shards, people.sizes, people.keys)
    mark = hashlib.sha256(repr(parts).encode())
    for array in (people.shard, people.image, people.row):
        mark.update(array.tobytes())
    return mark.hexdigest()[:16]
