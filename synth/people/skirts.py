"""Skirts: one tube around hips and both legs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Int32
from scipy.sparse import csr_array

from synth.people.anatomy import Anatomy
from synth.people.charts import TILE, Charts
from synth.people.cuttings import Cutting
from synth.people.folds import AS_CUT, Make
from synth.people.normals import face_to_vertex
from synth.people.places import arm_share, height_on_leg
from synth.people.tubes import AROUND, Rings, Tailored, drape, slices

WAIST = 0.018
"""Ease of the first ring, which the top is tucked in under, in metres."""
TILES = 4
"""Tiles of cloth around."""
BARE = 0.14
"""How far above the hem legs are seen from below, in metres."""


@dataclass(frozen=True, eq=False)
class Skirt:
    """A skirt's geometry, ready to be put on any body."""

    rings: Rings
    tailored: Tailored
    pleats: Float[np.ndarray, "rings around"]
    """Height of folds, in metres."""
    faces: Int32[np.ndarray, "f 3"]
    corners: Int[np.ndarray, " r"]
    drawn_faces: Int32[np.ndarray, "f 3"]
    uv: Float32[np.ndarray, "r 2"]
    hidden: Bool[np.ndarray, " body_faces"]
    covers: Float[np.ndarray, " v"]

    @cached_property
    def spread(self) -> csr_array:
        """Sums what belongs to the faces around each vertex."""
        return face_to_vertex(self.faces, self.tailored.ease.size)

    def put_on(
        self,
        vertices: Float[np.ndarray, "v 3"],
        normals: Float[np.ndarray, "v 3"],
        make: Make = AS_CUT,
    ) -> Float[np.ndarray, "s 3"]:
        """Lay the skirt around a posed body."""
        tailored = Tailored(
            self.tailored.ease + np.roll(self.pleats, 3 * make.pattern, 1),
            self.tailored.hang,
            self.tailored.slope,
        )
        return drape(self.rings, tailored, vertices, make).reshape(-1, 3)

    def under(self, covers: Float[np.ndarray, " v"]) -> Float[np.ndarray, " s"]:
        """Nothing that is worn over a skirt hides part of it."""
        return np.full(self.tailored.ease.size, -1.0)

    def shaded(self, make: Make) -> Float[np.ndarray, "s 3"]:
        """Darken the valleys of folds, and the waist's edge."""
        height = np.roll(self.pleats, 3 * make.pattern, 1)
        depth = np.clip(height.max(1, keepdims=True) / 0.02, 0, 1)
        valley = 1 - height / np.maximum(height.max(1, keepdims=True), 1e-9)
        shade = 1 - 0.22 * depth * valley
        shade[0] *= 0.85
        return np.repeat(shade.reshape(-1, 1), 3, 1)


def skirt(anatomy: Anatomy, _: Charts, cutting: Cutting) -> Skirt:
    """Sew a skirt."""
    top, hem = (height_on_leg(anatomy, share) for share in (cutting.waist, cutting.hem))
    part = anatomy.skin & (arm_share(anatomy) < 0.5)
    crotch = height_on_leg(anatomy, 0.2)
    rings = slices(anatomy, part, top, hem, split=crotch)
    down = np.linspace(0, 1, len(rings.places))[:, None]
    ease = WAIST + (cutting.ease - WAIST) * down**1.2 + np.zeros(AROUND)
    faces = grid_faces(len(rings.places), AROUND)
    corners, drawn, uv = _unrolled(rings.places)
    covers = np.where(part, np.minimum(top - anatomy.y, anatomy.y - hem), -1.0)
    bare = np.minimum(top - anatomy.y - 0.02, anatomy.y - hem - BARE)
    return Skirt(
        rings=rings,
        tailored=Tailored(ease, cutting.hang, cutting.slope),
        pleats=_pleats(cutting, len(rings.places)),
        faces=faces,
        corners=corners,
        drawn_faces=drawn,
        uv=uv,
        hidden=np.all(np.where(part, bare, -1.0)[anatomy.faces] > 0, axis=1),
        covers=covers,
    )


def _pleats(cutting: Cutting, rings: int) -> Float[np.ndarray, "rings around"]:
    """Round folds that deepen towards the hem; no two alike."""
    turn = np.arange(AROUND) * 2 * np.pi / AROUND
    down = np.linspace(0, 1, rings)[:, None]
    count = max(cutting.pleats, 2)
    sway = 0.6 * np.sin(2 * turn + 1) + 0.4 * np.sin(3 * turn + 2 * down)
    wave = 0.5 + 0.5 * np.cos(count * turn + (sway if count < 10 else 0) + 0.8 * down)
    return cutting.folds * down * wave * (0.75 + 0.25 * np.cos(turn * 2 + 0.5))


def grid_faces(rows: int, columns: int) -> Int32[np.ndarray, "f 3"]:
    """Triangles of a grid that closes around, wound outward for rows that go down."""
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns), indexing="ij")
    a, b = i * columns + j, i * columns + (j + 1) % columns
    c, d = a + columns, b + columns
    return _two(a, b, c, d)


def _unrolled(
    places: Float[np.ndarray, " rings"],
) -> tuple[Int[np.ndarray, " r"], Int32[np.ndarray, "f 3"], Float32[np.ndarray, "r 2"]]:
    """Open the tube along a line, so that its texture has a seam there."""
    rows, columns = len(places), AROUND + 1
    i, j = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    corners = (i * AROUND + j % AROUND).reshape(-1)
    # The seam is at the left side.
    turn = j / AROUND * TILES
    uv = np.stack([-turn, (places[0] - places)[:, None] / TILE + np.zeros(columns)], -1)
    a = (i * columns + j)[:-1, :-1]
    faces = _two(a, a + 1, a + columns, a + columns + 1)
    return corners, faces, uv.reshape(-1, 2).astype(np.float32)


def _two(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> Int32[np.ndarray, "f 3"]:
    """Halve squares whose corners are a, b above c, d."""
    halves = np.stack([np.stack([a, b, c], -1), np.stack([b, d, c], -1)])
    return halves.reshape(-1, 3).astype(np.int32)
