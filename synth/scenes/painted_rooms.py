"""Built-in rooms without windows onto anything: a photographer's studio, a hall.

A box around the eye, its walls, floor and ceiling found by casting each pixel's ray.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from synth.scenes.map_pixels import HEIGHT, Colours, Rng, tiled, towards
from synth.scenes.seen_grounds import EYE_HEIGHT, albedo_tile

Colour = Float[np.ndarray, "3"]


@dataclass(frozen=True, eq=False)
class Box:
    """Where each pixel's ray meets the inside of a box."""

    points: Float32[np.ndarray, "h w 3"]
    """In metres from the eye."""
    face: Float32[np.ndarray, "h w"]
    """0 left, 1 right, 2 floor, 3 ceiling, 4 behind (-z), 5 before (+z)."""
    low: Float[np.ndarray, "3"]
    high: Float[np.ndarray, "3"]


def box(low: Float[np.ndarray, "3"], high: Float[np.ndarray, "3"]) -> Box:
    """Cast rays from inside a box, given by its corners."""
    ray = towards(HEIGHT)
    away = np.where(np.abs(ray) < 1e-6, 1e-6, ray)
    reach = np.where(away > 0, high.astype(np.float32) / away, low.astype(np.float32) / away)
    axis = reach.argmin(-1)
    nearest = reach.min(-1)
    positive = np.take_along_axis(away, axis[..., None], -1)[..., 0] > 0
    points = ray * nearest[..., None]
    return Box(points.astype(np.float32), (2 * axis + positive).astype(np.float32), low, high)


def studio(rng: Rng, split: str) -> Colours:
    """A grey room with soft boxes."""
    half = rng.uniform(4, 7, 2)
    room = box(np.array([-half[0], -EYE_HEIGHT, -half[1]]), np.array([half[0], 2.6, half[1]]))
    tone = rng.uniform(0.05, 0.6)
    walls = np.broadcast_to(tone * np.array([1.0, 1.0, 1.0]), room.points.shape).copy()
    kind = ("concrete", "wood", "plaster")[int(rng.integers(3))]
    walls = _with_floor(rng, room, walls, kind, split)
    walls[room.face == 3] = 0.05
    lamps = np.zeros(room.points.shape, np.float32)
    for _ in range(int(rng.integers(2, 5))):
        _soft_box(rng, lamps)
    return _lit(room, walls, lamps)


def _soft_box(rng: Rng, lamps: Colours) -> None:
    """Hang a bright rectangle, turned to the eye, in a map."""
    azimuth, up = rng.uniform(-np.pi, np.pi), np.radians(rng.uniform(18, 60))
    centre = np.array([np.cos(up) * np.sin(azimuth), np.sin(up), -np.cos(up) * np.cos(azimuth)])
    right = np.array([np.cos(azimuth), 0, np.sin(azimuth)])
    over = np.cross(right, centre)
    ray = towards(HEIGHT)
    along = ray @ centre.astype(np.float32)
    u, v = (ray @ axis.astype(np.float32) / np.maximum(along, 0.05) for axis in (right, over))
    wide, high = rng.uniform(0.12, 0.3, 2)
    edge = np.minimum(wide - np.abs(u), high - np.abs(v))
    inside = (along > 0.05) * np.clip(edge / 0.004, 0, 1)
    fall = np.exp(-1.2 * ((u / wide) ** 2 + (v / high) ** 2))
    warm = rng.normal(0, 0.06)
    colour = np.array([1 + warm, 1, 1 - warm]) * rng.uniform(8, 26)
    lamps += ((inside * fall)[..., None] * colour).astype(np.float32)


def hall(rng: Rng, split: str) -> Colours:
    """A hall with rows of lamps on the ceiling and windows in a wall."""
    half, high = rng.uniform(6, 16, 2), rng.uniform(1.6, 4.5)
    room = box(np.array([-half[0], -EYE_HEIGHT, -half[1]]), np.array([half[0], high, half[1]]))
    warm = rng.normal(0, 0.05)
    wall = np.clip(rng.uniform(0.35, 0.75) * np.array([1 + warm, 1, 1 - warm]), 0, 0.85)
    walls = np.broadcast_to(wall, room.points.shape).copy()
    kinds = ("parquet", "terrazzo", "tiles", "concrete", "wood")
    walls = _with_floor(rng, room, walls, kinds[int(rng.integers(len(kinds)))], split)
    walls[room.face == 3] = rng.uniform(0.55, 0.8)
    _skirting(room, walls, wall * rng.uniform(0.3, 0.9))
    lamps = _ceiling_lamps(rng, room) + _windows(rng, room)
    return _lit(room, walls, lamps.astype(np.float32))


def _with_floor(rng: Rng, room: Box, walls: Colours, kind: str, split: str) -> Colours:
    tile, metres = albedo_tile(rng, kind, split)
    part = slice(HEIGHT // 2, HEIGHT)
    x, z = room.points[part, :, 0] / metres, room.points[part, :, 2] / metres
    reach = np.linalg.norm(room.points[part], axis=-1).mean(1)
    footprint = np.pi / HEIGHT * reach**1.5 / EYE_HEIGHT**0.5 / metres
    floor = tiled(tile, x, z, footprint.astype(np.float32))
    walls[part] = np.where((room.face[part] == 2)[..., None], floor, walls[part])
    return walls


def _skirting(room: Box, walls: Colours, colour: Colour) -> None:
    """Darken the foot of the walls, as skirting boards do."""
    upright = (room.face != 2) & (room.face != 3)
    walls[upright & (room.points[..., 1] < 0.12 - EYE_HEIGHT)] = colour


def _ceiling_lamps(rng: Rng, room: Box) -> Colours:
    """Set rows of lamps into the ceiling."""
    across, along = rng.uniform(2.2, 4.0, 2)
    wide, long = rng.uniform(0.08, 0.3), rng.uniform(0.3, 0.75)
    place = room.points[..., 0] / across % 1 - 0.5, room.points[..., 2] / along % 1 - 0.5
    u, v = np.abs(place[0]) * across, np.abs(place[1]) * along
    inside = np.clip((wide - u) / 0.02, 0, 1) * np.clip((long - v) / 0.02, 0, 1)
    warm = rng.normal(0.04, 0.07)
    colour = np.array([1 + warm, 1, 1 - 1.3 * warm]) * rng.uniform(4, 14)
    return (inside * (room.face == 3))[..., None] * colour


def _windows(rng: Rng, room: Box) -> Colours:
    """Light comes through a row of windows in one or two walls."""
    bright = np.zeros(room.points.shape)
    faces = [(0, 2), (1, 2), (4, 0), (5, 0)]
    sky = np.array([0.9, 1.0, 1.15]) * rng.uniform(1.5, 7)
    for number in rng.permutation(4)[: int(rng.integers(1, 3))]:
        face, axis = faces[int(number)]
        spacing, wide = rng.uniform(2.0, 3.6), rng.uniform(0.28, 0.44)
        sill, head = rng.uniform(-0.9, -0.3), room.high[1] - rng.uniform(0.25, 0.6)
        u = (room.points[..., axis] / spacing) % 1 - 0.5
        y = room.points[..., 1]
        inside = np.clip((wide - np.abs(u)) * spacing / 0.02, 0, 1)
        inside *= np.clip((y - sill) / 0.02, 0, 1) * np.clip((head - y) / 0.02, 0, 1)
        bars = (np.abs(np.abs(u) * spacing) < 0.03) | (
            np.abs(y - (0.4 * sill + 0.6 * head)) < 0.025
        )
        lower = 0.35 + 0.65 * np.clip((y - sill) / max(head - sill, 0.1) * 2, 0, 1)
        glass = inside * ~bars * lower * (room.face == face)
        bright += glass[..., None] * sky
    return bright


def _lit(room: Box, albedo: Colours, lamps: Colours) -> Colours:
    """Light walls by lamps: each by its mean, darker into the corners."""
    from synth.render.lights import harmonics, irradiance_coefficients
    from synth.scenes.strong_lights import shrunk

    coefficients = irradiance_coefficients(shrunk(lamps, 64))
    inwards = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])
    direct = np.maximum(harmonics(inwards) @ coefficients, 0)
    mean = float(albedo.mean())
    bounced = direct.mean(0) * mean / (1 - mean)
    falls = (direct + bounced)[room.face.astype(int)]
    gap = np.sort(np.minimum(room.points - room.low, room.high - room.points), axis=-1)
    corner = 1 - 0.3 * np.exp(-gap[..., 1] / 0.5) - 0.2 * np.exp(-gap[..., 2] / 0.5)
    return (albedo * falls * corner[..., None] / np.pi + lamps).astype(np.float32)


ROOMS: dict[str, Callable[[Rng, str], Colours]] = {"studio": studio, "hall": hall}
"""Who paints which room."""
