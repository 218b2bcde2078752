"""Buffers of vertices and triangles, written in place again and again.

Every image has new surfaces, and most are as large as some of the image before:
bodies and clothes keep their triangles. So buffers are sorted by size class, and
those whose surface is gone take the next surface of their class.
"""

import ctypes
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt32

from synth.render.context import GL

STEPS = 4
"""Size classes between a power of two and the next; a buffer is at most this part too large."""
SMALLEST = 4096
"""Bytes of the smallest class."""
MOST_IDLE = 256 << 20
"""Bytes that may wait for their next surface."""


@dataclass(frozen=True)
class Buffers:
    """A vertex array with its two buffers."""

    array: int
    vertices: int
    indices: int
    sizes: tuple[int, int]
    """Bytes of the two, which are size classes."""


class BufferPool:
    """Buffers of one vertex layout."""

    def __init__(self, columns: Sequence[int]):
        """Take the number of floats of each attribute, in the order of their locations."""
        self._columns = columns
        self._idle: OrderedDict[int, Buffers] = OrderedDict()

    def write(
        self, vertices: Float32[np.ndarray, "v c"], indices: UInt32[np.ndarray, " i"]
    ) -> Buffers:
        """Write a surface into buffers that wait, or into new ones."""
        sizes = size_class(vertices.nbytes), size_class(indices.nbytes)
        waiting = next((b for b in self._idle.values() if b.sizes == sizes), None)
        buffers = self._made(sizes) if waiting is None else self._idle.pop(waiting.array)
        GL.glBindVertexArray(buffers.array)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, buffers.vertices)
        GL.glBufferSubData(GL.GL_ARRAY_BUFFER, 0, vertices.nbytes, vertices)
        GL.glBufferSubData(GL.GL_ELEMENT_ARRAY_BUFFER, 0, indices.nbytes, indices)
        return buffers

    def give(self, buffers: Buffers) -> None:
        """Take back what is no longer drawn; beyond `MOST_IDLE`, what has waited longest goes."""
        self._idle[buffers.array] = buffers
        while sum(sum(b.sizes) for b in self._idle.values()) > MOST_IDLE:
            _, oldest = self._idle.popitem(last=False)
            GL.glDeleteVertexArrays(1, [oldest.array])
            GL.glDeleteBuffers(2, [oldest.vertices, oldest.indices])

    def _made(self, sizes: tuple[int, int]) -> Buffers:
        array = int(GL.glGenVertexArrays(1))
        GL.glBindVertexArray(array)
        vertices = _empty(GL.GL_ARRAY_BUFFER, sizes[0])
        starts = np.cumsum([0, *self._columns]) * ctypes.sizeof(ctypes.c_float)
        for location, (size, start) in enumerate(zip(self._columns, starts.tolist(), strict=False)):
            GL.glEnableVertexAttribArray(location)
            layout = (size, GL.GL_FLOAT, GL.GL_FALSE, int(starts[-1]), ctypes.c_void_p(start))
            GL.glVertexAttribPointer(location, *layout)
        return Buffers(array, vertices, _empty(GL.GL_ELEMENT_ARRAY_BUFFER, sizes[1]), sizes)


def size_class(size: int) -> int:
    """Round a number of bytes up, by at most a quarter."""
    step = 1 << max((max(size, SMALLEST) - 1).bit_length() - 1, 0)
    step //= STEPS
    return -(-max(size, SMALLEST) // step) * step


def _empty(target: int, size: int) -> int:
    name = int(GL.glGenBuffers(1))
    GL.glBindBuffer(target, name)
    GL.glBufferData(target, size, None, GL.GL_DYNAMIC_DRAW)
    return name
