"""Fits: a mesh that rides on the body's skin through every shape and pose.

Each vertex of the mesh rides on a patch of skin around the point of the skin nearest to it: at
the patch's mean, plus an offset in the frame of the patch's two longest directions, which grows
with the skin that is covered. A few sparse products put a mesh on a posed body. What comes too
near to the skin is pushed out along its normal, as shells are.
"""

from dataclasses import dataclass

import numpy as np
import trimesh
from jaxtyping import Float, Int
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.spatial import KDTree

PATCH = 24
"""Vertices of a patch."""
NEAR = 6
"""Vertices of the skin whose triangles are searched for the nearest point."""
LOOSE = 0.06
"""Cloth so far from the skin, in metres, rides on patches as wide as its neighbours' together."""
ROUNDS = 12
"""Rounds of sharing patches with neighbours, for loose cloth."""
GAP, LEAST_GAP = 0.006, 0.002
"""Cloth is kept as far off the skin as at rest, but between these, in metres."""
UNDER = -0.015
"""What lies deeper under the skin at rest, in metres, is meant to: it is never pushed out."""


@dataclass(frozen=True, eq=False)
class Rest:
    """The skin that clothes are fitted to."""

    vertices: Float[np.ndarray, "v 3"]
    normals: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]
    """Of the outer skin alone."""
    weights: Float[np.ndarray, "v 55"]
    """Skinning weights: neighbours in space that move apart share no patch."""


@dataclass(frozen=True, eq=False)
class Fit:
    """How a mesh rides on the skin."""

    patch: csr_array
    """(mesh vertices, body vertices): means of patches; rows sum to one."""
    axes: tuple[csr_array, csr_array]
    """(mesh vertices, body vertices): the patches' two longest directions; rows sum to zero."""
    offsets: Float[np.ndarray, "g 3"]
    """In the patches' frames, in metres on the rest body."""
    foot: csr_array
    """(mesh vertices, body vertices): nearest points of the skin."""
    gap: Float[np.ndarray, " g"]
    """Least distance from the skin, in metres on the rest body; -inf where it may be under it."""
    covered: Int[np.ndarray, "c 3"]
    """Faces of the skin that are covered."""
    area: float
    """Of the faces covered, on the rest body."""

    def put_on(
        self, vertices: Float[np.ndarray, "v 3"], normals: Float[np.ndarray, "v 3"]
    ) -> Float[np.ndarray, "g 3"]:
        """Put the mesh on a posed body."""
        scale = np.sqrt(area_of(vertices, self.covered) / self.area)
        frame = frames(self.axes, vertices)
        placed = self.patch @ vertices + scale * np.einsum("gij,gj->gi", frame, self.offsets)
        out = self.foot @ normals
        out = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
        height = ((placed - self.foot @ vertices) * out).sum(1)
        return placed + out * np.maximum(scale * self.gap - height, 0)[:, None]


def fit(points: Float[np.ndarray, "g 3"], faces: Int[np.ndarray, "t 3"], rest: Rest) -> Fit:
    """Fit a mesh, given where it lies on the rest body."""
    triangle, shares = nearest_on(points, rest)
    count = len(rest.vertices)
    corners = rest.faces[triangle]
    foot = _matrix(corners, shares, count)
    out = foot @ rest.normals
    out = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    away = points - foot @ rest.vertices
    height = (away * out).sum(1)
    patch = _patches(foot @ rest.vertices, corners[np.arange(len(shares)), shares.argmax(1)], rest)
    loose = np.clip(np.linalg.norm(away, axis=1) / LOOSE, 0, 1)
    patch = _shared(patch, faces, loose)
    axes = _axes(patch, rest.vertices)
    frame = frames(axes, rest.vertices)
    covered = rest.faces[np.isin(rest.faces, np.unique(corners)).all(1)]
    return Fit(
        patch,
        axes,
        np.einsum("gij,gi->gj", frame, points - patch @ rest.vertices),
        foot,
        np.where(height < UNDER, -np.inf, np.clip(height, LEAST_GAP, GAP)),
        covered,
        area_of(rest.vertices, covered),
    )


def riding(rest: Rest) -> tuple[csr_array, csr_array]:
    """Find the two longest directions of the patch around each of the body's own vertices."""
    owner = np.arange(len(rest.vertices))
    return _axes(_patches(rest.vertices, owner, rest), rest.vertices)


def frames(
    axes: tuple[csr_array, csr_array], vertices: Float[np.ndarray, "v 3"]
) -> Float[np.ndarray, "g 3 3"]:
    """Orthonormal frames of patches on a posed body: the axes, then what is square to both."""
    first, second = (axis @ vertices for axis in axes)
    first = first / np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-12)
    second = second - (second * first).sum(1, keepdims=True) * first
    second = second / np.maximum(np.linalg.norm(second, axis=1, keepdims=True), 1e-12)
    return np.stack([first, second, np.cross(first, second)], axis=-1)


def area_of(vertices: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"]) -> float:
    """Area of some faces, in square metres."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def nearest_on(
    points: Float[np.ndarray, "g 3"], rest: Rest
) -> tuple[Int[np.ndarray, " g"], Float[np.ndarray, "g 3"]]:
    """Find the skin's triangle nearest to each point, and the place in it as shares of corners."""
    skin = np.unique(rest.faces)
    _, near = KDTree(rest.vertices[skin]).query(points, NEAR)
    around = _faces_around(rest.faces, len(rest.vertices))[skin[near]].reshape(len(points), -1)
    triangles = rest.vertices[rest.faces[around]]
    repeated = np.repeat(points, around.shape[1], axis=0)
    closest = trimesh.triangles.closest_point(triangles.reshape(-1, 3, 3), repeated)
    distance = np.linalg.norm(closest - repeated, axis=1).reshape(around.shape)
    best = distance.argmin(1)
    row = np.arange(len(points))
    chosen = around[row, best]
    place = closest.reshape(*around.shape, 3)[row, best]
    shares = trimesh.triangles.points_to_barycentric(rest.vertices[rest.faces[chosen]], place)
    shares = np.clip(np.nan_to_num(shares, nan=1 / 3), 0, 1)
    return chosen, shares / shares.sum(1, keepdims=True)


def _faces_around(faces: Int[np.ndarray, "f 3"], count: int) -> Int[np.ndarray, "v k"]:
    """List the faces at each vertex; rows are filled up with their first."""
    order = np.argsort(faces.reshape(-1), kind="stable")
    corner, face = faces.reshape(-1)[order], order // 3
    number = np.bincount(corner, minlength=count)
    start = np.cumsum(number) - number
    place = np.arange(len(corner)) - start[corner]
    first = face[np.minimum(start, len(face) - 1)]
    table = np.repeat(first[:, None], number.max(), axis=1)
    table[corner, place] = face
    return table


def _patches(feet: Float[np.ndarray, "g 3"], owner: Int[np.ndarray, " g"], rest: Rest) -> csr_array:
    """Weigh the skin's vertices around points, less where they move unlike it."""
    skin = np.unique(rest.faces)
    distance, near = KDTree(rest.vertices[skin]).query(feet, PATCH)
    near = skin[near]
    weight = (1 - (distance / (distance[:, -1:] * 1.01)) ** 2) ** 2
    unlike = np.abs(rest.weights[near] - rest.weights[owner][:, None]).sum(2)
    weight = weight * np.exp(-4 * unlike**2)
    return _matrix(near, weight / weight.sum(1, keepdims=True), len(rest.vertices))


def _shared(
    patch: csr_array, faces: Int[np.ndarray, "t 3"], loose: Float[np.ndarray, " g"]
) -> csr_array:
    """Let loose cloth ride on its neighbours' patches too, so that it hangs smoothly."""
    if loose.max(initial=0) < 0.2:
        return patch
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    rows, columns = np.concatenate([ends, ends[:, ::-1]]).T
    links = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(loose),) * 2).tocsr()
    links.data[:] = 1
    mean = diags_array(1 / np.maximum(links.sum(1), 1)) @ links
    alone = links.sum(1) == 0
    share = np.where(alone, 0, loose**2)
    step = csr_array(diags_array(1 - share) + diags_array(share) @ mean)
    for _ in range(ROUNDS):
        patch = csr_array(step @ patch)
    patch.data[patch.data < 1e-3] = 0
    patch.eliminate_zeros()
    return csr_array(diags_array(1 / patch.sum(1)) @ patch)


def _axes(patch: csr_array, vertices: Float[np.ndarray, "v 3"]) -> tuple[csr_array, csr_array]:
    """Weigh each patch's vertices so that they sum to its longest directions."""
    rows = np.repeat(np.arange(len(patch.indptr) - 1), np.diff(patch.indptr))
    from_mean = vertices[patch.indices] - (patch @ vertices)[rows]
    products = patch.data[:, None, None] * from_mean[:, :, None] * from_mean[:, None, :]
    spread = np.add.reduceat(products, patch.indptr[:-1], axis=0)
    directions = np.linalg.eigh(spread)[1]

    def along(number: int) -> csr_array:
        data = patch.data * (from_mean * directions[rows, :, number]).sum(1)
        # Patches are a few centimetres wide: scaled to about one, sums keep their digits.
        return csr_array((data * 1e3, patch.indices, patch.indptr), shape=patch.shape)

    return along(2), along(1)


def _matrix(
    columns: Int[np.ndarray, "g k"], values: Float[np.ndarray, "g k"], count: int
) -> csr_array:
    rows = np.repeat(np.arange(len(columns)), columns.shape[1])
    shape = (len(columns), count)
    return coo_array((values.reshape(-1), (rows, columns.reshape(-1))), shape=shape).tocsr()
