"""Boxes, cylinders and blobs, with texture laid on in metres."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Float32, Int32

from synth.people.noise import smooth_noise
from synth.render.scene import vertex_normals


def turn_about_y(yaw: float) -> Float[np.ndarray, "3 3"]:
    """Turn about +y."""
    c, s = np.cos(yaw), np.sin(yaw)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


@dataclass(frozen=True, eq=False)
class Solid:
    """A closed mesh; corners are split where texture or shading breaks."""

    vertices: Float32[np.ndarray, "v 3"]
    faces: Int32[np.ndarray, "f 3"]
    uv: Float32[np.ndarray, "v 2"]
    """In metres along the surface; from 0 to 1 across a print."""
    colours: Float32[np.ndarray, "v 3"] | None = None
    """sRGB that multiplies what it is made of."""
    normals: Float32[np.ndarray, "v 3"] | None = None
    """Where shading should be smoother than the faces are."""

    def moved(self, yaw: float, place: Float[np.ndarray, "3"]) -> "Solid":
        """Turn about +y, then shift."""
        return self.turned(turn_about_y(yaw), place)

    def turned(self, turn: Float[np.ndarray, "3 3"], place: Float[np.ndarray, "3"]) -> "Solid":
        """Turn by any rotation, then shift."""
        vertices = (self.vertices @ turn.T + place).astype(np.float32)
        normals = None if self.normals is None else (self.normals @ turn.T).astype(np.float32)
        return replace(self, vertices=vertices, normals=normals)

    def tinted(self, colour: tuple[float, float, float] | Float[np.ndarray, "3"]) -> "Solid":
        """Give it a colour, sRGB from 0 to 1."""
        colours = np.tile(np.asarray(colour, np.float32), (len(self.vertices), 1))
        return replace(self, colours=colours)


def box(size: tuple[float, float, float], bottom: float = 0.0) -> Solid:
    """Make a box around the y axis, standing at a height."""
    signs, faces, across, up = _corners()
    places = signs * np.array(size) / 2
    # Texture runs sideways and, on standing faces, downward.
    rows = np.arange(24)
    uv = np.stack([places[rows, across], -places[rows, up]], 1)
    return _solid(places + np.array([0, size[1] / 2 + bottom, 0]), uv, faces)


@lru_cache(maxsize=1)
def _corners() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Signs of a box's corners, four a side, its faces, and each corner's axes of texture."""
    signs, faces, axes = [], [], []
    for axis, (across, up) in enumerate(((2, 1), (0, 2), (0, 1))):
        for sign in (-1, 1):
            start = len(signs)
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = np.zeros(3)
                corner[axis], corner[across], corner[up] = sign, a, b
                signs.append(corner)
                axes.append((across, up))
            outward = np.cross(np.eye(3)[across], np.eye(3)[up])[axis] * sign > 0
            for quad in ((0, 1, 2), (0, 2, 3)):
                faces.append([start + i for i in (quad if outward else quad[::-1])])
    across, up = np.array(axes).T
    return np.array(signs), np.array(faces), across, up


def cylinder(
    radius: float, height: float, bottom: float = 0.0, sides: int = 20, tip: float | None = None
) -> Solid:
    """Make an upright cylinder, or a cone's stump with another radius at its tip."""
    tip = radius if tip is None else tip
    angles = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.stack([np.sin(angles), np.zeros(sides + 1), np.cos(angles)], 1)
    lower, upper = ring * radius + [0, bottom, 0], ring * tip + [0, bottom + height, 0]
    around = angles * radius
    uv = [np.stack([around, np.full(sides + 1, -y)], 1) for y in (0, height)]
    i = np.arange(sides)
    wall = np.concatenate(
        [np.stack([i, i + 1, i + sides + 2], 1), np.stack([i, i + sides + 2, i + sides + 1], 1)]
    )
    lid = upper[:-1]
    start = 2 * (sides + 1)
    fan = np.stack([np.full(sides - 2, start), start + i[1:-1], start + i[2:]], 1)
    vertices = np.concatenate([lower, upper, lid])
    return _solid(vertices, np.concatenate([*uv, lid[:, [0, 2]]]), np.concatenate([wall, fan]))


def blob(
    rng: np.random.Generator,
    radius: tuple[float, float, float],
    centre: float,
    rough: float = 0.18,
    rings: int = 16,
    sides: int = 24,
) -> Solid:
    """Make a lumpy ball, as foliage is, around a height."""
    down, around = np.meshgrid(
        np.linspace(0, np.pi, rings), np.linspace(0, 2 * np.pi, sides + 1), indexing="ij"
    )
    sideways = np.sin(down)
    unit = np.stack([sideways * np.sin(around), np.cos(down), sideways * np.cos(around)], -1)
    lumps = smooth_noise(rng, unit.reshape(-1, 3), 1.2) + 0.6 * smooth_noise(
        rng, unit.reshape(-1, 3), 0.5
    )
    vertices = unit.reshape(-1, 3) * (1 + rough * lumps[:, None]) * radius + [0, centre, 0]
    uv = np.stack([around * radius[0], down * radius[1]], -1).reshape(-1, 2)
    i, j = np.meshgrid(np.arange(rings - 1), np.arange(sides), indexing="ij")
    a = i * (sides + 1) + j
    below = a + sides + 1
    faces = [np.stack([a, below, a + 1], -1), np.stack([a + 1, below, below + 1], -1)]
    return _solid(vertices, uv, np.concatenate(faces).reshape(-1, 3))


def plane(side: float) -> Solid:
    """Make a square of ground around the origin."""
    half = side / 2
    corners = np.array([[-half, 0, -half], [-half, 0, half], [half, 0, half], [half, 0, -half]])
    return _solid(corners, corners[:, [0, 2]], [[0, 1, 2], [0, 2, 3]])


def joined(parts: list[Solid]) -> Solid:
    """Make one mesh of several."""
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    return Solid(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([p.faces + s for p, s in zip(parts, starts, strict=False)]).astype(np.int32),
        np.concatenate([part.uv for part in parts]),
        _all([part.colours for part in parts], [np.ones_like(part.vertices) for part in parts]),
        None if all(part.normals is None for part in parts) else _normals(parts),
    )


def _all(
    some: list[Float32[np.ndarray, "_ 3"] | None], others: list[Float32[np.ndarray, "_ 3"]]
) -> Float32[np.ndarray, "v 3"] | None:
    if all(one is None for one in some):
        return None
    pairs = zip(some, others, strict=True)
    return np.concatenate([other if one is None else one for one, other in pairs])


def _normals(parts: list[Solid]) -> Float32[np.ndarray, "v 3"]:
    known = [
        vertex_normals(part.vertices, part.faces) if part.normals is None else part.normals
        for part in parts
    ]
    return np.concatenate(known)


def _solid(vertices: np.ndarray, uv: np.ndarray, faces) -> Solid:
    triangles = np.array(faces, dtype=np.int32)
    return Solid(vertices.astype(np.float32), triangles, uv.astype(np.float32))
