"""Staging: a camera, an environment, people dressed and in their places."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float32

from hmr.body import Body
from hmr.motion.load import load_clips
from hmr.params import Params
from synth.engine.plan import IMAGES_A_BOOK, IMAGES_A_LIGHT
from synth.engine.settings import Settings
from synth.packs.closet import Closet
from synth.packs.pack import open_pack
from synth.people.crowd import Crowd, draw_crowd, move
from synth.people.poses import BOOKS, WALK, Book, Motions, open_book
from synth.people.wardrobe import Wardrobe
from synth.render.scene import Scene, Surface
from synth.scenes import collisions
from synth.scenes.aims import Aims
from synth.scenes.environments import Environment
from synth.scenes.ground import Ground
from synth.scenes.layout import Figure, Layout, Spot, arrange
from synth.scenes.light_mesh import PartedMesh, drawn_mesh, light_mesh, points_on
from synth.scenes.occlusion_request import OcclusionRequest
from synth.scenes.seating import solid_of
from synth.scenes.sights import Depths, Sights, step_of
from synth.scenes.solids import Solid, turn_about_y
from synth.scenes.viewpoints import Viewpoint, draw_viewpoint
from synth.splits import draw

SPARE = 4
"""People drawn beyond those wanted, to take the place of who finds none."""
SPARES = 0.15
"""Of large crowds, so many times as many."""
ROOM = 0.2
"""Square metres that a standing person needs at the least."""
VIEWS = 4
"""Cameras drawn for a scene, each with an environment, until one has room."""
SEATS_TAKEN = 0.8
"""Of the seats of a stand that the camera sees, at the most so many are taken."""
PACE = 1.3
"""Metres a second that who walks is blurred by while the shutter is open."""
SOLES = 0.05
"""What of a body is nearer to the ground than this, in metres, is on it."""


@dataclass(frozen=True, eq=False)
class Staged:
    """People in their places in an environment, before the camera."""

    view: Viewpoint
    environment: Environment
    params: Params
    joints: torch.Tensor
    scene: Scene
    people_redrawn: int
    counts: tuple[int, ...] | None = None
    """People meant for each bin of the occlusion that was asked for, if it was."""


@dataclass(frozen=True, eq=False)
class Dressed:
    """A person around the origin, dressed."""

    surfaces: tuple[Surface, ...]
    figure: Figure


class Stager:
    """Stages any scene of a data set; holds what all scenes share."""

    def __init__(
        self,
        settings: Settings,
        body: Body,
        occlusion: OcclusionRequest | None = None,
        depths: Depths | None = None,
    ):
        """Prepare what all scenes share.

        Args:
            settings: What the images show.
            body: The body of all people.
            occlusion: How hidden people should be; as it comes if None.
            depths: Renders the depth of an environment, which hides people too.
        """
        self._settings, self._body = settings, body
        self._occlusion, self._depths = occlusion, depths
        self._wardrobe = Wardrobe(body)
        packs = [open_pack(Path(folder), body) for folder, _ in settings.packs]
        self._closet = Closet(self._wardrobe, body, packs, settings.split)
        self._motions = _motions(settings, body) if settings.motion else None

    def _book(self, index: int) -> Book:
        """Find the poses that this image and its neighbours draw from."""
        rng = self._shared_by(index, IMAGES_A_BOOK, 1)
        if self._motions is not None:
            return self._motions.book(int(rng.integers(BOOKS)))
        return open_book(draw(rng, "poses", self._settings.split, BOOKS), self._body)

    def _shared_by(self, index: int, images: int, what: int) -> np.random.Generator:
        """Make randomness that an image shares with its neighbours, for what is dear to make."""
        entropy = [self._settings.seed, index // images, what]
        return np.random.default_rng(np.random.SeedSequence(entropy))

    def stage(self, rng: np.random.Generator, index: int) -> Staged | None:
        """Put a scene together; None if too few people found a place."""
        settings = self._settings
        wanted = int(rng.integers(settings.people[0], settings.people[1] + 1))
        found = self._surrounded(rng, index, wanted)
        if found is None:
            return None
        view, environment, ground = found
        crowd = draw_crowd(
            *(rng, self._body, self._wardrobe.anatomy, settings.split, self._book(index)),
            wanted + max(SPARE, int(SPARES * wanted)),
            _sitting(environment, ground, wanted),
        )
        dressed = cache(lambda number: self._dress(rng, crowd, number, environment))
        aims = self._aims(rng, view, environment, wanted)
        layout = arrange(
            rng,
            ground,
            crowd.doings,
            lambda number: dressed(number).figure,
            wanted,
            environment.obstacles,
            environment.perches,
            aims,
        )
        if layout is None:
            return None
        return _staged(view, environment, crowd, layout, dressed, aims)

    def _surrounded(
        self, rng: np.random.Generator, index: int, wanted: int
    ) -> tuple[Viewpoint, Environment, Ground] | None:
        """Draw a camera and what is around it, until there is room for all."""
        settings = self._settings
        for _ in range(VIEWS):
            kind = settings.surroundings.draw_kind(rng)
            cameras = settings.cameras.level if kind == "photo" else settings.cameras
            view = draw_viewpoint(rng, cameras, area=settings.area)
            light_rng = self._shared_by(index, IMAGES_A_LIGHT, 2)
            environment = settings.surroundings.draw(rng, light_rng, settings.split, kind, view)
            ground = Ground(view, settings.area, environment.floors)
            if (wanted - len(environment.perches)) * ROOM <= ground.size:
                return view, environment, ground
        return None

    def _aims(
        self, rng: np.random.Generator, view: Viewpoint, environment: Environment, people: int
    ) -> Aims | None:
        """Say how hidden the people of this image should be."""
        if self._occlusion is None:
            return None
        depth = None
        if self._depths is not None:
            depth = self._depths(environment.surfaces, view, step_of(view))
        counts = self._occlusion.counts(rng, people)
        return Aims(self._occlusion, counts, Sights(view, depth))

    def _dress(
        self, rng: np.random.Generator, crowd: Crowd, number: int, environment: Environment
    ) -> Dressed:
        """Put somebody's clothes on, and see what room they and their seat need."""
        looks, child = crowd.looks[number], float(crowd.params.kid_weight[number]) > 0
        vertices, seat = crowd.vertices[number], crowd.seats[number]
        choice = self._closet.choose(rng, looks, child)
        surfaces = self._closet.dress(choice, looks, vertices, 0)
        solid = None if seat is None else solid_of(environment.seats, seat)
        on_ground = [vertices] if solid is None else [vertices, solid.vertices]
        soles = np.concatenate([of[of[:, 1] < SOLES][:, [0, 2]] for of in on_ground])
        joints = crowd.joints[number]
        light = light_mesh(surfaces, joints)
        obstacle = collisions.person(light, solid, lambda: drawn_mesh(surfaces, joints))
        where = None if seat is None else (seat.x, seat.z, seat.yaw)
        points = cache(lambda: _points(light, solid))
        figure = Figure(obstacle, _outline(soles), points, where)
        return Dressed(surfaces, figure)


def _sitting(environment: Environment, ground: Ground, people: int) -> float:
    """Find the share of people who sit: on steps, no more than the place has seats for."""
    if len(environment.floors) < 2 or not environment.perches:
        return environment.sitting
    seen = [
        ground.allows(np.array([perch.place[0], perch.place[2]]), perch.place[1])
        for perch in environment.perches
    ]
    return min(environment.sitting, SEATS_TAKEN * sum(seen) / people)


def _points(light: PartedMesh, seat: Solid | None) -> tuple[Float[np.ndarray, "_ 3"], ...]:
    """Find points all over somebody, and all over their seat."""
    own = points_on(light.vertices, light.faces)
    return (own,) if seat is None else (own, points_on(seat.vertices, seat.faces))


def _outline(points: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "m 2"]:
    """Keep the outermost points: a level rectangle that holds them holds all."""
    angles = np.arange(0, 2 * np.pi, np.pi / 24)
    along = points @ np.stack([np.cos(angles), np.sin(angles)])
    return points[np.unique(along.argmax(0))].astype(np.float64)


def _staged(
    view: Viewpoint,
    environment: Environment,
    crowd: Crowd,
    layout: Layout,
    dressed: Callable[[int], Dressed],
    aims: Aims | None,
) -> Staged:
    """Bring dressed people to their places."""
    surfaces, joints = list(environment.surfaces), []
    for person_id, (number, spot) in enumerate(zip(layout.people, layout.spots, strict=True)):
        joints.append(torch.from_numpy(_moved(crowd.joints[number], spot)))
        pace = PACE if crowd.doings[number] == WALK else 0.0
        surfaces += [_placed(s, spot, person_id, pace) for s in dressed(number).surfaces]
        seat = crowd.seats[number]
        if seat is not None:
            surfaces += environment.seat(seat, spot.yaw, spot.place, person_id)
    params = move(
        crowd.params.index(layout.people),
        crowd.joints[layout.people, 0],
        [spot.yaw for spot in layout.spots],
        np.array([spot.place for spot in layout.spots], np.float32),
    )
    light = (environment.lighting, environment.exposure)
    scene = Scene(tuple(surfaces), *light, haze=environment.haze, photo=environment.photo)
    counts = None if aims is None else aims.counts
    return Staged(view, environment, params, torch.stack(joints), scene, layout.passed_over, counts)


def _placed(surface: Surface, spot: Spot, person_id: int, pace: float) -> Surface:
    """Turn and shift what somebody is or wears, who goes ahead at a pace."""
    turn = turn_about_y(spot.yaw).astype(np.float32)
    normals = None if surface.normals is None else surface.normals @ turn.T
    vertices = _moved(surface.vertices, spot)
    x, y, z = (turn @ [0.0, 0.0, pace]).tolist()
    return replace(
        surface, id=person_id + 1, vertices=vertices, normals=normals, velocity=(x, y, z)
    )


def _moved(points: Float32[np.ndarray, "n 3"], spot: Spot) -> Float32[np.ndarray, "n 3"]:
    turn = turn_about_y(spot.yaw).astype(np.float32)
    return points @ turn.T + spot.place.astype(np.float32)


def _motions(settings: Settings, body: Body) -> Motions:
    return Motions(load_clips(settings.motion, body), body, settings.split)
