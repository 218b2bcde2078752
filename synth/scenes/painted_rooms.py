"""Built-in rooms as maps of light: a photographer's studio, a hall.

A box around the eye, its walls, floor and ceiling found by casting each pixel's ray.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, Int8

from synth.render.lights import harmonics, irradiance_coefficients
from synth.scenes.map_pixels import HEIGHT, Colours, Field, Rng, tiled, towards
from synth.scenes.seen_grounds import EYE_HEIGHT, albedo_tile, footprint_of
from synth.scenes.strong_lights import shrunk

Colour = Float[np.ndarray, "3"]
SIDES = {"studio": (4.0, 7.0), "hall": (6.0, 16.0)}
"""Least and greatest distance of walls from the eye, in metres."""


@dataclass(frozen=True, eq=False)
class Box:
    """Where each pixel's ray meets the inside of a box."""

    points: Float32[np.ndarray, "h w 3"]
    """In metres from the eye."""
    face: Int8[np.ndarray, "h w"]
    """0 left, 1 right, 2 floor, 3 ceiling, 4 towards -z, 5 towards +z."""
    edge: Float32[np.ndarray, "h w"]
    """Width of a pixel, in metres: how soft edges are drawn."""
    low: Float[np.ndarray, "3"]
    high: Float[np.ndarray, "3"]


def box(low: Float[np.ndarray, "3"], high: Float[np.ndarray, "3"]) -> Box:
    """Cast rays from inside a box, given by its corners."""
    ray = towards(HEIGHT)
    away = np.where(np.abs(ray) < 1e-6, np.float32(1e-6), ray)
    reach = np.where(away > 0, high.astype(np.float32), low.astype(np.float32)) / away
    axis = reach.argmin(-1)
    nearest = reach.min(-1)
    positive = np.take_along_axis(away, axis[..., None], -1)[..., 0] > 0
    edge = np.float32(np.pi / HEIGHT) * nearest
    return Box(ray * nearest[..., None], (2 * axis + positive).astype(np.int8), edge, low, high)


def half_sides(rng: Rng, kind: str) -> Float[np.ndarray, "2"]:
    """Draw how far a room's walls are along x and z: the first that is drawn of it."""
    return rng.uniform(*SIDES[kind], 2)


def studio(rng: Rng, split: str) -> Colours:
    """A grey room with soft boxes."""
    half = half_sides(rng, "studio")
    room = box(np.array([-half[0], -EYE_HEIGHT, -half[1]]), np.array([half[0], 2.6, half[1]]))
    surfaces = _painted(room, np.full(3, rng.uniform(0.05, 0.6)), np.full(3, 0.05))
    _lay_floor(rng, room, surfaces, ("concrete", "wood", "plaster")[int(rng.integers(3))], split)
    lamps = np.zeros(room.points.shape, np.float32)
    for _ in range(int(rng.integers(2, 5))):
        _hang_soft_box(rng, lamps)
    return _lit(room, surfaces, lamps)


def hall(rng: Rng, split: str) -> Colours:
    """A hall with rows of lamps on the ceiling and windows in its walls."""
    half, high = half_sides(rng, "hall"), rng.uniform(1.6, 4.5)
    room = box(np.array([-half[0], -EYE_HEIGHT, -half[1]]), np.array([half[0], high, half[1]]))
    warm = rng.normal(0.02, 0.05)
    wall = np.clip(rng.uniform(0.35, 0.75) * np.array([1 + warm, 1, 1 - warm]), 0, 0.85)
    surfaces = _painted(room, wall, np.full(3, rng.uniform(0.55, 0.8)))
    kinds = ("parquet", "terrazzo", "tiles", "concrete", "wood")
    _lay_floor(rng, room, surfaces, kinds[int(rng.integers(len(kinds)))], split)
    upright = (room.face < 2) | (room.face > 3)
    rows = np.flatnonzero(upright.any(axis=1))
    band = slice(rows[0], rows[-1] + 1)
    walls = Box(room.points[band], room.face[band], room.edge[band], room.low, room.high)
    order, windows = rng.permutation(4), int(rng.integers(1, 3))
    for _ in range(int(rng.integers(4, 12))):
        _hang_panel(rng, walls, int(rng.choice(order[windows:])), surfaces[band])
    _cover(surfaces, upright * _step(room, 0.12 - EYE_HEIGHT - room.points[..., 1]), 0.5 * wall)
    lamps = np.zeros(room.points.shape, np.float32)
    _set_ceiling_lamps(rng, room, lamps)
    for number in order[:windows]:
        _open_windows(rng, room, int(number), lamps)
    return _lit(room, surfaces, lamps)


def _painted(room: Box, wall: Colour, ceiling: Colour) -> Colours:
    colours = np.broadcast_to(wall, (6, 3)).astype(np.float32)
    colours[3] = ceiling
    return colours[room.face]


def _step(room: Box, inside: Field) -> Field:
    """Share of each pixel that is covered, by how many metres inside an edge it lies."""
    return np.clip(inside / room.edge + np.float32(0.5), 0, 1)


def _cover(surfaces: Colours, share: Field, colour: Colour) -> None:
    rows = np.flatnonzero(share.any(axis=1))
    if len(rows):
        part = slice(rows[0], rows[-1] + 1)
        change = colour.astype(np.float32) - surfaces[part]
        surfaces[part] += share[part, :, None].astype(np.float32) * change


def _lay_floor(rng: Rng, room: Box, surfaces: Colours, kind: str, split: str) -> None:
    tile, metres = albedo_tile(rng, kind, split)
    part, scale = slice(HEIGHT // 2, HEIGHT), np.float32(1 / metres)
    x, z = room.points[part, :, 0] * scale, room.points[part, :, 2] * scale
    reach = np.linalg.norm(room.points[part, ::8], axis=-1).mean(1)
    floor = tiled(tile, x, z, footprint_of(reach, np.pi / HEIGHT) * scale)
    np.copyto(surfaces[part], floor, where=(room.face[part] == 2)[..., None])


def _wall(room: Box, number: int) -> tuple[Bool[np.ndarray, "h w"], int, float]:
    """Find one of four walls: its pixels, the axis along it, and half its length."""
    face, axis = ((0, 2), (1, 2), (4, 0), (5, 0))[number]
    return room.face == face, axis, float(room.high[axis])


def _hang_panel(rng: Rng, room: Box, number: int, surfaces: Colours) -> None:
    """Put a door, a board or a picture on a wall."""
    pixels, axis, half = _wall(room, number)
    door = rng.random() < 0.35
    wide = rng.uniform(0.45, 0.9) if door else rng.uniform(0.3, 1.6)
    low = -EYE_HEIGHT if door else rng.uniform(-0.8, 0.1)
    high = low + (2.1 if door else rng.uniform(0.5, 1.3))
    middle = rng.uniform(-half + wide, half - wide)
    u, y = room.points[..., axis], room.points[..., 1]
    inside = np.minimum(wide - np.abs(u - np.float32(middle)), np.minimum(y - low, high - y))
    colour = rng.uniform(0.03, 0.6) * np.exp(rng.normal(0, 0.3, 3))
    _cover(surfaces, pixels * _step(room, inside), np.clip(0.3 * colour, 0.01, 0.8))
    _cover(surfaces, pixels * _step(room, inside - 0.06), np.clip(colour, 0.01, 0.8))


def _hang_soft_box(rng: Rng, lamps: Colours) -> None:
    """Hang a bright rectangle, turned to the eye."""
    azimuth, up = rng.uniform(-np.pi, np.pi), np.radians(rng.uniform(18, 60))
    centre = np.array([np.cos(up) * np.sin(azimuth), np.sin(up), -np.cos(up) * np.cos(azimuth)])
    right = np.array([np.cos(azimuth), 0, np.sin(azimuth)])
    over = np.cross(right, centre)
    ray = towards(HEIGHT)
    along = ray @ centre.astype(np.float32)
    before = np.maximum(along, np.float32(0.05))
    u, v = (ray @ axis.astype(np.float32) / before for axis in (right, over))
    wide, high = (np.float32(half) for half in rng.uniform(0.12, 0.3, 2))
    edge = np.minimum(wide - np.abs(u), high - np.abs(v))
    inside = (along > 0.05) * np.clip(edge / np.float32(0.004), 0, 1)
    fall = np.exp(np.float32(-1.2) * ((u / wide) ** 2 + (v / high) ** 2))
    warm = rng.normal(0, 0.06)
    colour = np.array([1 + warm, 1, 1 - warm]) * rng.uniform(8, 26)
    _cover(lamps, inside, np.zeros(3))
    _add(lamps, inside * fall, colour)


def _add(lamps: Colours, share: Field, colour: Colour) -> None:
    rows = np.flatnonzero(share.any(axis=1))
    if len(rows):
        part = slice(rows[0], rows[-1] + 1)
        lamps[part] += share[part, :, None] * colour.astype(np.float32)


def _set_ceiling_lamps(rng: Rng, room: Box, lamps: Colours) -> None:
    """Set rows of lamps into the ceiling."""
    across, along = (np.float32(gap) for gap in rng.uniform(2.2, 4.0, 2))
    wide, long = (np.float32(half) for half in (rng.uniform(0.08, 0.3), rng.uniform(0.3, 0.75)))
    u = np.abs(room.points[..., 0] / across % 1 - np.float32(0.5)) * across
    v = np.abs(room.points[..., 2] / along % 1 - np.float32(0.5)) * along
    inside = _step(room, wide - u) * _step(room, long - v) * (room.face == 3)
    warm = rng.normal(0.04, 0.07)
    _add(lamps, inside, np.array([1 + warm, 1, 1 - 1.3 * warm]) * rng.uniform(4, 14))


def _open_windows(rng: Rng, room: Box, number: int, lamps: Colours) -> None:
    """Let light in through a row of windows in a wall."""
    sky = np.array([0.9, 1.0, 1.15]) * rng.uniform(1.0, 5)
    pixels, axis, _ = _wall(room, number)
    gap, wide = np.float32(rng.uniform(2.0, 3.6)), rng.uniform(0.28, 0.44)
    sill, head = rng.uniform(-0.9, -0.3), float(room.high[1]) - rng.uniform(0.25, 0.6)
    u = (room.points[..., axis] / gap % 1 - np.float32(0.5)) * gap
    y = room.points[..., 1]
    glass = _step(room, np.float32(wide) * gap - np.abs(u))
    glass *= _step(room, y - sill) * _step(room, head - y)
    bars = np.minimum(np.abs(u) - 0.03, np.abs(y - (0.4 * sill + 0.6 * head)) - 0.025)
    # Houses and trees outside are darker than the sky above them.
    outside = 0.35 + 0.65 * np.clip((y - sill) / max(head - sill, 0.1) * 2, 0, 1)
    _add(lamps, (glass * _step(room, bars) * outside * pixels).astype(np.float32), sky)


def _gap(room: Box, axis: int) -> Field:
    """Distance of each point from the nearer of two walls."""
    place = room.points[..., axis]
    return np.minimum(place - np.float32(room.low[axis]), np.float32(room.high[axis]) - place)


def _lit(room: Box, albedo: Colours, lamps: Colours) -> Colours:
    """Light the walls: each by what falls on its middle, darker into the corners."""
    coefficients = irradiance_coefficients(shrunk(lamps, 64))
    inwards = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])
    direct = np.maximum(harmonics(inwards) @ coefficients, 0)
    mean = float(albedo[::8, ::8].mean())
    falls = (direct + direct.mean(0) * mean / (1 - mean)) / np.pi
    x, y, z = (_gap(room, axis) for axis in range(3))
    nearest = np.minimum(np.minimum(x, y), z)
    next_nearest = x + y + z - nearest - np.maximum(np.maximum(x, y), z)
    corner = 1 - 0.45 * np.exp(-2 * next_nearest)
    seen = albedo * falls.astype(np.float32)[room.face] * corner[..., None] + lamps
    soft = cv2.GaussianBlur(seen, (3, 3), 0.7)
    # Edges between walls were cut along whole pixels; the floor's inside stays sharp.
    inside = (room.face == 2) & (next_nearest > 2 * room.edge)
    return np.where(inside[..., None], seen, soft)


ROOMS: dict[str, Callable[[Rng, str], Colours]] = {"studio": studio, "hall": hall}
"""Who paints which room."""
