"""Floors ahead of a camera, within a ground that reaches so far in each direction."""

import numpy as np
from jaxtyping import Bool, Float, Float64, Int64

from synth.scenes.floors import Floor
from synth.scenes.ground import BEYOND, IN_FRAME
from synth.scenes.viewpoints import Viewpoint

SHARE, FEET = 0.9, 0.3
"""Of a reach, people use so much, less what a foot needs, in metres: estimates err."""
ASIDE = 1.0
"""Floors go so far beyond where people's middles may be, in metres: for their feet and seats."""
FINEST, ACROSS = 0.25, 32
"""Width of the cells that floors are made of, in metres; the wide view has so many in depth."""
LEAST_SIDE, LEAST_NEW = 0.75, 0.5
"""Of a floor, in metres; and of what it adds to the others, in square metres."""
MOST = 8
"""Floors at the most."""
ENOUGH, PART = 15.0, 0.35
"""Square metres with which a view does, or that share of the most it could show."""
BEGINS, WINDOW = 2.0, 1 / 6
"""Where the nearest crowds begin, in metres, and what part of all directions wide lenses show."""


def seen_room(reach: Float[np.ndarray, " sectors"], view: Viewpoint) -> float:
    """Measure the ground on which a camera could see people.

    Args:
        reach: Metres from under the camera in evenly spaced directions, the middle one along -z
            and later ones to its right, as the columns of maps.
        view: The camera.

    Returns:
        Square metres.
    """
    aside = _bearings(len(reach)) - np.arctan2(view.forward[0], -view.forward[1])
    cosine = np.cos(aside)
    shown = (cosine > 0.05) & (np.abs(np.sin(aside)) <= IN_FRAME * view.slope * cosine)
    cosine = np.maximum(cosine, 0.05)
    near, far = view.near / cosine, (view.far + BEYOND) / cosine
    deep = np.minimum(_usable(reach), far) ** 2 - near**2
    return float((np.maximum(deep, 0) * shown).sum() * np.pi / len(reach))


def most_room(reach: Float[np.ndarray, " sectors"]) -> float:
    """Measure the ground that a camera at its best could see people on, in square metres."""
    deep = np.maximum(_usable(reach) ** 2 - BEGINS**2, 0) * np.pi / len(reach)
    window = max(round(WINDOW * len(reach)), 1)
    sums = np.concatenate([[0.0], deep, deep[:window]]).cumsum()
    return float((sums[window:] - sums[:-window]).max())


def enough_room(view: Viewpoint) -> float:
    """Find how many square metres of ground do for what a camera sees."""
    return min(ENOUGH, PART * seen_room(np.full(256, 1e3), view))


def clear_floors(reach: Float[np.ndarray, " sectors"], view: Viewpoint) -> tuple[Floor, ...]:
    """Lay rectangles over the ground ahead of a camera, the one that adds most first.

    Args:
        reach: As in `seen_room`.
        view: The camera.

    Returns:
        Rectangles that may overlap, within the reach; none if there is too little room.
    """
    ahead, aside, clear = _grid(_usable(reach), view)
    runs = _runs(clear)
    step, left = ahead[1] - ahead[0], clear.copy()
    smallest = LEAST_SIDE / step
    first, last, start, stop = runs.T
    runs = runs[(last - first >= smallest) & (stop - start >= smallest)]
    floors: list[Floor] = []
    while len(runs) and len(floors) < MOST:
        first, last, start, stop = runs.T
        sums = np.pad(left, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
        adds = sums[last, stop] - sums[first, stop] - sums[last, start] + sums[first, start]
        best = int(adds.argmax())
        if adds[best] * step**2 < LEAST_NEW:
            break
        near, far, one, other = (int(edge) for edge in runs[best])
        left[near:far, one:other] = False
        floors.append(_floor(view, ahead[[near, far]], aside[[one, other]]))
    return tuple(floors)


def _bearings(sectors: int) -> Float64[np.ndarray, " sectors"]:
    """Find the angles of sectors' middles from -z towards +x."""
    return ((np.arange(sectors) + 0.5) / sectors - 0.5) * 2 * np.pi


def _usable(reach: Float[np.ndarray, " sectors"]) -> Float64[np.ndarray, " sectors"]:
    return np.maximum(SHARE * np.asarray(reach, np.float64) - FEET, 0)


def _grid(
    usable: Float64[np.ndarray, " sectors"], view: Viewpoint
) -> tuple[
    Float64[np.ndarray, " along"],
    Float64[np.ndarray, " across"],
    Bool[np.ndarray, "rows columns"],
]:
    """Divide what is ahead into cells: their edges ahead and aside, and which are ground."""
    farthest = min(view.far + BEYOND, float(usable.max())) + ASIDE
    nearest = max(view.near - ASIDE, 0.1)
    step = max(FINEST, (farthest - nearest) / ACROSS)
    ahead = nearest + step * np.arange(max(int((farthest - nearest) / step), 1) + 1)
    wide = min(view.slope * ahead[-1] + ASIDE, float(usable.max()))
    half = max(int(wide / step), 1)
    aside = step * np.arange(-half, half + 1)
    u, v = np.meshgrid(ahead, aside, indexing="ij")
    bearing = np.arctan2(view.forward[0], -view.forward[1]) + np.arctan2(v, u)
    sector = np.floor((bearing / (2 * np.pi) + 0.5) % 1 * len(usable)).astype(int)
    # Corners of cells between two directions do only if both do.
    around = np.minimum(usable, np.minimum(np.roll(usable, 1), np.roll(usable, -1)))
    corner = np.hypot(u, v) <= around[sector % len(usable)]
    cells = corner[1:, 1:] & corner[:-1, 1:] & corner[1:, :-1] & corner[:-1, :-1]
    seen = np.abs(aside[1:] + aside[:-1]) / 2 <= view.slope * ahead[1:, None] + ASIDE
    return ahead, aside, cells & seen


def _runs(clear: Bool[np.ndarray, "rows columns"]) -> Int64[np.ndarray, "runs 4"]:
    """List the rectangles of clear cells that cannot be wider: rows from, to, columns from, to."""
    found = [np.zeros((0, 4), np.int64)]
    for first in range(len(clear)):
        whole = np.logical_and.accumulate(clear[first:], axis=0)
        change = np.diff(np.pad(whole, ((0, 0), (1, 1))).astype(np.int8), axis=1)
        last, start = np.nonzero(change == 1)
        _, stop = np.nonzero(change == -1)
        found.append(np.stack([np.full_like(last, first), first + last + 1, start, stop], axis=1))
    return np.concatenate(found)


def _floor(
    view: Viewpoint, ahead: Float64[np.ndarray, "2"], aside: Float64[np.ndarray, "2"]
) -> Floor:
    """Make the rectangle between two distances ahead and two aside."""
    x, z = view.ground(float(ahead.mean()), float(aside.mean()))
    half = (float(np.ptp(aside)) / 2, float(np.ptp(ahead)) / 2)
    return Floor((float(x), 0.0, float(z)), half, view.heading)
