"""Made-up environment maps whose light is known."""

from pathlib import Path

import cv2
import numpy as np
import OpenEXR

from synth.render.lights import Lighting, Radiance, directions, solid_angles
from synth.scenes.exposures import exposure_of


def dull(height: int = 128) -> Radiance:
    """An overcast sky over a grey ground."""
    up = directions(height, 2 * height)[..., 1:2]
    sky = (1 + 2 * up) / 3 * np.array([0.9, 1.0, 1.1])
    return np.where(up > 0, sky, 0.2).astype(np.float32)


def towards(elevation_deg: float, azimuth_deg: float) -> np.ndarray:
    up, right = np.radians([elevation_deg, azimuth_deg])
    return np.array([np.cos(up) * np.sin(right), np.sin(up), -np.cos(up) * np.cos(right)])


def with_light(radiance: Radiance, where: np.ndarray, radius_deg: float, falls: float) -> Radiance:
    """Add a disc that irradiates a surface facing it by `falls`."""
    height, width = radiance.shape[:2]
    cosine = directions(height, width) @ where
    inside = cosine >= min(np.cos(np.radians(radius_deg)), cosine.max())
    area = (inside * solid_angles(height, width)).sum()
    return (radiance + inside[..., None] * falls / area).astype(np.float32)


def brute_irradiance(radiance: Radiance, normals: np.ndarray) -> np.ndarray:
    """Sum the light of every pixel on surfaces with some normals: the definition."""
    height, width = radiance.shape[:2]
    flux = (radiance * solid_angles(height, width)[..., None]).reshape(-1, 3)
    around = directions(height, width).reshape(-1, 3)
    return np.stack([np.maximum(around @ normal, 0) @ flux for normal in normals])


def write_hdr(path: Path, radiance: Radiance) -> Path:
    cv2.imwrite(str(path), radiance[..., ::-1])
    return path


def write_exr(path: Path, channels: dict[str, np.ndarray]) -> Path:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, channels).write(str(path))
    return path


def view_of(lighting: Lighting, width: int = 240, height: int = 160) -> tuple[np.ndarray, float]:
    """Photograph a map along -z with a wide lens, as the renderer shows it; sRGB, exposure."""
    exposure = exposure_of(lighting)
    x, y = np.meshgrid(np.linspace(-0.75, 0.75, width), np.linspace(-0.5, 0.5, height))
    right, up = np.arctan(x), -np.arctan(y / np.hypot(1, x))
    rows, columns = lighting.seen.shape[:2]
    where = (right / (2 * np.pi) + 0.5) * columns, (0.5 - up / np.pi) * rows
    seen = cv2.remap(lighting.seen, *(w.astype(np.float32) for w in where), cv2.INTER_LINEAR)
    tone = seen * exposure * 0.85
    tone = tone * (2.51 * tone + 0.03) / (tone * (2.43 * tone + 0.59) + 0.14)
    srgb = 1.055 * np.clip(tone, 0, 1) ** (1 / 2.4) - 0.055
    return (np.clip(srgb, 0, 1) * 255).astype(np.uint8), exposure


FLOOR, WALL = np.array([0.5, 0.28, 0.12]), np.array([0.6, 0.62, 0.58])
EYE = 1.6


def floor_in_room(reach, wall=WALL, height: int = 256) -> Radiance:
    """A room whose wooden floor reaches so far (metres, for each column or for all)."""
    way = directions(height, 2 * height)
    down = np.maximum(-way[..., 1], 1e-6)
    away = EYE * np.hypot(way[..., 0], way[..., 2]) / down
    rng = np.random.default_rng(0)
    grain = np.exp(0.08 * rng.normal(size=(height, 2 * height, 1)))
    lit = 0.9 + 0.1 * way[..., 1:2]
    inside = (way[..., 1] < 0) & (away < reach)
    return (np.where(inside[..., None], FLOOR, wall * lit) * grain).astype(np.float32)


def on_floor(seen: Radiance, offset: np.ndarray) -> np.ndarray:
    """Tell which places, given as x and z from under the eye, the map shows as wooden floor."""
    x, z = np.moveaxis(offset, -1, 0)
    height, width = seen.shape[:2]
    row = (0.5 + np.arctan2(EYE, np.hypot(x, z)) / np.pi) * height
    column = (0.5 + np.arctan2(x, -z) / (2 * np.pi)) % 1 * width
    pixel = seen[np.minimum(row, height - 1).astype(int), column.astype(int) % width]
    return pixel[..., 0] > 2 * pixel[..., 2]
