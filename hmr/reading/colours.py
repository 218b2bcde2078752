"""What only the pixels of a crop show: brightness, colour, blur, noise and compression."""

from functools import cache

import numpy as np
from jaxtyping import UInt8

from hmr.reading.views import Augmentation

SIGMA = (0.3, 1.5)
"""Of the blur, in pixels of the crop."""
STD = (0.01, 0.05)
"""Of the noise, as a share of white."""
QUALITY = (30, 90)
"""Of the JPEG."""


def recoloured(
    pixels: UInt8[np.ndarray, "size size 3"], how: Augmentation, seed: int
) -> UInt8[np.ndarray, "size size 3"]:
    """Change the pixels of an RGB crop, by albumentations; the same seed gives the same."""
    if not (how.colour or how.blur or how.noise or how.jpeg):
        return pixels
    pipeline = open_pipeline(how)
    pipeline.set_random_seed(seed)
    return np.ascontiguousarray(pipeline(image=pixels)["image"])


@cache
def open_pipeline(how: Augmentation):
    """Make the pipeline, once in a process."""
    # Imported here: it takes a second, which those who change no pixels need not wait.
    import albumentations

    steps = [
        albumentations.RandomBrightnessContrast(how.colour, how.colour, p=0.5),
        albumentations.RGBShift(*[round(127 * how.colour)] * 3, p=0.3),
        albumentations.GaussianBlur(blur_limit=0, sigma_limit=SIGMA, p=how.blur),
        albumentations.GaussNoise(std_range=STD, per_channel=True, p=how.noise),
        albumentations.ImageCompression(quality_range=QUALITY, p=how.jpeg),
    ]
    return albumentations.Compose(steps)
