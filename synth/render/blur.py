"""Depth of field and motion: the mean of many sharp pictures.

Each is seen from another point of the lens, at another moment of the exposure: the accumulation
buffer of Haeberli and Akeley ("The Accumulation Buffer: Hardware Support for High-Quality
Rendering", SIGGRAPH 1990). Labels are those of the middle of lens and exposure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from hmr.cameras import Camera
from hmr.rotations import axis_angle_to_matrix

GOLDEN = np.pi * (3 - np.sqrt(5))


@dataclass(frozen=True)
class Blur:
    """What an exposure takes in besides one sharp moment."""

    samples: int = 24
    """Pictures that are averaged."""
    aperture: float = 0.0
    """Diameter of the lens's opening, in metres: focal length divided by f-number."""
    focus: float = 5.0
    """Distance along the camera's z axis at which everything is sharp, in metres."""
    shutter: float = 0.0
    """Seconds for which it is open."""
    shake: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Turn of the camera in its own frame, in radians a second."""


def moments(camera: Camera, blur: Blur) -> Iterator[tuple[Camera, float]]:
    """List the cameras and moments, in seconds from the middle, that are averaged."""
    for i in range(blur.samples):
        share = (i + 0.5) / blur.samples
        # Sunflower seeds fill the lens evenly; the moments go round in another order.
        radius, turn = 0.5 * blur.aperture * np.sqrt(share), i * GOLDEN
        offset = radius * np.array([np.cos(turn), np.sin(turn)])
        time = blur.shutter * ((i * 0.6180339887 + 0.5) % 1 - 0.5)
        yield _moved(camera, offset, time, blur), time


def _moved(camera: Camera, offset: np.ndarray, time: float, blur: Blur) -> Camera:
    """Shift a camera in its own plane, and its picture so that what is in focus stays."""
    aside = torch.tensor([*offset, 0.0]).to(camera.t)
    turn = axis_angle_to_matrix(torch.tensor(blur.shake).to(camera.t) * time)
    K = camera.K.clone()
    K[:2, 2] += (K[:2, :2] @ aside[:2]) / blur.focus
    return replace(camera, K=K, R=turn @ camera.R, t=turn @ camera.t - aside)
