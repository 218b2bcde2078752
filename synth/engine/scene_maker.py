"""One image: drawn, placed, rendered, labelled. Everything follows from (seed, index)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from hmr.body import Body, load_body
from hmr.cameras import project
from hmr.errors import InputError
from hmr.motion.load import load_clips
from hmr.params import Params
from hmr.sample import Person, Sample
from synth.engine.settings import Settings
from synth.labels import Labels, label_people
from synth.packs.closet import Closet
from synth.packs.pack import open_pack
from synth.people.crowd import Crowd, draw_crowd, move
from synth.people.poses import BOOKS, Book, Motions, open_book
from synth.people.wardrobe import Wardrobe
from synth.render.glb import to_glb
from synth.render.renderer import Renderer
from synth.render.scene import Scene
from synth.scenes.collisions import Coarse, stool_of
from synth.scenes.environments import Environment, draw_environment
from synth.scenes.layout import Layout, arrange
from synth.scenes.solids import turn_about_y
from synth.scenes.viewpoints import Viewpoint, draw_viewpoint
from synth.sensor import degrade
from synth.splits import draw

ATTEMPTS = 6
"""Scenes drawn before giving up."""
SPARE = 4
"""People drawn beyond those wanted, to take the place of who finds none."""
IMAGES_A_BOOK = 50
"""Consecutive images that take their poses from the same book."""


@dataclass(frozen=True)
class Made:
    """An image, and what it took."""

    sample: Sample
    scenes_redrawn: int
    people_redrawn: int


@dataclass(frozen=True, eq=False)
class Staged:
    """People in their places in an environment, before the camera."""

    view: Viewpoint
    environment: Environment
    params: Params
    joints: torch.Tensor
    scene: Scene
    people_redrawn: int


class SceneMaker:
    """Makes any image of a data set; holds what all images share."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._body = load_body(settings.model_path)
        self._wardrobe = Wardrobe(self._body)
        packs = [open_pack(Path(folder), self._body) for folder, _ in settings.packs]
        self._closet = Closet(self._wardrobe, self._body, packs, settings.split)
        self._motions = _motions(settings, self._body) if settings.motion else None
        self._coarse = Coarse(self._wardrobe.anatomy)
        self._renderer = Renderer(settings.width, settings.height)
        self._licence = _licence(settings, self._body.file.name)

    def make(self, index: int) -> Made:
        """Make the image with this number.

        Raises:
            InputError: So many people cannot be placed.
        """
        for attempt, source in enumerate(self._sources(index)):
            rng = np.random.default_rng(source)
            staged = self._stage(rng, index)
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

    def _book(self, index: int) -> Book:
        """Find the poses that this image and its neighbours draw from."""
        entropy = [self.settings.seed, index // IMAGES_A_BOOK, 1]
        rng = np.random.default_rng(np.random.SeedSequence(entropy))
        if self._motions is not None:
            return self._motions.book(int(rng.integers(BOOKS)))
        return open_book(draw(rng, "poses", self.settings.split, BOOKS), self._body)

    def _stage(self, rng: np.random.Generator, index: int) -> Staged | None:
        settings = self.settings
        size = (settings.width, settings.height)
        view = draw_viewpoint(rng, settings.views, settings.elevation, *size)
        kinds, things = settings.environments, settings.things
        environment = draw_environment(rng, settings.split, view, things, kinds)
        wanted = int(rng.integers(settings.people[0], settings.people[1] + 1))
        book, anatomy = self._book(index), self._wardrobe.anatomy
        crowd = draw_crowd(rng, self._body, anatomy, settings.split, book, wanted + SPARE)
        people = zip(crowd.vertices, crowd.seats, strict=True)
        shapes = [self._coarse.body(vertices, seat) for vertices, seat in people]
        layout = arrange(rng, view, shapes, wanted, environment.obstacles, settings.area)
        if layout is None:
            return None
        return self._dressed(rng, view, environment, crowd, layout)

    def _dressed(
        self,
        rng: np.random.Generator,
        view: Viewpoint,
        environment: Environment,
        crowd: Crowd,
        layout: Layout,
    ) -> Staged:
        """Put the people in their places and their clothes on."""
        surfaces, joints = list(environment.surfaces), []
        for person_id, (number, slot) in enumerate(zip(layout.people, layout.slots, strict=True)):
            turn = turn_about_y(slot.yaw).astype(np.float32)
            shift = np.array([slot.place[0], 0, slot.place[1]], dtype=np.float32)
            vertices = crowd.vertices[number] @ turn.T + shift
            joints.append(torch.from_numpy(crowd.joints[number] @ turn.T + shift))
            looks, child = crowd.looks[number], float(crowd.params.kid_weight[number]) > 0
            choice = self._closet.choose(rng, looks, child)
            surfaces += self._closet.dress(choice, looks, vertices, person_id)
            seat = crowd.seats[number]
            if seat is not None:
                stool = stool_of(seat).moved(slot.yaw, shift)
                surfaces.append(environment.stool(stool, person_id))
        places = np.array([[s.place[0], 0, s.place[1]] for s in layout.slots], np.float32)
        params = move(
            crowd.params.index(layout.people),
            crowd.joints[layout.people, 0],
            [slot.yaw for slot in layout.slots],
            places,
        )
        sun, sky, exposure = environment.sun, environment.sky, environment.exposure
        scene = Scene(tuple(surfaces), sun, sky, exposure)
        return Staged(view, environment, params, torch.stack(joints), scene, layout.passed_over)

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


def _motions(settings: Settings, body: Body) -> Motions:
    return Motions(load_clips(settings.motion, body), body, settings.split)


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
