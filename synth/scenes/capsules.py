"""Capsules around the parts of a body: the quick test before the exact one."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

ENOUGH = 5000
"""So many points tell where segments should be; all tell the radii."""


@dataclass(frozen=True, eq=False)
class Capsules:
    """Segments with radii, one a part of the body."""

    starts: Float[np.ndarray, "parts 3"]
    ends: Float[np.ndarray, "parts 3"]
    radii: Float[np.ndarray, " parts"]

    def at(self, turn: Float[np.ndarray, "3 3"], shift: Float[np.ndarray, "3"]) -> "Capsules":
        """Turn them, then shift them."""
        return Capsules(self.starts @ turn.T + shift, self.ends @ turn.T + shift, self.radii)

    def meets(self, other: "Capsules", slack: float = 0.0) -> Bool[np.ndarray, "parts others"]:
        """Tell which capsules meet which of the other's, or come as near as `slack` metres."""
        gap = segment_distance(
            self.starts[:, None], self.ends[:, None], other.starts[None], other.ends[None]
        )
        return gap <= self.radii[:, None] + other.radii[None] + slack


def around_parts(
    points: Float[np.ndarray, "n 3"], part: Int[np.ndarray, " n"], count: int
) -> Capsules:
    """Put a capsule around the points of each part, along its longest direction."""
    every = max(1, len(points) // ENOUGH)
    starts, ends = _axes(points[::every], part[::every], count)
    radii = np.zeros(count)
    np.maximum.at(radii, part, distance_to_segment(points, starts[part], ends[part]))
    return Capsules(starts, ends, radii)


def _axes(
    points: Float[np.ndarray, "n 3"], part: Int[np.ndarray, " n"], count: int
) -> tuple[Float[np.ndarray, "parts 3"], Float[np.ndarray, "parts 3"]]:
    """Find where the segments start and end."""
    size = np.maximum(np.bincount(part, minlength=count), 1)
    centre = np.stack([np.bincount(part, points[:, i], count) for i in range(3)], 1) / size[:, None]
    offset = points - centre[part]
    spread = np.zeros((count, 3, 3))
    for i in range(3):
        for j in range(i + 1):
            sums = np.bincount(part, offset[:, i] * offset[:, j], count)
            spread[:, i, j] = spread[:, j, i] = sums
    axis = np.linalg.eigh(spread)[1][:, :, -1]
    along = (offset * axis[part]).sum(1)
    low, high = np.zeros(count), np.zeros(count)
    np.minimum.at(low, part, along)
    np.maximum.at(high, part, along)
    across = np.zeros(count)
    np.maximum.at(across, part, np.linalg.norm(offset - along[:, None] * axis[part], axis=1))
    # The round ends reach beyond the segment, so it may end before the points do.
    low, high = np.minimum(low + across / 2, 0), np.maximum(high - across / 2, 0)
    return centre + axis * low[:, None], centre + axis * high[:, None]


def distance_to_segment(
    points: Float[np.ndarray, "n 3"],
    start: Float[np.ndarray, "*m 3"],
    end: Float[np.ndarray, "*m 3"],
) -> Float[np.ndarray, " n"]:
    """Distance of points from a segment, or each from its own."""
    along, offset = end - start, points - start
    length = np.maximum((along * along).sum(-1), 1e-12)
    t = np.clip((offset * along).sum(-1) / length, 0, 1)
    away = offset - t[:, None] * along
    return np.sqrt(np.einsum("nk,nk->n", away, away))


def segment_distance(
    a: Float[np.ndarray, "*n 3"],
    b: Float[np.ndarray, "*n 3"],
    c: Float[np.ndarray, "*m 3"],
    d: Float[np.ndarray, "*m 3"],
) -> Float[np.ndarray, "*k"]:
    """Least distance between the segments a-b and c-d (Ericson, Real-Time Collision Detection)."""
    u, v, w = b - a, d - c, a - c
    uu, vv, uv = (u * u).sum(-1), (v * v).sum(-1), (u * v).sum(-1)
    uw, vw = (u * w).sum(-1), (v * w).sum(-1)
    uu, vv = np.maximum(uu, 1e-12), np.maximum(vv, 1e-12)
    # Parallel segments have no single nearest pair; any start will do.
    s = _unit((uv * vw - vv * uw) / np.maximum(uu * vv - uv * uv, 1e-12))
    t = _unit((uv * s + vw) / vv)
    s = _unit((uv * t - uw) / uu)
    between = w + s[..., None] * u - t[..., None] * v
    return np.linalg.norm(between, axis=-1)


def _unit(values: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    return np.clip(values, 0, 1)
