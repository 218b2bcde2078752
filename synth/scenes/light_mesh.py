"""Light meshes of dressed people: few triangles that nearly hold the many.

They are the coarse levels of what people are and wear (`synth.render.detail`), a little
fatter, so that clothes, hair and skin lie within, but for some ends of cloth and hair. They are
cut into parts along the bones, each small enough to be judged alone; so is all that is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int

from hmr.joints import SMPLX_55
from synth.render.detail import reduced
from synth.render.scene import Surface, vertex_normals

LEVEL, LEVEL_OF_CLOTH = 2, 1
"""Which of a surface's levels is light enough; cloth in folds must not lose them."""
SMOOTH = ("body", "hair")
"""What is no cloth."""
FATTER = 0.006
"""How far a light mesh goes beyond its surfaces, for the chords of round limbs, in metres."""
SPACING = 0.024
"""Between points that stand for a mesh, in metres."""
_LIMBS = (
    *(("spine3", "shoulder"), ("shoulder", "elbow"), ("elbow", "wrist"), ("wrist", "middle2")),
    *(("hip", "knee"), ("knee", "ankle"), ("ankle", "foot")),
)
BONES: tuple[tuple[str, str], ...] = (
    *(("pelvis", "spine2"), ("spine2", "neck"), ("neck", "head"), ("head", "jaw")),
    *((f"left_{a}".replace("left_spine", "spine"), f"left_{b}") for a, b in _LIMBS),
    *((f"right_{a}".replace("right_spine", "spine"), f"right_{b}") for a, b in _LIMBS),
)
"""Whatever is nearest to one of these is a part."""


@dataclass(frozen=True, eq=False)
class PartedMesh:
    """A mesh cut into parts."""

    vertices: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]
    """Those of a part follow each other."""
    starts: Int[np.ndarray, " parts_and_one"]
    """Where the faces of each part start; the last is their number."""

    def part(self, number: int) -> Int[np.ndarray, "k 3"]:
        """Take the faces of a part."""
        return self.faces[self.starts[number] : self.starts[number + 1]]


def points_on(
    vertices: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"]
) -> Float[np.ndarray, "n 3"]:
    """Find points all over a mesh, nowhere much farther apart than `SPACING`."""
    found, triangles = [vertices], vertices[faces]
    while len(triangles):
        edges = triangles - triangles[:, [1, 2, 0]]
        large = np.einsum("fck,fck->fc", edges, edges).max(1) > (2 * SPACING) ** 2
        found.append(triangles[~large].mean(1))
        triangles = _quartered(triangles[large])
    return np.concatenate(found).astype(np.float64)


def light_mesh(surfaces: Sequence[Surface], joints: Float32[np.ndarray, "55 3"]) -> PartedMesh:
    """Make what a person is and wears light.

    Args:
        surfaces: The person's, body and clothes.
        joints: Theirs.
    """
    light = [_light(surface) for surface in surfaces]
    return _parted([_fatter(surface) for surface in light], [s.faces for s in light], joints)


def drawn_mesh(surfaces: Sequence[Surface], joints: Float32[np.ndarray, "55 3"]) -> PartedMesh:
    """Cut all that a person is and wears into parts, as it is drawn from near by."""
    return _parted([s.vertices for s in surfaces], [s.faces for s in surfaces], joints)


def _parted(
    vertices: Sequence[Float32[np.ndarray, "_ 3"]],
    faces: Sequence[Int[np.ndarray, "_ 3"]],
    joints: Float32[np.ndarray, "55 3"],
) -> PartedMesh:
    starts = np.cumsum([0, *(len(of) for of in vertices)])
    joined = np.concatenate([of + start for of, start in zip(faces, starts, strict=False)])
    points = np.concatenate(vertices)
    part = nearest_bone(points, joints)[joined[:, 0]]
    order = np.argsort(part, kind="stable")
    starts = np.searchsorted(part[order], np.arange(len(BONES) + 1))
    return PartedMesh(points.astype(np.float64), joined[order], starts)


def _quartered(triangles: Float[np.ndarray, "f 3 3"]) -> Float[np.ndarray, "g 3 3"]:
    """Cut triangles at the middles of their edges."""
    middles = (triangles + triangles[:, [1, 2, 0]]) / 2
    corners = [
        np.stack([triangles[:, i], middles[:, i], middles[:, i - 1]], axis=1) for i in range(3)
    ]
    return np.concatenate([*corners, middles])


def _light(surface: Surface) -> Surface:
    if not surface.levels:
        return surface
    level = LEVEL if surface.name in SMOOTH else LEVEL_OF_CLOTH
    return reduced(surface, surface.levels[min(level, len(surface.levels) - 1)])


def _fatter(surface: Surface) -> Float32[np.ndarray, "v 3"]:
    normals = surface.normals
    if normals is None:
        normals = vertex_normals(surface.vertices, surface.faces)
    return surface.vertices + np.float32(FATTER) * normals


def nearest_bone(
    points: Float[np.ndarray, "n 3"], joints: Float32[np.ndarray, "55 3"]
) -> Int[np.ndarray, " n"]:
    """Find the number of the bone in `BONES` that each point is nearest to."""
    ends = joints[[[SMPLX_55.index(a), SMPLX_55.index(b)] for a, b in BONES]].astype(np.float32)
    start, along = ends[:, 0], ends[:, 1] - ends[:, 0]
    length = np.maximum(np.einsum("bk,bk->b", along, along), 1e-9)
    of = points.astype(np.float32)
    # |p - s|^2 - 2 t (p - s).a + t^2 |a|^2 without |p|^2, which is the same for all bones.
    from_start = np.einsum("bk,bk->b", start, start) - 2 * of @ start.T
    ahead = of @ along.T - np.einsum("bk,bk->b", start, along)
    t = np.clip(ahead / length, 0, 1)
    return (from_start - 2 * t * ahead + t * t * length).argmin(1)
