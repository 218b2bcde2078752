"""Who may stand where: nobody's body cuts into another's or into a thing.

Bodies are tested as coarse meshes, made a little fatter than the bodies, so
that what passes leaves room for clothes; things as solids. python-fcl judges.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import fcl
import numpy as np
from jaxtyping import Float, Float32, Int
from scipy.sparse import coo_array, csr_array

from hmr.joints import SMPLX_55
from synth.people.anatomy import Anatomy
from synth.people.normals import face_to_vertex, normals_of
from synth.people.seats import WIDE, Seat
from synth.scenes import solids
from synth.scenes.capsules import Capsules, around_parts
from synth.scenes.solids import turn_about_y

CELL, CELL_OF_HANDS = 0.035, 0.016
"""Vertices within a cell of this size, in metres, become one."""
HANDS = SMPLX_55[SMPLX_55.index("left_index1") :]
FATTER = 0.025
"""How far a coarse body reaches beyond the body's skin, in metres."""


class Coarse:
    """Makes coarse meshes of a body file's bodies."""

    def __init__(self, anatomy: Anatomy):
        hands = anatomy.share(*HANDS) > 0.5
        size = np.where(hands, CELL_OF_HANDS, CELL)[:, None]
        cells = np.column_stack([np.floor(anatomy.vertices / size).astype(np.int64), hands])
        _, number = np.unique(cells, axis=0, return_inverse=True)
        number = number.reshape(-1)
        count, vertices = number.max() + 1, len(number)
        ones = np.ones(vertices)
        sums = coo_array((ones, (number, np.arange(vertices))), shape=(count, vertices)).tocsr()
        self._mean: csr_array = csr_array(sums / np.bincount(number)[:, None])
        faces = np.sort(number[anatomy.faces[anatomy.skin[anatomy.faces[:, 0]]]], axis=1)
        proper = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2])
        # Sorting lost the winding, which the test does not need.
        self.faces: Int[np.ndarray, "f 3"] = np.unique(faces[proper], axis=0)
        self._fine = anatomy.faces
        owner = (self._mean @ anatomy.weights).argmax(1)
        _, part = np.unique(owner, return_inverse=True)
        self._part: Int[np.ndarray, " c"] = part.reshape(-1)
        self._spread = face_to_vertex(anatomy.faces, vertices)

    def vertices(self, vertices: Float32[np.ndarray, "v 3"]) -> Float[np.ndarray, "c 3"]:
        """Make a posed body coarse and a little fatter."""
        fat = vertices + FATTER * normals_of(vertices, self._fine, self._spread)
        return self._mean @ fat.astype(np.float64)

    def body(self, vertices: Float32[np.ndarray, "v 3"], seat: Seat | None = None) -> "Obstacle":
        """Make a posed body, with what it sits on, something that others may run into."""
        coarse, faces, part = self.vertices(vertices), self.faces, self._part
        if seat is not None:
            stool = stool_of(seat)
            faces = np.concatenate([faces, stool.faces + len(coarse)])
            part = np.append(part, np.full(len(stool.vertices), part.max() + 1))
            coarse = np.concatenate([coarse, stool.vertices])
        centre = (coarse.max(0) + coarse.min(0))[[0, 2]] / 2
        radius = np.linalg.norm(coarse[:, [0, 2]] - centre, axis=1).max()
        capsules = around_parts(coarse, part, int(part.max()) + 1)
        return Obstacle(lambda: _model(coarse, faces), centre, float(radius), 0.0, capsules)


def _model(
    vertices: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"]
) -> fcl.CollisionGeometry:
    model = fcl.BVHModel()
    model.beginModel(len(vertices), len(faces))
    model.addSubModel(vertices, faces)
    model.endModel()
    return model


@dataclass(frozen=True, eq=False)
class Obstacle:
    """A shape around the world's origin, which may be turned about +y and shifted."""

    make: Callable[[], fcl.CollisionGeometry]
    """Makes the exact shape: dear, and often not needed."""
    centre: Float[np.ndarray, "2"]
    """x and z of a circle around it."""
    radius: float
    lifted: float = 0.0
    """Height of the shape's own origin."""
    capsules: Capsules | None = None
    """Around its parts, if it is a body."""

    @cached_property
    def shape(self) -> fcl.CollisionGeometry:
        """The exact shape."""
        return self.make()

    def at(self, yaw: float, place: Float[np.ndarray, "2"]) -> "Placed":
        """Turn it, then shift it over the ground."""
        turn = turn_about_y(yaw)
        shift = np.array([place[0], self.lifted, place[1]])
        centre = (turn @ [self.centre[0], 0, self.centre[1]])[[0, 2]] + place
        capsules = None if self.capsules is None else self.capsules.at(turn, shift)
        return Placed(self, turn, shift, centre, capsules)


@dataclass(frozen=True, eq=False)
class Placed:
    """An obstacle in its place."""

    obstacle: Obstacle
    turn: Float[np.ndarray, "3 3"]
    shift: Float[np.ndarray, "3"]
    centre: Float[np.ndarray, "2"]
    capsules: Capsules | None

    @cached_property
    def body(self) -> fcl.CollisionObject:
        """The exact shape in its place."""
        return fcl.CollisionObject(self.obstacle.shape, fcl.Transform(self.turn, self.shift))

    def cuts_into(self, other: "Placed") -> bool:
        """Tell whether two obstacles share space: circles first, capsules, then their meshes."""
        gap = np.linalg.norm(self.centre - other.centre)
        if gap > self.obstacle.radius + other.obstacle.radius:
            return False
        if self.capsules and other.capsules and not self.capsules.touch(other.capsules):
            return False
        return fcl.collide(self.body, other.body, fcl.CollisionRequest(), fcl.CollisionResult()) > 0


def stool_of(seat: Seat) -> solids.Solid:
    """Make a seat's mesh."""
    stool = solids.box((2 * WIDE, seat.height, 2 * WIDE))
    return stool.moved(0.0, np.array([seat.x, 0, seat.z]))


def box(size: tuple[float, float, float], bottom: float = 0.0) -> Obstacle:
    """A box around the y axis, standing at a height."""
    radius = float(np.hypot(size[0], size[2]) / 2)
    return Obstacle(lambda: fcl.Box(*size), np.zeros(2), radius, bottom + size[1] / 2)
