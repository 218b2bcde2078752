"""First passes: which surface is at each pixel, before any light.

One sample a pixel, at its centre, so that no id is ever blended. What is lit
later is exactly what the labels say is there.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from synth.render.context import GL
from synth.render.frustum import View, may_be_seen
from synth.render.meshes import MeshCache, draw
from synth.render.programs import Program, bind_texture
from synth.render.scene import Surface
from synth.render.targets import Target

DEPTH, IDS, NORMALS, LOOKS = range(4)
"""Buffers of a surface target; a normal's fourth value is the metal in it."""
EMPTY, LIT, CAUGHT = range(3)
"""What the stencil holds: nothing is there, a surface, one that catches the background."""


def surface_target(width: int, height: int) -> Target:
    """Make what the surface pass draws into."""
    formats = [GL.GL_R32F, GL.GL_R16UI, GL.GL_RGBA16F, GL.GL_SRGB8_ALPHA8]
    return Target(width, height, formats)


class SurfacePass:
    """Depth, ids, normals and looks of what is seen."""

    def __init__(self, meshes: MeshCache):
        self._meshes = meshes
        self._program = Program("surface.vert", "surface.frag")

    def draw(
        self, surfaces: Sequence[Surface], view: View, target: Target, time: float = 0.0
    ) -> None:
        """Draw what may be in view at a time, the nearest first."""
        seen = [s for s in surfaces if may_be_seen(view.clip, self._meshes.mesh(s).corners)]
        for surface in seen:
            # Between draws, a device in software would start over.
            if surface.texture is not None:
                self._meshes.texture(surface.texture)
        target.bind()
        target.clear()
        GL.glEnable(GL.GL_FRAMEBUFFER_SRGB)
        GL.glEnable(GL.GL_STENCIL_TEST)
        GL.glStencilOp(GL.GL_KEEP, GL.GL_KEEP, GL.GL_REPLACE)
        self._program.use(clip=view.clip)
        for surface in nearest_first(seen, view):
            self._draw(surface, time)
        GL.glDisable(GL.GL_STENCIL_TEST)
        GL.glDisable(GL.GL_FRAMEBUFFER_SRGB)

    def _draw(self, surface: Surface, time: float) -> None:
        self._program.set(
            id=surface.id,
            roughness=surface.roughness,
            metallic=surface.metallic,
            shift=time * np.asarray(surface.velocity),
            textured=int(surface.texture is not None),
        )
        if surface.texture is not None:
            bind_texture(0, self._meshes.texture(surface.texture))
        GL.glStencilFunc(GL.GL_ALWAYS, CAUGHT if surface.catches else LIT, 0xFF)
        draw(self._meshes.mesh(surface))


class AlonePass:
    """Depth of some surfaces, as if nothing else were there."""

    def __init__(self, meshes: MeshCache):
        self._meshes = meshes
        self._program = Program("alone.vert", "alone.frag")

    def draw(self, surfaces: Iterable[Surface], view: View) -> None:
        """Draw into the bound target."""
        self._program.use(clip=view.clip)
        for surface in surfaces:
            mesh = self._meshes.mesh(surface)
            if may_be_seen(view.clip, mesh.corners):
                draw(mesh)


def nearest_first(surfaces: Sequence[Surface], view: View) -> list[Surface]:
    """Order surfaces, people before their surroundings, so that less is drawn twice."""
    distance = [float(np.linalg.norm(s.vertices[0] - view.eye)) for s in surfaces]
    order = sorted(range(len(surfaces)), key=lambda i: (not surfaces[i].is_person, distance[i]))
    return [surfaces[i] for i in order]
