"""One image: drawn, placed, rendered, labelled. Everything follows from (seed, index)."""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from hmr.body import load_body
from hmr.cameras import project, to_camera
from hmr.errors import InputError
from hmr.sample import Person, Sample
from synth.engine.attempts import draw_scene
from synth.engine.meter import Meter
from synth.engine.settings import Settings
from synth.engine.staging import Staged, Stager
from synth.labels import Labels, label_people
from synth.lens import lens_of
from synth.render.detail import at_size
from synth.render.glb import to_glb
from synth.render.passes import Passes
from synth.render.renderer import Renderer
from synth.render.scene import Scene
from synth.scenes.exposures import varied
from synth.sensor import degrade

ATTEMPTS = 6
"""Scenes drawn before giving up."""


@dataclass(frozen=True)
class Made:
    """An image, and what it took."""

    sample: Sample
    scenes_redrawn: int
    people_redrawn: int


class SceneMaker:
    """Makes any image of a data set; holds what all images share."""

    def __init__(self, settings: Settings):
        self.settings = settings
        body = load_body(settings.model_path)
        self._size = (settings.cameras.width, settings.cameras.height)
        self._renderer = Renderer(*self._size)
        # For cameras whose lens bends the picture, of the size of the last one.
        self._bent = Renderer(1, 1)
        self._meter = Meter(self._renderer)
        self._stager = Stager(settings, body, settings.request, self._meter.depths)
        self._licence = _licence(settings, body.file.name)

    def make(self, index: int) -> Made:
        """Make the image with this number.

        Raises:
            InputError: So many people cannot be placed.
        """
        settings = self.settings
        sources = np.random.SeedSequence([settings.seed, index]).spawn(ATTEMPTS)
        drawn = draw_scene(self._stager, index, sources, settings.request, self._meter)
        if drawn is None:
            low, high = settings.people
            asked = "" if settings.request is None else ", or another scene.occlusion"
            raise InputError(
                f"scene.people=[{low},{high}]: no room in image {index} after {ATTEMPTS} tries; "
                f"ask for fewer people, fewer things or more area{asked}"
            )
        sample = self._shoot(drawn.rng, index, drawn.staged)
        return Made(sample, drawn.redrawn, drawn.staged.people_redrawn)

    def _shoot(self, rng: np.random.Generator, index: int, staged: Staged) -> Sample:
        """Render and label."""
        settings, camera = self.settings, staged.view.camera
        scene = _exposed(rng, staged)
        passes = self._rendered(rng, scene, staged)
        joints = dict(enumerate(staged.joints))
        labels = label_people(self._renderer, scene, camera, passes, joints)
        # Who has no pixel in the frame, hidden or not, is not in the image.
        seen = [labelled for labelled in labels if labelled.bbox_amodal is not None]
        ids = [labelled.person_id for labelled in seen]
        of_seen = staged.joints[ids]
        visibility = [one.joint_visibility for one in seen]
        nobody = np.zeros((0, of_seen.shape[1]), np.int8)
        return Sample(
            key=f"{index:08d}",
            image=degrade(rng, passes.image, settings.sensor),
            camera=camera,
            width=self._size[0],
            height=self._size[1],
            seed=settings.seed,
            environment=staged.environment.name,
            licence=_with_sources(self._licence, staged.environment.sources),
            people=tuple(
                _person(one, float(staged.params.kid_weight[one.person_id])) for one in seen
            ),
            params=staged.params.index(ids),
            joints_3d=of_seen.numpy(),
            joints_2d=project(of_seen, camera).numpy(),
            joint_visibility=np.stack(visibility) if seen else nobody,
            ids=passes.ids,
            depth=passes.depth if settings.save_depth else None,
            normal=passes.normals,
            glb=to_glb(scene, camera, *self._size) if settings.save_glb else None,
        )

    def _rendered(self, rng: np.random.Generator, scene: Scene, staged: Staged) -> Passes:
        """Render through the camera's lens, if it has one."""
        settings, camera = self.settings, staged.view.camera
        depths = to_camera(staged.joints[:, 0], camera)[:, 2].numpy()
        focal = float(camera.K[0, 0])
        blur = settings.shots.draw(rng, focal, self._size[0], depths[depths > 0])
        # A photo has its own exposure.
        lens, metered = lens_of(camera, *self._size), scene.photo is None
        if lens is None:
            return self._renderer.render(scene, camera, settings.save_normal, blur, metered)
        size = (lens.window.width, lens.window.height)
        if self._bent.size != size:
            self._bent.close()
            self._bent = Renderer(*size)
        if scene.photo is not None:
            scene = replace(scene, photo=np.asarray(cv2.resize(scene.photo, size), np.uint8))
        passes = self._bent.render(scene, lens.pinhole, settings.save_normal, blur, metered)
        return lens.warp(passes)


def _exposed(rng: np.random.Generator, staged: Staged) -> Scene:
    """Set the camera as its owner would, and leave out detail that it will not see."""
    scene, photo = staged.scene, staged.environment.photo
    # People must stay in tune with a photo, which has its own exposure.
    exposure, balance = (
        (scene.exposure, (1.0, 1.0, 1.0)) if photo is not None else varied(rng, scene.exposure)
    )
    surfaces = at_size(scene.surfaces, staged.view.camera)
    return replace(scene, surfaces=surfaces, exposure=exposure, white_balance=balance)


def _licence(settings: Settings, body: str) -> str:
    """Name the terms of what all pictures show that is not ours; "" if there is nothing."""
    parts = [] if settings.model_path is None else [f"the body file's, {body}"]
    parts += [f"the pack's, {Path(folder).name}" for folder, _ in settings.packs]
    return "; ".join(parts)


def _with_sources(licence: str, sources: tuple[str, ...]) -> str:
    """Name the terms of a picture."""
    parts = [part for part in (licence, *sources) if part]
    return "as " + "; ".join(parts) if parts else "CC0-1.0"


def _person(labels: Labels, kid_weight: float) -> Person:
    return Person(
        person_id=labels.person_id,
        age="kid" if kid_weight > 0 else "adult",
        kid_weight=kid_weight,
        occlusion=labels.occlusion,
        truncation=labels.truncation,
        occluders=labels.occluders,
        bbox_visible=labels.bbox_visible,
        bbox_amodal=labels.bbox_amodal,
        mask_visible=labels.mask_visible,
        mask_amodal=labels.mask_amodal,
    )
