"""What anything that recovers people from images offers to evaluation and prediction."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, UInt8

from hmr.cameras import Camera
from hmr.params import Params


@dataclass(frozen=True)
class Prediction:
    """People recovered from one image."""

    params: Params
    """One person a row; in the camera frame (world = camera)."""
    camera: Camera
    """The image's camera, with identity R and zero t."""
    scores: Float[np.ndarray, " people"]
    """Confidence of each person, from 0 to 1."""


@runtime_checkable
class Predictor(Protocol):
    """Recovers the people in boxes of an image."""

    def predict(
        self,
        image: UInt8[np.ndarray, "h w 3"],
        boxes: Float[np.ndarray, "people 4"],
        K: Float[np.ndarray, "3 3"] | None = None,
    ) -> Prediction:
        """Recover one person a box.

        Args:
            image: The whole image, RGB.
            boxes: Boxes x0, y0, x1, y1 around each person, in pixels.
            K: Intrinsics in pixels; guessed from the image's size when unknown.
        """
        ...
