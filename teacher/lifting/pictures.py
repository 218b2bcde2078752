"""The photos or the video that keypoints belong to."""

from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from hmr.errors import InputError
from teacher.fitter.photos import Photos

ENDINGS = {".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v"}


class Video:
    """Frames of a video file, by number; cheap as long as they are asked for in order."""

    def __init__(self, path: Path):
        """Open a video.

        Raises:
            InputError: It cannot be read; names it.
        """
        self.path, self._film, self._next = path, cv2.VideoCapture(str(path)), 0
        if not self._film.isOpened() or self._film.get(cv2.CAP_PROP_FRAME_COUNT) < 1:
            raise InputError(f"{path}: truncated or not a video that OpenCV reads")

    @property
    def fps(self) -> float:
        """Frames a second."""
        return float(self._film.get(cv2.CAP_PROP_FPS))

    def read(self, number: int) -> UInt8[np.ndarray, "h w 3"]:
        """Read a frame as RGB.

        Raises:
            InputError: The video has no such frame; names it.
        """
        if number < self._next:
            self._film.set(cv2.CAP_PROP_POS_FRAMES, 0)
            self._next = 0
        good, pixels = True, None
        while good and self._next <= number:
            good, pixels = self._film.read()
            self._next += 1
        if not good or pixels is None:
            raise InputError(f"{self.path}: no frame {number}, which the keypoints name")
        return np.ascontiguousarray(pixels[..., ::-1])


class Pictures:
    """A folder of photos or frames, or one video."""

    def __init__(self, place: str | Path):
        """Open it.

        Raises:
            InputError: There is none.
        """
        path = Path(place)
        film = path.is_file() and path.suffix.lower() in ENDINGS
        self.video = Video(path) if film else None
        self.photos = None if film else Photos(path)

    def read(self, image: str, frame: int) -> UInt8[np.ndarray, "h w 3"]:
        """Read the picture of an image's name, or of a frame's number in a video.

        Raises:
            InputError: There is none, or it is broken; names it.
        """
        if self.photos is None:
            assert self.video is not None
            return self.video.read(int(image[1:]) if image[:1] == "#" else frame)
        return self.photos.read(image)
