"""Tiles of cloth: pictures that repeat, of a known size."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8

from synth.packs.files import digest_of, read_picture
from synth.people.charts import TILE


@dataclass(frozen=True)
class Fabric:
    """A tile of cloth."""

    file: Path
    content: str
    side: float
    """Length of its sides on the cloth, in metres."""


def read_fabric(file: Path, side: float) -> Fabric:
    """Check a tile.

    Raises:
        InputError: It cannot be read.
    """
    read_picture(file)
    return Fabric(file, digest_of([file]), side)


@lru_cache(maxsize=64)
def picture_of(fabric: Fabric) -> UInt8[np.ndarray, "h w 3"]:
    """Read a tile's picture."""
    return np.ascontiguousarray(read_picture(fabric.file)[..., :3])


def laid(uv: Float32[np.ndarray, "r 2"], side: float) -> Float32[np.ndarray, "r 2"]:
    """Stretch the built-in clothes' texture coordinates to tiles of another size.

    Around limbs the number of tiles must stay whole, so that they meet at the seam.
    """
    around = max(round(2 * TILE / side), 1) / 2
    return uv * np.array([around, TILE / side], dtype=np.float32)
