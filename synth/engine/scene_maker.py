"""One image: drawn, placed, rendered, labelled. Everything follows from (seed, index)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hmr.body import load_body
from hmr.cameras import project
from hmr.errors import InputError
from hmr.sample import Person, Sample
from synth.engine.settings import Settings
from synth.engine.staging import Staged, Stager
from synth.labels import Labels, label_people
from synth.render.glb import to_glb
from synth.render.renderer import Renderer
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
        self._stager = Stager(settings, body)
        self._renderer = Renderer(settings.width, settings.height)
        self._licence = _licence(settings, body.file.name)

    def make(self, index: int) -> Made:
        """Make the image with this number.

        Raises:
            InputError: So many people cannot be placed.
        """
        for attempt, source in enumerate(self._sources(index)):
            rng = np.random.default_rng(source)
            staged = self._stager.stage(rng, index)
            if staged is not None:
                sample = self._shoot(rng, index, staged)
                return Made(sample, attempt, staged.people_redrawn)
        low, high = self.settings.people
        raise InputError(
            f"scene.people=[{low},{high}]: no room in image {index} after {ATTEMPTS} tries; "
            "ask for fewer people, fewer things or more area"
        )

    def _sources(self, index: int) -> list[np.random.SeedSequence]:
        return np.random.SeedSequence([self.settings.seed, index]).spawn(ATTEMPTS)

    def _shoot(self, rng: np.random.Generator, index: int, staged: Staged) -> Sample:
        """Render and label."""
        settings, camera = self.settings, staged.view.camera
        passes = self._renderer.render(staged.scene, camera, settings.save_normal)
        joints = dict(enumerate(staged.joints))
        labels = label_people(self._renderer, staged.scene, camera, passes, joints)
        # Who has no pixel in the frame, hidden or not, is not in the image.
        seen = [labelled for labelled in labels if labelled.bbox_amodal is not None]
        ids = [labelled.person_id for labelled in seen]
        of_seen = staged.joints[ids]
        return Sample(
            key=f"{index:08d}",
            image=degrade(rng, passes.image, settings.sensor),
            camera=camera,
            width=settings.width,
            height=settings.height,
            seed=settings.seed,
            environment=staged.environment.name,
            licence=self._licence,
            people=tuple(
                _person(one, float(staged.params.kid_weight[one.person_id])) for one in seen
            ),
            params=staged.params.index(ids),
            joints_3d=of_seen.numpy(),
            joints_2d=project(of_seen, camera).numpy(),
            joint_visibility=np.stack([one.joint_visibility for one in seen])
            if seen
            else np.zeros((0, of_seen.shape[1]), np.int8),
            ids=passes.ids,
            depth=passes.depth if settings.save_depth else None,
            normal=passes.normals,
            glb=self._glb(staged) if settings.save_glb else None,
        )

    def _glb(self, staged: Staged) -> bytes:
        size = (self.settings.width, self.settings.height)
        return to_glb(staged.scene, staged.view.camera, *size)


def _licence(settings: Settings, body: str) -> str:
    """Name the terms of the pictures: those of what they show that is not ours."""
    parts = [] if settings.model_path is None else [f"the body file's, {body}"]
    parts += [f"the pack's, {Path(folder).name}" for folder, _ in settings.packs]
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
