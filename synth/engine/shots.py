"""Exposures: how long the shutter is open, how wide the lens, how still the hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from hmr.errors import InputError
from synth.render.blur import Blur

Number = float | int
SENSOR = 0.036
"""Width of the sensor that focal lengths are told for, in metres."""
SHAKE = 0.06
"""Standard deviation of a hand's turn, in radians a second."""


@dataclass(frozen=True)
class Shots:
    """What blurs pictures: plain values, checked once. Sharp by default."""

    f_number: Sequence[Number] | None = None
    """Least and greatest f-number of the lens, for depth of field; all is sharp if None."""
    shutter: Sequence[Number] | None = None
    """Least and greatest time that the shutter is open, in seconds, for motion blur."""
    samples: int = 24
    """Sharp pictures that a blurred one is the mean of."""

    def __post_init__(self) -> None:
        for key, values in (("f_number", self.f_number), ("shutter", self.shutter)):
            if values is None:
                continue
            two = isinstance(values, Sequence) and len(values) == 2
            if not (two and 0 < values[0] <= values[1]):
                raise InputError(f"camera.{key}={values}: a least and a greatest, above 0")
        if self.samples < 1:
            raise InputError(f"camera.blur_samples={self.samples}: must be 1 or more")

    def draw(
        self, rng: np.random.Generator, focal: float, width: int, depths: Float[np.ndarray, " n"]
    ) -> Blur | None:
        """Draw an exposure that has one of the people in focus; None if all is to be sharp.

        Args:
            rng: Source of all choices.
            focal: Focal length, in pixels.
            width: Of the image, in pixels.
            depths: Of the people, along the camera's z axis, in metres.
        """
        if self.f_number is None and self.shutter is None:
            return None
        focus = float(rng.choice(depths)) if len(depths) else 5.0
        aperture, shutter = 0.0, 0.0
        if self.f_number is not None:
            aperture = (
                focal / width * SENSOR / float(rng.uniform(self.f_number[0], self.f_number[1]))
            )
        if self.shutter is not None:
            shutter = float(rng.uniform(self.shutter[0], self.shutter[1]))
        x, y, z = (float(turn) for turn in rng.normal(0, SHAKE, 3))
        return Blur(self.samples, aperture, max(focus, 0.3), shutter, (x, y, z))
