"""Houses: shops below, storeys of windows above, ledges and a roof."""

from dataclasses import replace

import numpy as np

from synth.scenes import solids
from synth.scenes.prints import STOREY
from synth.scenes.shapes import extrusion
from synth.scenes.solids import Solid

Rng = np.random.Generator
DEEP = 9.0
"""Of a house, in metres."""


def house(rng: Rng, bays: int, shops: bool = True) -> list[tuple[Solid, str]]:
    """Build a house around the origin, as many bays wide, its front towards +z.

    Args:
        rng: Source of all choices.
        bays: Of `STOREY` metres each.
        shops: With shops on the ground floor.
    """
    storeys, wide = int(rng.integers(2, 6)), bays * STOREY
    low = walls(wide, STOREY, DEEP, shift=STOREY * float(rng.integers(2)))
    high = (storeys - 1) * STOREY
    upper = walls(wide, high, DEEP, STOREY)
    top = STOREY + high
    ledges = [solids.box((wide + 0.12, 0.16, DEEP + 0.3), STOREY - 0.1)]
    ledges.append(solids.box((wide + 0.2, 0.3, DEEP + 0.6), top - 0.05))
    ledges.append(solids.box((wide + 0.06, 0.45, DEEP + 0.1)))
    pitch = rng.uniform(1.6, 3.2)
    eaves = DEEP / 2 + 0.3
    outline = [(-eaves, top + 0.25), (eaves, top + 0.25), (0.0, top + 0.25 + pitch)]
    return [
        (low, "shopfront" if shops else "facade"),
        (upper, "facade"),
        (solids.joined(ledges), "plaster"),
        (extrusion(outline, wide + 0.1), "roof"),
    ]


def walls(wide: float, high: float, deep: float, bottom: float = 0.0, shift: float = 0.0) -> Solid:
    """Make a box whose texture starts at the upper left corner of each side."""
    box = solids.box((wide, high, deep), bottom)
    uv = box.uv.reshape(6, 4, 2)
    uv = uv - uv.min(1, keepdims=True) + np.array([0, shift])
    return replace(box, uv=uv.reshape(-1, 2).astype(np.float32))
