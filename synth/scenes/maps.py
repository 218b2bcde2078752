"""Light and background from a folder of environment maps.

Turned about +y and mirrored, one map gives several surroundings.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from hmr.errors import InputError
from hmr.progress import say
from synth.render.colours import LUMINANCE
from synth.render.lights import Light, Lighting, Radiance
from synth.scenes.clear_floors import clear_floors, enough_room, most_room, seen_room
from synth.scenes.exposures import exposure_of
from synth.scenes.file_splits import files_in, files_of
from synth.scenes.floors import Floor
from synth.scenes.map_files import KINDS, read_map
from synth.scenes.reach import SECTORS, ground_reach
from synth.scenes.strong_lights import light_of, shrunk
from synth.scenes.viewpoints import Viewpoint

Rng = np.random.Generator
Reach = Float64[np.ndarray, " sectors"]
Way = tuple[int, bool]
"""How a map is turned, in steps, and whether it is mirrored before."""
LEAST_ROOM = 4.0
"""Square metres of ground that a map must show somewhere to be of use."""
EYE_HEIGHT = 1.6
"""Of the tripods of most maps, in metres above the ground."""
MOST_SEEN = 2048
"""Rows of what the camera sees; larger maps are made smaller."""
TURNS = 8
"""Ways a map is turned: few, so that a turned map is used again."""
WATER = 0.75
"""How alike the two halves of a map are when the lower mirrors the upper."""


def draw_map(
    rng: Rng, folder: Path | str, split: str, view: Viewpoint, eye_height: float = EYE_HEIGHT
) -> tuple[str, Lighting, float, tuple[Floor, ...]]:
    """Draw one of a folder's maps, turned and perhaps mirrored so that people have room.

    Maps and their turns are tried in an order of chance until one shows enough ground before the
    camera. If none does, a map without a ground is taken, as domes of the sky are, where people
    may be anywhere; if there is none, the one that shows most.

    Args:
        rng: Source of the choice.
        folder: Searched with its folders for .hdr and .exr files.
        split: Whose maps are used; `file_splits` says which they are.
        view: The camera.
        eye_height: Height above the ground at which the maps were taken, in metres.

    Returns:
        The file's name, as the licence and the environment's name need it, its light, an
        exposure for it, and where people may stand; anywhere if there are no floors.

    Raises:
        InputError: The folder, the split or the file does not do; one line says why.
    """
    paths = files_of(files_in(Path(folder), KINDS, "maps"), split, "maps")
    paths = [paths[i] for i in rng.permutation(len(paths))]
    ways = [(int(w) % TURNS, bool(w >= TURNS)) for w in rng.permutation(2 * TURNS)]
    path, way, reach = _fitting(paths, ways, view, eye_height)
    lighting = _turned_map(path, *way, eye_height)
    floors = () if reach is None else clear_floors(reach, view) or (_no_room(view),)
    return path.name, lighting, exposure_of(lighting), floors


def _fitting(
    paths: Sequence[Path], ways: Sequence[Way], view: Viewpoint, eye_height: float
) -> tuple[Path, Way, Reach | None]:
    """Find the first map and turn with enough ground, else a map without, else that with most."""
    best, most, enough = (paths[0], ways[0], None), -1.0, enough_room(view)
    groundless = None
    for path in paths:
        reach = reach_of(path, eye_height)
        if reach is None:
            groundless = groundless or path
            continue
        for way in ways:
            turned_reach = _turned_reach(reach, way)
            room = seen_room(turned_reach, view)
            if room > most:
                best, most = (path, way, turned_reach), room
            if room >= enough:
                return best
    return best if groundless is None else (groundless, ways[0], None)


def _turned_reach(reach: Reach, way: Way) -> Reach:
    turn, mirror = way
    return np.roll(reach[::-1] if mirror else reach, -turn * SECTORS // TURNS)


def _no_room(view: Viewpoint) -> Floor:
    """Lay a floor that nobody fits on: no floors would mean room everywhere."""
    x, z = view.foot
    return Floor((float(x), 0.0, float(z)), (0.01, 0.01))


def check_maps(folder: Path | str, split: str, eye_height: float = EYE_HEIGHT) -> None:
    """Read every map that a split would use, to fail before the work rather than in it.

    Maps on which nobody could stand are named.

    Raises:
        InputError: The folder, the split or a file does not do, or no map has room for people;
            one line says why.
    """
    paths = files_of(files_in(Path(folder), KINDS, "maps"), split, "maps")
    reaches = [(path, reach_of(path, eye_height)) for path in paths]
    grounds = [(path, reach) for path, reach in reaches if reach is not None]
    narrow = [path.name for path, reach in grounds if most_room(reach) < LEAST_ROOM]
    without = [path.name for path, reach in reaches if reach is None]
    if len(narrow) == len(reaches):
        raise InputError(
            f"{folder}: no map of {split} shows {LEAST_ROOM:g} square metres of ground on one "
            f"side ({', '.join(narrow)}), so nobody could stand there; add maps of open places"
        )
    if narrow or (without and grounds):
        names = ", ".join(sorted(narrow + without))
        say(f"{folder}: hardly used, for want of level ground to stand on: {names}")


@lru_cache(maxsize=1024)
def reach_of(path: Path, eye_height: float = EYE_HEIGHT) -> Reach | None:
    """Estimate how far the ground of a map reaches, once; None for a map without a ground.

    Raises:
        InputError: The file is no map; one line says why.
    """
    seen = shrunk(read_map(path), MOST_SEEN)
    return ground_reach(seen, eye_height) if has_ground(seen) else None


@lru_cache(maxsize=4)
def load_map(path: Path, eye_height: float = EYE_HEIGHT) -> Lighting:
    """Read a map and part its light.

    Raises:
        InputError: The file is no map; one line says why.
    """
    seen = shrunk(read_map(path), MOST_SEEN)
    return light_of(seen, eye_height=eye_height if has_ground(seen) else None)


# Kept apart from the maps as read: a turned one is what the graphics card holds.
@lru_cache(maxsize=4)
def _turned_map(path: Path, turn: int, mirror: bool, eye_height: float) -> Lighting:
    lighting = load_map(path, eye_height)
    return turned(mirrored(lighting) if mirror else lighting, turn * 2 * np.pi / TURNS)


def has_ground(radiance: Radiance) -> bool:
    """Tell whether a map's lower half may be a level ground.

    It is none where the map ends at the horizon, as domes of the sky do, and where it
    mirrors what is above, as water does.
    """
    small = shrunk(radiance, 64) @ LUMINANCE
    rows = len(small) // 2
    above, below = small[:rows], small[rows:][::-1]
    if below.mean() < 0.01 * above.mean() or below.std() < 1e-3 * below.mean():
        return False
    near = slice(rows // 4, rows - rows // 16)
    logs = [np.log(half[near] + 1e-3 * small.mean()) for half in (above, below)]
    across = [log - log.mean(axis=1, keepdims=True) for log in logs]
    alike = (across[0] * across[1]).mean() / max(across[0].std() * across[1].std(), 1e-9)
    return bool(alike < WATER)


def turned(lighting: Lighting, yaw: float) -> Lighting:
    """Turn all light about +y, anticlockwise seen from above, to the nearest column of its map."""
    width = lighting.radiance.shape[1]
    columns = round(yaw / (2 * np.pi) * width)
    angle = columns / width * 2 * np.pi
    cos, sin = float(np.cos(angle)), float(np.sin(angle))

    def turn(light: Light) -> Light:
        x, y, z = light.direction
        return replace(light, direction=(cos * x + sin * z, y, cos * z - sin * x))

    def roll(radiance: Radiance) -> Radiance:
        return np.roll(radiance, -round(columns * radiance.shape[1] / width), axis=1)

    background = None if lighting.background is None else roll(lighting.background)
    lights = tuple(turn(light) for light in lighting.lights)
    return replace(lighting, radiance=roll(lighting.radiance), lights=lights, background=background)


def mirrored(lighting: Lighting) -> Lighting:
    """Swap left and right: x becomes -x."""

    def flip(light: Light) -> Light:
        x, y, z = light.direction
        return replace(light, direction=(-x, y, z))

    def swap(radiance: Radiance) -> Radiance:
        return np.ascontiguousarray(radiance[:, ::-1])

    background = None if lighting.background is None else swap(lighting.background)
    lights = tuple(flip(light) for light in lighting.lights)
    return replace(lighting, radiance=swap(lighting.radiance), lights=lights, background=background)
