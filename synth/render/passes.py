"""The passes: labels, colour and one person alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, UInt8, UInt16

from synth.render.context import GL
from synth.render.frustum import View, Window, may_be_seen
from synth.render.lights import Light, irradiance_coefficients
from synth.render.meshes import MeshCache, draw
from synth.render.programs import Program, bind_texture
from synth.render.scene import Scene, Surface
from synth.render.shadows import Casters, Shadows
from synth.render.targets import Target

SAMPLES = 4
"""Of the picture, per pixel. The maps of ids and depth have exactly one."""


@dataclass(frozen=True)
class Passes:
    """What one camera sees of a scene."""

    image: UInt8[np.ndarray, "h w 3"]
    """sRGB."""
    ids: UInt16[np.ndarray, "h w"]
    """The id of the surface at the pixel's centre; 0 where there is none."""
    depth: Float32[np.ndarray, "h w"]
    """Along the camera's z axis, at the pixel's centre; 0 where there is nothing."""
    normals: Float32[np.ndarray, "h w 3"] | None = None
    """Of unit length, in the camera frame, towards the viewer; 0 where there is nothing."""


@dataclass(frozen=True)
class Silhouette:
    """A person alone, as if nothing else were there."""

    window: Window
    depth: Float32[np.ndarray, "h w"]
    """Along the camera's z axis; 0 outside the silhouette."""

    @property
    def mask(self) -> Bool[np.ndarray, "h w"]:
        """Where the person is."""
        return self.depth > 0


class LabelPass:
    """Ids, depth and normals, one sample a pixel at its centre."""

    def __init__(self, meshes: MeshCache):
        self._meshes = meshes
        self._program = Program("labels.vert", "labels.frag")

    def draw(self, surfaces: Iterable[Surface], view: View) -> None:
        """Draw into the bound target."""
        self._program.use(clip=view.clip)
        for surface in surfaces:
            mesh = self._meshes.mesh(surface)
            if may_be_seen(view.clip, mesh.corners):
                self._program.set(id=surface.id)
                draw(mesh)


class ColourPass:
    """The picture: sun with shadows, sky, tone mapping."""

    def __init__(self, meshes: MeshCache):
        self._meshes = meshes
        self._surfaces = Program("colour.vert", "colour.frag")
        self._sky = Program("sky.vert", "sky.frag")
        self._shadows = Shadows()
        # The sky's triangle needs no buffers, but OpenGL wants an array to be bound.
        self._nothing = int(GL.glGenVertexArrays(1))

    def draw(self, scene: Scene, view: View, target: Target) -> None:
        """Draw into a target, shadow maps first."""
        maps = self._shadows.draw(self._casters(scene), _sun(scene).towards)
        light = _light(scene)
        self._upload_textures(scene)
        target.bind()
        target.clear()
        GL.glEnable(GL.GL_FRAMEBUFFER_SRGB)
        self._shadows.bind()
        self._meshes.bind_radiance(scene.lighting)
        irradiance = irradiance_coefficients(scene.lighting.radiance)
        frame = {"clip": view.clip, "eye": view.eye, "haze": scene.haze, "irradiance": irradiance}
        self._surfaces.use(**frame, **light, **maps)
        for surface in nearest_first(scene.surfaces, view):
            self._draw(surface, view)
        self._draw_sky(view, light)
        GL.glDisable(GL.GL_FRAMEBUFFER_SRGB)

    def _casters(self, scene: Scene) -> Casters:
        casting = [s for s in scene.surfaces if s.casts_shadow]
        people = [self._meshes.mesh(s) for s in casting if s.is_person]
        return Casters(people, [self._meshes.mesh(s) for s in casting if not s.is_person])

    def _upload_textures(self, scene: Scene) -> None:
        """Upload before the first draw: between draws, a device in software starts over."""
        for surface in scene.surfaces:
            if surface.texture is not None:
                self._meshes.texture(surface.texture, surface.is_person)

    def _draw(self, surface: Surface, view: View) -> None:
        mesh = self._meshes.mesh(surface)
        if not may_be_seen(view.clip, mesh.corners):
            return
        textured = surface.texture is not None
        looks = {"roughness": surface.roughness, "metallic": surface.metallic}
        self._surfaces.set(**looks, textured=int(textured), dense=int(surface.is_person))
        if surface.texture is not None:
            bind_texture(0, self._meshes.texture(surface.texture, surface.is_person))
        draw(mesh)

    def _draw_sky(self, view: View, light: dict) -> None:
        """Fill what is still empty: depth 0 passes where nothing nearer was drawn."""
        GL.glDepthFunc(GL.GL_GEQUAL)
        self._sky.use(world_from_clip=np.linalg.inv(view.clip), eye=view.eye, **light)
        GL.glBindVertexArray(self._nothing)
        GL.glDrawArrays(GL.GL_TRIANGLES, 0, 3)
        GL.glDepthFunc(GL.GL_GREATER)


def nearest_first(surfaces: Sequence[Surface], view: View) -> list[Surface]:
    """Order surfaces, people before their surroundings, so that fewer pixels are shaded twice."""
    distance = [float(np.linalg.norm(s.vertices[0] - view.eye)) for s in surfaces]
    order = sorted(range(len(surfaces)), key=lambda i: (not surfaces[i].is_person, distance[i]))
    return [surfaces[i] for i in order]


def _sun(scene: Scene) -> Light:
    return scene.lighting.lights[0] if scene.lighting.lights else Light(intensity=0.0)


def _light(scene: Scene) -> dict:
    """Name the uniforms that surfaces and sky share."""
    return {
        "to_sun": _sun(scene).towards,
        "sun": _sun(scene).irradiance,
        "exposure": float(scene.exposure),
    }


def label_target(width: int, height: int, normals: bool) -> Target:
    """Make the target of the label pass."""
    formats: Sequence[int] = [GL.GL_R32F, GL.GL_R16UI]
    return Target(width, height, [*formats, GL.GL_RGBA16F] if normals else formats)
