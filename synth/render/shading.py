"""The last pass: each pixel lit once, by what the surface pass found there."""

import numpy as np
from jaxtyping import Float64

from hmr.cameras import Camera
from synth.render.context import GL
from synth.render.frustum import View
from synth.render.geometry import DEPTH, LOOKS, NORMALS
from synth.render.meshes import MeshCache
from synth.render.mirrors import LEVELS
from synth.render.programs import Program, bind_texture
from synth.render.scene import Scene
from synth.render.shadows import MOST_LIGHTS, Casters, Shadows
from synth.render.targets import Target

BACKGROUND, MIRROR, PHOTO = 4, 5, 10
"""Texture units, as around.glsl and shading.frag have them."""


class ShadingPass:
    """Light from all around and from the lights, shadows, tone mapping."""

    def __init__(self, meshes: MeshCache):
        self._meshes = meshes
        self._programs: dict[tuple[int, int], Program] = {}
        self._shadows = Shadows()
        # The triangle needs no buffers, but OpenGL wants an array to be bound.
        self._nothing = int(GL.glGenVertexArrays(1))

    def cast(self, scene: Scene) -> dict:
        """Draw the shadow maps; return what the program must be told about them."""
        return self._shadows.draw(self._casters(scene), scene.lighting.lights[:MOST_LIGHTS])

    def draw(
        self, scene: Scene, camera: Camera, view: View, maps: dict, seen: Target, picture: Target
    ) -> None:
        """Light what is seen, into a picture of the same size."""
        lighting = self._meshes.lighting(scene.lighting)
        photo = None if scene.photo is None else self._meshes.texture(scene.photo)
        picture.bind()
        GL.glDisable(GL.GL_DEPTH_TEST)
        GL.glEnable(GL.GL_FRAMEBUFFER_SRGB)
        for unit, number in enumerate((DEPTH, NORMALS, LOOKS)):
            bind_texture(unit, seen.textures[number])
        self._shadows.bind()
        bind_texture(BACKGROUND, lighting.background)
        bind_texture(MIRROR, lighting.mirror)
        if photo is not None:
            bind_texture(PHOTO, photo)
        program = self._program(min(len(scene.lighting.lights), MOST_LIGHTS), photo is not None)
        program.use(ray=rays(camera), eye=view.eye, **maps, **_light(scene))
        program.set(irradiance=lighting.irradiance, mirror_levels=float(LEVELS))
        GL.glBindVertexArray(self._nothing)
        GL.glDrawArrays(GL.GL_TRIANGLES, 0, 3)
        GL.glDisable(GL.GL_FRAMEBUFFER_SRGB)
        GL.glEnable(GL.GL_DEPTH_TEST)

    def _program(self, lights: int, photo: bool) -> Program:
        """Find the program for so many lights: a device in software skips nothing."""
        key = (lights, int(photo))
        if key not in self._programs:
            defined = {"LIGHTS": lights, "PHOTO": int(photo)}
            self._programs[key] = Program("window.vert", "shading.frag", **defined)
        return self._programs[key]

    def _casters(self, scene: Scene) -> Casters:
        casting = [s for s in scene.surfaces if s.casts_shadow]
        people = [self._meshes.mesh(s) for s in casting if s.is_person]
        return Casters(people, [self._meshes.mesh(s) for s in casting if not s.is_person])


def rays(camera: Camera) -> Float64[np.ndarray, "4 4"]:
    """Take pixels (u, v, 1, 0) to world directions that are 1 long along the camera's z axis."""
    K, R = (x.numpy(force=True).astype(np.float64) for x in (camera.K, camera.R))
    matrix = np.eye(4)
    matrix[:3, :3] = R.T @ np.linalg.inv(K)
    return matrix


def _light(scene: Scene) -> dict:
    """Name the uniforms that say how a scene is lit."""
    lights = scene.lighting.lights[:MOST_LIGHTS]
    towards, falling = np.zeros((MOST_LIGHTS, 3)), np.zeros((MOST_LIGHTS, 3))
    for i, light in enumerate(lights):
        towards[i], falling[i] = light.towards, light.irradiance
    return {
        "to_light": towards,
        "light": falling,
        "exposure": scene.exposure * np.asarray(scene.white_balance),
        "haze": scene.haze,
        "haze_colour": horizon(scene.lighting.radiance),
        "taken_from": np.array([0.0, scene.lighting.eye_height or 1.6, 0.0]),
    }


def horizon(radiance: np.ndarray) -> Float64[np.ndarray, "3"]:
    """Average what is seen around the horizon."""
    rows = radiance.shape[0]
    band = radiance[int(0.44 * rows) : max(int(0.5 * rows), 1)]
    return np.asarray(band.reshape(-1, 3).mean(0), np.float64)
