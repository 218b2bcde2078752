"""Levels of detail: fewer triangles for who is small in the picture.

A coarser level keeps some of a mesh's own vertices and joins them by fewer
triangles. Which ones is found once for each part of a topology that is seen, at
rest, by quadric edge collapse (Garland and Heckbert, "Surface Simplification Using Quadric Error
Metrics", SIGGRAPH 1997, by the package fast-simplification), so it depends on
nobody's pose and costs nothing afterwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import fast_simplification
import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Int32
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hmr.cameras import Camera, to_camera
from synth.render.frustum import NEAR
from synth.render.scene import Level, Surface

SHARES = (0.5, 0.25, 0.12, 0.06)
"""Of a mesh's triangles, level by level."""
PIXELS = 36.0
"""So many pixels of what a mesh shows come to a triangle; a level with fewer is too coarse."""
PAINTED = 24.0
"""The same for meshes whose picture is painted on their vertices, as faces are."""
CASTS = 4.0
"""So many times fewer triangles cast the shadow."""
OTHER_CHART = 1e6
"""Farther in a texture than any two places of the same chart."""
FEWEST = 60
"""Meshes of fewer triangles stay as they are."""


class Detail:
    """Coarser versions of one topology, whatever part of it is seen."""

    def __init__(
        self,
        vertices: Float[np.ndarray, "w 3"],
        faces: Int[np.ndarray, "f 3"],
        corners: Int[np.ndarray, " v"] | None = None,
        uv: Float[np.ndarray, "v 2"] | None = None,
    ):
        """Take a topology; its levels are made when they are asked for.

        Args:
            vertices: At rest, each place once.
            faces: Over drawn vertices.
            corners: The place of each drawn vertex; the same if None.
            uv: Of each drawn vertex.
        """
        self._vertices, self._faces = vertices, faces
        self._corners = np.arange(len(vertices)) if corners is None else corners
        self._uv = np.zeros((len(self._corners), 2)) if uv is None else uv
        self._known: dict[bytes, tuple[Level, ...]] = {}

    def levels(self, seen: Bool[np.ndarray, " f"]) -> tuple[Level, ...]:
        """Find the levels of the part of which these triangles are seen."""
        if (key := seen.tobytes()) not in self._known:
            self._known[key] = tuple(self._made(self._faces[seen]))
        return self._known[key]

    def _made(self, faces: Int[np.ndarray, "f 3"]) -> Iterator[Level]:
        """Make each level of the one before; a part's edge stays where it is."""
        count = len(faces)
        for share in SHARES if count >= FEWEST else ():
            of_last = share * count / len(faces)
            faces = coarser(self._vertices, faces, self._corners, self._uv, of_last)
            yield _level(faces)


def _level(faces: Int[np.ndarray, "f 3"]) -> Level:
    kept, renumbered = _renumbered(faces, int(faces.max(initial=-1)) + 1)
    return Level(kept, renumbered.astype(np.int32))


def _used(numbers: Int[np.ndarray, "*n"], count: int) -> Int[np.ndarray, " k"]:
    """List the numbers below a count that occur, in order; sorts nothing."""
    occurs = np.zeros(count, dtype=bool)
    occurs[numbers] = True
    return np.flatnonzero(occurs)


def _renumbered(
    numbers: Int[np.ndarray, "*n"], count: int
) -> tuple[Int[np.ndarray, " k"], Int[np.ndarray, "*n"]]:
    """List the numbers that occur, and give each the place where it stands in that list."""
    used = _used(numbers, count)
    place = np.zeros(count, dtype=np.int64)
    place[used] = np.arange(len(used))
    return used, place[numbers]


def coarser(
    vertices: Float[np.ndarray, "w 3"],
    faces: Int[np.ndarray, "f 3"],
    corners: Int[np.ndarray, " v"],
    uv: Float[np.ndarray, "v 2"],
    share: float,
) -> Int32[np.ndarray, "g 3"]:
    """Join some of the drawn vertices by a share of the triangles."""
    used, welded = _renumbered(corners[faces], len(vertices))
    points, triangles = vertices[used].astype(np.float64), welded.astype(np.int32)
    collapses = fast_simplification.simplify(
        points, triangles, target_reduction=1 - share, return_collapses=True
    )[-1]
    moved, _, mapping = fast_simplification.replay_simplification(points, triangles, collapses)
    stands_for = np.full(len(vertices), -1)
    seams = np.bincount(corners[_used(faces, len(corners))], minlength=len(vertices)) > 1
    stands_for[used] = used[_nearest(points, moved, mapping, seams[used])[mapping]]
    drawn = _drawn_for(corners, stands_for, faces, uv)[faces]
    return drawn[_proper(corners[drawn])].astype(np.int32)


def _nearest(
    points: Float[np.ndarray, "w 3"],
    moved: Float[np.ndarray, "n 3"],
    mapping: Int[np.ndarray, " w"],
    seams: Bool[np.ndarray, " w"],
) -> Int[np.ndarray, " n"]:
    """Pick, of the points that became one, the nearest to where that one went.

    A point on a seam comes first: it is in the charts on both sides.
    """
    away = np.linalg.norm(points - moved[mapping], axis=1)
    order = np.lexsort([away, ~seams, mapping])
    ordered = mapping[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    nearest = np.zeros(len(moved), dtype=np.int64)
    nearest[ordered[first]] = order[first]
    return nearest


def _drawn_for(
    corners: Int[np.ndarray, " v"],
    stands_for: Int[np.ndarray, " w"],
    faces: Int[np.ndarray, "f 3"],
    uv: Float[np.ndarray, "v 2"],
) -> Int[np.ndarray, " v"]:
    """Find the drawn vertex that takes each one's place.

    Of those at the same point it is one of the same chart, if there is one; at a cut through a
    chart, the one on the same side.
    """
    count = len(corners)
    edges = (np.ones(2 * len(faces)), (faces[:, [0, 1]].ravel(), faces[:, [1, 2]].ravel()))
    _, chart = connected_components(coo_array(edges, shape=(count, count)), directed=False)
    used = _used(faces, count)
    at_point = used[np.argsort(corners[used], kind="stable")]
    copies = np.bincount(corners[used], minlength=len(stands_for))
    first = np.cumsum(copies) - copies
    wanted = stands_for[corners]
    found, least = np.zeros(count, dtype=np.int64), np.full(count, np.inf)
    for copy in range(int(copies.max())):
        one = at_point[np.minimum(first[wanted] + copy, len(used) - 1)]
        away = np.linalg.norm(uv[one] - uv, axis=1) + OTHER_CHART * (chart[one] != chart)
        better = (copy < copies[wanted]) & (away < least)
        found[better], least[better] = one[better], away[better]
    return found


def _proper(faces: Int[np.ndarray, "f 3"]) -> Bool[np.ndarray, " f"]:
    """Tell which triangles still have three corners, counting each once."""
    ordered = np.sort(faces, axis=1).astype(np.int64)
    proper = (ordered[:, 0] != ordered[:, 1]) & (ordered[:, 1] != ordered[:, 2])
    count = int(ordered.max(initial=0)) + 1
    _, first = np.unique(
        (ordered[:, 0] * count + ordered[:, 1]) * count + ordered[:, 2], return_index=True
    )
    once = np.zeros(len(faces), dtype=bool)
    once[first] = True
    return proper & once


def at_size(surfaces: Sequence[Surface], camera: Camera) -> tuple[Surface, ...]:
    """Give everybody as many triangles as their size in the picture asks for."""
    return tuple(_at_size(surface, camera) if surface.levels else surface for surface in surfaces)


def _at_size(surface: Surface, camera: Camera) -> Surface:
    lower, upper = surface.vertices.min(0), surface.vertices.max(0)
    middle = torch.from_numpy((lower + upper) / 2).to(camera.t)
    depth = max(float(to_camera(middle[None], camera)[0, 2]), NEAR)
    # A box's three sides at the pixels that a metre has there. A body shows about 0.3 of that,
    # and half of its triangles.
    x, y, z = (upper - lower) * float(camera.K[1, 1]) / depth
    pixels = PAINTED if surface.texture is None else PIXELS
    budget = 0.6 * float(x * y + y * z + z * x) / pixels
    return replace(_within(surface, budget), caster=_within(surface, budget / CASTS))


def _within(surface: Surface, budget: float) -> Surface:
    """Find the coarsest level that has as many triangles as asked for."""
    for level in reversed(surface.levels):
        if len(level.faces) >= budget:
            return reduced(surface, level)
    return surface


def reduced(surface: Surface, level: Level) -> Surface:
    """Draw a surface at a level."""
    kept = level.kept
    return replace(
        surface,
        vertices=surface.vertices[kept],
        faces=level.faces,
        normals=None if surface.normals is None else surface.normals[kept],
        colours=None if surface.colours is None else surface.colours[kept],
        uv=None if surface.uv is None else surface.uv[kept],
        levels=(),
    )
