"""The last pass: each pixel lit once, by what the surface pass found there."""

import numpy as np
from jaxtyping import Float64

from hmr.cameras import Camera
from synth.render.context import GL
from synth.render.frustum import View
from synth.render.geometry import CAUGHT, DEPTH, EMPTY, LIT, LOOKS, NORMALS
from synth.render.meshes import MeshCache
from synth.render.mirrors import LEVELS
from synth.render.programs import Program, bind_texture
from synth.render.scene import Scene
from synth.render.shadows import MOST_LIGHTS, Casters, Shadows
from synth.render.targets import Target

BACKGROUND, MIRROR, PHOTO = 4, 5, 10
"""Texture units, as around.glsl and backdrop.glsl have them."""
EDGE = 4
"""The stencil's bit for where a shape has an edge; what is there is in the bits below."""


class ShadingPass:
    """Light from all around and from the lights, shadows, tone mapping, smooth edges.

    Each part fills only the pixels that the stencil gives it: software devices walk through
    everything a program might do at a pixel, so programs do as little as there is to do.
    """

    def __init__(self, meshes: MeshCache):
        self._meshes = meshes
        self._programs: dict[tuple[str, int, int], Program] = {}
        self._shadows = Shadows()
        # The triangle needs no buffers, but OpenGL wants an array to be bound.
        self._nothing = int(GL.glGenVertexArrays(1))

    def cast(self, scene: Scene) -> dict:
        """Draw the shadow maps; return what the programs must be told about them."""
        return self._shadows.draw(self._casters(scene), scene.lighting.lights[:MOST_LIGHTS])

    def draw(
        self, scene: Scene, camera: Camera, view: View, maps: dict, seen: Target, picture: Target
    ) -> None:
        """Light what is seen, into a picture that shares its stencil."""
        lighting = self._meshes.lighting(scene.lighting)
        photo = None if scene.photo is None else self._meshes.texture(scene.photo)
        picture.bind()
        for unit, number in enumerate((DEPTH, NORMALS, LOOKS)):
            bind_texture(unit, seen.textures[number])
        self._shadows.bind()
        bind_texture(BACKGROUND, lighting.background)
        bind_texture(MIRROR, lighting.mirror)
        if photo is not None:
            bind_texture(PHOTO, photo)
        told = {"ray": rays(camera), "eye": view.eye, **maps, **_light(scene, view.eye)}
        told |= {"irradiance": lighting.irradiance, "mirror_levels": float(LEVELS)}
        lights, has_photo = min(len(scene.lighting.lights), MOST_LIGHTS), int(photo is not None)
        self._fill(LIT, self._program("lit.frag", lights, 0), told)
        self._fill(EMPTY, self._program("behind.frag", 0, has_photo), told)
        if any(surface.catches for surface in scene.surfaces):
            self._fill(CAUGHT, self._program("caught.frag", lights, has_photo), told)

    def smooth(self, seen: Target, picture: Target, smoothed: Target) -> None:
        """Smooth edges of what is seen in a picture, into another; all share their stencil."""
        picture.copy_to(smoothed)
        smoothed.bind()
        bind_texture(0, seen.textures[DEPTH])
        GL.glColorMask(False, False, False, False)
        GL.glStencilOp(GL.GL_KEEP, GL.GL_KEEP, GL.GL_REPLACE)
        GL.glStencilMask(EDGE)
        self._fill(None, self._program("edges.frag", 0, 0), {})
        GL.glStencilMask(0xFF)
        GL.glStencilOp(GL.GL_KEEP, GL.GL_KEEP, GL.GL_KEEP)
        GL.glColorMask(True, True, True, True)
        bind_texture(0, picture.textures[0])
        self._fill(EDGE, self._program("smooth.frag", 0, 0), {})

    def _fill(self, stencil: int | None, program: Program, told: dict) -> None:
        """Fill the pixels of a stencil; all of them, marking them as edges, if it is None."""
        program.use(**told)
        GL.glDisable(GL.GL_DEPTH_TEST)
        GL.glEnable(GL.GL_FRAMEBUFFER_SRGB)
        GL.glEnable(GL.GL_STENCIL_TEST)
        if stencil is None:
            GL.glStencilFunc(GL.GL_ALWAYS, EDGE, 0xFF)
        else:
            GL.glStencilFunc(GL.GL_EQUAL, stencil, EDGE if stencil == EDGE else EDGE - 1)
        GL.glBindVertexArray(self._nothing)
        GL.glDrawArrays(GL.GL_TRIANGLES, 0, 3)
        GL.glDisable(GL.GL_STENCIL_TEST)
        GL.glDisable(GL.GL_FRAMEBUFFER_SRGB)
        GL.glEnable(GL.GL_DEPTH_TEST)

    def _program(self, file: str, lights: int, photo: int) -> Program:
        """Find a program for so many lights."""
        key = (file, lights, photo)
        if key not in self._programs:
            self._programs[key] = Program("window.vert", file, LIGHTS=lights, PHOTO=photo)
        return self._programs[key]

    def _casters(self, scene: Scene) -> Casters:
        casting = [s.caster or s for s in scene.surfaces if s.casts_shadow]
        people = [self._meshes.mesh(s) for s in casting if s.is_person]
        return Casters(people, [self._meshes.mesh(s) for s in casting if not s.is_person])


def rays(camera: Camera) -> Float64[np.ndarray, "4 4"]:
    """Take pixels (u, v, 1, 0) to world directions that are 1 long along the camera's z axis."""
    K, R = (x.numpy(force=True).astype(np.float64) for x in (camera.K, camera.R))
    matrix = np.eye(4)
    matrix[:3, :3] = R.T @ np.linalg.inv(K)
    return matrix


def _light(scene: Scene, eye: Float64[np.ndarray, "3"]) -> dict:
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
        "taken_from": np.array([eye[0], scene.lighting.eye_height or eye[1], eye[2]]),
    }


def horizon(radiance: np.ndarray) -> Float64[np.ndarray, "3"]:
    """Average what is seen around the horizon."""
    rows = radiance.shape[0]
    band = radiance[int(0.44 * rows) : max(int(0.5 * rows), 1)]
    return np.asarray(band.reshape(-1, 3).mean(0), np.float64)
