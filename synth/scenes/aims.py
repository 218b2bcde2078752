"""How hidden the people of one image should be, and whether a place serves that."""

from dataclasses import dataclass, field

import numpy as np

from synth.scenes.occlusion_request import Bin, OcclusionRequest
from synth.scenes.sights import Effect, Sights

MARGIN, SLIGHT = 0.02, 0.005
"""How far newcomers, and those before them, stay from their bins' ends: sights are guesses."""


@dataclass(eq=False)
class Aims:
    """Bins that people still have to fall into, and those into which they fell."""

    request: OcclusionRequest
    counts: tuple[int, ...]
    """People meant for each bin."""
    sights: Sights
    """The picture as far as it is filled."""
    _of: list[int] = field(default_factory=list)

    def wishes(self, rng: np.random.Generator) -> list[int]:
        """Order the bins that are not full yet: the likelier, the more people they still need."""
        left = np.array(self.counts) - np.bincount(self._of, minlength=len(self.counts))
        bins = np.flatnonzero(left)
        # Those in front must be there before others can be behind them.
        weight = left[bins] / (1.0 + np.arange(len(self.counts))[bins])
        order = rng.choice(bins, len(bins), replace=False, p=weight / weight.sum())
        return [int(number) for number in order]

    def hides(self, wish: int) -> bool:
        """Tell whether somebody must be behind something to fall into a bin."""
        return self.request.bins[wish].low > 0

    def suit(self, effect: Effect, wish: int) -> bool:
        """Tell whether somebody falls into a bin, and all others stay in theirs."""
        if not _within(self.request.bins[wish], effect.own, MARGIN):
            return False
        return all(
            _within(self.request.bins[number], float(occlusion), SLIGHT)
            for number, occlusion in zip(self._of, effect.others, strict=True)
        )

    def add(self, effect: Effect, wish: int) -> None:
        """Take somebody in."""
        self.sights.add(effect.sprite)
        self._of.append(wish)


def _within(one: Bin, occlusion: float, margin: float) -> bool:
    margin = min(margin, (one.high - one.low) / 4)
    low = one.low + margin if one.low > 0 else 0.0
    high = one.high - margin if one.high < 1 else 1.0
    return low <= occlusion <= high
