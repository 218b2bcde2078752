"""Shadows: where the sun reaches, and how much of the sky is open.

Two sun maps: a fine one fitted to the people, whose shadows it holds wherever
they fall, and a coarse one of all that casts. A height map from above darkens
the sky's light between legs and around feet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from synth.render.context import GL
from synth.render.frustum import View, axes_along, may_be_seen, parallel_view
from synth.render.meshes import Mesh, draw
from synth.render.programs import Program, bind_texture
from synth.render.targets import DepthMap, HeightMap

UP = np.array([0.0, 1.0, 0.0])
MARGIN = 0.1
"""Room around what a sun map is fitted to, in metres."""
SKY_MARGIN = 1.5
"""Room around the people in the height map: how far a body darkens the ground."""


@dataclass(frozen=True)
class Casters:
    """What casts shadows."""

    people: Sequence[Mesh]
    rest: Sequence[Mesh]

    @property
    def all(self) -> list[Mesh]:
        """Everything that casts."""
        return [*self.people, *self.rest]


class Shadows:
    """The maps of one renderer, drawn anew for each scene."""

    def __init__(self, size: int = 2048, sky_size: int = 512):
        self._near, self._far = DepthMap(size), DepthMap(size)
        self._above = HeightMap(sky_size)
        self._program = Program("shadow.vert", "shadow.frag")

    def draw(self, casters: Casters, towards: Float64[np.ndarray, "3"]) -> dict:
        """Draw the maps; return what the colour program must be told about them."""
        focus = casters.people or casters.all
        near = fitted(focus, casters.all, towards, MARGIN)
        far = fitted(casters.all, casters.all, towards, MARGIN) if casters.rest else near
        above = fitted(focus, casters.all, UP, SKY_MARGIN)
        self._draw_sun(self._near, near, casters.all)
        if casters.rest:
            self._draw_sun(self._far, far, casters.all)
        self._draw_above(above, casters, floor=lowest(focus))
        return {
            "near_clip": near.clip,
            "far_clip": far.clip,
            "above_clip": above.clip,
            "near_texel": texel(near, self._near.size),
            "far_texel": texel(far, self._far.size),
            "above_texel": texel(above, self._above.size),
            "has_far": int(bool(casters.rest)),
        }

    def bind(self) -> None:
        """Put the maps where the colour program looks for them."""
        for unit, shadow_map in enumerate([self._near, self._far, self._above], start=1):
            bind_texture(unit, shadow_map.texture)

    def _draw_sun(self, target: DepthMap, view: View, meshes: Sequence[Mesh]) -> None:
        target.bind()
        self._program.use(clip=view.clip)
        GL.glEnable(GL.GL_DEPTH_CLAMP)
        draw_seen(meshes, view)
        GL.glDisable(GL.GL_DEPTH_CLAMP)

    def _draw_above(self, view: View, casters: Casters, floor: float) -> None:
        self._above.bind(floor)
        self._program.use(clip=view.clip)
        GL.glEnable(GL.GL_DEPTH_CLAMP)
        draw_seen(casters.all, view)
        GL.glDisable(GL.GL_DEPTH_CLAMP)
        self._above.average()


def draw_seen(meshes: Sequence[Mesh], view: View) -> None:
    """Draw the meshes that may be in view."""
    for mesh in meshes:
        if may_be_seen(view.clip, mesh.corners):
            draw(mesh)


def fitted(
    focus: Sequence[Mesh], casters: Sequence[Mesh], towards: Float64[np.ndarray, "3"], margin: float
) -> View:
    """See from the light: across, what is in focus; along, all that casts."""
    lower, upper = bounds(focus, towards)
    depth = bounds(casters, towards)
    lower[2], upper[2] = depth[0][2], depth[1][2]
    # The lowest caster must stay above 0, the depth of nothing.
    return parallel_view(towards, lower - max(margin, 0.01), upper + margin)


def bounds(
    meshes: Sequence[Mesh], towards: Float64[np.ndarray, "3"]
) -> tuple[Float64[np.ndarray, "3"], Float64[np.ndarray, "3"]]:
    """Find the box around meshes in ``axes_along(towards)``."""
    if not meshes:
        return np.full(3, -1.0), np.full(3, 1.0)
    corners = np.concatenate([m.corners for m in meshes]) @ axes_along(towards).T
    return corners.min(0), corners.max(0)


def lowest(meshes: Sequence[Mesh]) -> float:
    """Find the height of the lowest vertex."""
    return min((float(m.corners[:, 1].min()) for m in meshes), default=0.0)


def texel(view: View, size: int) -> float:
    """Find the greater side of a map's texel, in metres."""
    across = np.linalg.norm(view.clip[:2, :3], axis=1)
    return float(2 / across.min() / size)
