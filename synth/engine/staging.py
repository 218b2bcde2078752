"""Staging: a camera, an environment, people in their places and their clothes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from hmr.body import Body
from hmr.motion.load import load_clips
from hmr.params import Params
from synth.engine.settings import Settings
from synth.packs.closet import Closet
from synth.packs.pack import open_pack
from synth.people.crowd import Crowd, draw_crowd, move
from synth.people.poses import BOOKS, Book, Motions, open_book
from synth.people.wardrobe import Wardrobe
from synth.render.scene import Scene
from synth.scenes.collisions import Coarse, stool_of
from synth.scenes.environments import Environment, draw_environment
from synth.scenes.layout import Layout, arrange
from synth.scenes.solids import turn_about_y
from synth.scenes.viewpoints import Viewpoint, draw_viewpoint
from synth.splits import draw

SPARE = 4
"""People drawn beyond those wanted, to take the place of who finds none."""
IMAGES_A_BOOK = 50
"""Consecutive images that take their poses from the same book."""


@dataclass(frozen=True, eq=False)
class Staged:
    """People in their places in an environment, before the camera."""

    view: Viewpoint
    environment: Environment
    params: Params
    joints: torch.Tensor
    scene: Scene
    people_redrawn: int


class Stager:
    """Stages any scene of a data set; holds what all scenes share."""

    def __init__(self, settings: Settings, body: Body):
        self._settings, self._body = settings, body
        self._wardrobe = Wardrobe(body)
        packs = [open_pack(Path(folder), body) for folder, _ in settings.packs]
        self._closet = Closet(self._wardrobe, body, packs, settings.split)
        self._motions = _motions(settings, body) if settings.motion else None
        self._coarse = Coarse(self._wardrobe.anatomy)

    def _book(self, index: int) -> Book:
        """Find the poses that this image and its neighbours draw from."""
        entropy = [self._settings.seed, index // IMAGES_A_BOOK, 1]
        rng = np.random.default_rng(np.random.SeedSequence(entropy))
        if self._motions is not None:
            return self._motions.book(int(rng.integers(BOOKS)))
        return open_book(draw(rng, "poses", self._settings.split, BOOKS), self._body)

    def stage(self, rng: np.random.Generator, index: int) -> Staged | None:
        """Put a scene together; None if too few people found a place."""
        settings = self._settings
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
        scene = Scene(tuple(surfaces), environment.lighting, environment.exposure)
        return Staged(view, environment, params, torch.stack(joints), scene, layout.passed_over)


def _motions(settings: Settings, body: Body) -> Motions:
    return Motions(load_clips(settings.motion, body), body, settings.split)
