"""How crops are looked at: moved, scaled, rolled, mirrored and covered, drawn at random.

The image plane is turned about the principal point, or mirrored through it, as if the camera had
been rolled or the world mirrored. So a crop is what a camera with other intrinsics sees of other
people, and its labels stay exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, UInt8

from hmr.crops import crop_intrinsics, to_crop
from hmr.errors import InputError


@dataclass(frozen=True)
class Augmentation:
    """How far crops are changed. All zero: crops as prediction cuts them."""

    scale: float = 0.15
    """Largest change of the crop's side, as a share of it."""
    shift: float = 0.05
    """Standard deviation of the crop's centre, as a share of its side; clipped at twice."""
    turn_deg: float = 20.0
    """Standard deviation of the roll, for the share of crops that is turned; clipped at twice."""
    turn_share: float = 0.3
    """That share."""
    flip: float = 0.5
    """Share of crops that are mirrored."""
    cover: float = 0.15
    """Share of crops of which a rectangle is covered."""
    colour: float = 0.15
    """Largest change of brightness, contrast and of each colour, as a share."""
    blur: float = 0.15
    """Share of crops that are blurred."""
    noise: float = 0.1
    """Share of crops with noise."""
    jpeg: float = 0.15
    """Share of crops that are compressed again."""

    def __post_init__(self) -> None:
        for name in ("turn_share", "flip", "cover", "blur", "noise", "jpeg"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"augmentation.{name}={getattr(self, name)}: a share of 0 to 1")
        for name in ("scale", "shift", "turn_deg", "colour"):
            if not getattr(self, name) >= 0:
                raise InputError(f"augmentation.{name}={getattr(self, name)}: must be 0 or more")


STILL = Augmentation(*[0.0] * 10)


@dataclass(frozen=True)
class View:
    """How one crop is looked at, or many with a leading axis."""

    turn: Float[np.ndarray, "*batch 2 2"]
    """Applied to the image plane: mirror, then roll."""
    flipped: Bool[np.ndarray, "*batch"]
    square: Float[np.ndarray, "*batch 3"]
    """Centre and side, in pixels, of the crop in the turned image."""
    cover: Float[np.ndarray, "*batch 4"]
    """x0, y0, x1, y1 of what is covered, as shares of the crop's side; all 0 for nothing."""
    fill: UInt8[np.ndarray, "*batch 3"]
    """RGB of what covers it."""
    colours: np.ndarray
    """Seed of what only pixels show: brightness, blur, noise, compression."""


def draw_view(
    square: Float[np.ndarray, "3"],
    K: Float[np.ndarray, "3 3"],
    how: Augmentation,
    rng: np.random.Generator,
) -> View:
    """Draw how a person is looked at whom prediction would cut out by this square.

    As many numbers are drawn whatever the settings.
    """
    cx, cy, side = square
    angle = np.radians(how.turn_deg) * np.clip(rng.normal(), -2, 2)
    angle *= rng.random() < how.turn_share
    flipped = rng.random() < how.flip
    c, s, f = np.cos(angle), np.sin(angle), -1.0 if flipped else 1.0
    turn = np.array([[c * f, -s], [s * f, c]])
    centre = np.array([cx, cy]) + how.shift * np.clip(rng.normal(size=2), -2, 2) * side
    there = turned_image(turn, K) @ np.append(centre, 1.0)
    side = side * np.exp(rng.uniform(-1, 1) * np.log1p(how.scale))
    size = rng.uniform(0.1, 0.5, 2)
    start = rng.uniform(0, 1, 2) * (1 - size)
    cover = np.concatenate([start, start + size]) * (rng.random() < how.cover)
    fill = rng.integers(0, 256, 3, dtype=np.uint8)
    seen = np.array([there[0], there[1], side])
    return View(turn, np.array(flipped), seen, cover, fill, np.array(rng.integers(2**31)))


def still_view(square: Float[np.ndarray, "3"]) -> View:
    """Look straight at a square."""
    nothing, black = np.zeros(4), np.zeros(3, np.uint8)
    return View(np.eye(2), np.array(False), square, nothing, black, np.array(0))


def rng_of(seed: int, source: int, number: int) -> np.random.Generator:
    """Random numbers of one crop: of the number-th person ever seen of a set."""
    return np.random.default_rng([seed, source, number])


def stack_views(views: Sequence[View]) -> View:
    """Stack views on a new first axis."""
    return View(**{n: np.stack([getattr(v, n) for v in views]) for n in View.__dataclass_fields__})


def unstack_views(views: View) -> list[View]:
    """Part views along their first axis."""
    names = View.__dataclass_fields__
    count = range(len(views.square))
    return [View(**{n: np.asarray(getattr(views, n)[i]) for n in names}) for i in count]


def turned_image(
    turn: Float[np.ndarray, "2 2"], K: Float[np.ndarray, "3 3"]
) -> Float[np.ndarray, "3 3"]:
    """Map of pixels to those of the turned image."""
    whole = np.eye(3)
    whole[:2, :2] = turn
    return K @ whole @ np.linalg.inv(K)


def image_to_crop(view: View, K: Float[np.ndarray, "3 3"], size: int) -> Float[np.ndarray, "2 3"]:
    """Affine map from image pixels to crop pixels, for one view."""
    return to_crop(view.square, size) @ turned_image(view.turn, K)


def intrinsics_of(view: View, K: Float[np.ndarray, "3 3"], size: int) -> Float[np.ndarray, "3 3"]:
    """Intrinsics with which the camera sees the crop, for one view."""
    return crop_intrinsics(K, view.square, size)
