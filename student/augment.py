"""Crops drawn anew each time they are seen: moved, turned, scaled, mirrored, recoloured, covered.

The image is turned about its principal point and mirrored through it, as if the camera had been
rolled or the world mirrored, so labels stay exact: the crop's place, the body's rotation and its
position turn along. OpenCV warps the
uint8 squares as they lie on disk.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from student.cache import ROOM


@dataclass(frozen=True)
class Augmentation:
    """How far crops are changed. All zero: crops as prediction cuts them."""

    turn_deg: float = 30.0
    """Standard deviation of the roll, for the share of crops that is turned; clipped at twice."""
    turn_share: float = 0.1
    scale: float = 0.1
    """Largest change of the crop's side, as a share of it."""
    shift: float = 0.04
    """Standard deviation of the crop's centre, as a share of its side."""
    flip: float = 0.5
    """Share of crops that are mirrored."""
    colour: float = 0.1
    """Standard deviation of log contrast and of brightness; colour balance moves by a third."""
    cover: float = 0.05
    """Share of crops of which a rectangle is covered by a piece of another crop."""


STILL = Augmentation(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Views:
    """How a batch of crops is to be cut out of its squares."""

    turn: Float[np.ndarray, "n 2 2"]
    """Applied to the image plane: mirror, then roll."""
    place: Float[np.ndarray, "n 3"]
    """Where the crops lie in the turned images."""
    flipped: Bool[np.ndarray, " n"]


def draw_views(
    place: Float[np.ndarray, "n 3"], how: Augmentation, rng: np.random.Generator
) -> Views:
    """Draw how each square (at `place` in its image) is looked at."""
    n = len(place)
    angle = np.radians(how.turn_deg) * np.clip(rng.normal(size=n), -2, 2)
    angle *= rng.random(n) < how.turn_share
    flipped = rng.random(n) < how.flip
    c, s, f = np.cos(angle), np.sin(angle), np.where(flipped, -1.0, 1.0)
    turn = np.stack([np.stack([c * f, -s], -1), np.stack([s * f, c], -1)], -2)
    side = place[:, 2] / ROOM
    shift = how.shift * np.clip(rng.normal(size=(n, 2)), -2, 2) * side[:, None]
    centre = np.einsum("nij,nj->ni", turn, place[:, :2] + shift)
    side = side * np.exp(rng.uniform(-1, 1, n) * np.log1p(how.scale))
    return Views(turn, np.c_[centre, side], flipped)


def cut(
    squares: UInt8[np.ndarray, "n room room 3"],
    place: Float[np.ndarray, "n 3"],
    views: Views,
    size: int,
) -> UInt8[np.ndarray, "n size size 3"]:
    """Warp each square into its crop."""
    crops = np.empty((len(squares), size, size, 3), np.uint8)
    affine = _crop_to_square(place, views, size, squares.shape[1])
    for square, crop, map_ in zip(squares, crops, affine, strict=True):
        # OpenCV puts pixel centres at whole numbers, the project at halves.
        map_[:, 2] += map_[:, :2] @ np.array([0.5, 0.5]) - 0.5
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cv2.warpAffine(square, map_, (size, size), crop, flags)
    return crops


def _crop_to_square(
    place: Float[np.ndarray, "n 3"], views: Views, size: int, room: int
) -> Float[np.ndarray, "n 2 3"]:
    """Affine maps from crop pixels to the pixels of the squares."""
    back = views.turn.transpose(0, 2, 1)
    scale = views.place[:, 2] / place[:, 2] * room / size
    corner = views.place[:, :2] - views.place[:, 2:] / 2
    start = np.einsum("nij,nj->ni", back, corner) - place[:, :2]
    offset = (start / place[:, 2:] + 0.5) * room
    return np.concatenate([back * scale[:, None, None], offset[..., None]], -1)


def recolour(
    crops: UInt8[np.ndarray, "n size size 3"], how: Augmentation, rng: np.random.Generator
) -> None:
    """Change contrast, brightness and colour balance of each crop, in place."""
    if how.colour == 0:
        return
    levels = np.arange(256.0)
    for crop in crops:
        gain = np.exp(how.colour * (rng.normal() + rng.normal(size=3) / 3))
        middle = 128 * (1 + how.colour * np.clip(rng.normal(), -2, 2))
        table = np.clip((levels[:, None] - 128) * gain + middle, 0, 255).astype(np.uint8)
        cv2.LUT(crop, table[None], crop)


def cover(
    crops: UInt8[np.ndarray, "n size size 3"], how: Augmentation, rng: np.random.Generator
) -> None:
    """Cover a rectangle of some crops with the same rectangle of another crop, in place."""
    size = crops.shape[1]
    for i in np.flatnonzero(rng.random(len(crops)) < how.cover):
        height, width = (size * rng.uniform(0.1, 0.5, 2)).astype(int)
        y, x = int(rng.integers(size - height)), int(rng.integers(size - width))
        other = crops[int(rng.integers(len(crops)))]
        crops[i, y : y + height, x : x + width] = other[y : y + height, x : x + width]
