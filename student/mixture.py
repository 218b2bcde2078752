"""Many data sets as one stream of batches, in a set ratio.

Batch k is a function of the seed and k alone, so a resumed run sees what it would have seen. Each
set is gone through in shuffled order, again and again; the ratio holds over any stretch. Who is
mostly hidden comes less often: there is less to learn from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int

from hmr.errors import InputError
from hmr.reading import ratio as ratios
from hmr.reading.ratio import dealt
from student.source import Source

MOSTLY_HIDDEN = 0.6
"""Share of a person; beyond it there is little to learn from."""


@dataclass(frozen=True)
class Mixture:
    """Data sets, and how much of every batch each one makes."""

    sources: tuple[Source, ...]
    ratio: tuple[float, ...]
    """Shares of the sources; they sum to one."""
    batch: int
    seed: int
    seen_more: int = 1
    """How often a person is shown for every time that one who is mostly hidden is."""
    labels: int = 0
    """People a step of whom labels alone are learned from."""

    def __post_init__(self) -> None:
        if self.seen_more < 1:
            raise InputError(f"student.seen_more={self.seen_more}: must be 1 or more")

    def rows(self, step: int) -> list[Int[np.ndarray, " k"]]:
        """People of each source that batch `step` is made of."""
        starts, stops = (dealt(k * self.batch, self.ratio) for k in (step, step + 1))
        counts = zip(starts.tolist(), stops.tolist(), strict=True)
        return [self._walk(i, start, stop) for i, (start, stop) in enumerate(counts)]

    def _walk(self, which: int, start: int, stop: int) -> Int[np.ndarray, " k"]:
        everybody = self._everybody[which]
        n = len(everybody)
        if stop <= start:
            return np.zeros(0, int)
        rounds = range(start // n, (stop - 1) // n + 1)
        orders = [np.random.default_rng([self.seed, which, r]).permutation(n) for r in rounds]
        first = start // n * n
        return everybody[np.concatenate(orders)[start - first : stop - first]]

    @cached_property
    def _everybody(self) -> list[Int[np.ndarray, " n"]]:
        """People of each source, each as often as a round shows them."""
        times = [np.where(s.occlusion > MOSTLY_HIDDEN, 1, self.seen_more) for s in self.sources]
        return [np.repeat(np.arange(len(often)), often) for often in times]


def share_out(sources: Sequence[Source], ratio: Sequence[float] | None) -> tuple[float, ...]:
    """Turn the wanted ratio into shares; by number of people when none is given."""
    return ratios.share_out([len(source) for source in sources], ratio, "student.ratio")
