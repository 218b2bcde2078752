"""The photos that keypoints belong to, found by file name, stem, id or number."""

from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from hmr.errors import InputError

ENDINGS = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}
COCO_DIGITS = 12
"""COCO's files are named by the image's id, with zeros in front."""


class Photos:
    """A folder of photos."""

    def __init__(self, folder: str | Path | None):
        if folder is None:
            raise InputError("images: not given; name the folder of the photos, images=DIR")
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise InputError(f"{self.folder}: no such folder; images=DIR names the photos' folder")
        files = (path for path in self.folder.rglob("*") if path.suffix.lower() in ENDINGS)
        self.files = sorted(files)
        self.by_stem = {path.stem: path for path in reversed(self.files)}

    def find(self, image: str) -> Path:
        """Find the photo that a `Keypoints2D.image` means.

        Raises:
            InputError: There is none; names image and folder.
        """
        if image.startswith("#") and image[1:].isdigit() and int(image[1:]) < len(self.files):
            return self.files[int(image[1:])]
        named = self.folder / image
        if named.is_file():
            return named
        stem = Path(image).stem if Path(image).suffix.lower() in ENDINGS else image
        for candidate in (stem, image.zfill(COCO_DIGITS)):
            if candidate in self.by_stem:
                return self.by_stem[candidate]
        raise InputError(f"{self.folder}: no photo '{image}' there, which the keypoints name")

    def read(self, image: str) -> UInt8[np.ndarray, "h w 3"]:
        """Read a photo as RGB.

        Raises:
            InputError: It is missing, truncated or no image; names it.
        """
        path = self.find(image)
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if pixels is None:
            raise InputError(f"{path}: truncated or not an image that OpenCV reads")
        return np.ascontiguousarray(pixels[..., ::-1])
