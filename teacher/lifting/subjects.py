"""Who is lifted: people of photos one by one, people of videos frame after frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from hmr.cameras import guessed_focal, intrinsics
from hmr.joints import convert
from hmr.keypoints import Keypoints2D
from teacher.lifting.pictures import Pictures
from teacher.poses_2d import NAMES
from teacher.tracks import frame_numbers, tracks_of


@dataclass(frozen=True)
class Subject:
    """Somebody in one photo, or through the frames of a video."""

    key: str
    is_track: bool
    images: tuple[str, ...]
    """Names of the images; "" for frames in which nobody saw them."""
    frames: tuple[int, ...]
    """Numbers of the images in their order."""
    joints: Float[np.ndarray, "frames joints 2"]
    """Pixels of `teacher.poses_2d.NAMES`; zeros where not given."""
    scores: Float[np.ndarray, "frames joints"]
    """0 where not given."""
    K: Float[np.ndarray, "frames 3 3"]

    def __len__(self) -> int:
        """Count the frames."""
        return len(self.frames)


class Intrinsics:
    """The camera of each image: the file's, or one of a known or guessed focal length."""

    def __init__(
        self, people: Sequence[Keypoints2D], pictures: Pictures | None, focal_length: float | None
    ):
        """Look at pictures where needed; without any, joints tell how large the images are."""
        self.pictures, self.focal_length = pictures, focal_length
        self.extent = np.max([_end(person) for person in people], axis=0)
        self.sizes: dict[str, tuple[int, int]] = {}

    def of(self, person: Keypoints2D, frame: int) -> Float[np.ndarray, "3 3"]:
        """Intrinsics of the image of a person."""
        if person.K is not None and self.focal_length is None:
            return np.asarray(person.K, dtype=np.float64)
        width, height = self._size(person.image, frame)
        focal = self.focal_length or guessed_focal(width, height)
        return intrinsics(float(focal), width, height).double().numpy()

    def _size(self, image: str, frame: int) -> tuple[int, int]:
        if self.pictures is None:
            return max(1, round(self.extent[0])), max(1, round(self.extent[1]))
        # All frames of a video are of one size.
        place = "" if self.pictures.video else image
        if place not in self.sizes:
            height, width = self.pictures.read(image, frame).shape[:2]
            self.sizes[place] = width, height
        return self.sizes[place]


def _end(person: Keypoints2D) -> Float[np.ndarray, "2"]:
    return person.joints[person.scores > 0].max(0)


def gather(
    people: Sequence[Keypoints2D], cameras: Intrinsics, as_tracks: bool, fps: float
) -> list[Subject]:
    """Sort people into subjects."""
    if as_tracks:
        return [
            _subject(track.key, True, track.people, track.first, cameras)
            for track in tracks_of(people, fps)
        ]
    numbers = frame_numbers(people)
    return [_subject(p.key, False, (p,), numbers[p.image], cameras) for p in people]


def _subject(
    key: str,
    is_track: bool,
    people: Sequence[Keypoints2D | None],
    first: int,
    cameras: Intrinsics,
) -> Subject:
    count = len(people)
    joints, scores = np.zeros((count, len(NAMES), 2)), np.zeros((count, len(NAMES)))
    # Somebody is there in the first frame of a track; what nobody saw, the camera before saw.
    K = np.zeros((count, 3, 3))
    for i, person in enumerate(people):
        K[i] = K[i - 1] if person is None else cameras.of(person, first + i)
        if person is not None:
            joints[i], scores[i] = convert(person.joints, person.scores, person.names, NAMES)
    images = tuple("" if person is None else person.image for person in people)
    return Subject(key, is_track, images, tuple(range(first, first + count)), joints, scores, K)
