"""What is rendered: surfaces and their light.

All values are in the world frame and in metres. Colours of surfaces and
textures are sRGB, as an artist or a photograph gives them; colours of lights are
linear. A surface is immutable: the graphics card keeps its buffers for as long
as the object lives, so an environment that stays is uploaded once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int, Int32, UInt8

from hmr.sample import FIRST_ENVIRONMENT_ID
from synth.render.lights import Colour, Lighting


@dataclass(frozen=True, eq=False)
class Level:
    """A mesh with fewer triangles, over some of a surface's vertices."""

    kept: Int[np.ndarray, " n"]
    faces: Int32[np.ndarray, "f 3"]
    """Over the vertices that are kept."""


@dataclass(frozen=True, eq=False)
class Surface:
    """A triangle mesh with its looks and the id it leaves in the id map."""

    name: str
    id: int
    """person_id + 1 for everything a person is and wears; 1000 and up for the environment."""
    vertices: Float32[np.ndarray, "v 3"]
    faces: Int32[np.ndarray, "f 3"]
    """Anticlockwise seen from outside. Both sides are drawn."""
    normals: Float32[np.ndarray, "v 3"] | None = None
    """Found from the faces if not given; give them where vertices are split at texture seams."""
    colours: Float32[np.ndarray, "v 3"] | None = None
    """sRGB, 0 to 1. Multiplies the texture where both are given; white if neither is."""
    uv: Float32[np.ndarray, "v 2"] | None = None
    """Place in the texture, (0, 0) its first pixel's corner; beyond 0 to 1 it repeats."""
    texture: UInt8[np.ndarray, "h w 3"] | None = None
    roughness: float = 0.8
    metallic: float = 0.0
    casts_shadow: bool = True
    """Off for a ground plane, which only receives, and for a ceiling that lets light in."""
    catches: bool = False
    """Shows the background that lies behind it, or was taken of it, darkened by shadows: the
    ground of a photo or of a map of light. Its own looks do not show."""
    velocity: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Metres a second: what blurs it while the shutter is open."""
    levels: tuple[Level, ...] = ()
    """Ever coarser versions; `detail.at_size` picks one before the scene is rendered."""
    caster: "Surface | None" = None
    """What casts its shadow, where a coarser mesh will do; the surface itself if None."""

    @property
    def is_person(self) -> bool:
        """Whether the surface belongs to a person."""
        return 0 < self.id < FIRST_ENVIRONMENT_ID


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything that is in the picture, and its light."""

    surfaces: tuple[Surface, ...]
    lighting: Lighting
    exposure: float = 1.0
    """Multiplies all light before tone mapping."""
    white_balance: Colour = (1.0, 1.0, 1.0)
    """Gains of red, green and blue, as a camera sets them."""
    haze: float = 400.0
    """Distance at which the horizon's colour has taken over 63 % of what is seen."""
    photo: UInt8[np.ndarray, "h w 3"] | None = None
    """Stands behind everything, fills the image, and is shown as it is (sRGB)."""


def of_person(surfaces: Iterable[Surface], person_id: int) -> tuple[Surface, ...]:
    """Pick a person's surfaces: body, clothes, hair."""
    return tuple(s for s in surfaces if s.id == person_id + 1)


def vertex_normals(
    vertices: Float32[np.ndarray, "v 3"], faces: Int32[np.ndarray, "f 3"]
) -> Float32[np.ndarray, "v 3"]:
    """Average the normals of the faces around each vertex, weighted by their area."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    of_faces = cross(b - a, c - a)
    corners = faces.T.ravel()
    summed = [np.bincount(corners, np.tile(of_faces[:, i], 3), len(vertices)) for i in range(3)]
    normals = np.stack(summed, axis=1)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return (normals / np.maximum(length, 1e-12)).astype(np.float32)


def cross(
    a: Float32[np.ndarray, "n 3"], b: Float32[np.ndarray, "n 3"]
) -> Float32[np.ndarray, "n 3"]:
    """Multiply as numpy.cross does, in a third of its time."""
    (ax, ay, az), (bx, by, bz) = a.T, b.T
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=1)
