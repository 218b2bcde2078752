"""How far people are apart, or how deep they are in each other, on their full dressed meshes.

What is measured here shares nothing with the judge of layouts (`synth.scenes.collisions`) but
fcl's test of two triangles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import fcl
import numpy as np
from jaxtyping import Bool, Float, Float32, Int
from scipy.spatial import KDTree

from synth.render.scene import Surface, vertex_normals

AROUND = 0.05
"""Deeper than this, in metres, the nearest surface may be another side's."""
NEXT = 0.03
"""Whose vertices are farther apart than this, in metres, do not cut each other: edges are short."""
WELD = 1e-5
"""Vertices nearer to each other than this, in metres, are one."""
SPARSE = 12
"""Every so many vertices are looked at where nothing is cut."""


@dataclass(frozen=True, eq=False)
class Whole:
    """All that somebody is and wears, in their place."""

    vertices: Float32[np.ndarray, "v 3"]
    normals: Float32[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]

    @cached_property
    def tree(self) -> KDTree:
        """To look for the nearest vertices."""
        return KDTree(self.vertices)

    @cached_property
    def hem(self) -> Bool[np.ndarray, " v"]:
        """Whether a vertex is at an open edge; where a texture is cut, the surface is not."""
        welded = np.unique(np.round(self.vertices / WELD), axis=0, return_inverse=True)[1]
        corners = welded.reshape(-1)[self.faces]
        sides = np.sort(
            np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
        )
        edges, count = np.unique(sides, axis=0, return_counts=True)
        return np.isin(welded.reshape(-1), edges[count == 1])


def whole(surfaces: Sequence[Surface]) -> Whole:
    """Join surfaces, leaving out what is not drawn."""
    starts = np.cumsum([0, *(len(s.vertices) for s in surfaces)])
    faces = np.concatenate([s.faces + start for s, start in zip(surfaces, starts, strict=False)])
    vertices = np.concatenate([s.vertices for s in surfaces])
    normals = np.concatenate(
        [vertex_normals(s.vertices, s.faces) if s.normals is None else s.normals for s in surfaces]
    )
    used = np.unique(faces)
    return Whole(vertices[used], normals[used], np.searchsorted(used, faces))


def depth(one: Whole, other: Whole) -> float:
    """Find how deep two people are in each other, in metres; 0 if nothing crosses."""
    low = np.maximum(one.vertices.min(0), other.vertices.min(0)) - NEXT
    high = np.minimum(one.vertices.max(0), other.vertices.max(0)) + NEXT
    if (low > high).any():
        return 0.0
    shared, theirs = (
        of.vertices[((of.vertices >= low) & (of.vertices <= high)).all(1)] for of in (one, other)
    )
    if not (len(shared) and len(theirs)):
        return 0.0
    near = np.isfinite(KDTree(theirs).query(shared, distance_upper_bound=NEXT)[0])
    if not near.any():
        return 0.0
    low, high = shared[near].min(0) - AROUND, shared[near].max(0) + AROUND
    a, b = _within(one, low, high), _within(other, low, high)
    return max(_deepest(a, other), _deepest(b, one)) if _cross(a, b) else 0.0


def gap(one: Whole, other: Whole) -> float:
    """Find how far apart two people are, in metres, to a few millimetres."""
    return float(other.tree.query(one.vertices[::SPARSE])[0].min())


def _within(person: Whole, low: Float[np.ndarray, "3"], high: Float[np.ndarray, "3"]) -> Whole:
    """Keep the triangles that reach into a box."""
    corners = person.vertices[person.faces]
    reaches = ((corners.max(1) >= low) & (corners.min(1) <= high)).all(1)
    kept = person.faces[reaches]
    used, faces = np.unique(kept.reshape(-1), return_inverse=True)
    return Whole(person.vertices[used], person.normals[used], faces.reshape(-1, 3))


def _cross(one: Whole, other: Whole) -> bool:
    objects = []
    for part in (one, other):
        model = fcl.BVHModel()
        model.beginModel(len(part.vertices), len(part.faces))
        model.addSubModel(part.vertices.astype(np.float64), part.faces)
        model.endModel()
        objects.append(fcl.CollisionObject(model))
    return fcl.collide(*objects, fcl.CollisionRequest(), fcl.CollisionResult()) > 0


def _deepest(one: Whole, other: Whole) -> float:
    """Find how far vertices lie under the other's nearest surface."""
    found = other.tree.query(one.vertices, distance_upper_bound=AROUND)
    away, nearest = np.asarray(found[0]), np.asarray(found[1])
    near = np.isfinite(away)
    offset = one.vertices[near] - other.vertices[nearest[near]]
    under = -np.einsum("vk,vk->v", offset, other.normals[nearest[near]])
    # At the edge of a surface, what lies beside it seems to lie under it.
    inside = (under > 0.5 * away[near]) & ~other.hem[nearest[near]]
    return float(under[inside].max(initial=0.0))
