"""Shadows: where lights reach, and how much of the sky is open.

Each light has a map fitted to the people, whose shadows it holds wherever they
fall; the brightest also has one of all that casts. A soft light's map is
coarse, which is what makes its shadows soft. A height map from above darkens
the light from all around between legs and around feet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from synth.render.context import GL
from synth.render.frustum import View, axes_along, may_be_seen, parallel_view
from synth.render.lights import Light
from synth.render.meshes import Mesh, draw
from synth.render.programs import Program, bind_texture
from synth.render.targets import DepthMap, HeightMap

UP = np.array([0.0, 1.0, 0.0])
MOST_LIGHTS = 3
"""Lights that cast shadows."""
ABOVE, FIRST_SHADOW = 3, 6
"""Texture units, as open.glsl and shadow.glsl have them."""
COARSEST, FINEST = 7, 11
"""Sizes of a map, as powers of two."""
THROW = 1.2
"""How far, in metres, what casts a shadow is from where it falls: so wide a light blurs it."""
MARGIN = 0.1
"""Room around what a light's map is fitted to, in metres."""
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
    """The maps of one process, drawn anew for each scene."""

    def __init__(self, sky_size: int = 512):
        self._maps: dict[tuple[int, int], DepthMap] = {}
        self._drawn: list[DepthMap] = []
        self._above = HeightMap(sky_size)
        self._program = Program("shadow.vert", "shadow.frag")

    def draw(self, casters: Casters, lights: Sequence[Light]) -> dict:
        """Draw the maps; return what the shading program must be told about them."""
        focus = casters.people or casters.all
        told: dict = {}
        texels, self._drawn = [0.0] * (MOST_LIGHTS + 1), []
        for i, light in enumerate(lights):
            views = [fitted(focus, casters.all, light.towards, MARGIN)]
            told[f"shadow_clip_{i}"] = views[0].clip
            if i == 0:
                views.append(fitted(casters.all, casters.all, light.towards, MARGIN))
                told["shadow_clip_far"] = views[1].clip
                texels[MOST_LIGHTS] = texel(views[1], self._size(views[0], light))
            texels[i] = self._draw_light(i, views, light, casters)
        above = fitted(focus, casters.all, UP, SKY_MARGIN)
        self._draw_above(above, casters, floor=lowest(focus))
        told |= {"above_clip": above.clip, "above_texel": texel(above, self._above.size)}
        return told | {"texels": np.array(texels)}

    def bind(self) -> None:
        """Put the maps where the shading program looks for them."""
        bind_texture(ABOVE, self._above.texture)
        for (i, _), depth_map in self._maps.items():
            if depth_map in self._drawn:
                bind_texture(FIRST_SHADOW + i, depth_map.texture)

    def _size(self, view: View, light: Light) -> int:
        """Find how fine a light's map must be for its shadows to be as sharp as they are."""
        wanted = texel(view, 1) / max(light.angle * THROW, 1e-6)
        return int(2 ** np.clip(np.ceil(np.log2(wanted)), COARSEST, FINEST))

    def _draw_light(self, i: int, views: Sequence[View], light: Light, casters: Casters) -> float:
        """Draw one light's map, a tile for each view; return the first's texel's side."""
        size = self._size(views[0], light)
        if (i, size) not in self._maps:
            self._maps[i, size] = DepthMap(size, len(views))
        depth_map = self._maps[i, size]
        self._drawn.append(depth_map)
        GL.glEnable(GL.GL_DEPTH_CLAMP)
        for tile, view in enumerate(views):
            depth_map.bind(tile)
            self._program.use(clip=view.clip)
            # People's shadows all fall within the first tile.
            draw_seen(casters.rest if tile else casters.all, view)
        GL.glDisable(GL.GL_DEPTH_CLAMP)
        return texel(views[0], size)

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
