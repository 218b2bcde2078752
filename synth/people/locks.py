"""Locks of hair: tapering ribbons that grow from the scalp and are combed and fall."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import KDTree

from synth.people.anatomy import Anatomy
from synth.people.head_shape import Head
from synth.people.normals import face_to_vertex, normals_of
from synth.people.places import arm_share

LINKS, ACROSS = 9, 3
"""Points along a lock and across it."""
Points = Float[np.ndarray, "n 3"]
DOWN = np.array([0.0, -1.0, 0.0])
TILE = 0.12
"""Metres of hair along a texture tile."""


@dataclass(frozen=True)
class Combing:
    """How locks lie."""

    count: int = 260
    length: float = 0.06
    """Metres; varied by a third."""
    width: float = 0.022
    lift: float = 0.014
    """Distance from the scalp in the middle of a lock, in metres."""
    way: str = "down"
    """Where they are combed: "down" from a parting, "forward", "up", "back" to the nape."""
    parting: float = 0.3
    """Place of the parting, in half widths of the head to the left."""
    wave: float = 0.0
    """Sideways waves, in metres."""
    stray: float = 0.25
    """How much directions differ from lock to lock."""
    down_to: float = -9.0
    """Locks end at this height, in units of the head's size above the eyes."""


@dataclass(frozen=True, eq=False)
class Skinned:
    """The head and shoulders at rest, to be kept clear of."""

    tree: KDTree
    vertices: Points
    normals: Points


def skinned(anatomy: Anatomy) -> Skinned:
    """Prepare the rest body for keeping clear of."""
    faces = anatomy.faces.astype(np.int32)
    normals = normals_of(anatomy.vertices, faces, face_to_vertex(faces, len(anatomy.vertices)))
    low = anatomy.at("spine2")[1]
    own = anatomy.skin & (anatomy.y > low) & (arm_share(anatomy) < 0.8)
    at = anatomy.vertices[own]
    return Skinned(KDTree(at), at, normals[own].astype(float))


def grow(
    anatomy: Anatomy, head: Head, roots: Points, combing: Combing, rng: np.random.Generator
) -> tuple[
    Float[np.ndarray, "p 3"],
    Int[np.ndarray, "f 3"],
    Float[np.ndarray, "p 2"],
    Float[np.ndarray, " p"],
]:
    """Grow locks.

    Returns:
        Points at rest, faces, texture coordinates, and brightness of each point.
    """
    body = skinned(anatomy)
    path, normal = _paths(body, head, roots, combing, rng)
    along = np.gradient(path, axis=1)
    side = np.cross(along, normal)
    side /= np.maximum(np.linalg.norm(side, axis=-1, keepdims=True), 1e-9)
    t = np.linspace(0, 1, LINKS)
    width = combing.width * (0.55 + 0.45 * np.sin(np.pi * np.minimum(t * 1.3, 0.5))) * (1 - t**4)
    width = width * rng.uniform(0.7, 1.3, (len(roots), 1)) / 2
    across = np.array([-1.0, 0.0, 1.0])
    ridge = 0.3 * (1 - across**2)
    points = path[:, :, None] + (width[..., None] * across)[..., None] * side[:, :, None]
    points = points + (width[..., None] * ridge)[..., None] * normal[:, :, None]
    length = np.linalg.norm(np.diff(path, axis=1), axis=-1).sum(1)
    u = rng.random((len(roots), 1, 1)) + 0.12 * across + np.zeros((1, LINKS, 1))
    v = (t * length[:, None] / TILE)[..., None] + np.zeros(ACROSS)
    tone = rng.uniform(0.78, 1.18, (len(roots), 1, 1))
    bright = tone * (0.72 + 0.36 * np.sqrt(t))[:, None] * (0.88 + 0.12 * (1 - across**2))
    uv = np.stack([u, v], -1).reshape(-1, 2)
    return points.reshape(-1, 3), _faces(len(roots)), uv, bright.reshape(-1)


def _paths(
    body: Skinned, head: Head, roots: Points, combing: Combing, rng: np.random.Generator
) -> tuple[Float[np.ndarray, "k l 3"], Float[np.ndarray, "k l 3"]]:
    """Walk from the roots, combed along the scalp, then falling beside neck and back."""
    at, count = roots.copy(), len(roots)
    length = combing.length * rng.uniform(0.7, 1.15, (count, 1))
    stray = combing.stray * rng.normal(size=(count, 3))
    phase = rng.uniform(0, 2 * np.pi, (count, 1))
    path, normals = [], []
    for link in range(LINKS):
        t = link / (LINKS - 1)
        _, near = body.tree.query(at)
        out = body.normals[near]
        rise = ((at - body.vertices[near]) * out).sum(1, keepdims=True)
        wanted = combing.lift * np.sin(np.pi * min(0.15 + 0.75 * t, 0.9)) + 0.004
        # On the head hair clings; below the ears it falls free, outside the body.
        clings = np.clip((at[:, 1:2] - head.eyes) / (0.5 * head.size) + 0.6, 0, 1)
        short = wanted - rise
        at = at + out * np.where(short > 0, short, short * clings)
        at = _beside_face(at, head)
        path.append(at)
        normals.append(out)
        near = np.maximum(_near(rise), clings)
        way = near * (_combed(at, head, combing) + stray) + (1 - near) * DOWN
        way = way - (way * out).sum(1, keepdims=True) * out * near
        way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
        swing = np.cross(way, out) * np.cos(7 * t + phase) * combing.wave / combing.length * 4
        step = length / (LINKS - 1)
        lowest = head.eyes + combing.down_to * head.size
        step = np.where(at[:, 1:2] - step < lowest, 0.15 * step, step)
        at = at + step * (way + swing)
    return np.stack(path, 1), np.stack(normals, 1)


def _near(rise: Float[np.ndarray, "n 1"]) -> Float[np.ndarray, "n 1"]:
    """Hair that lies on skin goes along it."""
    return np.clip(1.5 - rise / 0.03, 0, 1)


def _combed(at: Points, head: Head, combing: Combing) -> Points:
    x, front = at[:, 0] / head.radius, (at[:, 2] - head.z) / head.radius
    away = np.sign(x - combing.parting * np.clip(front + 0.6, 0, 1))
    zero, below = np.zeros_like(x), at[:, 1] < head.eyes
    if combing.way == "forward":
        return np.stack([0.5 * x, zero - 0.6, 0.9 + 0 * x], 1)
    if combing.way == "up":
        return np.stack([0.3 * x, np.where(front > 0.2, 0.9, -0.5), -0.7 + 0 * x], 1)
    if combing.way == "back":
        return np.stack([-0.4 * x, zero - 0.35, zero - 1], 1)
    aside = np.where(below, 0.0, 0.9) * away
    back = np.where(below, -0.1, np.where(front > 0.2, -0.55, -0.1))
    return np.stack([aside, zero - np.where(below, 1.0, 0.55), back], 1)


def _beside_face(at: Points, head: Head) -> Points:
    """Keep locks from hanging over the face."""
    low = np.clip((head.eyes + 0.45 * head.size - at[:, 1]) / (0.3 * head.size), 0, 1)
    limit = head.z + 0.25 * head.radius
    too_far = np.maximum(at[:, 2] - limit, 0) * low * (at[:, 1] > head.eyes - 2.2 * head.size)
    moved = at.copy()
    moved[:, 2] -= too_far
    aside = np.maximum(head.radius * 0.98 - np.abs(at[:, 0]), 0) * (too_far > 0)
    moved[:, 0] += np.sign(at[:, 0]) * aside * 0.7
    return moved


def _faces(locks: int) -> Int[np.ndarray, "f 3"]:
    i, j = np.meshgrid(np.arange(LINKS - 1), np.arange(ACROSS - 1), indexing="ij")
    a = (i * ACROSS + j).reshape(-1)
    one = np.concatenate(
        [np.stack([a, a + ACROSS, a + 1], 1), np.stack([a + 1, a + ACROSS, a + ACROSS + 1], 1)]
    )
    first = np.arange(locks)[:, None, None] * LINKS * ACROSS
    return (one[None] + first).reshape(-1, 3)
