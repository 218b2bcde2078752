"""The renderer: scenes in; pictures, ids, depth and silhouettes out.

All pictures of a process come from one GL context, whatever their sizes.
"""

import os
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from hmr.cameras import Camera
from hmr.errors import InputError
from synth.render.context import GL, check, current
from synth.render.frustum import View, Window, camera_view
from synth.render.meshes import MeshCache
from synth.render.passes import SAMPLES, ColourPass, LabelPass, Passes, Silhouette, label_target
from synth.render.scene import Scene, Surface
from synth.render.targets import Target

LARGEST = 16384
"""Pixels of a side, the least that every device we know can draw."""


class Renderer:
    """Draws scenes at one size."""

    def __init__(self, width: int, height: int):
        if not (0 < width <= LARGEST and 0 < height <= LARGEST):
            raise InputError(f"an image of {width}x{height} pixels: sides go from 1 to {LARGEST}")
        current()
        self._window = Window(0, 0, width, height)
        self._labels = label_target(width, height, normals=False)
        self._with_normals: Target | None = None
        self._alone: Target | None = None
        self._samples = Target(width, height, [GL.GL_SRGB8_ALPHA8], SAMPLES)
        self._picture = Target(width, height, [GL.GL_SRGB8_ALPHA8])
        check()

    def render(self, scene: Scene, camera: Camera, normals: bool = False) -> Passes:
        """Render what a camera sees."""
        current()
        shared().meshes.free()
        view = camera_view(camera, self._window)
        image = self._draw_colour(scene, view)
        target = self._label_target(normals)
        target.bind()
        target.clear()
        shared().labels.draw(scene.surfaces, view)
        seen = target.read(2)[..., :3] @ camera.R.numpy(force=True).T if normals else None
        passes = Passes(image, target.read(1), target.read(0), seen)
        check()
        return passes

    def silhouette(self, surfaces: Sequence[Surface], camera: Camera, window: Window) -> Silhouette:
        """Render a person's surfaces alone, in a window that may reach beyond the image.

        What lies nearer than ``frustum.NEAR`` to the camera's plane, or behind
        it, has no silhouette and is left out.
        """
        current()
        size = (window.width, window.height)
        target = self._target_alone(*size)
        target.bind(*size)
        target.clear()
        shared().labels.draw(surfaces, camera_view(camera, window))
        silhouette = Silhouette(window, target.read(0, *size))
        check()
        return silhouette

    def close(self) -> None:
        """Free this size's buffers."""
        current()
        targets = [self._labels, self._with_normals, self._alone, self._samples, self._picture]
        for target in targets:
            if target is not None:
                target.delete()

    def _draw_colour(self, scene: Scene, view: View) -> np.ndarray:
        shared().colour.draw(scene, view, self._samples)
        self._samples.resolve(self._picture)
        return np.ascontiguousarray(self._picture.read(0)[..., :3])

    def _label_target(self, normals: bool) -> Target:
        if not normals:
            return self._labels
        if self._with_normals is None:
            self._with_normals = label_target(self._window.width, self._window.height, True)
        return self._with_normals

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
        self.labels = LabelPass(self.meshes)
        self.colour = ColourPass(self.meshes)


def shared() -> _Shared:
    """Make the shared parts on first use, in the current context."""
    return _shared(os.getpid())


# Keyed by process, as the context is.
@lru_cache(maxsize=1)
def _shared(process: int) -> _Shared:
    return _Shared()
