"""Tubes: cloth that goes around limbs in rings, off the body where it hangs free.

Each ring spans what it goes around as a stretched string would: it is the
convex hull of a slice of the body, in the posed body and not only at rest, with
ease added. So a skirt bridges the legs in every pose, and no thigh leaves it.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int
from scipy.sparse import coo_array, csr_array

from synth.people.anatomy import Anatomy
from synth.people.folds import Make

POINTS = 24
"""Directions in which a slice's outermost vertices are looked for."""
AROUND = 48
"""Points of a ring."""
SPACING = 0.02
"""Between rings, in metres."""
FEWEST = 12
"""Vertices that make a slice."""
SOFT = 0.02
"""Ring points lie as far along the limb as the body's vertices within so many metres do."""
SHARPEST = 0.3
"""Cosine of the widest angle at which a side of the hull still limits a radius."""
FAR = 1e3

Vertices = Float[np.ndarray, "v 3"]
Grid = Float32[np.ndarray, "rings around 3"]


@dataclass(frozen=True, eq=False)
class Rings:
    """Which of a body's vertices the rings of a tube go around."""

    places: Float[np.ndarray, " rings"]
    """Heights at rest, downwards."""
    vertices: Int[np.ndarray, "rings points"]
    angles: Float[np.ndarray, " points"]
    """Direction in which each is its slice's outermost at rest: 0 is +x, pi/2 is +z."""
    sides: Int[np.ndarray, " rings"]
    """The ring whose left and right each takes for its own: legs turn, hips less."""


@dataclass(frozen=True, eq=False)
class Tailored:
    """How a tube's cloth lies on its rings."""

    ease: Float[np.ndarray, "rings around"]
    """Distance from the hull, in metres, where nothing weighs on the cloth."""
    hang: float
    """How far cloth falls straight down from what is wide above: 0 not, 1 wholly."""
    slope: float = 0.0
    """Metres that hanging cloth comes back in, for each metre it falls."""


@dataclass(frozen=True, eq=False)
class Around:
    """A tube that part of a garment hangs from."""

    rings: Rings
    tailored: Tailored
    between: csr_array
    """(garment's vertices, ring points): where each vertex is on the tube."""
    share: Float32[np.ndarray, "s 1"]
    """How far each vertex follows the tube: 0 not, 1 wholly."""

    def laid(self, vertices: Vertices, make: Make) -> Float32[np.ndarray, "s 3"]:
        """Find the garment's vertices on the tube around a posed body."""
        return self.between @ drape(self.rings, self.tailored, vertices, make).reshape(-1, 3)


def slices(
    anatomy: Anatomy, part: Bool[np.ndarray, " v"], top: float, bottom: float, split: float = -9
) -> Rings:
    """Find the outlines of a part of the body at rest, from a height down to another.

    Args:
        anatomy: The body.
        part: Its vertices that the tube goes around.
        top: Height of the first ring.
        bottom: Height of the last.
        split: Below it, two legs make two outlines in one ring.
    """
    places = np.linspace(top, bottom, max(round((top - bottom) / SPACING), 4) + 1)
    angles = np.arange(POINTS) * 2 * np.pi / POINTS
    way = np.stack([np.cos(angles), np.sin(angles)])
    left, right = (part & (side * anatomy.vertices[:, 0] > 0) for side in (1, -1))
    found = []
    for place in places:
        legs = [
            _slice(anatomy, leg, place) for leg in ((left, right) if place < split else (part,))
        ]
        outermost = [n[(anatomy.vertices[n][:, [0, 2]] @ way).argmax(0)] for n in legs]
        found.append(np.concatenate([outermost[0], outermost[-1]]))
    above = np.flatnonzero(places >= split)
    rows = np.arange(len(places))
    return Rings(
        places, np.array(found), np.tile(angles, 2), np.minimum(rows, above.max(initial=0))
    )


def _slice(anatomy: Anatomy, part: Bool[np.ndarray, " v"], place: float) -> Int[np.ndarray, " n"]:
    """Find the vertices nearest to a height: some, where the mesh is coarse."""
    numbers = np.flatnonzero(part)
    gap = np.abs(anatomy.y[numbers] - place)
    return numbers[gap <= max(SPACING / 2, np.partition(gap, FEWEST)[FEWEST])]


@dataclass(frozen=True, eq=False)
class Frames:
    """The rings' planes around a posed body."""

    centre: Float32[np.ndarray, "rings 3"]
    right: Float32[np.ndarray, "rings 3"]
    front: Float32[np.ndarray, "rings 3"]
    down: Float32[np.ndarray, "rings 3"]
    """Along the limb."""


def frames_of(rings: Rings, points: Float32[np.ndarray, "rings points 3"]) -> Frames:
    """Lay a plane through each ring's points, smoothly from ring to ring."""
    centre = _smooth(points.mean(1), 2)
    right = np.einsum("p,rpk->rk", np.cos(rings.angles).astype(np.float32), points)[rings.sides]
    front = np.einsum("p,rpk->rk", np.sin(rings.angles).astype(np.float32), points)
    # Where limbs point every way, the tube goes on as it began.
    own = np.cross(right[0], front[0])
    own *= 0.2 * SPACING / max(float(np.linalg.norm(own)), 1e-9)
    down = _unit(_smooth(np.gradient(centre, axis=0), 2) + own)
    right = _unit(right - (right * down).sum(1, keepdims=True) * down)
    return Frames(centre, right, np.cross(down, right), down)


def drape(rings: Rings, tailored: Tailored, vertices: Vertices, make: Make) -> Grid:
    """Lay the cloth of a tube around a posed body."""
    points = np.asarray(vertices, np.float32)[rings.vertices]
    frames = frames_of(rings, points)
    offset = points - frames.centre[:, None]
    flat = np.stack([(offset * a[:, None]).sum(-1) for a in (frames.right, frames.front)], -1)
    along = (offset * frames.down[:, None]).sum(-1)
    reach = flat @ WAYS.T
    hull = reach.max(1)
    nearness = np.exp((reach - hull[:, None]) / np.float32(SOFT))
    shift = (nearness * along[..., None]).sum(1) / nearness.sum(1)
    outward = frames.right[:, None] * WAYS[:, :1] + frames.front[:, None] * WAYS[:, 1:]
    radius = _radii(
        hull + tailored.ease.astype(np.float32) * np.float32(make.loose) * _free(outward)
    )
    radius = _around_all(_hung(radius, frames, tailored), flat)
    return (
        frames.centre[:, None]
        + radius[..., None] * outward
        + _smooth(shift, 1)[..., None] * frames.down[:, None]
    )


_ANGLES = np.arange(AROUND) * 2 * np.pi / AROUND
WAYS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], 1).astype(np.float32)
"""Directions of a ring's points in its plane."""
_COSINES = np.cos(_ANGLES[:, None] - _ANGLES)
_INVERSE = np.where(_COSINES > SHARPEST, 1 / np.maximum(_COSINES, SHARPEST), FAR).astype("f4")


def _radii(hull: Float[np.ndarray, "r a"]) -> Float[np.ndarray, "r a"]:
    """Turn distances of a hull's sides into radii: each side limits those near it."""
    return (np.maximum(hull, 1e-3)[:, None] * _INVERSE).min(2)


def _free(outward: Float32[np.ndarray, "r a 3"]) -> Float32[np.ndarray, "r a"]:
    """Say how far cloth stands off: not on top of a limb that lies, nor where it is sat on."""
    return 1 - 0.85 * np.minimum(np.abs(outward[..., 1]) * 1.3, 1) ** 2


def _hung(
    radius: Float[np.ndarray, "r a"], frames: Frames, tailored: Tailored
) -> Float[np.ndarray, "r a"]:
    """Let cloth fall straight down from what is wide above it."""
    fall = np.float32(tailored.slope * SPACING) * np.arange(len(radius), dtype="f4")[:, None]
    widest = np.maximum.accumulate(radius + fall, 0) - fall
    share = np.float32(tailored.hang) * np.clip(-frames.down[:, 1:2], 0, 1)
    return radius + share * (widest - radius)


def _around_all(
    radius: Float[np.ndarray, "r a"], flat: Float32[np.ndarray, "r points 2"]
) -> Float[np.ndarray, "r a"]:
    """Widen rings whose straight pieces, from one direction to the next, cut off a point."""
    step = 2 * np.pi / AROUND
    turn = np.arctan2(flat[..., 1], flat[..., 0]) % (2 * np.pi)
    piece = np.minimum((turn / step).astype(int), AROUND - 1)
    past = turn - piece * step
    row = np.arange(len(radius))[:, None]
    first, second = radius[row, piece], radius[row, (piece + 1) % AROUND]
    on_piece = first * second * np.sin(step)
    on_piece /= first * np.sin(past) + second * np.sin(step - past)
    short = np.ones_like(radius)
    beyond = np.hypot(flat[..., 0], flat[..., 1]) / on_piece
    np.maximum.at(short, (row, piece), beyond.astype(radius.dtype))
    return radius * np.maximum(short, np.roll(short, 1, 1))


def position(
    rings: Rings, at_rest: Vertices, points: Float[np.ndarray, "n 3"]
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Find points' place on a tube at rest: rings from the top, and shares of a turn."""
    centre = frames_of(rings, np.asarray(at_rest, np.float32)[rings.vertices]).centre
    ring = np.interp(-points[:, 1], -rings.places, np.arange(len(rings.places)))
    x, z = (np.interp(ring, np.arange(len(centre)), centre[:, i]) for i in (0, 2))
    return ring, np.arctan2(points[:, 2] - z, points[:, 0] - x) / (2 * np.pi) % 1


def between(ring: Float[np.ndarray, " n"], turn: Float[np.ndarray, " n"], rings: int) -> csr_array:
    """Build the matrix that interpolates points of a tube's grid."""
    row, column = np.minimum(ring.astype(int), rings - 2), (turn * AROUND).astype(int)
    down, on = ring - row, turn * AROUND - column
    corners = [
        (row, column, (1 - down) * (1 - on)),
        (row, column + 1, (1 - down) * on),
        (row + 1, column, down * (1 - on)),
        (row + 1, column + 1, down * on),
    ]
    columns = np.concatenate([r * AROUND + c % AROUND for r, c, _ in corners])
    shares = np.concatenate([share for _, _, share in corners]).astype(np.float32)
    rows = np.tile(np.arange(len(ring)), 4)
    return coo_array((shares, (rows, columns)), shape=(len(ring), rings * AROUND)).tocsr()


def _smooth(values: np.ndarray, rounds: int) -> np.ndarray:
    for _ in range(rounds):
        padded = np.concatenate(
            [2 * values[:1] - values[1:2], values, 2 * values[-1:] - values[-2:-1]]
        )
        values = (padded[:-2] + 2 * values + padded[2:]) / 4
    return values


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
