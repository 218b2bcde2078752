"""What the ground and things are made of: procedural tiles that repeat, in sRGB."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import UInt8

from synth.scenes import finishes, prints, stones
from synth.scenes.patterns import Rng
from synth.scenes.stones import Made
from synth.splits import rng_of

VARIANTS = 40
"""Of each kind of material."""


@dataclass(frozen=True, eq=False)
class Material:
    """A tile and how many metres it covers."""

    tile: UInt8[np.ndarray, "h w 3"]
    metres: float
    roughness: float


MATERIALS: dict[str, Callable[[Rng], Made]] = {
    function.__name__: function
    for function in (
        *(stones.paving, stones.cobbles, stones.asphalt, stones.gravel, stones.concrete),
        *(stones.brick, stones.plaster, stones.wallpaper, stones.ceiling, stones.tiles),
        *(stones.terrazzo, stones.grass, stones.soil, stones.pitch, stones.roof),
        *(finishes.wood, finishes.parquet, finishes.metal, finishes.steel, finishes.plastic),
        *(finishes.plain, finishes.glossy, finishes.fabric, finishes.carpet, finishes.rug),
        *(finishes.leaves, finishes.bark, finishes.water),
        *(prints.goods, prints.books, prints.picture, prints.poster, prints.outlook),
        *(prints.door, prints.facade, prints.shopfront),
    )
}


@lru_cache(maxsize=256)
def material(kind: str, variant: int) -> Material:
    """Make a variant of a kind of material, once as long as it is in use."""
    tile, metres, roughness = MATERIALS[kind](rng_of(f"material/{kind}", variant))
    return Material(np.round(np.clip(tile, 0, 1) * 255).astype(np.uint8), metres, roughness)
