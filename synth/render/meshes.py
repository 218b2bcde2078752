"""Surfaces in the graphics card's memory.

A surface keeps its buffers as long as it lives; they are written again for the
next surfaces at the first render after it is gone. Textures are deleted then.
"""

import ctypes
import itertools
import weakref
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from synth.render.buffers import BufferPool, Buffers
from synth.render.context import GL
from synth.render.lights import Lighting, irradiance_coefficients
from synth.render.mirrors import Map, mirrors
from synth.render.scene import Surface, vertex_normals

CORNERS = np.array([*itertools.product([0, 1], repeat=3)])
"""Of a box of side 1."""
COLUMNS = (3, 3, 3, 2)
"""Floats of a vertex's place, normal, colour and place in its texture."""
BRIGHTEST = 6e4
"""Half floats end a little beyond."""


@dataclass(frozen=True)
class Mesh:
    """One surface's buffers."""

    array: int
    """The vertex array object."""
    n_indices: int
    corners: Float32[np.ndarray, "8 3"]
    """Of the bounding box."""


@dataclass(frozen=True)
class LightOnCard:
    """A scene's light from all around."""

    background: int
    """Texture of what the camera sees."""
    mirror: int
    """Texture of what rough surfaces mirror, the rougher the smaller."""
    irradiance: Float64[np.ndarray, "9 3"]


class MeshCache:
    """Uploads each surface, texture and light once."""

    def __init__(self):
        self._meshes: weakref.WeakKeyDictionary[Surface, Mesh] = weakref.WeakKeyDictionary()
        self._textures: dict[int, int] = {}
        self._lightings: weakref.WeakKeyDictionary[Lighting, LightOnCard] = (
            weakref.WeakKeyDictionary()
        )
        self._pool = BufferPool(COLUMNS)
        self._retired: list[Buffers] = []
        self._retired_textures: list[int] = []

    def mesh(self, surface: Surface) -> Mesh:
        """Find a surface's buffers, uploading them if this is the first time."""
        if surface not in self._meshes:
            indices = np.ascontiguousarray(surface.faces, dtype=np.uint32).reshape(-1)
            buffers = self._pool.write(vertex_table(surface), indices)
            corners = CORNERS * np.ptp(surface.vertices, axis=0) + surface.vertices.min(0)
            mesh = Mesh(buffers.array, indices.size, corners.astype(np.float32))
            self._meshes[surface] = mesh
            weakref.finalize(surface, self._retired.append, buffers).atexit = False
        return self._meshes[surface]

    def texture(self, pixels: UInt8[np.ndarray, "h w 3"]) -> int:
        """Find a texture, uploading it if this is the first time."""
        if (key := id(pixels)) not in self._textures:
            self._textures[key] = upload_texture(pixels)
            weakref.finalize(pixels, self._retire_texture, key).atexit = False
        return self._textures[key]

    def lighting(self, lighting: Lighting) -> LightOnCard:
        """Find a scene's light on the card, uploading it if this is the first time."""
        if lighting not in self._lightings:
            on_card = upload_lighting(lighting)
            self._lightings[lighting] = on_card
            names = [on_card.background, on_card.mirror]
            weakref.finalize(lighting, self._retired_textures.extend, names).atexit = False
        return self._lightings[lighting]

    def _retire_texture(self, key: int) -> None:
        self._retired_textures.append(self._textures.pop(key))

    def free(self) -> None:
        """Take back buffers, and delete textures, of what is gone."""
        while self._retired:
            self._pool.give(self._retired.pop())
        while self._retired_textures:
            GL.glDeleteTextures([self._retired_textures.pop()])


def draw(mesh: Mesh) -> None:
    """Draw with the program in use."""
    GL.glBindVertexArray(mesh.array)
    GL.glDrawElements(GL.GL_TRIANGLES, mesh.n_indices, GL.GL_UNSIGNED_INT, ctypes.c_void_p(0))


def vertex_table(surface: Surface) -> Float32[np.ndarray, "v c"]:
    """Put all that a vertex has into one row."""
    return np.concatenate(_attributes(surface), axis=1, dtype=np.float32)


def _attributes(surface: Surface) -> list[np.ndarray]:
    """List the arrays in the order of their locations in the shaders."""
    n = len(surface.vertices)
    normals = surface.normals
    if normals is None:
        normals = vertex_normals(surface.vertices, surface.faces)
    colours = np.ones((n, 3), np.float32) if surface.colours is None else surface.colours
    uv = np.zeros((n, 2), np.float32) if surface.uv is None else surface.uv
    return [surface.vertices, normals, colours, uv]


def upload_texture(pixels: UInt8[np.ndarray, "h w 3"]) -> int:
    """Copy an sRGB picture to the card, with its smaller versions."""
    name = int(GL.glGenTextures(1))
    GL.glBindTexture(GL.GL_TEXTURE_2D, name)
    height, width = pixels.shape[:2]
    rgb = (GL.GL_SRGB8, width, height, 0, GL.GL_RGB, GL.GL_UNSIGNED_BYTE)
    GL.glTexImage2D(GL.GL_TEXTURE_2D, 0, *rgb, np.ascontiguousarray(pixels))
    GL.glGenerateMipmap(GL.GL_TEXTURE_2D)
    for key in (GL.GL_TEXTURE_WRAP_S, GL.GL_TEXTURE_WRAP_T):
        GL.glTexParameteri(GL.GL_TEXTURE_2D, key, GL.GL_REPEAT)
    GL.glTexParameteri(GL.GL_TEXTURE_2D, GL.GL_TEXTURE_MAG_FILTER, GL.GL_LINEAR)
    GL.glTexParameteri(GL.GL_TEXTURE_2D, GL.GL_TEXTURE_MIN_FILTER, GL.GL_LINEAR_MIPMAP_LINEAR)
    return name


def upload_lighting(lighting: Lighting) -> LightOnCard:
    """Copy maps of light to the card."""
    return LightOnCard(
        upload_maps([lighting.seen]),
        upload_maps(mirrors(lighting.radiance)),
        irradiance_coefficients(lighting.radiance),
    )


def upload_maps(levels: Sequence[Map]) -> int:
    """Copy a map and its smaller versions to the card, as one texture."""
    name = int(GL.glGenTextures(1))
    GL.glBindTexture(GL.GL_TEXTURE_2D, name)
    for level, radiance in enumerate(levels):
        height, width = radiance.shape[:2]
        rgb = (GL.GL_RGB16F, width, height, 0, GL.GL_RGB, GL.GL_FLOAT)
        pixels = np.ascontiguousarray(np.minimum(radiance, BRIGHTEST))
        GL.glTexImage2D(GL.GL_TEXTURE_2D, level, *rgb, pixels)
    settings = {
        GL.GL_TEXTURE_MAX_LEVEL: len(levels) - 1,
        GL.GL_TEXTURE_WRAP_S: GL.GL_REPEAT,
        GL.GL_TEXTURE_WRAP_T: GL.GL_CLAMP_TO_EDGE,
        GL.GL_TEXTURE_MAG_FILTER: GL.GL_LINEAR,
        GL.GL_TEXTURE_MIN_FILTER: GL.GL_LINEAR_MIPMAP_LINEAR,
    }
    for key, value in settings.items():
        GL.glTexParameteri(GL.GL_TEXTURE_2D, key, value)
    return name
