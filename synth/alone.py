"""A person as if nothing else were there: their depth in the image, and how much is cut off."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64

from hmr.cameras import Camera
from synth.lens import Lens
from synth.render.frustum import NEAR, Window, extrinsics
from synth.render.renderer import Renderer
from synth.render.scene import Surface

LARGEST_WINDOW = 4096
"""Pixels of a side; a larger silhouette is measured at reduced resolution."""

Rectangle = Int64[np.ndarray, "4"]
"""x0, y0, x1, y1 in whole pixels."""


@dataclass(frozen=True)
class Alone:
    """A person alone."""

    x: int
    """First column in the image of the rectangle that holds them."""
    y: int
    """First row."""
    depth: Float32[np.ndarray, "h w"]
    """Over that rectangle; 0 outside the silhouette. Empty for who is not in the image."""
    truncation: float


OUT_OF_SIGHT = Alone(0, 0, np.zeros((0, 0), np.float32), 1.0)


def render_alone(
    renderer: Renderer,
    surfaces: Sequence[Surface],
    camera: Camera,
    size: tuple[int, int],
    lens: Lens | None = None,
) -> Alone:
    """Render a person alone, inside the frame and as far beyond as they reach.

    Args:
        renderer: Of any size.
        surfaces: The person's.
        camera: That sees them.
        size: Width and height of the image.
        lens: Of the camera, if it has one.
    """
    image = np.array([0, 0, *size])
    drawn = image if lens is None else _corners(lens.window)
    box = reach(surfaces, camera, size, drawn)
    inner = None if box is None else within(box, drawn)
    if box is None or inner is None:
        return OUT_OF_SIGHT
    step = -(-int((box[2:] - box[:2]).max()) // LARGEST_WINDOW)
    full = renderer.silhouette(surfaces, camera, window_of(box, step))
    x0, y0, x1, y1 = inner - np.tile(box[:2], 2)
    part = full.depth[y0:y1, x0:x1]
    if step > 1:
        part = renderer.silhouette(surfaces, camera, window_of(inner)).depth
    whole = int(np.count_nonzero(full.depth)) * step**2
    if lens is None:
        inside = int(np.count_nonzero(part))
        x, y = int(inner[0]), int(inner[1])
    else:
        inside = int(np.count_nonzero(part[_within_window(lens.frame, inner, lens.window)]))
        x, y, part = bend(part, inner, lens)
    return Alone(x, y, part, max(1 - inside / whole, 0.0) if whole else 1.0)


def bend(
    part: Float32[np.ndarray, "h w"], box: Rectangle, lens: Lens
) -> tuple[int, int, Float32[np.ndarray, "bent_h bent_w"]]:
    """Take a part of the ideal plane to the image, cut to what is there: column, row, depth."""
    over_window = np.zeros((lens.window.height, lens.window.width), np.float32)
    _within_window(over_window, box, lens.window)[:] = part
    depth = lens.pick(over_window)
    rows, columns = np.flatnonzero(depth.any(1)), np.flatnonzero(depth.any(0))
    if not len(rows):
        return 0, 0, OUT_OF_SIGHT.depth
    x, y = int(columns[0]), int(rows[0])
    return x, y, depth[y : rows[-1] + 1, x : columns[-1] + 1]


def window_of(box: Rectangle, step: int = 1) -> Window:
    """Make a window of a box, at reduced resolution if asked."""
    width, height = (box[2:] - box[:2]).tolist()
    return Window(int(box[0]), int(box[1]), -(-width // step), -(-height // step), step)


def reach(
    surfaces: Sequence[Surface], camera: Camera, size: tuple[int, int], drawn: Rectangle
) -> Rectangle | None:
    """Find the box that holds a person's silhouette on the ideal image plane.

    It ends one frame beyond the image on each side (and with what is drawn, if that is more),
    and is that large for a person of whom a part is behind the camera. None if all of them is
    behind, or beyond.
    """
    width, height = size
    most = np.array([-width, -height, 2 * width, 2 * height])
    most = np.concatenate([np.minimum(most[:2], drawn[:2]), np.maximum(most[2:], drawn[2:])])
    vertices = np.concatenate([surface.vertices for surface in surfaces])
    pixel_world = camera.K.double().numpy(force=True) @ extrinsics(camera)[:3]
    # Single precision errs by a thousandth of a pixel, for which there is a pixel of room.
    x, y, z = pixel_world[:, :3].astype(np.float32) @ vertices.T + pixel_world[:, 3:].astype("f4")
    if z.min() <= NEAR:
        return None if z.max() <= NEAR else most
    return within(around(x / z, y / z), most)


def within(box: Rectangle, limits: Rectangle) -> Rectangle | None:
    """Cut a box; None if nothing is left."""
    cut = np.concatenate([np.maximum(box[:2], limits[:2]), np.minimum(box[2:], limits[2:])])
    return cut if (cut[2:] > cut[:2]).all() else None


def around(x: Float32[np.ndarray, " n"], y: Float32[np.ndarray, " n"]) -> Rectangle:
    """Find the whole pixels around positions, and one more on each side."""
    far = 1e9  # Keeps a grazing projection within integers.
    lower = np.floor([x.min(), y.min()]) - 1
    upper = np.ceil([x.max(), y.max()]) + 1
    return np.clip(np.concatenate([lower, upper]), -far, far).astype(np.int64)


def _corners(window: Window) -> Rectangle:
    return np.array([window.x, window.y, window.x + window.width, window.y + window.height])


def _within_window(over_window: np.ndarray, box: Rectangle, window: Window) -> np.ndarray:
    x0, y0, x1, y1 = box - np.tile([window.x, window.y], 2)
    return over_window[y0:y1, x0:x1]
