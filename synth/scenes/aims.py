"""How hidden the people of one image should be, and whether a place serves that."""

from dataclasses import dataclass, field

import numpy as np

from synth.scenes.occlusion_request import Bin, OcclusionRequest
from synth.scenes.sights import Effect, Sights

MARGIN, SLIGHT = 0.02, 0.005
"""How far newcomers, and those before them, stay from their bins' ends: sights are guesses."""


@dataclass(eq=False)
class Aims:
    """How many people should fall into which bin, in the picture as far as it is filled."""

    request: OcclusionRequest
    counts: tuple[int, ...]
    """People meant for each bin."""
    sights: Sights
    _filled: list[int] = field(default_factory=list)

    def wish(self, rng: np.random.Generator) -> Bin:
        """Draw a bin that is not full yet: the likelier, the more people it still needs."""
        filled = np.bincount(np.array(self._filled, int), minlength=len(self.counts))
        left = np.array(self.counts) - filled
        # Those in front must be there before others can be behind them.
        weight = left / (1.0 + np.arange(len(left)))
        return self.request.bins[int(rng.choice(len(left), p=weight / weight.sum()))]

    def suits(self, effect: Effect) -> bool:
        """Tell whether no bin gets more than its own with one more person."""
        found = [self._bin(effect.own, MARGIN)]
        found += [self._bin(float(occlusion), SLIGHT) for occlusion in effect.others]
        return None not in found and all(
            found.count(number) <= count for number, count in enumerate(self.counts)
        )

    def add(self, effect: Effect) -> None:
        """Take somebody in who suits."""
        self.sights.add(effect.sprite)
        found = [self.request.bin_of(float(o)) for o in (effect.own, *effect.others)]
        self._filled = [number for number in found if number is not None]

    def _bin(self, occlusion: float, margin: float) -> int | None:
        """Find the bin that an occlusion falls into, well inside of it."""
        number = self.request.bin_of(occlusion)
        if number is None:
            return None
        one = self.request.bins[number]
        margin = min(margin, (one.high - one.low) / 4)
        low = one.low + margin if one.low > 0 else 0.0
        high = one.high - margin if one.high < 1 else 1.0
        return number if low <= occlusion <= high else None
