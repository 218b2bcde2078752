"""Made-up environment maps whose light is known."""

from pathlib import Path

import cv2
import numpy as np
import OpenEXR

from synth.render.lights import Radiance, directions, solid_angles


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
