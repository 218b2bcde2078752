"""Environments that are pictures: maps of light and photos, with a ground that catches shadows."""

from pathlib import Path

import numpy as np

from synth.render.scene import FIRST_ENVIRONMENT_ID, Surface
from synth.scenes.environments import Environment
from synth.scenes.floors import Floor
from synth.scenes.maps import draw_map, turned
from synth.scenes.photos import photo_background
from synth.scenes.skies import draw_sky
from synth.scenes.viewpoints import Viewpoint

Rng = np.random.Generator
HALF = 90.0
"""From the middle of the ground to its edge, in metres: what lies beyond is all horizon."""
NEAREST, FAR_IN_PHOTO = 1.5, 9.0
"""From the camera to where the ground of a photo begins and ends to be trusted, in metres."""
NONE = 1e9
"""Pictures have their haze in them."""
SEATS = (("wood", 3), ("metal", 3), ("plastic", 3), ("concrete", 3))
"""What seats are made of."""


def map_environment(light_rng: Rng, split: str, folder: Path | str | None) -> Environment:
    """Draw a map of light, of a folder or built in.

    Args:
        light_rng: Source of the choice; the same for neighbouring images, since maps are dear.
        split: Whose maps are used.
        folder: Of .hdr and .exr files; the built-in skies and rooms if None.
    """
    if folder is None:
        name, lighting, exposure = draw_sky(light_rng, split)
        sources: tuple[str, ...] = ()
    else:
        name, lighting, exposure = draw_map(light_rng, folder, split)
        sources = (f"the map's, {name}",)
    return Environment(
        *(f"map/{name}", (catcher(),), (), lighting, exposure, "stool", SEATS),
        haze=NONE,
        sources=sources,
    )


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
