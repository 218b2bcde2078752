"""Square crops of people, and what a crop remembers of its image.

A crop is the square box around a person, resampled to a fixed size. Pixels as
in `hmr.cameras`: (0, 0) is the corner, so crops and images map corner to corner.
"""

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from hmr.sample import Box

MARGIN = 1.2
"""Side of the square over the longer side of the person's box (as SPIN and its heirs do)."""


def square_around(box: Box, margin: float = MARGIN) -> Float[np.ndarray, "3"]:
    """Centre x, centre y and side, in pixels, of the square around a box."""
    x0, y0, x1, y1 = box
    return np.array([(x0 + x1) / 2, (y0 + y1) / 2, max(x1 - x0, y1 - y0, 1.0) * margin])


def to_crop(square: Float[np.ndarray, "3"], size: int) -> Float[np.ndarray, "2 3"]:
    """Affine map from image pixels to crop pixels."""
    cx, cy, side = square
    scale = size / side
    return np.array([[scale, 0, size / 2 - scale * cx], [0, scale, size / 2 - scale * cy]])


def crop(
    image: UInt8[np.ndarray, "h w 3"], square: Float[np.ndarray, "3"], size: int
) -> UInt8[np.ndarray, "size size 3"]:
    """Cut the square out of the image; black beyond the image's edges."""
    return warp(image, to_crop(square, size), size)


def warp(
    image: UInt8[np.ndarray, "h w *channels"], affine: Float[np.ndarray, "2 3"], size: int
) -> UInt8[np.ndarray, "size size *channels"]:
    """Take the image to a crop by an affine map of pixels; black beyond the image's edges."""
    scale = float(np.sqrt(abs(np.linalg.det(affine[:, :2]))))
    if scale < 0.5:
        # Averaging first keeps a strong reduction from aliasing.
        factor = int(0.5 / scale) + 1
        image = _shrunk(image, factor)
        affine = affine * np.array([factor, factor, 1])
    # OpenCV puts pixel centres at whole numbers, the project at halves.
    start = affine @ np.array([0.5, 0.5, 1.0]) - 0.5
    moved = np.concatenate([affine[:, :2], start[:, None]], 1)
    return np.asarray(cv2.warpAffine(image, moved, (size, size), flags=cv2.INTER_LINEAR))


def _shrunk(
    image: UInt8[np.ndarray, "h w *channels"], factor: int
) -> UInt8[np.ndarray, "h2 w2 *channels"]:
    height, width = image.shape[0] // factor, image.shape[1] // factor
    whole = image[: height * factor, : width * factor]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))


def crop_intrinsics(
    K: Float[np.ndarray, "3 3"], square: Float[np.ndarray, "3"], size: int
) -> Float[np.ndarray, "3 3"]:
    """Intrinsics with which the camera sees the crop."""
    return np.vstack([to_crop(square, size), [0, 0, 1]]) @ K


def place_in_image(
    K: Float[np.ndarray, "3 3"], square: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "3"]:
    """Where the crop lies in the full view: direction of its centre, and its side, over focal.

    CLIFF (Li et al., ECCV 2022): a crop alone cannot tell how a person is turned to the camera.
    """
    cx, cy, side = square
    return np.array([(cx - K[0, 2]) / K[0, 0], (cy - K[1, 2]) / K[1, 1], side / K[0, 0]])
