"""The sensor: noise, blur and compression, on pictures only, never on labels."""

import numpy as np
from jaxtyping import UInt8

from hmr.errors import InputError

LEVELS = {"off": 0.0, "mild": 1.0, "strong": 2.0}
"""How far a picture is degraded, as a multiple of what a good phone does."""


def degrade(
    rng: np.random.Generator, image: UInt8[np.ndarray, "h w 3"], level: str
) -> UInt8[np.ndarray, "h w 3"]:
    """Degrade a picture as a camera does.

    Args:
        rng: Source of all choices.
        image: RGB.
        level: A key of `LEVELS`.

    Raises:
        InputError: There is no such level.
    """
    if level not in LEVELS:
        raise InputError(f"synth.sensor={level}: choose {', '.join(LEVELS)}")
    seed = int(rng.integers(2**31))
    strength = LEVELS[level]
    if not strength:
        return image
    # Imported here: it takes a second, which a finished data set need not wait.
    import albumentations

    pipeline = albumentations.Compose(_steps(strength), seed=seed)
    return np.ascontiguousarray(pipeline(image=image)["image"])


def _steps(strength: float) -> list:
    import albumentations

    noise = (0.004 * strength, 0.02 * strength)
    quality = (max(20, int(85 - 25 * strength)), 95)
    blur = [
        albumentations.GaussianBlur(blur_limit=0, sigma_limit=(0.3, 0.9 * strength)),
        albumentations.MotionBlur(blur_limit=(3, 3 if strength <= 1 else 7)),
    ]
    return [
        albumentations.RandomBrightnessContrast(0.08 * strength, 0.1 * strength, p=0.5),
        albumentations.RGBShift(*[int(8 * strength)] * 3, p=0.3),
        albumentations.OneOf(blur, p=0.3),
        albumentations.GaussNoise(std_range=noise, p=0.5),
        albumentations.ImageCompression(quality_range=quality, p=0.5),
    ]
