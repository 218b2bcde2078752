"""Scenes are drawn until one will do; each draw has randomness of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synth.engine.meter import Meter
from synth.engine.staging import Staged, Stager
from synth.scenes.occlusion_request import OcclusionRequest

TOLERATED = 0.1
"""Share of an image's people who may fall into another bin than was meant for them."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A scene that will do."""

    staged: Staged
    rng: np.random.Generator
    """What its image takes further choices from."""
    redrawn: int
    """Scenes drawn before it in vain."""


def draw_scene(
    stager: Stager,
    index: int,
    sources: Sequence[np.random.SeedSequence],
    request: OcclusionRequest | None = None,
    meter: Meter | None = None,
) -> Drawn | None:
    """Draw scenes until one is staged and shows the occlusion that was asked for.

    Args:
        stager: Stages them.
        index: Number of the image.
        sources: Randomness of each draw.
        request: The occlusion asked for, if it was.
        meter: Measures it.

    Returns:
        The first that will do, else the one that comes nearest; None if none could be staged.
    """
    best, least = None, np.inf
    for number, source in enumerate(sources):
        rng = np.random.default_rng(source)
        staged = stager.stage(rng, index)
        if staged is None:
            continue
        missed = 0
        if request is not None and meter is not None and staged.counts is not None:
            missed = request.missed(staged.counts, meter.occlusions(staged))
        if missed < least:
            best, least = (staged, rng), missed
        if missed <= TOLERATED * len(staged.joints):
            return Drawn(staged, rng, number)
    return None if best is None else Drawn(*best, len(sources) - 1)
