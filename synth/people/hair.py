"""Hair: shells over the scalp, told apart by where their line runs and how they stand off.

The line is a height for each azimuth around the head, from 0 in front to pi
behind, in units of the distance from the eyes to the crown.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from synth.people.anatomy import EARS, Anatomy
from synth.people.charts import Charts
from synth.people.noise import smooth_noise
from synth.people.shell import Shell, make_shell

Line = tuple[tuple[float, float], ...]
Field = Float[np.ndarray, " v"]

SHORT: Line = (
    *((0.0, 0.66), (0.5, 0.64), (0.85, 0.5), (1.1, 0.36), (1.2, -0.1), (1.42, -0.12)),
    *((1.5, 0.22), (1.95, 0.22), (2.1, -0.55), (2.6, -0.95), (3.15, -1.0)),
)
SHAVED_SIDES: Line = ((0.0, 0.66), (0.6, 0.62), (1.0, 0.55), (1.6, 0.45), (2.4, 0.3), (3.15, 0.25))
BOB: Line = (
    *((0.0, 0.66), (0.45, 0.62), (0.8, 0.45), (1.0, 0.3), (1.12, -0.9), (1.35, -1.35)),
    *((2.2, -1.5), (3.15, -1.5)),
)
LONG: Line = (
    *((0.0, 0.66), (0.45, 0.62), (0.8, 0.45), (1.0, 0.3), (1.2, -0.9), (1.5, -1.6)),
    *((1.9, -2.0), (2.5, -3.3), (3.15, -3.5)),
)
HAT: Line = ((0.0, 0.5), (1.0, 0.42), (1.6, 0.28), (2.2, 0.1), (3.15, 0.0))


@dataclass(frozen=True)
class Style:
    """A way to wear one's hair."""

    line: Line
    lift: float
    """Thickness on top, in metres."""
    edge: float = 0.003
    """Thickness at the line."""
    curl: float = 0.2
    """Share of the thickness that waves are high."""
    hangs: float = 0.0
    """Share of the way from neck to skull's width that long hair keeps below the ears."""
    rounds: int = 6
    over_ears: bool = False
    """Lies over the ears, which must not show through."""


STYLES = {
    "buzz": Style(SHORT, 0.005, edge=0.002, curl=0.0, rounds=2),
    "short": Style(SHORT, 0.016, curl=0.35),
    "curly": Style(SHORT, 0.032, edge=0.008, curl=0.55, rounds=3),
    "quiff": Style(SHAVED_SIDES, 0.026, edge=0.006, curl=0.35),
    "sleek": Style(SHORT, 0.01, curl=0.1, rounds=10),
    "bob": Style(BOB, 0.024, edge=0.006, curl=0.15, hangs=1.0, rounds=24, over_ears=True),
    "long": Style(LONG, 0.022, edge=0.006, curl=0.2, hangs=0.9, rounds=24, over_ears=True),
    "beanie": Style(HAT, 0.013, edge=0.011, curl=0.0, rounds=14),
}


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


def hair(anatomy: Anatomy, charts: Charts, style: Style) -> Shell:
    """Cut a head of hair."""
    head = measure(anatomy)
    # Hair that falls below the chin stays between the shoulders.
    fall = np.clip(head.eyes - 1.6 * head.size - anatomy.y, 0, None)
    field = np.minimum(
        above_line(anatomy, head, style.line), 1.15 * head.radius - 0.2 * fall - anatomy.x
    )
    lift = _thickness(anatomy, head, style, field)
    on_head = replace(charts, trunk_z=head.z, shoulder=np.inf, crotch=-np.inf)
    firm = _beside_ears(anatomy) if style.over_ears else None
    return make_shell(anatomy, field, lift, on_head, style.rounds, 0.012, firm)


def above_line(anatomy: Anatomy, head: Head, line: Line) -> Field:
    """Height above a hair line."""
    return anatomy.y - head.eyes - head.size * _interpolate(line, azimuth(anatomy, head))


def _beside_ears(anatomy: Anatomy) -> Field:
    """Rise from 0 at the ears to 1 a hand's breadth from them."""
    gaps = [np.linalg.norm(anatomy.vertices - anatomy.at(ear), axis=1) for ear in EARS]
    return np.clip((np.min(gaps, axis=0) - 0.03) / 0.03, 0, 1)


def azimuth(anatomy: Anatomy, head: Head) -> Field:
    """Angle around the head's axis: 0 in front, pi behind."""
    return np.arctan2(anatomy.x, anatomy.z - head.z)


def _thickness(anatomy: Anatomy, head: Head, style: Style, field: Field) -> Field:
    rise = np.clip(field / (0.35 * head.size), 0, 1)
    thickness = style.edge + (style.lift - style.edge) * rise * (2 - rise)
    # The pattern of waves is the style's own, the same on everybody.
    rng = np.random.default_rng(len(style.line) + int(style.lift * 1e4))
    waves = smooth_noise(rng, anatomy.vertices * [1, 0.5, 1], 0.05)
    thickness = thickness * (1 + style.curl * waves)
    distance = np.hypot(anatomy.x, anatomy.z - head.z)
    below = anatomy.y < head.eyes
    hanging = style.hangs * (head.radius + style.lift - distance)
    return np.where(below, np.maximum(thickness, np.minimum(hanging, 0.06)), thickness)


def _interpolate(line: Line, angles: Field) -> Field:
    at, heights = zip(*line, strict=True)
    return np.interp(angles, at, heights)
