"""The sensor: colour, blur, resolution, noise and compression, on pictures only, never on labels.

In the order in which a camera does it: light and colour, the lens's blur, too few pixels, the
sensor's noise, JPEG. The picture keeps its size, so labels and K stay as they are.
"""

from functools import partial

import cv2
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

    share = float(rng.uniform(0.9 - 0.2 * strength, 0.95))
    pipeline = albumentations.Compose(_steps(strength, share), seed=seed)
    return np.ascontiguousarray(pipeline(image=image)["image"])


def _steps(strength: float, share: float) -> list:
    import albumentations

    blur = [
        albumentations.GaussianBlur(blur_limit=0, sigma_limit=(0.3, 0.9 * strength)),
        # Left to itself, its blur runs to one side, and what is seen moves off its labels.
        albumentations.MotionBlur(
            (3, 3 if strength <= 1 else 7), allow_shifted=False, direction_range=(0, 0)
        ),
        albumentations.Defocus(radius=(1, 1 if strength <= 1 else 3), alias_blur=(0.1, 0.3)),
    ]
    quality = (max(20, int(85 - 25 * strength)), 95)
    return [
        albumentations.RandomBrightnessContrast(0.08 * strength, 0.1 * strength, p=0.5),
        albumentations.RGBShift(*[int(8 * strength)] * 3, p=0.3),
        albumentations.HueSaturationValue(0, int(20 * strength), 0, p=0.3),
        albumentations.OneOf(blur, p=0.3),
        albumentations.Lambda(image=partial(_resampled, share=share), p=0.25),
        albumentations.GaussNoise(std_range=(0.004 * strength, 0.02 * strength), p=0.5),
        albumentations.ImageCompression(quality_range=quality, p=0.5),
    ]


def _resampled(image: UInt8[np.ndarray, "h w 3"], share: float, **_) -> UInt8[np.ndarray, "h w 3"]:
    """Keep so many of the pixels along each side, and scale back to the size.

    Unlike albumentations' own, the smaller picture spans the whole image, so nothing moves.
    """
    height, width = image.shape[:2]
    size = (max(round(share * width), 1), max(round(share * height), 1))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
