"""A clip of motion: where the joints of one person are, frame by frame."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.errors import InputError
from hmr.joints import mapping
from hmr.params import ROTATIONS, Params
from hmr.rotations import axis_angle_to_matrix, matrix_to_axis_angle

LEG_SHARE = 0.491
"""Thigh and shank as a share of stature (Drillis and Contini, 1966)."""
STATURE = (0.45, 2.5)
"""Shortest (an infant) and tallest person a file may hold, in metres."""
REACH = 2.0
"""Largest extent of a person in any one frame, as a multiple of stature."""


@dataclass(frozen=True)
class Clip:
    """Motion of one person, in the world frame (+Y up, metres)."""

    name: str
    """What tells this clip from others; decides its split."""
    fps: float
    """Frames a second."""
    joint_names: tuple[str, ...]
    """SMPL-X's names, and `head_top` for the crown."""
    positions: Float[np.ndarray, "frames joints 3"]
    """Joint positions."""
    params: Params | None = None
    """SMPL-X parameters, one batch axis of frames, where the source has them."""

    def __len__(self) -> int:
        """Count the frames."""
        return len(self.positions)


def select(clip: Clip, names: Sequence[str]) -> Clip:
    """Keep the named joints, in the given order.

    Raises:
        InputError: The clip lacks one of them; the message names clip and joints.
    """
    order = mapping(clip.joint_names, names)
    if (order < 0).any():
        missing = ", ".join(n for n, i in zip(names, order, strict=True) if i < 0)
        raise InputError(f"{clip.name}: no joint {missing}; it has {', '.join(clip.joint_names)}")
    return replace(clip, joint_names=tuple(names), positions=clip.positions[:, order])


def shared_names(clips: Sequence[Clip]) -> tuple[str, ...]:
    """Name the joints that every clip has, in the order of the first."""
    common = set.intersection(*(set(clip.joint_names) for clip in clips))
    return tuple(name for name in clips[0].joint_names if name in common)


def resample(clip: Clip, fps: float) -> Clip:
    """Change the frame rate; positions go straight and rotations along geodesics between frames."""
    frames = max(1, round((len(clip) - 1) / clip.fps * fps) + 1)
    when = np.minimum(np.arange(frames) * (clip.fps / fps), len(clip) - 1)
    before = np.minimum(when.astype(int), max(0, len(clip) - 2))
    after = np.minimum(before + 1, len(clip) - 1)
    share = (when - before).astype(clip.positions.dtype)
    first, second = clip.positions[before], clip.positions[after]
    positions = first + share[:, None, None] * (second - first)
    params = clip.params and _between(clip.params, before, after, torch.from_numpy(share).float())
    return replace(clip, fps=fps, positions=positions, params=params)


def window(clip: Clip, start: int, frames: int) -> Clip:
    """Cut out some frames."""
    part = slice(start, start + frames)
    params = clip.params and clip.params.index(part)
    return replace(clip, positions=clip.positions[part], params=params)


def stature(clip: Clip) -> float:
    """Estimate the person's height from the length of the legs."""
    return _leg(clip) / LEG_SHARE


def checked(clip: Clip, source: object) -> Clip:
    """Return the clip if it may be a person.

    Raises:
        InputError: No frames, numbers that are not finite, or nobody's size; names the source.
    """
    if len(clip) == 0:
        raise InputError(f"{source}: holds zero frames; remove it")
    if not np.isfinite(clip.positions).all():
        raise InputError(f"{source}: holds joint positions that are not finite; remove it")
    if not np.isfinite(clip.fps) or clip.fps <= 0:
        raise InputError(f"{source}: frame rate {clip.fps} is not a positive number")
    height = stature(clip)
    if not STATURE[0] <= height <= STATURE[1]:
        raise InputError(f"{source}: the person would be {height:.3g} m tall; is the unit right?")
    extent = np.ptp(clip.positions, axis=1).max()
    if extent > REACH * height:
        raise InputError(
            f"{source}: a person {height:.2f} m tall extends over {extent:.3g} m in one frame"
        )
    return clip


def _leg(clip: Clip) -> float:
    chain = [f"{s}_{j}" for s in ("left", "right") for j in ("hip", "knee", "ankle")]
    joints = select(clip, chain).positions.reshape(len(clip), 2, 3, 3)
    return float(np.median(np.linalg.norm(np.diff(joints, axis=2), axis=-1).sum(-1)))


def _between(
    params: Params, before: np.ndarray, after: np.ndarray, share: Float[Tensor, " frames"]
) -> Params:
    mixed = {}
    for field in fields(Params):
        values = getattr(params, field.name)
        first, second = values[before], values[after]
        weight = share.to(values).reshape(-1, *[1] * (values.ndim - 1))
        if field.name in ROTATIONS:
            turn = matrix_to_axis_angle(first.mT @ second)
            mixed[field.name] = first @ axis_angle_to_matrix(turn * weight[..., 0])
        else:
            mixed[field.name] = first + weight * (second - first)
    return Params(**mixed)
