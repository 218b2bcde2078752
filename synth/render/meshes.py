"""Surfaces in the graphics card's memory.

Buffers live as long as the surface (or texture array) they were made from, and
are freed at the next render after it is gone.
"""

import ctypes
import itertools
import weakref
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from synth.render.context import GL
from synth.render.lights import Lighting, irradiance_coefficients
from synth.render.mirrors import Map, mirrors
from synth.render.scene import Surface, vertex_normals

CORNERS = np.array([*itertools.product([0, 1], repeat=3)])
"""Of a box of side 1."""
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
        self._retired: list[tuple[int, list[int]]] = []
        self._retired_textures: list[int] = []

    def mesh(self, surface: Surface) -> Mesh:
        """Find a surface's buffers, uploading them if this is the first time."""
        if surface not in self._meshes:
            mesh, buffers = upload(surface)
            self._meshes[surface] = mesh
            weakref.finalize(surface, self._retired.append, (mesh.array, buffers)).atexit = False
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
        """Delete what belonged to surfaces that are gone."""
        while self._retired:
            array, buffers = self._retired.pop()
            GL.glDeleteVertexArrays(1, [array])
            GL.glDeleteBuffers(len(buffers), buffers)
        while self._retired_textures:
            GL.glDeleteTextures([self._retired_textures.pop()])


def draw(mesh: Mesh) -> None:
    """Draw with the program in use."""
    GL.glBindVertexArray(mesh.array)
    GL.glDrawElements(GL.GL_TRIANGLES, mesh.n_indices, GL.GL_UNSIGNED_INT, ctypes.c_void_p(0))


def upload(surface: Surface) -> tuple[Mesh, list[int]]:
    """Copy a surface's geometry and looks to the card; also name the buffers made."""
    array = int(GL.glGenVertexArrays(1))
    GL.glBindVertexArray(array)
    attributes = _attributes(surface)
    columns = [values.shape[1] for values in attributes]
    together = np.concatenate(attributes, axis=1, dtype=np.float32)
    buffers = [_buffer(GL.GL_ARRAY_BUFFER, together)]
    starts = np.cumsum([0, *columns]) * together.itemsize
    for location, (size, start) in enumerate(zip(columns, starts.tolist(), strict=False)):
        GL.glEnableVertexAttribArray(location)
        layout = (size, GL.GL_FLOAT, GL.GL_FALSE, together.strides[0], ctypes.c_void_p(start))
        GL.glVertexAttribPointer(location, *layout)
    indices = np.ascontiguousarray(surface.faces, dtype=np.uint32)
    buffers.append(_buffer(GL.GL_ELEMENT_ARRAY_BUFFER, indices))
    corners = CORNERS * np.ptp(surface.vertices, axis=0) + surface.vertices.min(0)
    return Mesh(array, indices.size, corners.astype(np.float32)), buffers


def _attributes(surface: Surface) -> list[np.ndarray]:
    """List the arrays in the order of their locations in the shaders."""
    n = len(surface.vertices)
    normals = surface.normals
    if normals is None:
        normals = vertex_normals(surface.vertices, surface.faces)
    colours = np.ones((n, 3), np.float32) if surface.colours is None else surface.colours
    uv = np.zeros((n, 2), np.float32) if surface.uv is None else surface.uv
    return [surface.vertices, normals, colours, uv]


def _buffer(target: int, values: np.ndarray) -> int:
    name = int(GL.glGenBuffers(1))
    GL.glBindBuffer(target, name)
    GL.glBufferData(target, values.nbytes, values, GL.GL_STATIC_DRAW)
    return name


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
