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
