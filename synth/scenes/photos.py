"""Photos as backgrounds, with a guess of their light.

A photo's own people, if any, carry no labels: give photos without people.
"""

import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps

from hmr.errors import InputError
from synth.render.lights import Lighting
from synth.scenes.file_splits import files_in, files_of
from synth.scenes.photo_light import light_of_photo

Rng = np.random.Generator
KINDS = (".jpg", ".jpeg", ".png", ".webp")
LARGEST = 4096
"""Longest side that is kept in memory, in pixels."""
MOST_ENLARGED = 2.0
LEAST_KEPT = 0.8
"""Share of the largest part of the right shape that a picture may be cropped to."""


@dataclass(frozen=True, eq=False)
class PhotoBackground:
    """A photo that fits the camera's image, and its light."""

    name: str
    """The file's, which the licence names."""
    photo: UInt8[np.ndarray, "h w 3"]
    """sRGB."""
    lighting: Lighting
    """For a camera that looks along -z: turn it by the camera's yaw (`maps.turned`)."""
    exposure: float


def photo_background(
    rng: Rng, folder: Path | str, split: str, width: int, height: int
) -> PhotoBackground:
    """Draw a photo, cropped and perhaps mirrored, and guess its light.

    Args:
        rng: Source of all choices.
        folder: Searched with its folders for .jpg, .png and .webp files.
        split: Whose photos are used; `file_splits` says which they are.
        width: Of the camera's image, in pixels.
        height: Of the camera's image, in pixels.

    Raises:
        InputError: The folder, the split or the photo does not do; one line says why.
    """
    paths = files_of(files_in(Path(folder), KINDS, "photos"), split, "photos")
    path = paths[int(rng.integers(len(paths)))]
    whole = _read(path)
    check_size(path, whole, width, height)
    part = _cropped(rng, whole, width / height)
    way = cv2.INTER_AREA if part.shape[1] > width else cv2.INTER_CUBIC
    photo = cv2.resize(part, (width, height), interpolation=way)
    if rng.random() < 0.5:
        photo = np.ascontiguousarray(photo[:, ::-1])
    return PhotoBackground(path.name, photo, light_of_photo(rng, photo), 1.0)


def check_photos(folder: Path | str, split: str, width: int, height: int) -> None:
    """Read every photo that a split would use, to fail before the work rather than in it.

    Raises:
        InputError: The folder, the split or a photo does not do; one line says why.
    """
    for path in files_of(files_in(Path(folder), KINDS, "photos"), split, "photos"):
        check_size(path, _read(path), width, height)


def check_size(path: Path, photo: UInt8[np.ndarray, "h w 3"], width: int, height: int) -> None:
    """Refuse a photo that would have to be enlarged too much.

    Raises:
        InputError: It is too small; names it, its size and what is needed.
    """
    rows, columns = photo.shape[:2]
    if max(width / columns, height / rows) > MOST_ENLARGED:
        raise InputError(
            f"{path}: {columns}x{rows} pixels are too few for images of {width}x{height}; "
            f"use {-(-width // 2)}x{-(-height // 2)} or more"
        )


@lru_cache(maxsize=8)
def _read(path: Path) -> UInt8[np.ndarray, "h w 3"]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                image.draft("RGB", (LARGEST, LARGEST))
                upright = ImageOps.exif_transpose(image).convert("RGB")
    # Pillow's decoders of broken files raise whatever they meet first.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        why = getattr(error, "strerror", None) or "damaged, or no picture"
        raise InputError(f"{path}: cannot be read ({why})") from None
    upright.thumbnail((LARGEST, LARGEST))
    return np.asarray(upright)


def _cropped(rng: Rng, photo: UInt8[np.ndarray, "h w 3"], aspect: float) -> np.ndarray:
    """Cut out a part of a shape; the horizon's place, about half way up, is kept."""
    rows, columns = photo.shape[:2]
    share = rng.uniform(LEAST_KEPT, 1)
    wide = max(1, int(share * min(columns, rows * aspect)))
    high = max(1, min(rows, round(wide / aspect)))
    left = int(rng.integers(columns - wide + 1))
    spare = rows - high
    top = round(spare * float(np.clip(rng.normal(0.5, 0.1), 0, 1)))
    return photo[top : top + high, left : left + wide]
