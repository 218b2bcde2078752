"""The crops of one lane: images read in the order of the plan, crops let out of a shuffle buffer.

An image is decoded once, when the first of its people is due, and everyone chosen in it is cut out
then. Who was due before the start is not cut, and images of such people alone are never read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Int

from hmr.errors import InputError
from hmr.reading.cutting import Cut, Scissors
from hmr.reading.people import People
from hmr.reading.plan import mixed, walk
from hmr.reading.tar import Tar, open_tar
from hmr.records import decode
from hmr.sample import Sample

ENDINGS = ("jpg", "json", "npz")
"""Files of a record that are read."""


@dataclass
class Stream:
    """One lane's people of one set, in the order in which they come."""

    people: People
    source: int
    """Which of the sets it is."""
    scissors: Scissors
    start: int
    """How many people of the set were seen, ever, before these."""
    count: int
    buffer: int
    """Crops that wait to be let out, at most; 0 keeps the order of the set."""
    seed: tuple[int, ...] | None
    """Of the set's order; none keeps the order of the set."""
    at: int = 0
    """How many were let out."""
    _waiting: dict[int, Cut] = field(default_factory=dict)

    def take(self, count: int) -> list[Cut]:
        """Let the next people out.

        Raises:
            InputError: A shard is missing or broken; names it.
        """
        due = self._order[self.at : self.at + count].tolist()
        return [self._let_out(n) for n in due]

    def _let_out(self, n: int) -> Cut:
        if n not in self._waiting:
            self._read(n)
        self.at += 1
        return self._waiting.pop(n)

    def _read(self, n: int) -> None:
        """Read the image of a person, and cut out all in it who are still to come."""
        image = self._images[n]
        first, last = np.searchsorted(self._images, [image, image + 1]).tolist()
        coming = [i for i in range(first, last) if self._turn[i] >= self.at]
        people = self._chosen[first:last].tolist()
        sample = self._sample(people[n - first])
        rows = [self._row(sample, people[i - first]) for i in coming]
        wanted = [(row, self.start + i) for row, i in zip(rows, coming, strict=True)]
        cuts = self.scissors.cut(sample, self.source, wanted)
        self._waiting.update(zip(coming, cuts, strict=True))

    def _sample(self, person: int) -> Sample:
        people = self.people
        shard, key = int(people.shard[person]), people.keys[people.image[person]]
        path = people.folder / people.shards[shard]
        tar = _open(path, people.sizes[shard])
        return decode(key, tar.read(key, ENDINGS), str(path))

    def _row(self, sample: Sample, person: int) -> int:
        row, wanted = int(self.people.row[person]), int(self.people.person_id[person])
        if row >= len(sample.people) or sample.people[row].person_id != wanted:
            raise InputError(
                f"{self.people.folder}: people.parquet does not belong to the shards (record "
                f"{sample.key} has no person {wanted} at place {row}); write the set again"
            )
        return row

    @cached_property
    def _walk(self) -> tuple[np.ndarray, np.ndarray]:
        chosen, images = walk(self.people, self.start, self.start + self.count, self.seed)
        # Images are numbered in the order in which they come.
        new = np.concatenate([[0], np.cumsum(np.diff(images) != 0)]) if len(images) else images
        return chosen, new

    @property
    def _chosen(self) -> Int[np.ndarray, " n"]:
        return self._walk[0]

    @property
    def _images(self) -> Int[np.ndarray, " n"]:
        return self._walk[1]

    @cached_property
    def _order(self) -> Int[np.ndarray, " n"]:
        if self.seed is None:
            return np.arange(self.count)
        return mixed(self.count, self.buffer, [*self.seed, self.start])

    @cached_property
    def _turn(self) -> Int[np.ndarray, " n"]:
        """When each one is let out."""
        return np.argsort(self._order)


@lru_cache(8)
def _open(path: Path, size: int) -> Tar:
    return open_tar(path, size)


def together(streams: Sequence[Stream], counts: Sequence[int]) -> list[Cut]:
    """Let out so many people of each stream."""
    pairs = zip(streams, counts, strict=True)
    return [cut for stream, count in pairs for cut in stream.take(count)]
