"""A lens between the pinhole picture that is drawn and the image that is kept.

The renderer draws straight lines. For a camera with distortion it draws a larger
pinhole picture (`Lens.window` of the ideal image plane), and each pixel of the image
takes what lies there in the direction that the lens bends to the pixel's centre:
colour between its four neighbours, in linear light; ids, depth and normals from the one
pixel hit. All maps and masks go through the same table, so they agree pixel for pixel.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Float64, Int32, UInt8

from hmr.cameras import Camera
from hmr.distortion import distort
from hmr.errors import InputError
from synth.render.colours import LINEAR, encoded
from synth.render.frustum import Window
from synth.render.passes import Passes
from synth.scenes.lenses import centres, check_lens, named, rays_of, straight_centres, unfolded

WIDEST = 3
"""The pinhole picture may be so many times as wide and high as the image."""
BLOCK = 32
"""Pixels that the pinhole picture's sides are multiples of, so that few sizes occur."""
_FINE = 4095
"""Steps of linear light in the table that turns it back into sRGB."""


@dataclass(frozen=True, eq=False)
class Lens:
    """Where the pixels of one camera's image lie in its pinhole picture."""

    camera: Camera
    width: int
    height: int
    window: Window
    """Of the ideal image plane: what has to be drawn."""
    places: Float32[np.ndarray, "h w 2"]
    """Of the pixels' centres, x and y from the window's corner."""
    cells: Int32[np.ndarray, "h w"]
    """The window's pixel that each lies in, counted row by row."""
    frame: Bool[np.ndarray, "window_h window_w"]
    """The window's pixels that land in the image."""

    @property
    def pinhole(self) -> Camera:
        """The camera whose image is the window; it stands where the bent one does."""
        shift = torch.tensor([self.window.x, self.window.y], dtype=self.camera.K.dtype)
        K = self.camera.K.clone()
        K[:2] -= shift[:, None] * K[2]
        return replace(self.camera, K=K, distortion=None)

    def warp(self, passes: Passes) -> Passes:
        """Turn the pinhole picture and its maps into the image and its maps."""
        normals = None if passes.normals is None else self.pick(passes.normals)
        ids, depth = self.pick(passes.ids), self.pick(passes.depth)
        return replace(
            passes, image=self.blend(passes.image), ids=ids, depth=depth, normals=normals
        )

    def pick(self, over_window: np.ndarray) -> np.ndarray:
        """Take a map over the window to the image, each value as it is."""
        flat = over_window.reshape(-1, *over_window.shape[2:])
        return flat[self.cells]

    def blend(self, image: UInt8[np.ndarray, "window_h window_w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """Take an sRGB picture over the window to the image."""
        x, y = np.moveaxis(self.places - 0.5, -1, 0)
        light = cv2.remap(LINEAR[image], x, y, cv2.INTER_LINEAR)
        return _encoding()[np.rint(light * _FINE).astype(np.uint16)]

    def shows(self, rays: Float[np.ndarray, "n 2"]) -> Bool[np.ndarray, " n"]:
        """Tell which rays (x, y, 1) the lens draws once, before its picture turns round."""
        return unfolded(rays, _numbers(self.camera))


def lens_of(camera: Camera, width: int, height: int) -> Lens | None:
    """Find the lens of a camera's image; None for a pinhole.

    Raises:
        InputError: The lens folds the image, or would need a far larger picture.
    """
    if camera.distortion is None:
        return None
    K = tuple(camera.K.double().numpy(force=True).ravel().tolist())
    table = _table(K, tuple(_numbers(camera).tolist()), width, height)
    return Lens(camera, width, height, *table)


@lru_cache(maxsize=8)
def _table(
    K: tuple[float, ...], numbers: tuple[float, ...], width: int, height: int
) -> tuple[Window, Float32[np.ndarray, "h w 2"], Int32[np.ndarray, "h w"], np.ndarray]:
    matrix, lens = np.reshape(K, (3, 3)), np.array(numbers)
    check_lens(matrix, lens, width, height)
    ideal = straight_centres(width, height, matrix, lens)
    lower = np.floor(ideal.min((0, 1))).astype(int) - 1
    across, down = (np.ceil(ideal.max((0, 1))).astype(int) + 1 - lower).tolist()
    size = [-(-across // BLOCK) * BLOCK, -(-down // BLOCK) * BLOCK]
    if size[0] > WIDEST * width + BLOCK or size[1] > WIDEST * height + BLOCK:
        raise InputError(f"{named(lens)}: needs a picture of {size[0]}x{size[1]} pixels; bend less")
    window = Window(int(lower[0]), int(lower[1]), *size)
    places = ideal - lower
    column, row = np.moveaxis(places.astype(np.int32), -1, 0)
    frame = lands_inside(window, matrix, lens, width, height)
    return window, places.astype(np.float32), row * size[0] + column, frame


def lands_inside(
    window: Window,
    K: Float[np.ndarray, "3 3"],
    numbers: Float[np.ndarray, "5"],
    width: int,
    height: int,
) -> Bool[np.ndarray, "window_h window_w"]:
    """Tell which pixels of the ideal plane the lens draws inside the image."""
    flat = centres(window.x, window.y, window.width, window.height).reshape(-1, 2)
    rays = rays_of(flat, K)
    drawn = distort(torch.from_numpy(rays), torch.from_numpy(numbers)).numpy()
    pixels = drawn @ K[:2, :2].T + K[:2, 2]
    inside = (pixels >= 0).all(1) & (pixels < [width, height]).all(1) & unfolded(rays, numbers)
    return inside.reshape(window.height, window.width)


def _numbers(camera: Camera) -> Float64[np.ndarray, "5"]:
    if camera.distortion is None:
        return np.zeros(5)
    return camera.distortion.double().numpy(force=True)


@lru_cache(maxsize=1)
def _encoding() -> UInt8[np.ndarray, " levels"]:
    """Level of sRGB of each step of linear light."""
    return np.rint(255 * encoded(np.arange(_FINE + 1) / _FINE)).astype(np.uint8)
