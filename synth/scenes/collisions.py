"""Who may stand where: nobody's body, clothes or seat cut into another's or into a thing.

People are judged dressed, as light meshes (`synth.scenes.light_mesh`) that nearly hold what
they are and wear. Each test is dearer than the one before: circles on the ground, capsules
around parts, the triangles of a part that come near the other's capsule, and python-fcl's
verdict on those triangles. Who passes them all is judged once more as drawn, in every triangle,
so what passes may touch but not cut.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

import fcl
import numpy as np
from jaxtyping import Bool, Float, Int

from synth.scenes.capsules import Capsules, around_parts, distance_to_segment
from synth.scenes.light_mesh import PartedMesh
from synth.scenes.solids import Solid, turn_about_y

FEW = 0.6
"""Of a part's triangles, so many or fewer are judged without the others."""
LOOSE = 0.1
"""What is drawn of two people is nearer by no more than this, in metres, than capsules around
their light meshes."""


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of mesh."""

    vertices: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]

    @cached_property
    def middles(self) -> Float[np.ndarray, "f 3"]:
        """Of its triangles."""
        return self.vertices[self.faces].mean(1)

    @cached_property
    def reach(self) -> Float[np.ndarray, " f"]:
        """From the middle of each triangle to its farthest corner."""
        offset = self.vertices[self.faces] - self.middles[:, None]
        return np.sqrt(np.einsum("fck,fck->fc", offset, offset).max(1))

    @cached_property
    def shape(self) -> fcl.CollisionGeometry:
        """All of it, for fcl."""
        return _model(self.vertices, self.faces)

    def piece(self, chosen: Bool[np.ndarray, " f"]) -> fcl.CollisionGeometry:
        """Make a shape that holds at least the chosen triangles: building them is what is dear."""
        if "shape" in self.__dict__ or chosen.sum() > FEW * len(chosen):
            return self.shape
        return _model(*_compact(self.vertices, self.faces[chosen]))


@dataclass(frozen=True, eq=False)
class Obstacle:
    """A shape around the world's origin, which may be turned about +y and shifted."""

    centre: Float[np.ndarray, "2"]
    """x and z of a circle around it."""
    radius: float
    make: Callable[[], fcl.CollisionGeometry] | None = None
    """Makes its exact shape, if it is of one piece."""
    half: tuple[float, float, float] | None = None
    """Half its sides, if it is a box."""
    lifted: float = 0.0
    """Height of the shape's own origin."""
    parts: tuple[Part, ...] = ()
    """Its parts otherwise."""
    capsules: Capsules | None = None
    """Around the parts."""
    drawn: Callable[[], "Obstacle"] | None = None
    """Makes somebody as they are drawn; called again and again."""
    _made: dict[str, fcl.CollisionGeometry] = field(default_factory=dict)

    @property
    def whole(self) -> fcl.CollisionGeometry:
        """The exact shape of what is of one piece."""
        if self.make is not None and not self._made:
            self._made["whole"] = self.make()
        return self._made["whole"]

    def at(self, yaw: float, place: Float[np.ndarray, "2"], height: float = 0.0) -> "Placed":
        """Turn it, then shift it over the ground and up."""
        turn = turn_about_y(yaw)
        shift = np.array([place[0], self.lifted + height, place[1]])
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

    def cuts_into(self, other: "Placed") -> bool:
        """Tell whether two obstacles share space."""
        gap = self.centre - other.centre
        reach = self.obstacle.radius + other.obstacle.radius
        if float(gap @ gap) > reach * reach:
            return False
        if self.capsules and other.capsules:
            near = np.argwhere(self.capsules.meets(other.capsules))
            return any(self._part_cuts(int(i), other, int(j)) for i, j in near)
        if self.capsules is None and other.capsules is None:
            return _meet(self._object(self.obstacle.whole), other._object(other.obstacle.whole))
        one, thing = (self, other) if self.capsules else (other, self)
        return one._cuts_thing(thing)

    def crosses(self, other: "Placed") -> bool:
        """Tell whether two people cut into each other as drawn, though their light meshes do not.

        False if one of them is no person.
        """
        if not (self.obstacle.drawn and other.obstacle.drawn):
            return False
        away = float(np.linalg.norm(self.centre - other.centre))
        if away > self.obstacle.radius + other.obstacle.radius + LOOSE:
            return False
        assert self.capsules is not None
        assert other.capsules is not None
        if not self.capsules.meets(other.capsules, LOOSE).any():
            return False
        return self.drawn.cuts_into(other.drawn)

    @cached_property
    def drawn(self) -> "Placed":
        """Somebody as drawn, in the same place."""
        assert self.obstacle.drawn is not None
        drawn = self.obstacle.drawn()
        assert drawn.capsules is not None
        centre = (self.turn @ [drawn.centre[0], 0, drawn.centre[1]])[[0, 2]] + self.shift[[0, 2]]
        return Placed(
            drawn, self.turn, self.shift, centre, drawn.capsules.at(self.turn, self.shift)
        )

    def _object(self, shape: fcl.CollisionGeometry) -> fcl.CollisionObject:
        return fcl.CollisionObject(shape, fcl.Transform(self.turn, self.shift))

    def _part_cuts(self, number: int, other: "Placed", theirs: int) -> bool:
        """Tell whether a part cuts into another's, looking at triangles near to it alone."""
        mine = self._near(number, other, theirs)
        if not mine.any():
            return False
        others = other._near(theirs, self, number)
        if not others.any():
            return False
        one, two = self.obstacle.parts[number], other.obstacle.parts[theirs]
        return _meet(self._object(one.piece(mine)), other._object(two.piece(others)))

    def _near(self, number: int, other: "Placed", theirs: int) -> Bool[np.ndarray, " f"]:
        """Find the triangles of a part that come near the capsule of another's."""
        assert other.capsules is not None
        part = self.obstacle.parts[number]
        # The capsule comes to the triangles: it has fewer points than they.
        ends = np.stack([other.capsules.starts[theirs], other.capsules.ends[theirs]])
        start, end = (ends - self.shift) @ self.turn
        away = distance_to_segment(part.middles, start, end)
        return away <= other.capsules.radii[theirs] + part.reach

    def _cuts_thing(self, thing: "Placed") -> bool:
        """Tell whether somebody cuts into a thing of one piece."""
        near = thing._near_box(self.capsules)
        if not near.any():
            return False
        solid = thing._object(thing.obstacle.whole)
        parts = self.obstacle.parts
        return any(_meet(self._object(parts[i].shape), solid) for i in np.flatnonzero(near))

    def _near_box(self, capsules: Capsules | None) -> Bool[np.ndarray, " parts"]:
        """Find the capsules that come near a thing's box, or its circle if it is none."""
        assert capsules is not None
        starts, ends = ((p - self.shift) @ self.turn for p in (capsules.starts, capsules.ends))
        low = np.minimum(starts, ends) - capsules.radii[:, None]
        high = np.maximum(starts, ends) + capsules.radii[:, None]
        radius = self.obstacle.radius
        half = np.array(self.obstacle.half or (radius, np.inf, radius))
        middle = np.array([self.obstacle.centre[0], 0.0, self.obstacle.centre[1]])
        return np.asarray(((low <= middle + half) & (high >= middle - half)).all(1))


def _meet(one: fcl.CollisionObject, other: fcl.CollisionObject) -> bool:
    return fcl.collide(one, other, fcl.CollisionRequest(), fcl.CollisionResult()) > 0


def person(
    light: PartedMesh,
    seat: Solid | None = None,
    drawn: Callable[[], PartedMesh] | None = None,
) -> Obstacle:
    """Make somebody, with what they sit on, something that others may run into.

    Args:
        light: Of them.
        seat: What they sit on.
        drawn: Makes all that is drawn of them; None to judge them by their light mesh alone.
    """
    exact = None if drawn is None else cache(lambda: of_meshes(_parts(drawn(), seat)))
    return of_meshes(_parts(light, seat), exact)


def _parts(
    mesh: PartedMesh, seat: Solid | None
) -> list[tuple[Float[np.ndarray, "_ 3"], Int[np.ndarray, "_ 3"]]]:
    parts = [(mesh.vertices, mesh.part(i)) for i in range(len(mesh.starts) - 1)]
    if seat is not None:
        parts.append((seat.vertices.astype(np.float64), seat.faces))
    return [(vertices, faces) for vertices, faces in parts if len(faces)]


def of_meshes(
    meshes: Sequence[tuple[Float[np.ndarray, "_ 3"], Int[np.ndarray, "_ 3"]]],
    drawn: Callable[[], Obstacle] | None = None,
) -> Obstacle:
    """Make meshes an obstacle, one part each, with capsules around them."""
    parts = tuple(Part(*_compact(vertices, faces)) for vertices, faces in meshes)
    points = np.concatenate([part.vertices for part in parts])
    number = np.repeat(np.arange(len(parts)), [len(part.vertices) for part in parts])
    centre = (points.max(0) + points.min(0))[[0, 2]] / 2
    radius = float(np.linalg.norm(points[:, [0, 2]] - centre, axis=1).max())
    capsules = around_parts(points, number, len(parts))
    return Obstacle(centre, radius, parts=parts, capsules=capsules, drawn=drawn)


def _compact(
    vertices: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"]
) -> tuple[Float[np.ndarray, "u 3"], Int[np.ndarray, "f 3"]]:
    """Leave out the vertices that no face uses."""
    used = np.zeros(len(vertices), dtype=bool)
    used[faces] = True
    return vertices[used], (np.cumsum(used) - 1)[faces]


def _model(
    vertices: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"]
) -> fcl.CollisionGeometry:
    model = fcl.BVHModel()
    model.beginModel(len(vertices), len(faces))
    model.addSubModel(vertices, faces)
    model.endModel()
    return model


def box(size: tuple[float, float, float], bottom: float = 0.0) -> Obstacle:
    """A box around the y axis, standing at a height."""
    radius = float(np.hypot(size[0], size[2]) / 2)
    half = (size[0] / 2, size[1] / 2, size[2] / 2)
    return Obstacle(np.zeros(2), radius, lambda: fcl.Box(*size), half, bottom + size[1] / 2)
