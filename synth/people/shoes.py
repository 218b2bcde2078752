"""Shoes: lofted along the feet, from one slice's outline to the next.

Each point of a slice's outline lies between two vertices of the body, so shoes
follow every foot; toes leave no trace, since an outline spans all of them.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import coo_array, csr_array
from scipy.spatial import ConvexHull

from synth.people.anatomy import Anatomy
from synth.people.charts import Charts, unwrap
from synth.people.places import height_on_leg
from synth.people.shell import Cut, Shell, smoothing

SLICES, AROUND = 26, 22
"""Points of a shoe along the foot and around it."""
FEWEST = 12
"""Vertices that make a slice."""
ROUNDS = 4
RIM = 0.015
"""Height of the roll of leather around the ankle, in metres."""
SOLE = 0.018
"""Thickness of a shoe's sole, in metres."""
SOLE_COLOUR = (0.75, 0.74, 0.72)


@dataclass(frozen=True)
class Last:
    """The measures of a kind of shoe."""

    top: float
    """Where it ends: 1 knee, 2 ankle."""
    thickness: float
    """Of its leather, in metres."""


SHOES = {"low_shoes": Last(1.93, 0.009), "boots": Last(1.74, 0.012)}


def shoes(anatomy: Anatomy, charts: Charts, last: Last) -> Shell:
    """Make a pair of shoes; their soles stay on the ground that the feet stand on."""
    top = height_on_leg(anatomy, last.top)
    low = (anatomy.y < top) & anatomy.skin
    pair = [_source(anatomy, low & (side * anatomy.vertices[:, 0] > 0)) for side in (1, -1)]
    source = csr_array(np.concatenate([one.toarray() for one in pair]))
    faces = np.concatenate([_faces(), _faces()[:, ::-1] + SLICES * AROUND + 2])
    part = Cut(source, faces, np.zeros(2 * (SLICES * AROUND + 2), dtype=bool))
    at_rest = source @ anatomy.vertices
    corners, drawn, uv = unwrap(at_rest, faces, charts)
    above = at_rest[:, 1] - anatomy.y.min()
    shade = np.where((above < SOLE)[:, None], SOLE_COLOUR, np.ones(3)).astype(np.float32)
    return Shell(
        cut=part,
        lift=last.thickness * np.clip(above / 0.02, 0, 1),
        inside=np.full(len(at_rest), 1.0),
        smooth=smoothing(part),
        rounds=ROUNDS,
        moulded=True,
        firm=np.ones(len(at_rest)),
        corners=corners,
        drawn_faces=drawn.astype(np.int32),
        uv=uv.astype(np.float32),
        hidden=np.all(np.where(low, top - anatomy.y, -1)[anatomy.faces] > RIM + 0.005, axis=1),
        # The foot comes out through the shoe's top, a little below where slices end.
        covers=np.where(low, top - RIM - anatomy.y, -1.0),
        shade=shade,
    )


def _source(anatomy: Anatomy, own: np.ndarray) -> csr_array:
    """Place one shoe's points between the body's vertices: slices, then heel, then tip."""
    numbers = np.flatnonzero(own)
    points = anatomy.vertices[numbers]
    back, front = points[:, 2].min(), points[:, 2].max()
    # Slices lie closer where the foot ends.
    places = (back + front) / 2 - (front - back) / 2 * np.cos(np.linspace(0.25, 2.95, SLICES))
    outlines = [_outline(points, z, bool(anatomy.vertices[numbers[0], 0] > 0)) for z in places]
    ends = np.concatenate([ends for ends, _ in outlines])
    shares = np.concatenate([shares for _, shares in outlines])
    caps = [ends[:AROUND], ends[-AROUND:]]
    rows = np.repeat(np.arange(len(ends)), 2)
    rows = np.concatenate([rows, *(np.full(2 * AROUND, len(ends) + i) for i in range(2))])
    columns = np.concatenate([ends.reshape(-1), *(cap.reshape(-1) for cap in caps)])
    values = np.concatenate([shares.reshape(-1), np.full(4 * AROUND, 0.5 / AROUND)])
    shape = (len(ends) + 2, len(anatomy.vertices))
    return coo_array((values, (rows, numbers[columns])), shape=shape).tocsr()


def _outline(
    points: Float[np.ndarray, "n 3"], z: float, left: bool
) -> tuple[Int[np.ndarray, "a 2"], Float[np.ndarray, "a 2"]]:
    """Find the outline of the slice at z: for each direction two points and their shares."""
    distance = np.abs(points[:, 2] - z)
    near = np.flatnonzero(distance <= max(np.sort(distance)[FEWEST], 0.006))
    flat = points[near][:, :2]
    hull = near[ConvexHull(flat).vertices]
    following = np.roll(hull, -1)
    centre = (flat.max(0) + flat.min(0)) / 2
    angles = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    # Mirrored directions, so that the right shoe is the left one's image.
    way = np.stack([np.cos(angles) * (1 if left else -1), np.sin(angles)], 1)
    start, side = points[hull][:, :2] - centre, (points[following] - points[hull])[:, :2]
    # The ray t * way meets a side at start + s * side.
    across = way[:, None, 0] * side[:, 1] - way[:, None, 1] * side[:, 0]
    across = np.where(np.abs(across) < 1e-12, 1e-12, across)
    s = (start[:, 0] * way[:, None, 1] - start[:, 1] * way[:, None, 0]) / across
    t = (start[:, 0] * side[:, 1] - start[:, 1] * side[:, 0]) / across
    best = np.where((s >= -1e-9) & (s <= 1 + 1e-9) & (t > 0), t, -1).argmax(1)
    share = np.clip(s[np.arange(AROUND), best], 0, 1)
    return np.stack([hull[best], following[best]], 1), np.stack([1 - share, share], 1)


def _faces() -> Int[np.ndarray, "f 3"]:
    """Triangles of the left shoe, wound outward."""
    i, j = np.meshgrid(np.arange(SLICES - 1), np.arange(AROUND), indexing="ij")
    a, b = i * AROUND + j, i * AROUND + (j + 1) % AROUND
    c, d = a + AROUND, b + AROUND
    sides = np.concatenate([np.stack([a, b, c], -1), np.stack([b, d, c], -1)]).reshape(-1, 3)
    ring = np.arange(AROUND)
    following, end = (ring + 1) % AROUND, (SLICES - 1) * AROUND
    heel = np.stack([np.full(AROUND, SLICES * AROUND), following, ring], 1)
    tip = np.stack([np.full(AROUND, SLICES * AROUND + 1), ring + end, following + end], 1)
    return np.concatenate([sides, heel, tip])
