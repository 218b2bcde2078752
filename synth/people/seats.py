"""Seats for those who sit: a stool under each, as high as they sit."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from synth.people.anatomy import Anatomy

WIDE = 0.18
"""Half the side of a stool, in metres."""
CLOTH = 0.008
"""Thickness of cloth that a sitter presses on the seat."""
LOWEST, HIGHEST = 0.2, 0.75


@dataclass(frozen=True)
class Seat:
    """A square stool."""

    x: float
    z: float
    height: float


def bottom_of(anatomy: Anatomy) -> Bool[np.ndarray, " v"]:
    """What one sits on: buttocks and thighs."""
    return anatomy.share("pelvis", "left_hip", "right_hip", "spine1") > 0.6


def seat_under(
    vertices: Float[np.ndarray, "v 3"],
    bottom: Bool[np.ndarray, " v"],
    pelvis: Float[np.ndarray, "3"],
) -> Seat | None:
    """Find the stool that fits under somebody; None when their own limbs are in its way."""
    x, z = float(pelvis[0]), float(pelvis[2])
    inside = (np.abs(vertices - [x, 0, z])[:, [0, 2]] < WIDE).all(1)
    if not (inside & bottom).any():
        return None
    height = float(vertices[inside & bottom, 1].min()) - CLOTH
    in_the_way = inside & ~bottom & (vertices[:, 1] < height)
    fits = LOWEST < height < HIGHEST and not in_the_way.any()
    return Seat(x, z, height) if fits else None
