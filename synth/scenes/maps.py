"""Light and background from a folder of environment maps.

Turned about +y and mirrored, one map gives several surroundings.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from synth.render.lights import Light, Lighting, Radiance
from synth.scenes.exposures import exposure_of
from synth.scenes.file_splits import files_in, files_of
from synth.scenes.map_files import KINDS, read_map
from synth.scenes.strong_lights import LUMINANCE, light_of, shrunk

Rng = np.random.Generator
EYE_HEIGHT = 1.6
"""Of the tripods of most maps, in metres above the ground."""
MOST_SEEN = 2048
"""Rows of what the camera sees; larger maps are made smaller."""
TURNS = 8
"""Ways a map is turned: few, so that a turned map is used again."""
WATER = 0.75
"""How alike the two halves of a map are when the lower mirrors the upper."""


def draw_map(
    rng: Rng, folder: Path | str, split: str, eye_height: float = EYE_HEIGHT
) -> tuple[str, Lighting, float]:
    """Draw one of a folder's maps, turned and perhaps mirrored.

    Args:
        rng: Source of the choice.
        folder: Searched with its folders for .hdr and .exr files.
        split: Whose maps are used; `file_splits` says which they are.
        eye_height: Height above the ground at which the maps were taken, in metres.

    Returns:
        The file's name, as the licence and the environment's name need it, its light, and an
        exposure for it.

    Raises:
        InputError: The folder, the split or the file does not do; one line says why.
    """
    paths = files_of(files_in(Path(folder), KINDS, "maps"), split, "maps")
    path = paths[int(rng.integers(len(paths)))]
    turn, mirror = int(rng.integers(TURNS)), bool(rng.random() < 0.5)
    lighting = _turned_map(path, turn, mirror, eye_height)
    return path.name, lighting, exposure_of(lighting)


def check_maps(folder: Path | str, split: str) -> None:
    """Read every map that a split would use, to fail before the work rather than in it.

    Raises:
        InputError: The folder, the split or a file does not do; one line says why.
    """
    for path in files_of(files_in(Path(folder), KINDS, "maps"), split, "maps"):
        read_map(path)


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
