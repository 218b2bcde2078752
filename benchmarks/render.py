"""The same scenes rendered and labelled by Throng and by a plain pyrender script.

    python benchmarks/render.py                  # 20 scenes of 10 dressed people, 1280x720
    python benchmarks/render.py --engines 16     # on a machine with a GPU: images a second in all

The script is what a good user of pyrender would write: the scene rebuilt for each image, pyrender's
own shadows, one pass for the visible masks and one for each person alone. Both get the same people,
clothes, environment and brightest light, have the scene in memory, and end with the picture and
every person's visible and amodal mask and occlusion. Each runs in a process of its own.
"""

import argparse
import json
import multiprocessing
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hmr.progress import say, track

SIZE = (1280, 720)
PYRENDERS_SHADOWS = 4096
"""Side of pyrender's own shadow maps."""


def staged(scenes: int, people: int) -> list:
    """Stage the scenes: people, clothes, environment, camera."""
    from hydra import compose, initialize_config_dir
    from hydra.utils import instantiate

    from hmr.body import load_body
    from synth.engine.staging import Stager

    configs = str(Path(__file__).parents[1] / "configs")
    with initialize_config_dir(configs, version_base=None):
        wanted = ["stage=synth", "out=unused", f"scene.people=[{people},{people}]"]
        settings = instantiate(compose("config", wanted).stage.settings)
    stager = Stager(settings, load_body(None))
    found, index = [], 0
    while len(found) < scenes:
        one = stager.stage(np.random.default_rng(index), index)
        found += [] if one is None else [one]
        index += 1
    return found


class Clock:
    """Adds up the time of parts, if it is to wait for what the card still owes."""

    def __init__(self, wait: bool):
        self._wait = wait
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time what is inside."""
        if not self._wait:
            yield
            return
        from synth.render.context import GL

        GL.glFinish()
        start = time.perf_counter()
        yield
        GL.glFinish()
        self.seconds[name] += time.perf_counter() - start

    def around(self, owner: type, method: str, name: str) -> None:
        """Time a method whenever it is called."""
        inner = getattr(owner, method)

        def timed(*args, **kwargs):
            with self.part(name):
                return inner(*args, **kwargs)

        setattr(owner, method, timed)


def throng(scenes: int, people: int, by_part: bool) -> dict:
    """Render and label with Throng."""
    from synth.labels import label_people
    from synth.render.context import describe
    from synth.render.detail import at_size
    from synth.render.geometry import SurfacePass
    from synth.render.renderer import Renderer
    from synth.render.shading import ShadingPass

    all_scenes, renderer = staged(scenes, people), Renderer(*SIZE)
    clock = Clock(by_part)
    if by_part:
        clock.around(ShadingPass, "cast", "shadow maps")
        clock.around(SurfacePass, "draw", "surfaces")
        clock.around(ShadingPass, "draw", "light")
        clock.around(Renderer, "silhouette", "people alone")
        clock.around(Renderer, "render", "render: these three, uploads, reading back")

    def shoot(one) -> None:
        camera = one.view.camera
        with clock.part("levels of detail"):
            scene = replace(one.scene, surfaces=at_size(one.scene.surfaces, camera))
        passes = renderer.render(scene, camera)
        with clock.part("labels, people alone included"):
            label_people(renderer, scene, camera, passes, dict(enumerate(one.joints)))

    shoot(all_scenes[0])
    clock.seconds.clear()
    seconds = _each(shoot, all_scenes, "throng")
    faces = [len(s.faces) for one in all_scenes for s in one.scene.surfaces if s.is_person]
    return {
        "device": describe(),
        "seconds": seconds,
        "parts": {name: value / scenes for name, value in clock.seconds.items()},
        "faces_a_person": sum(faces) / scenes / people,
    }


def plain_pyrender(scenes: int, people: int, light_meshes: bool) -> dict:
    """Render and label with pyrender alone, on whole meshes or on our levels of detail."""
    from synth.render import context  # Makes numpy 2 and EGL fit pyrender.

    context.current()
    import pyrender
    from pyrender.constants import RenderFlags

    from synth.render.detail import at_size
    from synth.render.frustum import NEAR
    from synth.render.glb import pose

    all_scenes = staged(scenes, people)
    drawn: Callable[..., Any] = pyrender.OffscreenRenderer(*SIZE).render

    occlusions: list[float] = []

    def shoot(one: Any) -> None:
        scene = pyrender.Scene(bg_color=[0.6, 0.7, 0.8], ambient_light=[0.35] * 3)
        surfaces = one.scene.surfaces
        if light_meshes:
            surfaces = at_size(surfaces, one.view.camera)
        nodes: dict[Any, int] = {scene.add(_pyrender_mesh(s)): s.id for s in surfaces}
        K = one.view.camera.K.numpy()
        camera = pyrender.IntrinsicsCamera(K[0, 0], K[1, 1], K[0, 2], K[1, 2], znear=NEAR)
        scene.add(camera, pose=pose(one.view.camera))
        for light in one.scene.lighting.lights[:1]:
            scene.add(pyrender.DirectionalLight(light.colour, light.intensity), _towards(light))
        drawn(scene, RenderFlags.SHADOWS_DIRECTIONAL)
        colours = {node: [number // 256, number % 256, 0] for node, number in nodes.items()}
        seg = drawn(scene, RenderFlags.SEG, colours)[0]
        ids = seg[..., 0].astype(int) * 256 + seg[..., 1]
        for person in range(1, people + 1):
            for node, number in nodes.items():
                node.mesh.is_visible = number == person
            alone = drawn(scene, RenderFlags.DEPTH_ONLY) > 0
            occlusions.append(1 - (alone & (ids == person)).sum() / max(alone.sum(), 1))

    shoot(all_scenes[0])
    return {"seconds": _each(shoot, all_scenes, "pyrender")}


def _pyrender_mesh(surface):
    import pyrender

    texture = None
    if surface.texture is not None:
        # Its textures begin with the last row, and want to be told to repeat.
        source = np.ascontiguousarray(surface.texture[::-1])
        texture = pyrender.Texture(source=source, source_channels="RGB")
    material = pyrender.MetallicRoughnessMaterial(
        baseColorTexture=texture,
        metallicFactor=surface.metallic,
        roughnessFactor=surface.roughness,
        doubleSided=True,
    )
    from synth.render.scene import vertex_normals

    normals = surface.normals
    if normals is None:
        normals = vertex_normals(surface.vertices, surface.faces)
    primitive = pyrender.Primitive(
        surface.vertices,
        normals,
        indices=surface.faces,
        texcoord_0=None if texture is None else surface.uv,
        color_0=surface.colours,
        material=material,
    )
    return pyrender.Mesh([primitive])


def _towards(light) -> np.ndarray:
    """Pose of a light that shines along its own -z."""
    from synth.render.frustum import axes_along

    matrix = np.eye(4)
    matrix[:3, :3] = axes_along(light.towards).T
    return matrix


def _each(shoot: Callable, scenes: list, name: str) -> float:
    """Time a whole round; return seconds a scene."""
    start = time.perf_counter()
    for one in track(scenes, name):
        shoot(one)
    return (time.perf_counter() - start) / len(scenes)


def alone_in_a_process(function: Callable[[], dict], engines: int = 1) -> list[dict]:
    """Run a function in fresh processes, several at once; pyrender and we share no context."""
    with multiprocessing.get_context("spawn").Pool(engines) as pool:
        return [job.get() for job in [pool.apply_async(function) for _ in range(engines)]]


def main() -> None:
    """Time both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=20)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--engines", type=int, default=1, help="Throng processes at once")
    asked = parser.parse_args()
    os.environ.setdefault("LP_NUM_THREADS", str(os.cpu_count()))
    size = (asked.scenes, asked.people)
    # The parts are timed in a run of their own: waiting between them costs a little.
    parts = alone_in_a_process(partial(throng, *size, True))[0]
    ours = alone_in_a_process(partial(throng, *size, False))[0]
    theirs = alone_in_a_process(partial(plain_pyrender, *size, False))[0]
    lighter = alone_in_a_process(partial(plain_pyrender, *size, True))[0]
    ratio = theirs["seconds"] / ours["seconds"]
    say(f"{ours['device']}; {asked.scenes} scenes of {asked.people} people, {SIZE[0]}x{SIZE[1]}")
    say(f"Throng          {1000 * ours['seconds']:7.0f} ms a scene, labels and all")
    say(f"plain pyrender  {1000 * theirs['seconds']:7.0f} ms; Throng is {ratio:.1f} times as fast")
    say(f"  the same on Throng's lighter meshes {1000 * lighter['seconds']:7.0f} ms")
    for name, seconds in parts["parts"].items():
        say(f"  {name:42s} {1000 * seconds:6.0f} ms")
    result = {
        "throng": ours,
        "pyrender": theirs,
        "pyrender_lighter": lighter,
        "times_faster": ratio,
        "parts": parts["parts"],
    }
    if asked.engines > 1:
        together = alone_in_a_process(partial(throng, *size, False), asked.engines)
        result["images_a_second"] = sum(1 / one["seconds"] for one in together)
        say(f"{asked.engines} engines: {result['images_a_second']:.1f} images a second")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
