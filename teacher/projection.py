"""Motion as cameras see it: tracks of 2D poses. Only 2D leaves `project_clips`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from hmr.joints import convert
from hmr.motion.clip import Clip
from teacher.detector import Detector, as_detected
from teacher.poses_2d import NAMES, ROOT, Poses2D, normalise


@dataclass(frozen=True)
class Cameras:
    """How random cameras stand around a person; angles in degrees, distances in metres."""

    elevation: Sequence[float] = (-10.0, 30.0)
    """Height of the camera over the person's pelvis, as an angle."""
    distance: Sequence[float] = (3.0, 8.0)
    roll: float = 3.0
    """Standard deviation."""


@dataclass(frozen=True)
class Sampling:
    """Which moments of motion become tracks."""

    tracks: int = 50_000
    frames: int = 2
    gap: float = 0.5
    """With two frames: the longest time between them, in seconds; it is random."""
    fps: float = 30.0
    """With more frames: they follow each other at this rate."""


def known_joints(
    clip: Clip,
) -> tuple[Float[np.ndarray, "frames joints 3"], Float[np.ndarray, "frames joints"]]:
    """The teacher's joints of a clip, and which of them it has (1) or lacks (0)."""
    everything = np.ones(clip.positions.shape[:2], np.float32)
    return convert(clip.positions.astype(np.float32), everything, clip.joint_names, NAMES)


def seen_by(
    points: Float[np.ndarray, "views frames joints 3"], cameras: Cameras, rng: np.random.Generator
) -> Float[np.ndarray, "views frames joints 3"]:
    """Take world points to the frames of random cameras, each aimed at a person's pelvis.

    All frames of a view share a camera; it is aimed at the pelvis of the first.
    """
    views = len(points)
    yaw = rng.uniform(-np.pi, np.pi, views)
    pitch = np.radians(rng.uniform(cameras.elevation[0], cameras.elevation[1], views))
    roll = np.radians(rng.normal(0, cameras.roll, views))
    turns = _turn("z", roll) @ np.diag([1.0, -1, -1]) @ _turn("x", pitch) @ _turn("y", yaw)
    centred = points - points[:, :1, ROOT : ROOT + 1]
    in_camera = centred @ turns[:, None].swapaxes(-1, -2).astype(points.dtype)
    in_camera[..., 2] += rng.uniform(cameras.distance[0], cameras.distance[1], views)[:, None, None]
    return in_camera


def _turn(axis: str, angles: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n 3 3"]:
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    turns = np.tile(np.eye(3), (len(angles), 1, 1))
    turns[:, i, i] = turns[:, j, j] = np.cos(angles)
    turns[:, i, j], turns[:, j, i] = -np.sin(angles), np.sin(angles)
    return turns


def project_clips(
    clips: Sequence[Clip],
    sampling: Sampling,
    cameras: Cameras,
    rng: np.random.Generator,
    detector: Detector | None = None,
) -> Poses2D:
    """Photograph people in motion, each track by a camera of its own.

    Only 2D leaves this function.

    Args:
        clips: The motions; longer ones are drawn more often.
        sampling: How many tracks, and which moments they hold.
        cameras: Where they stand.
        rng: Source of all randomness.
        detector: What finds the joints in the pictures; left out: their true places.
    """
    seconds = np.array([len(clip) / clip.fps for clip in clips])
    drawn = rng.multinomial(sampling.tracks, seconds / seconds.sum())
    counted = zip(clips, drawn.tolist(), strict=True)
    parts = [_filmed(clip, n, sampling, cameras, rng, detector) for clip, n in counted if n]
    return Poses2D(torch.cat([p.joints for p in parts]), torch.cat([p.visible for p in parts]))


def _filmed(
    clip: Clip,
    count: int,
    sampling: Sampling,
    cameras: Cameras,
    rng: np.random.Generator,
    detector: Detector | None,
) -> Poses2D:
    points, known = known_joints(clip)
    frames = moments(len(clip), clip.fps, count, sampling, rng)
    in_camera = seen_by(points[frames], cameras, rng)
    plane = torch.from_numpy(in_camera[..., :2] / np.maximum(in_camera[..., 2:], 0.5)).float()
    visible = torch.from_numpy(known[frames]).float()
    poses = Poses2D(normalise(plane, visible).joints, visible)
    if detector is None:
        return poses
    # Beyond two frames time goes on even where a clip has ended.
    passed = np.diff(frames, axis=1) / clip.fps if sampling.frames == 2 else 1 / sampling.fps
    return as_detected(poses, detector, rng, passed)


def moments(
    length: int, fps: float, count: int, sampling: Sampling, rng: np.random.Generator
) -> Int[np.ndarray, "count frames"]:
    """Draw the frames of tracks from a clip of this length; its last stands in for any beyond."""
    if sampling.frames == 1:
        return rng.integers(0, length, (count, 1))
    if sampling.frames == 2:
        first = rng.integers(0, length, count)
        later = first + np.round(rng.uniform(0, sampling.gap, count) * fps).astype(int)
        return np.minimum(np.stack([first, later], 1), length - 1)
    steps = np.round(np.arange(sampling.frames) * fps / sampling.fps).astype(int)
    first = rng.integers(0, max(1, length - steps[-1]), count)
    return np.minimum(first[:, None] + steps, length - 1)
