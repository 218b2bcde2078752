"""AMASS motions and those of the SMPL-X add-on: SMPL-X parameters by frame in an `.npz`.

Their world is mostly Z up, ours Y up. Turning the world by Q also moves the point about
which a body turns, its pelvis J, which the file does not hold; so a motion
becomes a clip only together with a body: `global_orient' = Q global_orient` and
`transl' = Q (transl + J) - J`, with J at rest for the motion's own betas.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from zipfile import BadZipFile

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from hmr.errors import InputError
from hmr.joints import SMPLX_BODY_22
from hmr.motion.clip import Clip, checked
from hmr.params import Params

NAMES = (*SMPLX_BODY_22, "head_top", "nose", "left_eye", "right_eye", "left_ear", "right_ear")
"""Joints of clips that come from a body."""
SLICES: dict[int, dict[str, slice]] = {
    165: {
        "global_orient": slice(0, 3),
        "body_pose": slice(3, 66),
        "jaw_pose": slice(66, 69),
        "leye_pose": slice(69, 72),
        "reye_pose": slice(72, 75),
        "left_hand_pose": slice(75, 120),
        "right_hand_pose": slice(120, 165),
    },
    156: {
        "global_orient": slice(0, 3),
        "body_pose": slice(3, 66),
        "left_hand_pose": slice(66, 111),
        "right_hand_pose": slice(111, 156),
    },
}
"""Where each parameter lies in `poses`, for SMPL-X (165) and SMPL-H (156)."""
PARTS = ("root_orient", "pose_body", "pose_jaw", "pose_eye", "pose_hand")
"""The same 165 numbers under AMASS's own keys, in order."""
Z_TO_Y_UP = torch.tensor([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])


@dataclass(frozen=True)
class Motion:
    """An `.npz` motion in the world of its file."""

    name: str
    fps: float
    params: Params
    """One batch axis of frames."""
    gender: str
    up: Literal["y", "z"]
    """Axis that points up in the file."""


def read_amass(path: Path, up: Literal["auto", "y", "z"] = "auto") -> Motion:
    """Read a motion.

    SMPL-H's shape space is not SMPL-X's, so motions of 156 numbers come with zero betas.

    Args:
        path: The file.
        up: Axis that points up in it; "auto" takes the one along which bodies stand.

    Raises:
        InputError: A key is missing or strange; names the file and the key.
    """
    values = _load(path)
    poses = _poses(values, path)
    trans = _key(values, ("trans", "transl"), path)
    fps = float(_key(values, ("mocap_frame_rate", "mocap_framerate", "fps"), path))
    if len(poses) == 0:
        raise InputError(f"{path}: holds zero frames; remove it")
    if trans.shape != (len(poses), 3):
        raise InputError(f"{path}: key 'trans' has shape {trans.shape}, not ({len(poses)}, 3)")
    disk = {name: poses[:, part] for name, part in SLICES[poses.shape[1]].items()}
    betas = _betas(values, poses.shape[1], path)
    disk |= {"transl": trans, "betas": np.tile(betas, (len(poses), 1))}
    params = Params.from_disk(disk, str(path))
    stands = params.global_orient[:, :, 1].mean(0)
    found = "y" if stands[1] > stands[2] else "z"
    return Motion(path.stem, fps, params, _gender(values), found if up == "auto" else up)


def clip_from(motion: Motion, body: Body, names: Sequence[str] = NAMES) -> Clip:
    """Turn the motion Y up and place the named joints with the body."""
    params = motion.params if motion.up == "y" else turned(motion.params, Z_TO_Y_UP, body)
    with torch.no_grad():
        positions = body.keypoints(params, names).cpu().numpy()
    return checked(Clip(motion.name, motion.fps, tuple(names), positions, params), motion.name)


def turned(params: Params, turn: Float[Tensor, "3 3"], body: Body) -> Params:
    """Turn the world about its origin, people with it."""
    standing = replace(Params.rest(*params.batch), betas=params.betas, kid_weight=params.kid_weight)
    pelvis = body.keypoints(standing, ["pelvis"])[..., 0, :]
    return replace(
        params,
        global_orient=turn @ params.global_orient,
        transl=(params.transl + pelvis) @ turn.T - pelvis,
    )


def _load(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except (ValueError, OSError, EOFError, BadZipFile) as error:
        raise InputError(f"{path}: not a readable npz ({str(error).splitlines()[0]})") from None


def _key(values: Mapping[str, np.ndarray], names: tuple[str, ...], path: Path) -> np.ndarray:
    for name in names:
        if name in values:
            return values[name]
    raise InputError(f"{path}: key '{names[0]}' is missing; it has {', '.join(values)}")


def _poses(values: Mapping[str, np.ndarray], path: Path) -> Float[np.ndarray, "frames numbers"]:
    if "poses" in values:
        poses = np.asarray(values["poses"], np.float32)
    else:
        parts = [np.asarray(_key(values, (part,), path), np.float32) for part in PARTS]
        if len({len(part) for part in parts}) != 1:
            raise InputError(f"{path}: keys {', '.join(PARTS)} differ in their number of frames")
        poses = np.concatenate(parts, 1)
    if poses.ndim != 2 or poses.shape[1] not in SLICES:
        raise InputError(f"{path}: key 'poses' has shape {poses.shape}, not (frames, 165 or 156)")
    return poses


def _betas(values: Mapping[str, np.ndarray], numbers: int, path: Path) -> Float[np.ndarray, "10"]:
    betas = np.zeros(10, np.float32)
    if numbers == 165 and "betas" in values:
        given = np.asarray(values["betas"], np.float32)
        if given.ndim != 1:
            raise InputError(f"{path}: key 'betas' has shape {given.shape}, not (components,)")
        betas[: len(given)] = given[:10]
    return betas


def _gender(values: Mapping[str, np.ndarray]) -> str:
    given = values.get("gender", np.array("neutral")).item()
    text = given.decode() if isinstance(given, bytes) else str(given)
    return text if text in ("male", "female") else "neutral"
