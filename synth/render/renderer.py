"""The renderer: scenes in; pictures, ids, depth and silhouettes out.

All pictures of a process come from one GL context, whatever their sizes.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from jaxtyping import UInt8

from hmr.cameras import Camera
from hmr.errors import InputError
from synth.render.blur import Blur, moments
from synth.render.colours import LINEAR, encoded
from synth.render.context import GL, check, current
from synth.render.facing import seen_normals
from synth.render.frustum import Window, camera_view
from synth.render.geometry import DEPTH, IDS, NORMALS, AlonePass, SurfacePass, surface_target
from synth.render.meshes import MeshCache
from synth.render.meter import correction
from synth.render.passes import Passes, Silhouette
from synth.render.scene import Scene, Surface
from synth.render.shading import ShadingPass
from synth.render.targets import Target

LARGEST = 16384
"""Pixels of a side, the least that every device we know can draw."""


class Renderer:
    """Draws scenes at one size."""

    def __init__(self, width: int, height: int):
        if not (0 < width <= LARGEST and 0 < height <= LARGEST):
            raise InputError(f"an image of {width}x{height} pixels: sides go from 1 to {LARGEST}")
        current()
        # Made before anything is bound: making them binds buffers of their own.
        shared()
        self._window = Window(0, 0, width, height)
        self._seen = surface_target(width, height)
        self._picture = Target(width, height, [GL.GL_SRGB8_ALPHA8], shares=self._seen)
        self._smooth = Target(width, height, [GL.GL_SRGB8_ALPHA8], shares=self._seen)
        self._alone: Target | None = None
        check()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its pictures."""
        return self._window.width, self._window.height

    def render(
        self,
        scene: Scene,
        camera: Camera,
        normals: bool = False,
        blur: Blur | None = None,
        metered: bool = False,
    ) -> Passes:
        """Render what a camera sees.

        Args:
            scene: What there is.
            camera: A pinhole camera.
            normals: Whether to read the normals too.
            blur: What blurs the picture, and no map; nothing if None.
            metered: Whether to expose again what came out far too dark or bright.
        """
        current()
        shared().meshes.free()
        maps = shared().shading.cast(scene)
        image = self._picture_of(scene, camera, maps)
        ids, depth = self._seen.read(IDS), self._seen.read(DEPTH)
        seen = seen_normals(self._seen.read(NORMALS)[..., :3], camera) if normals else None
        factor = correction(image, ids) if metered else 1.0
        scene = replace(scene, exposure=scene.exposure * factor)
        if blur is not None:
            image = self._blurred(scene, camera, blur, maps)
        elif factor != 1.0:
            image = self._developed(scene, camera, maps)
        check()
        return Passes(image, ids, depth, seen)

    def _picture_of(
        self, scene: Scene, camera: Camera, maps: dict, time: float = 0.0
    ) -> UInt8[np.ndarray, "h w 3"]:
        """Draw a moment of a scene."""
        view = camera_view(camera, self._window)
        shared().surfaces.draw(scene.surfaces, view, self._seen, time)
        return self._developed(scene, camera, maps)

    def _developed(self, scene: Scene, camera: Camera, maps: dict) -> UInt8[np.ndarray, "h w 3"]:
        """Light what the surface pass has found."""
        view = camera_view(camera, self._window)
        shared().shading.draw(scene, camera, view, maps, self._seen, self._picture)
        shared().shading.smooth(self._seen, self._picture, self._smooth)
        return np.ascontiguousarray(self._smooth.read(0)[..., :3])

    def _blurred(
        self, scene: Scene, camera: Camera, blur: Blur, maps: dict
    ) -> UInt8[np.ndarray, "h w 3"]:
        """Average many sharp pictures, as light adds up."""
        light = np.zeros((self._window.height, self._window.width, 3), np.float32)
        for one, time in moments(camera, blur):
            light += LINEAR[self._picture_of(scene, one, maps, time)]
        return np.rint(255 * encoded(light / blur.samples)).astype(np.uint8)

    def silhouette(self, surfaces: Sequence[Surface], camera: Camera, window: Window) -> Silhouette:
        """Render a person's surfaces alone, in a window that may reach beyond the image.

        What lies nearer than ``frustum.NEAR`` to the camera's plane, or behind
        it, has no silhouette and is left out.
        """
        current()
        shared().meshes.free()
        size = (window.width, window.height)
        target = self._target_alone(*size)
        target.bind(*size)
        target.clear()
        shared().alone.draw(surfaces, camera_view(camera, window))
        silhouette = Silhouette(window, target.read(0, *size))
        check()
        return silhouette

    def close(self) -> None:
        """Free this size's buffers."""
        current()
        for target in (self._seen, self._picture, self._smooth, self._alone):
            if target is not None:
                target.delete()

    def _target_alone(self, width: int, height: int) -> Target:
        """Keep one target that is as large as the largest silhouette so far."""
        old = self._alone
        if old is None or old.width < width or old.height < height:
            size = (max(width, old.width), max(height, old.height)) if old else (width, height)
            if old:
                old.delete()
            self._alone = old = Target(*size, [GL.GL_R32F])
        return old


class _Shared:
    """What all renderers of a process share: programs, buffers, shadow maps."""

    def __init__(self):
        self.meshes = MeshCache()
        self.surfaces = SurfacePass(self.meshes)
        self.alone = AlonePass(self.meshes)
        self.shading = ShadingPass(self.meshes)


def shared() -> _Shared:
    """Make the shared parts on first use, in the current context."""
    return _shared(os.getpid())


# Keyed by process, as the context is.
@lru_cache(maxsize=1)
def _shared(process: int) -> _Shared:
    return _Shared()
