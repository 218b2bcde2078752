"""Limbs cut out of a body, to see what a bend does to their volume."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int64

from hmr.joints import SMPLX_55


@dataclass(frozen=True)
class Limb:
    """A stretch of a limb around a joint, cut out of the surface and closed at both ends."""

    faces: Int64[np.ndarray, "f 3"]
    """Faces of the skin."""
    rims: Int64[np.ndarray, "r 2"]
    """Edges where it was cut, as its faces run along them."""
    rim_of: Int64[np.ndarray, " r"]
    """Which end each of them belongs to."""
    ring: Int64[np.ndarray, " k"]
    """Vertices at the height of the joint."""
    joint: int

    @staticmethod
    def around(
        name: str,
        end: str,
        reach: float,
        vertices: Float32[np.ndarray, "v 3"],
        joints: Float32[np.ndarray, "55 3"],
        faces: Int64[np.ndarray, "f 3"],
    ) -> "Limb":
        """Cut out what lies within a reach of a joint, along the bone to another joint.

        Args:
            name: The joint.
            end: The next joint along the limb.
            reach: How far the stretch goes to either side, in metres.
            vertices: The body in the T-pose.
            joints: Its joints.
            faces: Its faces.
        """
        joint = SMPLX_55.index(name)
        bone = joints[SMPLX_55.index(end)] - joints[joint]
        bone = bone / np.linalg.norm(bone)
        offsets = vertices - joints[joint]
        along = offsets @ bone
        aside = np.linalg.norm(offsets - np.outer(along, bone), axis=1)
        inside = (np.abs(along) < reach) & (aside < reach)
        kept = faces[inside[faces].all(1)]
        rims = _open_edges(kept)
        return Limb(
            kept,
            rims,
            (along[rims[:, 0]] > 0).astype(np.int64),
            np.flatnonzero(inside & (np.abs(along) < reach / 8)),
            joint,
        )

    def volume(self, vertices: Float[np.ndarray, "v 3"]) -> float:
        """Volume in litres; where skin folds into skin it counts twice, as in a limb unbent."""
        signed = np.linalg.det(vertices[self.faces]).sum()
        for end in (0, 1):
            edges = self.rims[self.rim_of == end, ::-1]
            middle = vertices[np.unique(edges)].mean(0)
            lid = np.stack([*vertices[edges].swapaxes(0, 1), np.tile(middle, (len(edges), 1))], 1)
            signed += np.linalg.det(lid).sum()
        return 1000 * float(signed) / 6

    def thickness(
        self, vertices: Float[np.ndarray, "v 3"], joints: Float[np.ndarray, "j 3"]
    ) -> float:
        """Mean distance in metres from the joint to the skin at its height."""
        return float(np.linalg.norm(vertices[self.ring] - joints[self.joint], axis=1).mean())


def _open_edges(faces: Int64[np.ndarray, "f 3"]) -> Int64[np.ndarray, "r 2"]:
    """Edges that only one face has, in that face's direction."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    known = {(int(a), int(b)) for a, b in edges}
    return np.array([edge for edge in edges if (int(edge[1]), int(edge[0])) not in known])
