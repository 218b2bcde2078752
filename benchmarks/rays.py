"""What rays see in a scene's GLB file; shares no code with the renderer or the labels.

The file alone is read (trimesh, and the camera's K, R, t from its extras) and rays are cast
by embree. Conventions are the project's: x_cam = R x + t, pixel centres at halves.
"""

import io
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import trimesh
from jaxtyping import Float, Float64, Int64
from trimesh.ray.ray_pyembree import RayMeshIntersector

FIRST_ELEMENT = 1000
"""Ids from here on are the environment's; people's are person_id + 1."""
EXACT = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-12)
"""When to stop inverting a lens."""


@dataclass(frozen=True, eq=False)
class Bodies:
    """Meshes that rays can hit, and whose each face is."""

    mesh: trimesh.Trimesh
    owners: Int64[np.ndarray, " faces"]
    intersector: RayMeshIntersector


@dataclass(frozen=True, eq=False)
class World:
    """A scene as its file tells it."""

    K: Float64[np.ndarray, "3 3"]
    R: Float64[np.ndarray, "3 3"]
    t: Float64[np.ndarray, "3"]
    lens: Float64[np.ndarray, "5"] | None
    width: int
    height: int
    near: float
    everything: Bodies
    people: dict[int, Bodies]
    """By person_id, each alone."""

    def through(
        self, pixels: Float64[np.ndarray, "n 2"]
    ) -> tuple[Float64[np.ndarray, "n 3"], Float64[np.ndarray, "n 3"]]:
        """Find origins on the camera's near plane and directions of z 1 through pixels."""
        # OpenCV 4 keeps the exact one under another name.
        solve = getattr(cv2, "undistortPointsIter", cv2.undistortPoints)
        matrices = {"R": np.eye(3), "P": np.eye(3)}
        bent = solve(pixels[:, None], self.K, self.lens, **matrices, criteria=EXACT)[:, 0]
        directions = np.concatenate([bent, np.ones((len(bent), 1))], 1) @ self.R
        return -self.R.T @ self.t + self.near * directions, directions

    def pixels(
        self, points: Float[np.ndarray, "n 3"]
    ) -> tuple[Float64[np.ndarray, "n 2"], Float64[np.ndarray, " n"]]:
        """Project world points; also tell their z in the camera frame."""
        rotation, _ = cv2.Rodrigues(self.R)
        world = points.astype(np.float64)
        projected, _ = cv2.projectPoints(world, rotation, self.t, self.K, self.lens)
        return projected.reshape(-1, 2), world @ self.R[2] + self.t[2]


def read(glb: bytes) -> World:
    """Read a scene from its file."""
    length = struct.unpack("<I", glb[12:16])[0]
    camera = json.loads(glb[20 : 20 + length])["cameras"][0]
    extras = camera["extras"]
    K, R, t = (np.array(extras[name], dtype=np.float64) for name in ("K", "R", "t"))
    scene = trimesh.load_scene(io.BytesIO(glb), file_type="glb", process=False)
    meshes, ids = [], []
    for node in scene.graph.nodes_geometry:
        transform, name = scene.graph[node]
        kind, number = node.split("/")[0].split("_")[:2]
        mesh = scene.geometry[name].copy().apply_transform(transform)
        meshes.append(trimesh.Trimesh(mesh.vertices, mesh.faces, process=False))
        ids.append(int(number.split(".")[0]) + (kind == "person"))
    lens = None if extras.get("distortion") is None else np.array(extras["distortion"], float)
    people = {}
    for i in sorted({i for i in ids if i < FIRST_ELEMENT}):
        own = [mesh for mesh, owner in zip(meshes, ids, strict=True) if owner == i]
        people[i - 1] = _bodies(own, [i] * len(own))
    size = (extras["width"], extras["height"], camera["perspective"]["znear"])
    return World(K, R, t, lens, *size, _bodies(meshes, ids), people)


def _bodies(meshes: Sequence[trimesh.Trimesh], ids: Sequence[int]) -> Bodies:
    owners = np.repeat(ids, [len(mesh.faces) for mesh in meshes])
    mesh = trimesh.util.concatenate(meshes)
    assert isinstance(mesh, trimesh.Trimesh)
    return Bodies(mesh, owners.astype(np.int64), RayMeshIntersector(mesh))


def first_hits(
    world: World, bodies: Bodies, pixels: Float64[np.ndarray, "n 2"]
) -> tuple[Int64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Find whose the first surface seen at each pixel is, and its z; 0 and infinity where none."""
    origins, directions = world.through(pixels)
    faces = bodies.intersector.intersects_first(origins, directions)
    hit = faces >= 0
    corners = bodies.mesh.triangles[faces[hit]]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    along = ((corners[:, 0] - origins[hit]) * normals).sum(1)
    slope = (directions[hit] * normals).sum(1)
    owners, z = np.zeros(len(pixels), np.int64), np.full(len(pixels), np.inf)
    owners[hit] = bodies.owners[faces[hit]]
    z[hit] = world.near + along / np.where(slope == 0, 1e-12, slope)
    return owners, z


def centres(
    box: tuple[int, int, int, int],
) -> Float64[np.ndarray, "n 2"]:
    """List the centres of the pixels in a box x0, y0, x1, y1, row by row."""
    v, u = np.mgrid[box[1] : box[3], box[0] : box[2]] + 0.5
    return np.stack([u.ravel(), v.ravel()], 1)


def box_around(world: World, bodies: Bodies) -> tuple[int, int, int, int]:
    """Find the pixels that a body may cover: all of them if any of it is behind the camera."""
    whole = (0, 0, world.width, world.height)
    pixels, z = world.pixels(bodies.mesh.vertices)
    if (z <= world.near).any() or world.lens is not None:
        return whole
    lower = np.clip(np.floor(pixels.min(0)) - 1, 0, whole[2:]).astype(int)
    upper = np.clip(np.ceil(pixels.max(0)) + 1, 0, whole[2:]).astype(int)
    return int(lower[0]), int(lower[1]), int(upper[0]), int(upper[1])
