"""How occluded people should be: a share of all people for each range of occlusion."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hmr.errors import InputError

KEY = "scene.occlusion"
EXAMPLE = "{0-20: .4, 20-40: .3, 40-70: .2, 70-90: .1}"
ROUNDING = 1e-3
"""How far shares may be from adding up to 1."""


@dataclass(frozen=True)
class Bin:
    """People of whom at least `low` and less than `high` is hidden; 1 belongs to the last."""

    low: float
    high: float
    share: float

    @property
    def name(self) -> str:
        """As the user writes it, in percent."""
        return f"{100 * self.low:g}-{100 * self.high:g}"

    def holds(self, occlusion: float) -> bool:
        """Tell whether an occlusion falls into it."""
        return self.low <= occlusion < self.high or occlusion == self.high == 1


@dataclass(frozen=True)
class OcclusionRequest:
    """What share of a data set's people should fall into which bin."""

    bins: tuple[Bin, ...]
    """From the least occluded to the most."""

    @classmethod
    def of(cls, shares: Mapping[str, object]) -> "OcclusionRequest":
        """Read what a user asks for, such as {"0-20": 0.7, "20-90": 0.3}.

        Raises:
            InputError: It is no distribution.
        """
        if not shares:
            raise InputError(f"{KEY}: empty; name shares of people, such as {EXAMPLE}")
        bins = sorted((_bin(str(k), v) for k, v in shares.items()), key=lambda b: (b.low, b.high))
        for one, other in pairwise(bins):
            if other.low < one.high:
                raise InputError(f"{KEY}: {one.name} and {other.name} overlap; part them")
        total = sum(one.share for one in bins)
        if abs(total - 1) > ROUNDING:
            raise InputError(f"{KEY}: shares add up to {total:g}; they must add up to 1")
        return cls(tuple(Bin(one.low, one.high, one.share / total) for one in bins))

    def check(self, people: Sequence[int]) -> None:
        """Refuse what no crowd can show.

        Args:
            people: Least and greatest number of people in an image.

        Raises:
            InputError: Too few would be in front of the others.
        """
        front = next((one for one in self.bins if one.low == 0), None)
        share, most = (front.share if front else 0.0), max(people)
        if share < (1 - ROUNDING) / most:
            raise InputError(
                f"{KEY}: somebody must be in front of the others; of scene.people up to {most}, "
                f"give at least {1 / most:.3g} to a bin from 0, not {share:g}"
            )

    def counts(self, rng: np.random.Generator, people: int) -> tuple[int, ...]:
        """Share out a number of people; over many draws, each bin gets exactly its share."""
        edges = np.cumsum([0.0, *(one.share for one in self.bins)]) * people
        edges[-1] = people
        # One draw for all edges: the counts add up, and each is next to its own share.
        return tuple(int(n) for n in np.diff(np.floor(edges + rng.random() - 1e-9)))

    def bin_of(self, occlusion: float) -> int | None:
        """Find the number of the bin that an occlusion falls into."""
        return next((i for i, one in enumerate(self.bins) if one.holds(occlusion)), None)

    def got(self, occlusions: Sequence[float]) -> tuple[int, ...]:
        """Count people by bin."""
        found = [self.bin_of(occlusion) for occlusion in occlusions]
        return tuple(found.count(i) for i in range(len(self.bins)))

    def missed(self, counts: Sequence[int], occlusions: Sequence[float]) -> int:
        """Count the people who fall into another bin than the one meant for them."""
        over = [max(g - a, 0) for a, g in zip(counts, self.got(occlusions), strict=True)]
        return sum(over) + len(occlusions) - sum(self.got(occlusions))

    def table(self, occlusions: Sequence[float]) -> tuple[tuple[str, float, float], ...]:
        """List each bin's name, the share asked for and the share got; what is in none, last."""
        total = max(len(occlusions), 1)
        got = [count / total for count in self.got(occlusions)]
        rows = [(b.name, b.share, share) for b, share in zip(self.bins, got, strict=True)]
        return *rows, ("else", 0.0, max(len(occlusions) / total - sum(got), 0.0))


def _bin(name: str, share: object) -> Bin:
    found = re.fullmatch(r"\s*(\d+(?:\.\d*)?)\s*-\s*(\d+(?:\.\d*)?)\s*", name)
    if found is None:
        raise InputError(f"{KEY}: {name}: name bins in percent, such as 20-40")
    low, high = float(found[1]) / 100, float(found[2]) / 100
    if low >= high:
        raise InputError(f"{KEY}: {name} is empty; name the lower percentage first")
    if high > 1:
        raise InputError(f"{KEY}: {name}: nobody is hidden by more than 100 percent")
    if isinstance(share, bool) or not isinstance(share, float | int) or not 0 <= share <= 1:
        raise InputError(f"{KEY}: {name}: {share} is no share; name one from 0 to 1")
    return Bin(low, high, float(share))
