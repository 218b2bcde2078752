"""What linear blend skinning loses where a joint bends.

Between two bones the linear blend cuts the corner: a knee bent by 120 degrees loses half of its
radius. Blended as rotations (Kavan and Zara, Spherical blend skinning, I3D 2005) about the middle
of the skin that follows the joint alike (after Le and Hodgins, Optimized centers of rotation,
SIGGRAPH 2016), the skin keeps its distance from the bone. The difference of the two is used twice:
to bring bodies into the T-pose, and as what pose correctives learn.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int64

from hmr.joints import SMPLX_55
from hmr.open_body.skeleton import parents

FOLLOWS = 0.002
"""Least share by which skin follows a joint, and by which it stays, to be between the two."""
ALIKE = 0.1
"""Difference of shares over which skin counts as following alike."""


@dataclass(frozen=True)
class Bend:
    """The skin between a joint and its parent."""

    joint: int
    """Index of the joint."""
    vertices: Int64[np.ndarray, " m"]
    """Vertices that follow the joint in part."""
    shares: Float32[np.ndarray, " m"]
    """How far each of them follows: its weights on the joint and all that hangs from it."""
    middles: Float32[np.ndarray, "m m"]
    """Means of these vertices that give the point about which each of them turns."""

    def offsets(self, vertices: Float32[np.ndarray, "*n v 3"]) -> Float32[np.ndarray, "*n m 3"]:
        """Vectors to the vertices from the points about which they turn."""
        own = vertices[..., self.vertices, :]
        return own - self.middles @ own


def make_bend(
    name: str, weights: Float32[np.ndarray, "v 55"], areas: Float32[np.ndarray, " v"]
) -> Bend:
    """Find the skin around a joint, from skinning weights and the area around each vertex."""
    joint = SMPLX_55.index(name)
    follows = weights[:, _behind(joint)].sum(1)
    vertices = np.flatnonzero((follows > FOLLOWS) & (follows < 1 - FOLLOWS))
    shares = follows[vertices]
    alike = np.exp(-(((shares[:, None] - shares) / ALIKE) ** 2))
    alike *= areas[vertices] * shares * (1 - shares)
    middles = alike / alike.sum(1, keepdims=True)
    return Bend(joint, vertices, shares.astype(np.float32), middles.astype(np.float32))


def lost(
    offsets: Float[np.ndarray, "*n m 3"],
    shares: Float32[np.ndarray, " m"],
    rotations: Float[np.ndarray, "n 3"],
) -> Float[np.ndarray, "n m 3"]:
    """Displacements from linear blending to rotations, in the parent's axes.

    Args:
        offsets: Vectors from the points about which the vertices turn, at rest.
        shares: How far each vertex follows.
        rotations: Rotations of the joint, as rotation vectors.
    """
    angles = np.linalg.norm(rotations, axis=1)[:, None]
    axes = (rotations / np.maximum(angles, 1e-12))[:, None]
    # The quaternions' linear blend, made unit length, turns by this angle about the same axis.
    share = 2 * np.arctan2(shares * np.sin(angles / 2), 1 - shares + shares * np.cos(angles / 2))
    sine = np.sin(share) - shares * np.sin(angles)
    cosine = 1 - np.cos(share) - shares * (1 - np.cos(angles))
    across = np.cross(axes, offsets)
    return sine[..., None] * across + cosine[..., None] * np.cross(axes, across)


def _behind(joint: int) -> list[int]:
    """Return a joint and all that hangs from it."""
    found, above = [joint], parents()
    for other in range(joint + 1, len(above)):
        if above[other] in found:
            found.append(other)
    return found
