"""The shape of a head at rest, and lines around it.

A line is a height for each azimuth around the head, from 0 in front to pi
behind, in units of the distance from the eyes to the crown.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from synth.people.anatomy import Anatomy

Line = tuple[tuple[float, float], ...]
Field = Float[np.ndarray, " v"]


@dataclass(frozen=True)
class Head:
    """Measures of a head at rest."""

    eyes: float
    """Height of the eyes."""
    size: float
    """From the eyes to the crown."""
    z: float
    """Of the axis from the neck to the crown."""
    radius: float
    """Half the skull's width above the ears."""


def measure(anatomy: Anatomy) -> Head:
    """Measure the head."""
    eyes, ears = anatomy.at("eye_smplhf"), anatomy.at("ear")
    above = (anatomy.y > eyes[1] + 0.02) & anatomy.skin
    back, front = anatomy.z[above].min(), anatomy.z[above].max()
    return Head(
        eyes=float(eyes[1]),
        size=float(anatomy.y.max() - eyes[1]),
        z=float((back + front) / 2),
        radius=float(min(anatomy.x[above].max(), ears[0])),
    )


def above_line(anatomy: Anatomy, head: Head, line: Line) -> Field:
    """Height above a line around the head."""
    return anatomy.y - head.eyes - head.size * height_of(line, azimuth(anatomy, head))


def azimuth(anatomy: Anatomy, head: Head) -> Field:
    """Angle around the head's axis: 0 in front, pi behind."""
    return np.arctan2(anatomy.x, anatomy.z - head.z)


def height_of(line: Line, angles: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """Read a line at angles from the front."""
    at, heights = zip(*line, strict=True)
    return np.interp(angles, at, heights)
