"""What rides on the head: locks of hair, hats, glasses.

Points around the head follow the affine map that takes the head at rest to the
posed one, and what that leaves of the nearest skin's motion. Hair that hangs low
rides on the chest as well, and is pushed out of the body.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Int32
from scipy.sparse import coo_array, csr_array
from scipy.spatial import KDTree

from synth.people.anatomy import Anatomy
from synth.people.folds import AS_CUT, Make
from synth.people.normals import face_to_vertex
from synth.people.places import arm_share

NEAREST = 6
"""Vertices of the skin whose motion a point takes over."""
BESIDE_CLOTH = 0.036
"""Distance that hanging hair keeps from the skin, so that it lies over clothes, in metres."""
CHEST = ("spine2", "spine3", "neck", "left_collar", "right_collar")
STEP = 3
"""Every so-manieth vertex of chest and neck is looked at when hair is pushed out."""


@dataclass(frozen=True, eq=False)
class Anchor:
    """Some skin, and the affine map that it tells of."""

    numbers: Int[np.ndarray, " n"]
    rest: Float[np.ndarray, "n 4"]
    solve: Float[np.ndarray, "4 n"]

    @staticmethod
    def of(anatomy: Anatomy, own: Bool[np.ndarray, " v"]) -> "Anchor":
        """Anchor to some of the body's vertices."""
        numbers = np.flatnonzero(own)
        rest = np.concatenate([anatomy.vertices[numbers], np.ones((len(numbers), 1))], 1)
        return Anchor(numbers, rest.astype(np.float32), np.linalg.pinv(rest).astype(np.float32))

    def map(self, vertices: Float[np.ndarray, "v 3"]) -> Float[np.ndarray, "4 3"]:
        """Find the affine map of a posed body."""
        return self.solve @ vertices[self.numbers]


@dataclass(frozen=True, eq=False)
class HeadPiece:
    """Something that rides on the head, ready to be put on any body."""

    points: Float[np.ndarray, "s 4"]
    """Places at rest, with a one."""
    head: Anchor
    nearest: csr_array
    """(points, vertices of the head's anchor): whose motion each takes over."""
    faces: Int32[np.ndarray, "f 3"]
    uv: Float32[np.ndarray, "s 2"]
    hidden: Bool[np.ndarray, " body_faces"]
    covers: Float[np.ndarray, " v"]
    shade: Float[np.ndarray, "s 3"]
    low: Float[np.ndarray, " s"]
    """How far each point rides on the chest."""
    chest: Anchor

    @property
    def corners(self) -> Int[np.ndarray, " s"]:
        """Each vertex is drawn once."""
        return np.arange(len(self.points))

    @property
    def drawn_faces(self) -> Int32[np.ndarray, "f 3"]:
        """Triangles over drawn vertices."""
        return self.faces

    @cached_property
    def spread(self) -> csr_array:
        """Sums what belongs to the faces around each vertex."""
        return face_to_vertex(self.faces, len(self.points))

    @cached_property
    def _hanging(self) -> Int[np.ndarray, " h"]:
        return np.flatnonzero(self.low > 0)

    def put_on(
        self,
        vertices: Float[np.ndarray, "v 3"],
        normals: Float[np.ndarray, "v 3"],
        make: Make = AS_CUT,
    ) -> Float[np.ndarray, "s 3"]:
        """Lay it around a posed head."""
        map_head = self.head.map(vertices)
        placed = self.points @ map_head
        placed += self.nearest @ (vertices[self.head.numbers] - self.head.rest @ map_head)
        if len(self._hanging):
            own, share = self._hanging, self.low[self._hanging, None]
            with_chest = self.points[own] @ self.chest.map(vertices)
            placed[own] += share * (with_chest - placed[own])
            placed[own] = self._outside(placed[own], vertices, normals, share)
        return placed

    def _outside(
        self,
        hair: Float[np.ndarray, "h 3"],
        vertices: Float[np.ndarray, "v 3"],
        normals: Float[np.ndarray, "v 3"],
        share: Float[np.ndarray, "h 1"],
    ) -> Float[np.ndarray, "h 3"]:
        """Push hair out of neck, shoulders and chest."""
        some = self.chest.numbers[::STEP]
        at, out = vertices[some], normals[some]
        _, number = KDTree(at).query(hair)
        above = ((hair - at[number]) * out[number]).sum(1, keepdims=True)
        return hair + out[number] * np.maximum(BESIDE_CLOTH * np.sqrt(share) - above, 0)

    def under(self, covers: Float[np.ndarray, " v"]) -> Float[np.ndarray, " s"]:
        """Carry a field over the body's vertices over to the piece's, by the skin nearest."""
        return self.nearest @ covers[self.head.numbers]

    def shaded(self, make: Make) -> Float[np.ndarray, "s 3"]:
        """Say what the colour is multiplied with."""
        return self.shade


def head_piece(
    anatomy: Anatomy,
    points: Float[np.ndarray, "s 3"],
    faces: Int[np.ndarray, "f 3"],
    uv: Float[np.ndarray, "s 2"],
    shade: Float[np.ndarray, "s 3"],
    covers: Float[np.ndarray, " v"] | None = None,
    hangs: bool = False,
) -> HeadPiece:
    """Bind something at rest to head and chest."""
    head = Anchor.of(anatomy, anatomy.skin & (anatomy.share("head") > 0.7))
    chest = Anchor.of(anatomy, anatomy.skin & (anatomy.share(*CHEST) > 0.6) & _upper(anatomy))
    from_chin = anatomy.at("jaw")[1] - 0.06
    depth = np.clip((from_chin - points[:, 1]) / 0.12, 0, 1)
    hidden = np.zeros(len(anatomy.faces), bool)
    if covers is not None:
        hidden = np.all(covers[anatomy.faces] > 0.02, axis=1)
    return HeadPiece(
        points=np.concatenate([points, np.ones((len(points), 1))], 1).astype(np.float32),
        head=head,
        nearest=_nearest(head.rest[:, :3], points),
        faces=faces.astype(np.int32),
        uv=uv.astype(np.float32),
        hidden=hidden,
        covers=np.full(len(anatomy.vertices), -1.0) if covers is None else covers,
        shade=shade.astype(np.float32),
        low=(depth if hangs else np.zeros(len(points))).astype(np.float32),
        chest=chest,
    )


def _upper(anatomy: Anatomy) -> Bool[np.ndarray, " v"]:
    return (anatomy.y > anatomy.at("spine2")[1] - 0.05) & (arm_share(anatomy) < 0.5)


def _nearest(skin: Float[np.ndarray, "n 3"], points: Float[np.ndarray, "s 3"]) -> csr_array:
    gap, number = KDTree(skin).query(points, NEAREST)
    weights = (1 / (gap + 0.01)).astype(np.float32)
    weights /= weights.sum(1, keepdims=True)
    rows = np.repeat(np.arange(len(points)), NEAREST)
    shape = (len(points), len(skin))
    return coo_array((weights.reshape(-1), (rows, number.reshape(-1))), shape=shape).tocsr()
