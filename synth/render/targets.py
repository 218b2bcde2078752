"""Framebuffers: what is drawn into, and how it is read back."""

from collections.abc import Sequence

import numpy as np

from synth.render.context import GL

PIXELS = {
    GL.GL_R32F: (GL.GL_RED, GL.GL_FLOAT, np.float32, 1),
    GL.GL_R16UI: (GL.GL_RED_INTEGER, GL.GL_UNSIGNED_SHORT, np.uint16, 1),
    GL.GL_RGBA16F: (GL.GL_RGBA, GL.GL_FLOAT, np.float32, 4),
    GL.GL_SRGB8_ALPHA8: (GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, np.uint8, 4),
}
"""How each format is read: GL's layout and type, numpy's type, channels."""


class Target:
    """A framebuffer with depth, stencil and one texture per format, which later passes may read.

    It may share another's depth and stencil: passes that fill the window then draw only where
    the stencil says so, which costs even a device in software nothing elsewhere.
    """

    def __init__(
        self, width: int, height: int, formats: Sequence[int], shares: "Target | None" = None
    ):
        self.width, self.height = width, height
        self._formats = list(formats)
        # Integers cannot be blended.
        blend = {GL.GL_SRGB8_ALPHA8: GL.GL_LINEAR}
        self.textures = [
            _texture((width, height), kind, blend.get(kind, GL.GL_NEAREST)) for kind in formats
        ]
        self._own_depth = shares is None
        self._depth = _depth_and_stencil(width, height) if shares is None else shares._depth
        places = [GL.GL_COLOR_ATTACHMENT0 + i for i in range(len(formats))]
        self._name = _framebuffer(dict(zip(places, self.textures, strict=True)))
        where = (GL.GL_FRAMEBUFFER, GL.GL_DEPTH_STENCIL_ATTACHMENT, GL.GL_RENDERBUFFER)
        GL.glFramebufferRenderbuffer(*where, self._depth)
        GL.glDrawBuffers(len(places), places)
        if GL.glCheckFramebufferStatus(GL.GL_FRAMEBUFFER) != GL.GL_FRAMEBUFFER_COMPLETE:
            raise RuntimeError(f"the device cannot draw {width}x{height} pixels")

    def bind(self, width: int | None = None, height: int | None = None) -> None:
        """Draw into its first rows and columns, all of them by default."""
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._name)
        GL.glViewport(0, 0, width or self.width, height or self.height)

    def clear(self) -> None:
        """Set depth to infinitely far, stencil and buffers to zero."""
        GL.glClear(GL.GL_DEPTH_BUFFER_BIT | GL.GL_STENCIL_BUFFER_BIT)
        for i, pixel_format in enumerate(self._formats):
            if pixel_format == GL.GL_R16UI:
                GL.glClearBufferuiv(GL.GL_COLOR, i, np.zeros(4, np.uint32))
            else:
                GL.glClearBufferfv(GL.GL_COLOR, i, np.zeros(4, np.float32))

    def read(self, i: int, width: int | None = None, height: int | None = None) -> np.ndarray:
        """Copy a buffer's first rows and columns, all of them by default: (h, w[, channels])."""
        layout, kind, dtype, channels = PIXELS[self._formats[i]]
        out = np.empty((height or self.height, width or self.width, channels), dtype)
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self._name)
        GL.glReadBuffer(GL.GL_COLOR_ATTACHMENT0 + i)
        GL.glReadPixels(0, 0, out.shape[1], out.shape[0], layout, kind, out)
        return out[..., 0] if channels == 1 else out

    def copy_to(self, target: "Target") -> None:
        """Copy the first buffer into another target's."""
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self._name)
        GL.glReadBuffer(GL.GL_COLOR_ATTACHMENT0)
        GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, target._name)
        box = (0, 0, self.width, self.height)
        GL.glBlitFramebuffer(*box, *box, GL.GL_COLOR_BUFFER_BIT, GL.GL_NEAREST)

    def delete(self) -> None:
        """Free its memory on the card."""
        GL.glDeleteFramebuffers(1, [self._name])
        if self._own_depth:
            GL.glDeleteRenderbuffers(1, [self._depth])
        GL.glDeleteTextures(self.textures)


class DepthMap:
    """A depth texture that shaders compare against, bilinearly: shadow maps side by side."""

    def __init__(self, size: int, tiles: int = 1):
        self.size = size
        self.texture = _texture((size * tiles, size), GL.GL_DEPTH_COMPONENT32F, GL.GL_LINEAR)
        compare = {
            GL.GL_TEXTURE_COMPARE_MODE: GL.GL_COMPARE_REF_TO_TEXTURE,
            GL.GL_TEXTURE_COMPARE_FUNC: GL.GL_GEQUAL,
        }
        for key, value in compare.items():
            GL.glTexParameteri(GL.GL_TEXTURE_2D, key, value)
        self._name = _framebuffer({GL.GL_DEPTH_ATTACHMENT: self.texture})
        GL.glDrawBuffer(GL.GL_NONE)

    def bind(self, tile: int = 0) -> None:
        """Draw into a tile; the first is drawn first, and from it on there is nothing."""
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._name)
        GL.glViewport(tile * self.size, 0, self.size, self.size)
        if tile == 0:
            GL.glClear(GL.GL_DEPTH_BUFFER_BIT)


class HeightMap:
    """Height and squared height, seen from above, with ever coarser means of both."""

    def __init__(self, size: int):
        self.size = size
        depth = _texture((size, size), GL.GL_DEPTH_COMPONENT32F, GL.GL_NEAREST)
        self.texture = _texture((size, size), GL.GL_RG32F, GL.GL_LINEAR_MIPMAP_NEAREST)
        attached = {GL.GL_COLOR_ATTACHMENT0: self.texture, GL.GL_DEPTH_ATTACHMENT: depth}
        self._name = _framebuffer(attached)

    def bind(self, floor: float) -> None:
        """Draw into it, from a floor at a height."""
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._name)
        GL.glViewport(0, 0, self.size, self.size)
        GL.glClear(GL.GL_DEPTH_BUFFER_BIT)
        GL.glClearBufferfv(GL.GL_COLOR, 0, np.array([floor, floor**2, 0, 0], np.float32))

    def average(self) -> None:
        """Find the coarser means."""
        GL.glBindTexture(GL.GL_TEXTURE_2D, self.texture)
        GL.glGenerateMipmap(GL.GL_TEXTURE_2D)


def _depth_and_stencil(width: int, height: int) -> int:
    name = int(GL.glGenRenderbuffers(1))
    GL.glBindRenderbuffer(GL.GL_RENDERBUFFER, name)
    GL.glRenderbufferStorage(GL.GL_RENDERBUFFER, GL.GL_DEPTH32F_STENCIL8, width, height)
    return name


def _texture(size: tuple[int, int], pixel_format: int, smaller: int) -> int:
    name = int(GL.glGenTextures(1))
    GL.glBindTexture(GL.GL_TEXTURE_2D, name)
    levels = size[0].bit_length() if smaller == GL.GL_LINEAR_MIPMAP_NEAREST else 1
    GL.glTexStorage2D(GL.GL_TEXTURE_2D, levels, pixel_format, *size)
    larger = GL.GL_NEAREST if smaller == GL.GL_NEAREST else GL.GL_LINEAR
    settings = {GL.GL_TEXTURE_MIN_FILTER: smaller, GL.GL_TEXTURE_MAG_FILTER: larger}
    settings |= {GL.GL_TEXTURE_WRAP_S: GL.GL_CLAMP_TO_EDGE}
    settings |= {GL.GL_TEXTURE_WRAP_T: GL.GL_CLAMP_TO_EDGE}
    for key, value in settings.items():
        GL.glTexParameteri(GL.GL_TEXTURE_2D, key, value)
    return name


def _framebuffer(textures: dict[int, int]) -> int:
    name = int(GL.glGenFramebuffers(1))
    GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, name)
    for attachment, texture in textures.items():
        GL.glFramebufferTexture2D(GL.GL_FRAMEBUFFER, attachment, GL.GL_TEXTURE_2D, texture, 0)
    return name
