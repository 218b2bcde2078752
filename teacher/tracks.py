"""People of a video, image by image, as tracks: one person each, frame after frame.

Where a file says who is who, it is taken at its word. Elsewhere people are followed from frame
to frame: each frame's people are shared out among the tracks so that the poses change least
altogether (Hungarian method), relative to the people's size.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment

from hmr.keypoints import Keypoints2D

SLACK, SPEED, FARTHEST = 0.15, 3.0, 1.0
"""How far the joints may have gone, on average, between two sightings of one person, in sizes of
the person: so far at once, so much more a second (a runner's speed), and never farther."""
GAP = 0.5
"""Longest time without being seen, in seconds, after which somebody is a new track."""
SHORTEST = 5
"""Images in a row from which on they are taken for a video, if nobody says so."""
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Track:
    """One person through consecutive frames of a video."""

    key: str
    """Who it is; unique in its file."""
    first: int
    """Number of its first frame."""
    people: tuple[Keypoints2D | None, ...]
    """The person in each frame from there on; None where nobody saw them."""

    def __len__(self) -> int:
        """Count the frames."""
        return len(self.people)

    @property
    def seen(self) -> int:
        """Count the frames in which somebody saw them."""
        return sum(person is not None for person in self.people)


def is_video(people: Sequence[Keypoints2D]) -> bool:
    """Tell a video from a heap of photos.

    It is one where the file says who is who; or where the images are numbered in a row, and
    people are mostly where they, or somebody like them, were in the image before.
    """
    if any(person.track is not None for person in people):
        return True
    frames = _by_frame(people)
    if len(frames) < SHORTEST or max(frames) >= 2 * len(frames):
        return False
    ways = [
        min(_way({n: before}, person) for before in frames[n] for person in frames[n + 1])
        for n in frames
        if n + 1 in frames
    ]
    return bool(np.median(ways) < SLACK)


def _by_frame(people: Sequence[Keypoints2D]) -> dict[int, list[Keypoints2D]]:
    """People by the numbers of their frames, in order."""
    numbers = frame_numbers(people)
    frames: dict[int, list[Keypoints2D]] = {}
    for person in sorted(people, key=lambda p: numbers[p.image]):
        frames.setdefault(numbers[person.image], []).append(person)
    return frames


def frame_numbers(people: Sequence[Keypoints2D]) -> dict[str, int]:
    """Number the images in the order of a video.

    Names that differ in one number alone have that number, so that images without people are
    gaps; others are counted in natural order ("im2" before "im10").
    """
    images = sorted({person.image for person in people}, key=_natural)
    parts = {tuple(_DIGITS.split(image)) for image in images}
    figures = [[int(digits) for digits in _DIGITS.findall(image)] for image in images]
    changing = np.flatnonzero(np.ptp(figures, axis=0)) if len(parts) == 1 else ()
    if len(changing) != 1:
        return {image: i for i, image in enumerate(images)}
    numbers = np.array(figures)[:, changing[0]]
    step = int(np.gcd.reduce(np.diff(numbers)))
    return {i: int(n - numbers[0]) // step for i, n in zip(images, numbers, strict=True)}


def tracks_of(people: Sequence[Keypoints2D], fps: float | int) -> list[Track]:
    """Sort people into tracks, those seen first first.

    Args:
        people: Anybody, of one video.
        fps: Frames a second, for how long somebody may be out of sight.
    """
    frames = _by_frame(people)
    found: dict[str, dict[int, Keypoints2D]] = {}
    for number, there in frames.items():
        for person in there:
            if person.track is not None:
                found.setdefault(person.track, {})[number] = person
    nameless = {n: [p for p in there if p.track is None] for n, there in frames.items()}
    followed = _followed(nameless, fps)
    for i, sightings in enumerate(followed):
        found[_free(str(i), found)] = sightings
    whole = [_track(key, sightings) for key, sightings in found.items()]
    return sorted(whole, key=lambda track: track.first)


def _followed(
    frames: Mapping[int, Sequence[Keypoints2D]], fps: float | int
) -> list[dict[int, Keypoints2D]]:
    """Link people frame by frame."""
    tracks: list[dict[int, Keypoints2D]] = []
    for number, people in frames.items():
        recent = [track for track in tracks if number - max(track) <= max(1, GAP * fps)]
        ways = np.array([[_way(track, person) for person in people] for track in recent])
        limits = [SLACK + SPEED * (number - max(track)) / fps for track in recent]
        allowed = np.minimum(limits, FARTHEST)[:, None] if recent else np.zeros((0, 1))
        taken = set()
        # What is not allowed costs more than all that is.
        costs = np.where(ways < allowed, ways, 1e6) if ways.size else np.zeros((0, 0))
        for row, column in zip(*linear_sum_assignment(costs), strict=True):
            if ways[row, column] < allowed[row]:
                recent[row][number] = people[column]
                taken.add(int(column))
        tracks += [{number: person} for i, person in enumerate(people) if i not in taken]
    return tracks


def _way(track: Mapping[int, Keypoints2D], person: Keypoints2D) -> float:
    """How far the joints went since the track was last seen, in sizes of the person."""
    before = track[max(track)]
    place = {name: i for i, name in enumerate(before.names) if before.scores[i] > 0}
    known = zip(person.names, person.scores, strict=True)
    both = [(place[n], i) for i, (n, score) in enumerate(known) if score > 0 and n in place]
    size = max(_size(before), _size(person), 1.0)
    if not both:
        return float(np.linalg.norm(_there(before).mean(0) - _there(person).mean(0))) / size
    rows, columns = np.array(both).T
    steps = np.linalg.norm(before.joints[rows] - person.joints[columns], axis=1)
    return float(steps.mean()) / size


def _there(person: Keypoints2D) -> Float[np.ndarray, "known 2"]:
    return person.joints[person.scores > 0]


def _size(person: Keypoints2D) -> float:
    return float(np.ptp(_there(person), axis=0).max())


def _track(key: str, sightings: Mapping[int, Keypoints2D]) -> Track:
    first, last = min(sightings), max(sightings)
    return Track(key, first, tuple(sightings.get(n) for n in range(first, last + 1)))


def _free(key: str, taken: Mapping[str, object]) -> str:
    return key if key not in taken else _free(f"{key}_followed", taken)


def _natural(name: str) -> tuple[tuple[str, int], ...]:
    """Order names as people do, numbers by their size."""
    digits = [int(found) for found in _DIGITS.findall(name)]
    return tuple(zip(_DIGITS.split(name), [*digits, -1], strict=True))
