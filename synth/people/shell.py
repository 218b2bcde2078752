"""Shells: parts of the body's surface, cut out along a line and lifted off it.

A field over the body's vertices, in metres and positive inside, says where the
shell is; its edge runs where the field is zero, through the triangles. Every
vertex of a shell lies on an edge of the body's mesh, so a shell follows every
shape and pose by one sparse product.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Int32
from scipy.sparse import coo_array, csr_array, diags_array

from synth.people.anatomy import Anatomy
from synth.people.charts import Charts, unwrap
from synth.people.folds import AS_CUT, Make, Relief
from synth.people.normals import face_to_vertex
from synth.people.tubes import Around

TUCKED = 0.02
"""How far the skin goes on under a shell's edge, in metres."""
BESIDE = 1e-3
"""The edge stays this far, as a share of a mesh's edge, from the mesh's vertices."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A part of a surface, with its edge inside the triangles."""

    source: csr_array
    """(shell vertices, body vertices): where each vertex lies on the body."""
    faces: Int[np.ndarray, "f 3"]
    edge: Bool[np.ndarray, " v"]
    """Vertices on the cut."""


@dataclass(frozen=True, eq=False)
class Shell:
    """A garment's or a head of hair's geometry, ready to be put on any body."""

    cut: Cut
    lift: Float[np.ndarray, " v"]
    """Least distance from the skin, in metres."""
    inside: Float[np.ndarray, " v"]
    """The field: distance from the edge, about."""
    smooth: csr_array
    """One round of smoothing."""
    rounds: int
    moulded: bool
    """Lifted off the smoothed skin, so no relief shows through."""
    firm: Float[np.ndarray, " v"]
    """How strictly the least distance is kept, 0 to 1."""
    corners: Int[np.ndarray, " r"]
    """Vertex behind each drawn vertex: several where texture charts meet."""
    drawn_faces: Int32[np.ndarray, "f 3"]
    uv: Float32[np.ndarray, "r 2"]
    hidden: Bool[np.ndarray, " body_faces"]
    """Faces of the body that lie under the shell."""
    covers: Float[np.ndarray, " body"]
    """The field over the body's vertices: what lies deep inside it is under the shell."""
    relief: Relief | None = None
    """Its folds."""
    tubes: tuple[Around, ...] = ()
    """What it hangs from where it is loose."""
    shade: Float[np.ndarray, "v 3"] | None = None
    """What its cloth's colour is multiplied with: seams, soles."""

    @property
    def faces(self) -> Int[np.ndarray, "f 3"]:
        """Triangles over the shell's own vertices."""
        return self.cut.faces

    @cached_property
    def spread(self) -> csr_array:
        """Sums what belongs to the faces around each vertex."""
        return face_to_vertex(self.cut.faces, len(self.lift))

    @cached_property
    def _source(self) -> csr_array:
        return csr_array(self.cut.source, dtype=np.float32)

    def put_on(
        self,
        vertices: Float[np.ndarray, "v 3"],
        normals: Float[np.ndarray, "v 3"],
        make: Make = AS_CUT,
    ) -> Float[np.ndarray, "s 3"]:
        """Lay the shell around a posed body."""
        both = self._source @ np.concatenate([vertices, normals], 1).astype(np.float32)
        if self.moulded:
            both = self._smoothed(both)
        skin, out = both[:, :3], both[:, 3:]
        out = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
        lift = self.lift.astype(np.float32)
        lifted = skin + out * lift[:, None]
        if self.moulded:
            return lifted
        cloth = self._smoothed(lifted)
        for tube in self.tubes:
            cloth = cloth + tube.share * (tube.laid(vertices, make) - cloth)
        short = lift - ((cloth - skin) * out).sum(1)
        cloth = cloth + out * (self.firm.astype(np.float32) * np.maximum(short, 0))[:, None]
        return cloth if self.relief is None else cloth + out * self.relief.height(make)[:, None]

    def under(self, covers: Float[np.ndarray, " v"]) -> Float[np.ndarray, " s"]:
        """Carry a field over the body's vertices over to the shell's."""
        return self.cut.source @ covers

    def shaded(self, make: Make) -> Float[np.ndarray, "s 3"]:
        """Say what the cloth's colour is multiplied with, folds included."""
        seam = 0.82 + 0.18 * np.clip(self.inside / 0.012, 0, 1)
        shade = np.repeat(seam[:, None], 3, 1) if self.shade is None else self.shade
        return shade if self.relief is None else shade * self.relief.shade(make)[:, None]

    def _smoothed(self, values: Float[np.ndarray, "s k"]) -> Float[np.ndarray, "s k"]:
        for _ in range(self.rounds):
            values = self.smooth @ values
        return values


def make_shell(
    anatomy: Anatomy,
    field: Float[np.ndarray, " v"],
    lift: Float[np.ndarray, " v"],
    charts: Charts,
    rounds: int = 4,
    tucked: float = TUCKED,
    firm: Float[np.ndarray, " v"] | None = None,
    relief: Relief | None = None,
    tubes: Callable[[Cut], tuple[Around, ...]] = lambda _: (),
) -> Shell:
    """Cut a shell out of the body's skin.

    Args:
        anatomy: The body.
        field: Over the body's vertices: distance from the edge in metres, positive inside.
        lift: Over the body's vertices: least distance of the shell from the skin.
        charts: How texture is laid on it.
        rounds: Rounds of smoothing: the more, the less of the body's relief shows.
        tucked: How far the skin goes on under the edge.
        firm: How strictly the least distance is kept; 0 lets smoothing have its way.
        relief: Folds over the body's vertices.
        tubes: Makes what the shell hangs from, once it is cut.
    """
    inside = np.where(anatomy.skin, field, -1.0)
    part = cut(anatomy.faces, inside)
    corners, drawn, uv = unwrap(part.source @ anatomy.vertices, part.faces, charts)
    return Shell(
        cut=part,
        lift=part.source @ lift,
        inside=np.where(part.edge, 0, part.source @ inside),
        smooth=smoothing(part),
        rounds=rounds,
        moulded=False,
        firm=np.ones(len(part.edge)) if firm is None else part.source @ firm,
        corners=corners,
        drawn_faces=drawn.astype(np.int32),
        uv=uv.astype(np.float32),
        hidden=np.all(inside[anatomy.faces] > tucked, axis=1),
        covers=inside,
        relief=None if relief is None else relief.on(part.source),
        tubes=tubes(part),
    )


def cut(faces: Int[np.ndarray, "f 3"], field: Float[np.ndarray, " v"]) -> Cut:
    """Keep the part of a mesh where a field is positive, splitting triangles at zero."""
    positive = field > 0
    inner = positive[faces].sum(1)
    whole = faces[inner == 3]
    # Turn each split triangle until the corner that stands alone comes first.
    split = faces[(inner == 1) | (inner == 2)]
    alone = positive[split] == (positive[split].sum(1) == 1)[:, None]
    first = alone.argmax(1)
    split = np.take_along_axis(split, (first[:, None] + np.arange(3)) % 3, 1)
    a, b, c = split.T
    ab, ac, ends = _edge_points(a, b, c, len(field))
    tip = positive[a]
    corners = np.concatenate(
        [
            whole,
            np.stack([a, ab, ac], 1)[tip],
            np.stack([ab, b, c], 1)[~tip],
            np.stack([ab, c, ac], 1)[~tip],
        ]
    )
    used, renumbered = np.unique(corners, return_inverse=True)
    return Cut(_source(used, ends, field), renumbered.reshape(corners.shape), used >= len(field))


def _edge_points(
    a: Int[np.ndarray, " n"], b: Int[np.ndarray, " n"], c: Int[np.ndarray, " n"], count: int
) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " n"], Int[np.ndarray, "e 2"]]:
    """Number the points where a-b and a-c are cut, from `count` on, and list their ends."""
    ends = np.sort(np.concatenate([np.stack([a, b], 1), np.stack([a, c], 1)]), 1)
    unique, number = np.unique(ends, axis=0, return_inverse=True)
    number = number.reshape(-1) + count
    return number[: len(a)], number[len(a) :], unique


def _source(
    used: Int[np.ndarray, " s"], ends: Int[np.ndarray, "e 2"], field: Float[np.ndarray, " v"]
) -> csr_array:
    count = len(field)
    low, high = field[ends[:, 0]], field[ends[:, 1]]
    way = np.clip(low / np.where(low == high, 1, low - high), BESIDE, 1 - BESIDE)
    old, new = used[used < count], used[used >= count] - count
    rows = np.concatenate([np.arange(len(old)), np.repeat(np.arange(len(new)), 2) + len(old)])
    columns = np.concatenate([old, ends[new].reshape(-1)])
    shares = np.concatenate([np.ones(len(old)), np.stack([1 - way, way], 1)[new].reshape(-1)])
    return coo_array((shares, (rows, columns)), shape=(len(used), count)).tocsr()


def smoothing(part: Cut) -> csr_array:
    """One round of averaging with neighbours; the edge only along itself, so it stays put."""
    count = len(part.edge)
    ends = np.concatenate([part.faces[:, [0, 1]], part.faces[:, [1, 2]], part.faces[:, [2, 0]]])
    rows, columns = np.concatenate([ends, ends[:, ::-1]]).T
    keep = ~part.edge[rows] | part.edge[columns]
    rows, columns = rows[keep], columns[keep]
    links = coo_array((np.ones(len(rows)), (rows, columns)), shape=(count, count)).tocsr()
    links.data[:] = 1
    own = diags_array(np.ones(count))
    total = links + own
    return csr_array(diags_array(1 / total.sum(1)) @ total, dtype=np.float32)
