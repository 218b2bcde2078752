"""Shapes beyond boxes: rounded boxes, turned and extruded profiles, bars, foliage."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Float64

from synth.scenes import solids
from synth.scenes.solids import Solid

Rng = np.random.Generator
Point = tuple[float, float, float]


def at(solid: Solid, x: float, y: float, z: float, yaw: float = 0.0) -> Solid:
    """Turn about +y, then shift."""
    return solid.moved(yaw, np.array([x, y, z]))


def rounded_box(size: Point, radius: float, bottom: float = 0.0) -> Solid:
    """Make a box with smooth edges, standing at a height."""
    half = np.array(size) / 2
    radius = min(radius, 0.98 * float(half.min()))
    core, edge, out, faces, across, up = _soft_corners()
    places, rows = core * (half - radius) + radius * out, np.arange(len(core))
    flat = core * (half - radius) + radius * edge
    uv = np.stack([flat[rows, across], -flat[rows, up]], 1)
    return _solid(places + np.array([0, half[1] + bottom, 0]), faces, uv, out)


@lru_cache(maxsize=1)
def _soft_corners() -> tuple[np.ndarray, ...]:
    """Lay a grid of 4 by 4 on each side of a box, whose outer rows bend around the edges.

    Returns:
        Signs of the inner box, of the outer box beyond it, the normals, the faces, and the axes
        of the texture, all but the faces for each vertex.
    """
    core, edge, faces, axes = [], [], [], []
    quads = _grid_faces(4, 4)
    for axis, (across, up) in enumerate(((2, 1), (0, 2), (0, 1))):
        for sign in (-1, 1):
            inner, outer = np.zeros((16, 3)), np.zeros((16, 3))
            inner[:, axis] = outer[:, axis] = sign
            for steps, grid in ((inner, [-1, -1, 1, 1]), (outer, [-1, 0, 0, 1])):
                steps[:, across], steps[:, up] = (g.ravel() for g in np.meshgrid(grid, grid))
            outward = np.cross(np.eye(3)[across], np.eye(3)[up])[axis] * sign > 0
            faces.append((quads if outward else quads[:, ::-1]) + 16 * len(faces))
            core.append(inner)
            edge.append(outer)
            axes += [(across, up)] * 16
    bent = np.concatenate(edge)
    out = bent / np.linalg.norm(bent, axis=1, keepdims=True)
    aside, up = np.array(axes).T
    return np.concatenate(core), bent, out, np.concatenate(faces), aside, up


def lathe(profile: list[tuple[float, float]], sides: int = 20) -> Solid:
    """Turn a profile of (radius, height), from the lowest point up, about +y.

    A point given twice makes a sharp edge.
    """
    radius, height = np.array(profile).T
    angles = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.stack([np.sin(angles), np.zeros(sides + 1), np.cos(angles)], 1)
    vertices = ring[None] * radius[:, None, None] + [0, 1, 0] * height[:, None, None]
    along = np.append(0, np.cumsum(np.hypot(np.diff(radius), np.diff(height))))
    around = np.tile(angles * max(radius.max(), 1e-3), (len(profile), 1))
    uv = np.stack([around, -np.tile(along[:, None], sides + 1)], -1)
    return _solid(vertices.reshape(-1, 3), _grid_faces(len(profile), sides + 1), uv.reshape(-1, 2))


def bar(start: Point, end: Point, radius: float, sides: int = 8) -> Solid:
    """Make a round bar between two points."""
    a, b = np.array(start, float), np.array(end, float)
    length = float(np.linalg.norm(b - a))
    rod = lathe([(0.0, 0.0), (radius, 0.0), (radius, 0.0), (radius, length)][1:], sides)
    caps = [disc(radius, length, sides), _flipped(disc(radius, 0.0, sides))]
    return solids.joined([rod, *caps]).turned(_onto_y((b - a) / length).T, a)


def disc(radius: float, height: float = 0.0, sides: int = 20) -> Solid:
    """Make a level disc that looks up."""
    angles = np.arange(sides) / sides * 2 * np.pi
    rim = np.stack([np.sin(angles), np.zeros(sides), np.cos(angles)], 1) * radius
    i = np.arange(1, sides - 1)
    faces = np.stack([np.zeros(sides - 2, int), i, i + 1], 1)
    return _solid(rim + np.array([0, height, 0]), faces, rim[:, [0, 2]])


def sheet(corners: list[Point], uv: list[tuple[float, float]] | None = None) -> Solid:
    """Make a flat four-cornered piece, anticlockwise seen from its front."""
    places = np.array(corners, float)
    if uv is None:
        first, second = places[1] - places[0], places[3] - places[0]
        x = first / np.linalg.norm(first)
        y = second - (second @ x) * x
        y /= np.linalg.norm(y)
        uv = [(float(p @ x), float(-p @ y)) for p in places - places[0]]
    return _solid(places, np.array([[0, 1, 2], [0, 2, 3]]), np.array(uv, float))


def extrusion(outline: list[tuple[float, float]], wide: float) -> Solid:
    """Extrude a convex outline in z and y, anticlockwise seen from -x, along x around 0."""
    points = np.array(outline, float)
    n = len(points)
    following = np.roll(points, -1, 0)
    along = np.cumsum(np.append(0, np.linalg.norm(following - points, axis=1)))
    vertices, uv, faces = [], [], []
    for i in range(n):
        (z0, y0), (z1, y1) = points[i], following[i]
        faces += [[4 * i, 4 * i + 1, 4 * i + 2], [4 * i, 4 * i + 2, 4 * i + 3]]
        vertices += [
            [-wide / 2, y0, z0],
            [-wide / 2, y1, z1],
            [wide / 2, y1, z1],
            [wide / 2, y0, z0],
        ]
        uv += [[0, along[i]], [0, along[i + 1]], [wide, along[i + 1]], [wide, along[i]]]
    for side in (-1, 1):
        start = len(vertices)
        vertices += [[side * wide / 2, y, z] for z, y in points]
        uv += [[z, -y] for z, y in points]
        fan = [[start, start + i, start + i + 1] for i in range(1, n - 1)]
        faces += [f[::-1] for f in fan] if side < 0 else fan
    return _outward(_solid(np.array(vertices), np.array(faces), np.array(uv)))


def foliage(
    rng: Rng,
    radius: Float[np.ndarray, "3"],
    centre: Float[np.ndarray, "3"],
    count: int,
    size: float,
) -> Solid:
    """Fill an ellipsoid's outer shell with leaves, shaded as a round crown with dark insides."""
    out = rng.normal(size=(count, 3))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    depth = rng.uniform(0.5, 1.0, count) ** 0.5
    # Lumps: a crown is no ball.
    lumps = 1 + 0.07 * np.sin(out @ rng.normal(0, 4, (3, 4)) + rng.uniform(0, 6, 4)).sum(1)
    middle = centre + out * (depth * lumps)[:, None] * radius
    facing = out + rng.normal(0, 0.55, (count, 3))
    facing /= np.linalg.norm(facing, axis=1, keepdims=True)
    aside = np.cross(facing, rng.normal(size=(count, 3)))
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    along = np.cross(facing, aside)
    half = size * rng.uniform(0.6, 1.2, (count, 1))
    corners = [-along, 0.55 * aside, along, -0.55 * aside]
    vertices = np.stack([middle + half * c for c in corners], 1).reshape(-1, 3)
    first = 4 * np.arange(count)[:, None]
    faces = np.concatenate([first + np.array([0, 2, 1]), first + np.array([0, 3, 2])])
    # Leaves within a crown, and below, are in its own shade.
    light = np.clip(0.5 + 0.4 * depth + 0.18 * out[:, 1], 0.4, 1.05) * rng.uniform(0.8, 1.1, count)
    hue = 1 + rng.normal(0, 0.05, (count, 3))
    colours = np.repeat(np.clip(light[:, None] * hue, 0, 1), 4, 0).astype(np.float32)
    normals = np.repeat(out + 0.35 * facing + [0, 0.25, 0], 4, 0)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    uv = np.tile([[0.0, 0.0], [0.1, 0.1], [0.0, 0.2], [-0.1, 0.1]], (count, 1))
    uv += np.repeat(rng.random((count, 2)), 4, 0)
    made = _outward_faces(vertices, faces, np.repeat(facing, 4, 0))
    return replace(_solid(vertices, made, uv, normals), colours=colours)


def _onto_y(direction: Float[np.ndarray, "3"]) -> Float64[np.ndarray, "3 3"]:
    """Build a rotation whose second row is the unit direction."""
    helper = np.eye(3)[np.argmin(np.abs(direction))]
    first = np.cross(direction, helper)
    first /= np.linalg.norm(first)
    return np.stack([first, direction, np.cross(first, direction)])


def _grid_faces(rows: int, columns: int) -> np.ndarray:
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a = (i * columns + j).ravel()
    b, c, d = a + 1, a + columns + 1, a + columns
    return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


def _flipped(solid: Solid) -> Solid:
    return replace(solid, faces=np.ascontiguousarray(solid.faces[:, ::-1]))


def _outward(solid: Solid) -> Solid:
    """Wind the faces of a convex mesh outward."""
    out = solid.vertices - solid.vertices.mean(0)
    faces = _outward_faces(solid.vertices, solid.faces, out)
    return replace(solid, faces=faces.astype(np.int32))


def _outward_faces(vertices: np.ndarray, faces: np.ndarray, out: np.ndarray) -> np.ndarray:
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    inward = (np.cross(b - a, c - a) * out[faces].mean(1)).sum(1) < 0
    return np.where(inward[:, None], faces[:, ::-1], faces)


def _solid(vertices, faces, uv, normals=None) -> Solid:
    return Solid(
        np.asarray(vertices, np.float32),
        np.asarray(faces, np.int32),
        np.asarray(uv, np.float32),
        None,
        None if normals is None else np.asarray(normals, np.float32),
    )
