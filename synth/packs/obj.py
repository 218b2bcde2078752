"""Wavefront OBJ: vertices, texture coordinates, polygons. Vertices keep their order."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int64

from hmr.errors import InputError
from synth.packs.files import read_text


@dataclass(frozen=True, eq=False)
class TexturedMesh:
    """A triangle mesh whose corners have their places in one texture."""

    vertices: Float32[np.ndarray, "v 3"]
    """As in the file: its own axes and unit."""
    faces: Int64[np.ndarray, "f 3"]
    uv: Float32[np.ndarray, "t 2"]
    """(0, 0) is the first pixel's corner, so v runs down; OBJ's runs up."""
    uv_faces: Int64[np.ndarray, "f 3"]
    """Indices into uv, for each corner of each triangle."""
    materials: tuple[str, ...] = ()
    """Libraries of materials that the file names."""


def read_obj(file: Path) -> TexturedMesh:
    """Read a mesh; polygons become triangles.

    Raises:
        InputError: A number is malformed, an index leads nowhere, or there is no texture layout.
    """
    vertices, uv, corners, materials = [], [], [], []
    for number, line in enumerate(read_text(file).splitlines(), 1):
        key, _, rest = line.strip().partition(" ")
        try:
            if key == "v":
                vertices.append([float(word) for word in rest.split()[:3]])
            elif key == "vt":
                uv.append([float(word) for word in rest.split()[:2]])
            elif key == "f":
                corners += _triangles(rest.split(), len(vertices), len(uv))
            elif key == "mtllib":
                materials.append(rest.strip())
        except (ValueError, IndexError):
            raise InputError(f"{file}: line {number} is malformed: '{line.strip()[:40]}'") from None
    return _checked(file, vertices, uv, corners, tuple(materials))


def _triangles(words: list[str], vertices: int, uv: int) -> list[list[tuple[int, int]]]:
    """Split a polygon into a fan of triangles of (vertex, texture coordinate)."""
    fan = []
    for word in words:
        parts = [int(part) if part else 0 for part in word.split("/")]
        # OBJ counts from one; negative numbers count back from the last.
        vertex = parts[0] - 1 if parts[0] > 0 else vertices + parts[0]
        place = parts[1] if len(parts) > 1 else 0
        fan.append((vertex, place - 1 if place > 0 else uv + place if place < 0 else -1))
    return [[fan[0], fan[i], fan[i + 1]] for i in range(1, len(fan) - 1)]


def _checked(
    file: Path, vertices: list, uv: list, corners: list, materials: tuple[str, ...]
) -> TexturedMesh:
    if not vertices or not corners:
        raise InputError(f"{file}: holds no mesh; export vertices and faces")
    try:
        points = np.array(vertices, np.float32).reshape(-1, 3)
        places = np.array(uv, np.float32).reshape(-1, 2)
    except ValueError:
        raise InputError(f"{file}: not all vertices have three numbers") from None
    if not (np.isfinite(points).all() and np.isfinite(places).all()):
        raise InputError(f"{file}: holds numbers that are not finite")
    indices = np.array(corners, np.int64)
    faces, uv_faces = indices[..., 0], indices[..., 1]
    if faces.min() < 0 or faces.max() >= len(points):
        raise InputError(f"{file}: a face has a corner at a vertex that does not exist")
    if uv_faces.min() < 0 or uv_faces.max() >= len(places):
        raise InputError(f"{file}: faces without texture coordinates; unwrap the mesh and export")
    places = np.stack([places[:, 0], 1 - places[:, 1]], 1)
    return TexturedMesh(points, faces, places, uv_faces, materials)
