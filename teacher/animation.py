"""A track to look at: the 2D input, and the lifted skeleton from the side and walked around."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image as PillowImage

from hmr.drawing import Image, draw_skeleton, fit_into, write_text
from hmr.errors import InputError

SIDE = 480
"""Height of a panel, in pixels."""
WIDEST = 854
REACH = 1.15
"""Half of what a panel shows, in metres."""
ELEVATION = np.radians(12)
"""From how far above the skeleton is looked at."""
ROUND = 8.0
"""Seconds in which the turning view goes around."""
GROUND = 38
LABEL = (70, 70, 70)


def view(
    points: Float[np.ndarray, "joints 3"],
    scores: Float[np.ndarray, " joints"],
    names: Sequence[str],
    azimuth: float,
    floor: float,
) -> UInt8[np.ndarray, "side side 3"]:
    """Draw a skeleton from a camera walked around it, orthographically.

    Args:
        points: Camera axes, in metres about the pelvis.
        scores: Joints of score 0 are left out.
        names: What the joints are.
        azimuth: How far the camera walked to its right, in radians.
        floor: How far below the pelvis the feet usually are, in metres.
    """
    ring = np.linspace(0, 2 * np.pi, 49)
    scale, centre = SIDE / 2 / REACH, np.array([SIDE / 2, SIDE / 2])
    panel = np.full((SIDE, SIDE, 3), GROUND, np.uint8)
    for radius in (0.25, 0.5):
        circle = radius * np.stack([np.cos(ring), 0 * ring, np.sin(ring)], -1)
        around = _walked(circle + np.array([0, floor, 0]), azimuth) * scale + centre
        edges = [np.rint(around * 16).astype(np.int32)]
        cv2.polylines(panel, edges, True, (90, 90, 90), 1, cv2.LINE_AA, 4)
    return draw_skeleton(panel, _walked(points, azimuth) * scale + centre, scores, names)


def _walked(points: Float[np.ndarray, "n 3"], azimuth: float) -> Float[np.ndarray, "n 2"]:
    x = np.cos(azimuth) * points[:, 0] + np.sin(azimuth) * points[:, 2]
    z = np.cos(azimuth) * points[:, 2] - np.sin(azimuth) * points[:, 0]
    return np.stack([x, np.cos(ELEVATION) * points[:, 1] - np.sin(ELEVATION) * z], -1)


def picture(
    image: Image,
    joints_2d: Float[np.ndarray, "joints 2"],
    given: Float[np.ndarray, " joints"],
    joints_3d: Float[np.ndarray, "joints 3"],
    confidence: Float[np.ndarray, " joints"],
    names: Sequence[str],
    seconds: float,
    floor: float,
) -> UInt8[np.ndarray, "h3 w3 3"]:
    """Lay one frame out: input, from the right-hand side, walked around.

    Args:
        image: The video's frame, or an empty one.
        joints_2d: Pixels of it.
        given: Joints of score 0 were not given.
        joints_3d: Camera axes, in metres about the pelvis.
        confidence: Joints of confidence 0 are left out.
        names: What the joints are.
        seconds: Since the track began.
        floor: How far below the pelvis the feet usually are, in metres.
    """
    left = _small(draw_skeleton(image, joints_2d, given, names))
    beside = view(joints_3d, confidence, names, np.pi / 2, floor)
    turning = view(joints_3d, confidence, names, 2 * np.pi * seconds / ROUND, floor)
    beside = write_text(beside, "lift, from its right-hand side", (6, 24), LABEL)
    turning = write_text(turning, "lift, walked around", (6, 24), LABEL)
    return np.concatenate([write_text(left, "2D input", (6, 24), LABEL), beside, turning], 1)


def _small(image: Image) -> UInt8[np.ndarray, "h2 w2 3"]:
    width = min(WIDEST, max(2, round(image.shape[1] * SIDE / image.shape[0] / 2) * 2))
    return fit_into(image, width, SIDE, GROUND)


def write_animation(path: Path, pictures: Iterable[Image], fps: float) -> None:
    """Write pictures of one size as mp4 or gif, as the name says, whole or not at all.

    Raises:
        InputError: OpenCV here cannot write mp4.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".unfinished-{path.name}")
    write = _write_gif if path.suffix == ".gif" else _write_mp4
    try:
        write(temporary, iter(pictures), fps)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write_mp4(path: Path, pictures: Iterator[Image], fps: float) -> None:
    first = next(pictures)
    code = cv2.VideoWriter.fourcc(*"mp4v")
    film = cv2.VideoWriter(str(path), code, float(fps), first.shape[1::-1])
    if not film.isOpened():
        raise InputError(f"{path}: OpenCV cannot write mp4 here; set stage.animation=gif")
    for image in itertools.chain([first], pictures):
        film.write(np.ascontiguousarray(image[..., ::-1]))
    film.release()


def _write_gif(path: Path, pictures: Iterator[Image], fps: float) -> None:
    """Write at half the size and at most 25 frames a second; gif knows hundredths of seconds."""
    every = max(1, round(fps / 25))
    chosen = itertools.islice(pictures, 0, None, every)
    half = (PillowImage.fromarray(image[::2, ::2]).quantize(64) for image in chosen)
    first = next(half)
    duration = round(1000 * every / fps)
    first.save(path, save_all=True, append_images=half, duration=duration, loop=0)
