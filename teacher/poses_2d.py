"""2D poses: what the teacher learns from, and how poses of any size are made comparable.

The teacher's plane: the root joint lies at (0, 0) and a person is as large as one whose
head-root length is 1 appears from a distance of 10 with focal length 1 (Chen et al., CVPR
2019, who scale so over a data set). The size of a single pose is taken from its long bones:
foreshortening only ever shortens a bone, so those that look longest against an adult's
tell how near the person is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.joints import H36M_17, convert, flip_order
from hmr.motion.clip import Clip

NAMES = H36M_17
"""The teacher's joints."""
ROOT = NAMES.index("pelvis")
DISTANCE = 10.0
"""Distance from the camera to the root, in head-root lengths."""
HEAD_ROOT = 0.65
"""An adult's head-root length, in metres."""
ADULT_BONES = {
    ("hip", "knee"): 0.42,
    ("knee", "ankle"): 0.41,
    ("shoulder", "elbow"): 0.29,
    ("elbow", "wrist"): 0.25,
    ("shoulder", "hip"): 0.49,
}
"""Bones that tell a person's size, in metres (after Drillis and Contini, 1966)."""
POWER = 4.0
"""Power of the mean over bones: the higher, the more the longest decide."""
STAND_INS = (
    ("pelvis",),
    ("left_hip", "right_hip"),
    ("left_hip",),
    ("right_hip",),
    ("neck",),
    ("left_shoulder", "right_shoulder"),
)
"""Where the root is taken to be: the first of these whose joints are all visible."""


@dataclass(frozen=True)
class Poses2D:
    """Tracks of 2D poses of `NAMES` on the teacher's plane; each track one person and one view."""

    joints: Float[Tensor, "tracks frames joints 2"]
    visible: Float[Tensor, "tracks frames joints"]
    """1 where the joint is known, else 0."""

    def __len__(self) -> int:
        """Count the tracks."""
        return len(self.joints)

    def learned(self) -> tuple[str, ...]:
        """Name the joints that are known at least once."""
        ever = self.visible.flatten(0, 1).amax(0) > 0
        return tuple(name for name, known in zip(NAMES, ever.tolist(), strict=True) if known)


@dataclass(frozen=True)
class Normalised:
    """Poses on the teacher's plane, and the way back: `root + unit * joints`."""

    joints: Float[Tensor, "*batch joints 2"]
    """Zero where not visible."""
    root: Float[Tensor, "*batch 2"]
    unit: Float[Tensor, "*batch"]


def normalise(
    joints: Float[Tensor, "*batch joints 2"], visible: Float[Tensor, "*batch joints"]
) -> Normalised:
    """Bring poses of any place and size to the teacher's plane, by what is visible of them."""
    joints = torch.where(visible.unsqueeze(-1) > 0, joints, 0)
    root = root_of(joints, visible)
    centred = (joints - root.unsqueeze(-2)) * visible.unsqueeze(-1)
    unit = size_of(centred, visible) * DISTANCE
    return Normalised(centred / unit[..., None, None], root, unit)


def root_of(
    joints: Float[Tensor, "*batch joints 2"], visible: Float[Tensor, "*batch joints"]
) -> Float[Tensor, "*batch 2"]:
    """Find the root, or what stands in for it; the mean of all that is visible in need."""
    weights = visible / visible.sum(-1, keepdim=True).clamp_min(1)
    for names in reversed(STAND_INS):
        chosen = visible.new_zeros(len(NAMES))
        chosen[[NAMES.index(name) for name in names]] = 1.0 / len(names)
        there = (visible * chosen).sum(-1, keepdim=True) > 0.999
        weights = torch.where(there, chosen, weights)
    return (weights.unsqueeze(-1) * joints).sum(-2)


def size_of(
    joints: Float[Tensor, "*batch joints 2"], visible: Float[Tensor, "*batch joints"]
) -> Float[Tensor, "*batch"]:
    """Length that the person's head-root distance would have, seen from the side."""
    first, second, adult = (tensor.to(joints.device) for tensor in _BONES)
    ratios = (joints[..., first, :] - joints[..., second, :]).square().sum(-1) + 1e-12
    ratios = ratios.sqrt() * HEAD_ROOT / adult.to(joints)
    known = visible[..., first] * visible[..., second]
    powers = (known * ratios**POWER).sum(-1) / known.sum(-1).clamp_min(1)
    # Without a single long bone the spread of the joints has to do: about half a head-root length.
    spread = (joints.square().sum(-1) * visible).sum(-1) / visible.sum(-1).clamp_min(1)
    by_spread = 2 * (spread + 1e-12).sqrt()
    by_bones = powers.clamp_min(1e-24) ** (1 / POWER)
    return torch.where(known.sum(-1) > 0, by_bones, by_spread).clamp_min(1e-6)


def _bones() -> tuple[Tensor, Tensor, Tensor]:
    sides = [(s, pair, metres) for s in ("left", "right") for pair, metres in ADULT_BONES.items()]
    ends = [[NAMES.index(f"{s}_{joint}") for joint in pair] for s, pair, _ in sides]
    first, second = torch.tensor(ends).T
    return first, second, torch.tensor([metres for *_, metres in sides])


_BONES = _bones()
FLIP = torch.from_numpy(flip_order(NAMES))
"""Order of the joints after mirroring."""


def mirrored(joints: Float[Tensor, "*batch joints d"]) -> Float[Tensor, "*batch joints d"]:
    """Mirror points left to right, on the plane or in space; left joints become right ones."""
    signs = joints.new_ones(joints.shape[-1])
    signs[0] = -1
    return joints[..., FLIP.to(joints.device), :] * signs


@dataclass(frozen=True)
class Cameras:
    """How random cameras stand around a person; angles in degrees, distances in metres."""

    elevation: Sequence[float] = (-10.0, 30.0)
    """Height of the camera over the person's pelvis, as an angle."""
    distance: Sequence[float] = (3.0, 8.0)
    roll: float = 3.0
    """Standard deviation."""


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
    in_camera = np.einsum("vij,vtnj->vtni", turns, centred)
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
    tracks: int,
    gap: float,
    cameras: Cameras,
    rng: np.random.Generator,
) -> Poses2D:
    """Photograph people in motion: pairs of moments, each pair by a camera of its own.

    Only 2D leaves this function.

    Args:
        clips: The motions; longer ones are drawn more often.
        tracks: Number of pairs.
        gap: Longest time between the two moments, in seconds.
        cameras: Where they stand.
        rng: Source of all randomness.
    """
    seconds = np.array([len(clip) / clip.fps for clip in clips])
    drawn = rng.multinomial(tracks, seconds / seconds.sum())
    counted = zip(clips, drawn.tolist(), strict=True)
    parts = [_pairs(clip, n, gap, cameras, rng) for clip, n in counted if n]
    joints, visible = (torch.cat(column) for column in zip(*parts, strict=True))
    return Poses2D(normalise(joints, visible).joints, visible)


def _pairs(
    clip: Clip, count: int, gap: float, cameras: Cameras, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    points, known = known_joints(clip)
    first = rng.integers(0, len(clip), count)
    later = first + np.round(rng.uniform(0, gap, count) * clip.fps).astype(int)
    frames = np.stack([first, np.minimum(later, len(clip) - 1)], 1)
    in_camera = seen_by(points[frames].astype(np.float64), cameras, rng)
    plane = in_camera[..., :2] / np.maximum(in_camera[..., 2:], 0.5)
    return torch.from_numpy(plane).float(), torch.from_numpy(known[frames]).float()
