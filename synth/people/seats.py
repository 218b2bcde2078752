"""Seats for those who sit: where one fits under and behind somebody, as high as they sit."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from synth.people.anatomy import Anatomy

WIDE = 0.18
"""Half the side of what carries a sitter, in metres."""
WIDEST = 0.75
"""Half the width of the longest seat, in metres."""
CLOTH = 0.008
"""Thickness of cloth that a sitter presses on the seat."""
LOOSE = 0.02
"""Thickness of cloth that hangs loose, and of what else a body carries to its sides."""
LOWEST, HIGHEST = 0.2, 0.75
LEANED = 0.5
"""How high above the seat a chair's back reaches, in metres."""


@dataclass(frozen=True)
class Seat:
    """Room for a seat under somebody and behind their back."""

    x: float
    z: float
    height: float
    yaw: float = 0.0
    """Turn about +y of the way the sitter faces; 0 is along +z."""
    back: float = 0.1
    """How far behind the seat's middle the sitter's back and arms reach."""
    wide: float = WIDE
    """Half the width of the longest seat that no limb hangs into, from `WIDE` to `WIDEST`."""


def bottom_of(anatomy: Anatomy) -> Bool[np.ndarray, " v"]:
    """What one sits on: buttocks and thighs."""
    return anatomy.share("pelvis", "left_hip", "right_hip", "spine1") > 0.6


def seat_under(
    vertices: Float[np.ndarray, "v 3"],
    bottom: Bool[np.ndarray, " v"],
    pelvis: Float[np.ndarray, "3"],
) -> Seat | None:
    """Find the seat that fits under somebody; None when their own limbs are in its way."""
    x, z = float(pelvis[0]), float(pelvis[2])
    offset = vertices - np.array([x, 0, z], vertices.dtype)
    # Thighs point the way a sitter faces.
    ahead = offset[bottom].mean(0)
    yaw = float(np.arctan2(ahead[0], ahead[2]))
    c, s = np.cos(yaw), np.sin(yaw)
    aside, along = c * offset[:, 0] - s * offset[:, 2], s * offset[:, 0] + c * offset[:, 2]
    inside = (np.abs(aside) < WIDE) & (np.abs(along) < WIDE)
    if not (inside & bottom).any():
        return None
    height = float(vertices[inside & bottom, 1].min()) - CLOTH
    low = vertices[:, 1] < height
    if not LOWEST < height < HIGHEST or (inside & ~bottom & low).any():
        return None
    leaning = ~low & (vertices[:, 1] < height + LEANED)
    back = float(-along[leaning & (np.abs(aside) < WIDE + 0.07)].min(initial=0.0))
    # What hangs lower than the seat beside it, or reaches behind its back, ends it.
    beside = (low & (along < WIDE)) | (leaning & (along < -back - LOOSE))
    beside &= np.abs(aside) >= WIDE
    wide = float(np.abs(aside[beside]).min(initial=WIDEST + LOOSE)) - LOOSE
    return Seat(x, z, height, yaw, back, max(wide, WIDE))
