"""Environments that are pictures: maps of light and photos, with a ground that catches shadows."""

from pathlib import Path

import numpy as np
from jaxtyping import Float64

from synth.render.lights import Lighting
from synth.render.scene import FIRST_ENVIRONMENT_ID, Surface
from synth.scenes.clear_floors import enough_room, seen_room
from synth.scenes.environments import Environment
from synth.scenes.floors import Floor
from synth.scenes.maps import draw_map, turned
from synth.scenes.photos import photo_background
from synth.scenes.reach import SECTORS
from synth.scenes.skies import KINDS, draw_sky, walls_of
from synth.scenes.viewpoints import Viewpoint

Rng = np.random.Generator
HALF = 90.0
"""From the middle of the ground to its edge, in metres: what lies beyond is all horizon."""
NEAREST, FAR_IN_PHOTO = 1.5, 9.0
"""From the camera to where the ground of a photo begins and ends to be trusted, in metres."""
NONE = 1e9
"""Pictures have their haze in them."""
FROM_WALLS = 0.4
"""How far people stay from walls, in metres."""
ROOM_TRIES = 4
"""Built-in rooms drawn before a sky is taken: none may be large enough for a distant crowd."""
SEATS = (("wood", 3), ("metal", 3), ("plastic", 3), ("concrete", 3))
"""What seats are made of."""


def map_environment(
    light_rng: Rng, split: str, folder: Path | str | None, view: Viewpoint
) -> Environment:
    """Draw a map of light, of a folder or built in, whose ground has room before a camera.

    Args:
        light_rng: Source of the choice; the same for neighbouring images, since maps are dear.
        split: Whose maps are used.
        folder: Of .hdr and .exr files; the built-in skies and rooms if None.
        view: The camera.
    """
    sources: tuple[str, ...] = ()
    if folder is None:
        name, lighting, exposure, floors = _sky_before(light_rng, split, view)
    else:
        name, lighting, exposure, floors = draw_map(light_rng, folder, split, view)
        sources = (f"the map's, {name}",)
    return Environment(
        *(f"map/{name}", (catcher(),), (), lighting, exposure, "stool", SEATS),
        floors=floors,
        haze=NONE,
        sources=sources,
    )


def _sky_before(
    rng: Rng, split: str, view: Viewpoint
) -> tuple[str, Lighting, float, tuple[Floor, ...]]:
    """Draw a built-in surrounding; a room only if its floor has room before a camera."""
    for _ in range(ROOM_TRIES):
        name, lighting, exposure = draw_sky(rng, split)
        walls = walls_of(name)
        if walls is None:
            return name, lighting, exposure, ()
        if seen_room(_room_reach(walls), view) >= enough_room(view):
            return name, lighting, exposure, (_room_floor(walls, view),)
    return *draw_sky(rng, split, tuple(KINDS)), ()


def _room_reach(walls: tuple[float, float]) -> Float64[np.ndarray, " sectors"]:
    """Find how far a room's floor reaches, as `reach.ground_reach` does."""
    angle = ((np.arange(SECTORS) + 0.5) / SECTORS - 0.5) * 2 * np.pi
    return np.minimum(walls[0] / np.abs(np.sin(angle)), walls[1] / np.abs(np.cos(angle)))


def _room_floor(walls: tuple[float, float], view: Viewpoint) -> Floor:
    """Lay a room's floor: pictures of rooms are taken from above its middle."""
    x, z = view.foot
    half = (walls[0] - FROM_WALLS, walls[1] - FROM_WALLS)
    return Floor((float(x), 0.0, float(z)), half)


def photo_environment(rng: Rng, split: str, folder: Path | str, view: Viewpoint) -> Environment:
    """Draw a photo, and light people as they would have been in it."""
    found = photo_background(rng, folder, split, view.width, view.height)
    yaw = float(np.arctan2(-view.forward[0], -view.forward[1]))
    return Environment(
        *(f"photo/{found.name}", (catcher(),), (), turned(found.lighting, yaw), found.exposure),
        *("stool", SEATS),
        haze=NONE,
        floors=(ahead(view, FAR_IN_PHOTO),),
        photo=found.photo,
        sources=(f"the photo's, {found.name}",),
    )


def ahead(view: Viewpoint, far: float) -> Floor:
    """Lay a floor before a camera, as wide as it sees and so far, in metres."""
    half = max(far - NEAREST, 1.0) / 2
    x, z = view.ground(NEAREST + half, 0.0)
    wide = max(view.slope * far, 1.0)
    return Floor((float(x), 0.0, float(z)), (wide, half), view.heading)


def catcher() -> Surface:
    """Lay a ground that shows the picture, darkened by shadows."""
    corners = np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]], np.float32)
    return Surface(
        "ground",
        FIRST_ENVIRONMENT_ID,
        corners * np.float32(HALF),
        np.array([[0, 2, 1], [0, 3, 2]], np.int32),
        np.tile(np.array([[0, 1, 0]], np.float32), (4, 1)),
        casts_shadow=False,
        catches=True,
    )
