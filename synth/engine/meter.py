"""How occluded the people of a staged scene are, exactly but for larger pixels; no picture."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from synth.engine.staging import Staged
from synth.render.frustum import Window
from synth.render.renderer import Renderer
from synth.render.scene import Surface, of_person
from synth.scenes.viewpoints import Viewpoint

WIDTH = 640
"""Pixels across what is measured."""


class Meter:
    """Measures what a camera would see of people."""

    def __init__(self, renderer: Renderer):
        """Take a renderer of any size."""
        self._renderer = renderer

    def depths(
        self, surfaces: Sequence[Surface], view: Viewpoint, step: int
    ) -> Float32[np.ndarray, "h w"]:
        """Render the depth of surfaces, every so many pixels; 0 where nothing is."""
        window = Window(0, 0, -(-view.width // step), -(-view.height // step), step)
        return self._renderer.silhouette(surfaces, view.camera, window).depth

    def occlusions(self, staged: Staged) -> list[float]:
        """Measure everybody's occlusion, as labels define it; without those beside the picture."""
        step = max(1, round(staged.view.width / WIDTH))
        around = [s for s in staged.scene.surfaces if not s.is_person]
        nearest = _far(self.depths(around, staged.view, step))
        alone = []
        for number in range(len(staged.joints)):
            person = of_person(staged.scene.surfaces, number)
            alone.append(_far(self.depths(person, staged.view, step)))
            nearest = np.minimum(nearest, alone[-1])
        amodal = [np.isfinite(depth) for depth in alone]
        return [
            1 - float((depth[mine] <= nearest[mine]).mean())
            for depth, mine in zip(alone, amodal, strict=True)
            if mine.any()
        ]


def _far(depth: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Put what is not there infinitely far."""
    return np.where(depth > 0, depth, np.float32(np.inf))
