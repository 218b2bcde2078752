"""Photos of a folder."""

from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from hmr.errors import InputError

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")


def find_photos(images: str | None) -> list[Path]:
    """List the photos of a folder, in order, or the one photo that is named.

    Raises:
        InputError: There is none.
    """
    if not images:
        raise InputError("images is empty; set images=DIR to a folder of photos")
    folder = Path(images)
    if not folder.exists():
        raise InputError(f"{folder}: no such folder; images=DIR names a folder of photos")
    files = sorted(folder.iterdir()) if folder.is_dir() else [folder]
    photos = [file for file in files if file.suffix.lower() in ENDINGS]
    if not photos:
        raise InputError(f"{folder}: no photos there ({', '.join(ENDINGS)})")
    return photos


def read_photo(path: Path) -> UInt8[np.ndarray, "h w 3"]:
    """Read a photo as RGB, turned as its metadata say.

    Raises:
        InputError: It is truncated or no image.
    """
    data = np.fromfile(path, np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    if image is None:
        raise InputError(f"{path}: truncated or no image")
    return np.ascontiguousarray(image[..., ::-1])
