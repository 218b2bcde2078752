"""Capsules around the parts of a body: the quick test before the exact one."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True, eq=False)
class Capsules:
    """Segments with radii, one a part of the body."""

    starts: Float[np.ndarray, "parts 3"]
    ends: Float[np.ndarray, "parts 3"]
    radii: Float[np.ndarray, " parts"]

    def at(self, turn: Float[np.ndarray, "3 3"], shift: Float[np.ndarray, "3"]) -> "Capsules":
        """Turn them, then shift them."""
        return Capsules(self.starts @ turn.T + shift, self.ends @ turn.T + shift, self.radii)

    def touch(self, other: "Capsules") -> bool:
        """Tell whether any capsule meets any of the other's."""
        gap = segment_distance(
            self.starts[:, None], self.ends[:, None], other.starts[None], other.ends[None]
        )
        return bool((gap <= self.radii[:, None] + other.radii[None]).any())


def around_parts(
    points: Float[np.ndarray, "n 3"], part: Int[np.ndarray, " n"], count: int
) -> Capsules:
    """Put a capsule around the points of each part, along its longest direction."""
    size = np.maximum(np.bincount(part, minlength=count), 1)
    centre = np.stack([np.bincount(part, points[:, i], count) for i in range(3)], 1) / size[:, None]
    offset = points - centre[part]
    spread = np.zeros((count, 3, 3))
    np.add.at(spread, part, offset[:, :, None] * offset[:, None, :])
    axis = np.linalg.eigh(spread)[1][:, :, -1]
    along = (offset * axis[part]).sum(1)
    reach = np.zeros(count)
    np.maximum.at(reach, part, np.abs(along))
    across = np.zeros(count)
    np.maximum.at(across, part, np.linalg.norm(offset - along[:, None] * axis[part], axis=1))
    return Capsules(centre - axis * reach[:, None], centre + axis * reach[:, None], across)


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
