"""How far the level ground of an environment map reaches from where the map was taken.

What lies steeply below the camera is taken for ground. From there each direction is followed up
to the horizon for as long as it looks like ground: like what lies below, unlike what is
above the horizon, like what was passed just before, and no rougher. Evidence against ground is
summed until there is enough, and the reach is where it began (the CUSUM test: E. S. Page,
"Continuous Inspection Schemes", Biometrika 1954). Shadows count little. What looks the same
across the horizon is no ground but a wall. Where the look leaves doubt the reach is too short:
a carpet's edge may end it; an object of the floor's very colours may not.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, Int64
from scipy.ndimage import gaussian_filter, percentile_filter

from synth.render.colours import LUMINANCE
from synth.render.lights import Radiance

SECTORS = 256
"""Directions around the camera; the first looks along the map's first column."""
FARTHEST = 20.0
"""Ground is followed no farther, in metres: a pixel of a map shows too much of it there."""
ROWS = 512
"""Of half a turn, in which maps are looked at."""
TOP, OVER, START, BOTTOM = (round((0.5 - deg / 180) * ROWS) for deg in (25, 5, -50, -78))
"""Rows: what is above the horizon ends, a wall has shown itself, ground is taken for granted,
the tripod begins."""
HORIZON = ROWS // 2
GAINS = np.array([0.6, 3.0, 2.4], np.float32)
"""Weights of the logarithms of luminance, red / green and blue / green: light varies more."""
DARK = 0.03
"""Of the ground's luminance: colours of what is darker are not trusted."""
RANGE, BINS = 2.0, 32
"""Looks are counted from -RANGE to RANGE in so many bins along each of three axes."""
LIKELIER, USUAL, ROUGH = 0.35, 0.45, 1.4
"""Weights of a pixel's evidence: likelier as ground than above the horizon, as usual as what lies
below, rougher than that. Looking like what was passed just before weighs 1."""
ENOUGH = 2.5
"""Sum of evidence against ground that ends it; a pixel gives about 1."""
SHADE, SHADOW_COST = np.log(1 / 6), 0.08
"""The darkest shadow, and what one of its pixels gives at the most."""
FOLLOWS = 0.12
"""Weight of a new pixel in the mean of those passed just before."""
AROUND = 11
"""Sectors whose reaches decide on that in their middle."""
SURE = 70
"""Percentage of them that must reach as far."""

Looks = Float32[np.ndarray, "rows sectors 3"]
Field = Float32[np.ndarray, "rows sectors"]


@dataclass(frozen=True, eq=False)
class _Band:
    """What a map shows from TOP to BOTTOM."""

    looks: Looks
    """Logarithms of luminance and colour, weighted; 0 is the median of the ground's luminance."""
    roughness: Field
    """How much luminance changes across."""


def ground_reach(radiance: Radiance, eye_height: float) -> Float64[np.ndarray, " sectors"]:
    """Estimate how far from the camera the level ground of a map reaches.

    Args:
        radiance: The map.
        eye_height: Height above the ground at which it was taken, in metres.

    Returns:
        Metres along the ground for each of `SECTORS` directions, the one of sector i looking
        where column (i + 0.5) / SECTORS of the map's width looks; at most `FARTHEST`.
    """
    band = _band(radiance)
    ends = _followed(band.looks, _evidence(band)) + TOP
    # A greater row is nearer; the spread of a few sectors hides what only one of them missed.
    ends = np.maximum(ends, percentile_filter(ends, SURE, size=AROUND, mode="wrap"))
    down = np.maximum((ends / ROWS - 0.5) * np.pi, np.arctan(eye_height / FARTHEST))
    return eye_height / np.tan(down)


def _band(radiance: Radiance) -> _Band:
    """Measure the looks of a map, evened out by a pixel or so."""
    wide = cv2.resize(radiance, (2 * SECTORS, ROWS), interpolation=cv2.INTER_AREA)[TOP:BOTTOM]
    level = float(np.median(wide[START - TOP :] @ LUMINANCE))
    wide = np.maximum(wide, 0) / np.float32(max(level, 1e-9)) + np.float32(DARK)
    light = np.log(wide @ LUMINANCE.astype(np.float32))
    across = _blurred(np.abs(light - np.roll(light, 2, axis=1)), 4.0, 2.0)
    size = (SECTORS, BOTTOM - TOP)
    roughness = cv2.resize(across, size, interpolation=cv2.INTER_AREA)
    colours = cv2.resize(wide, size, interpolation=cv2.INTER_AREA)
    red, green, blue = np.moveaxis(np.log(colours), -1, 0)
    light = np.log(colours @ LUMINANCE.astype(np.float32))
    looks = np.stack([light, red - green, blue - green], axis=-1) * GAINS
    return _Band(_blurred(looks, 1.0, 1.0), roughness)


def _blurred(field: np.ndarray, across: float, down: float) -> np.ndarray:
    """Blur a map's band without a seam."""
    wrapped = np.concatenate([field[:, -16:], field, field[:, :16]], axis=1)
    return cv2.GaussianBlur(wrapped, (0, 0), sigmaX=across, sigmaY=down)[:, 16:-16]


def _evidence(band: _Band) -> Field:
    """Tell how much each pixel looks like ground, by all the map shows below and above."""
    bins = ((band.looks + RANGE) * (BINS / (2 * RANGE))).clip(0, BINS - 1).astype(np.int64)
    cells = bins @ np.array([BINS**2, BINS, 1])
    area = np.cos((0.5 - (np.arange(TOP, BOTTOM) + 0.5) / ROWS) * np.pi)
    ground, other = (
        _density(cells[rows], area[rows])[cells]
        for rows in (slice(START - TOP, None), slice(0, HORIZON - TOP))
    )
    likelier = np.clip(ground - other, -2, 2)
    usual = np.clip(ground - np.percentile(ground[START - TOP :], 5), -2.5, 0.8)
    smooth = np.percentile(band.roughness[START - TOP :], 90) + 0.02
    rough = np.clip(1.5 * np.log(np.maximum(band.roughness, 1e-6) / smooth), 0, 2)
    return (LIKELIER * likelier + USUAL * usual - ROUGH * rough).astype(np.float32)


def _density(
    cells: Int64[np.ndarray, "some sectors"], area: Float64[np.ndarray, " some"]
) -> Float64[np.ndarray, " cells"]:
    """Estimate the logarithm of how often each look occurs."""
    weights = np.broadcast_to(area[:, None], cells.shape).ravel()
    counts = np.bincount(cells.ravel(), weights, BINS**3).reshape((BINS,) * 3)
    smooth = gaussian_filter(counts, 1.2, mode="nearest").ravel()
    return np.log(smooth / smooth.sum() + 1e-6)


def _followed(looks: Looks, evidence: Field) -> Int64[np.ndarray, " sectors"]:
    """Follow the ground of each sector upwards; the row of the band where it ends."""
    first = START - TOP
    mean = looks[first : first + 25].mean(0)
    near = looks[first:]
    spread = np.median(np.abs(near - np.median(near, axis=0)), axis=(0, 1)) + 0.04
    against, ended = np.zeros(SECTORS), np.zeros(SECTORS, bool)
    ends = np.full(SECTORS, first)
    for row in range(first, OVER - TOP - 1, -1):
        off: Float[np.ndarray, "sectors 3"] = looks[row] - mean
        like = 1 - np.sqrt(((off / (4 * spread)) ** 2).mean(-1))
        found = evidence[row] + np.clip(like, -2, 0.7)
        found = np.where(_shaded(off, spread), np.maximum(found, -SHADOW_COST), found)
        found = (found + np.roll(found, 1) + np.roll(found, -1)) / 3
        against = np.where(ended, against, np.maximum(0, against - found))
        ended |= against > ENOUGH
        ends = np.where(~ended & (against <= 0), row, ends)
        mean = mean + np.where(~ended & (against < 2), FOLLOWS, 0)[:, None] * off
    return np.where(ended, ends, first)


def _shaded(
    off: Float[np.ndarray, "sectors 3"], spread: Float[np.ndarray, "3"]
) -> Bool[np.ndarray, " sectors"]:
    """Tell what differs as a shadow does: darker, of the same colour."""
    coloured = (np.abs(off[:, 1:]) > 3 * spread[1:]).any(axis=1)
    return (off[:, 0] < 0) & (off[:, 0] > SHADE * GAINS[0]) & ~coloured
