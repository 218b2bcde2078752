"""Joints by name, in the conventions of the field.

A convention is a tuple of names. Names are SMPL-X's own wherever the sense
agrees, so two conventions meet by matching names; the few joints that other
conventions define apart (``head_top``, ``thorax`` ...) are written as means of
SMPL-X joints in `APPROXIMATIONS`.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from smplx.joint_names import JOINT_NAMES

SMPLX_ALL: tuple[str, ...] = tuple(JOINT_NAMES)
"""All 144 joints that smplx returns: 55, then 21 of the surface, then 68 of the face."""
SMPLX_55 = SMPLX_ALL[:55]
SMPLX_BODY_22 = SMPLX_ALL[:22]
SMPL_24 = (*SMPLX_BODY_22, "left_hand", "right_hand")

COCO_17 = (
    *("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
    *("left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist"),
    *("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"),
)
OCHUMAN_19 = (
    *("right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist"),
    *("right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle"),
    *("head_top", "neck", "right_ear", "left_ear", "nose", "right_eye", "left_eye"),
)
CROWDPOSE_14 = (
    *("left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist"),
    *("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"),
    *("head_top", "neck"),
)
LSP_14 = (
    *("right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle"),
    *("right_wrist", "right_elbow", "right_shoulder", "left_shoulder", "left_elbow", "left_wrist"),
    *("neck", "head_top"),
)
H36M_17 = (
    *("pelvis", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle"),
    *("spine2", "neck", "nose", "head_top"),
    *("left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist"),
)
OPENPOSE_25 = (
    *("nose", "neck", "right_shoulder", "right_elbow", "right_wrist"),
    *("left_shoulder", "left_elbow", "left_wrist", "pelvis"),
    *("right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle"),
    *("right_eye", "left_eye", "right_ear", "left_ear"),
    *("left_big_toe", "left_small_toe", "left_heel"),
    *("right_big_toe", "right_small_toe", "right_heel"),
)

CONVENTIONS: dict[str, tuple[str, ...]] = {
    "smplx_144": SMPLX_ALL,
    "smplx_55": SMPLX_55,
    "smplx_22": SMPLX_BODY_22,
    "smpl_24": SMPL_24,
    "coco_17": COCO_17,
    "h36m_17": H36M_17,
    "openpose_25": OPENPOSE_25,
    "crowdpose_14": CROWDPOSE_14,
    "ochuman_19": OCHUMAN_19,
    "lsp_14": LSP_14,
}

APPROXIMATIONS: dict[str, tuple[str, ...]] = {
    "pelvis": ("left_hip", "right_hip"),
    "neck": ("left_shoulder", "right_shoulder"),
    "left_hand": ("left_index1", "left_middle1", "left_ring1", "left_pinky1"),
    "right_hand": ("right_index1", "right_middle1", "right_ring1", "right_pinky1"),
}
"""Joints that may stand as the mean of others where a convention lacks them."""

PARENTS: dict[str, str | None] = {
    "pelvis": None,
    **{f"{side}_hip": "pelvis" for side in ("left", "right")},
    "spine1": "pelvis",
    **{f"{side}_knee": f"{side}_hip" for side in ("left", "right")},
    "spine2": "spine1",
    **{f"{side}_ankle": f"{side}_knee" for side in ("left", "right")},
    "spine3": "spine2",
    **{f"{side}_foot": f"{side}_ankle" for side in ("left", "right")},
    "neck": "spine3",
    **{f"{side}_collar": "spine3" for side in ("left", "right")},
    "head": "neck",
    **{f"{side}_shoulder": f"{side}_collar" for side in ("left", "right")},
    **{f"{side}_elbow": f"{side}_shoulder" for side in ("left", "right")},
    **{f"{side}_wrist": f"{side}_elbow" for side in ("left", "right")},
    "jaw": "head",
    **{f"{side}_eye_smplhf": "head" for side in ("left", "right")},
    **{
        f"{side}_{finger}{n}": f"{side}_{finger}{n - 1}" if n > 1 else f"{side}_wrist"
        for side in ("left", "right")
        for finger in ("index", "middle", "pinky", "ring", "thumb")
        for n in (1, 2, 3)
    },
}
"""Parent of each of the 55 joints."""

BONES: tuple[tuple[str, str], ...] = (
    *((f"{s}_hip", f"{s}_knee") for s in ("left", "right")),
    *((f"{s}_knee", f"{s}_ankle") for s in ("left", "right")),
    *((f"{s}_ankle", f"{s}_foot") for s in ("left", "right")),
    *((f"{s}_shoulder", f"{s}_elbow") for s in ("left", "right")),
    *((f"{s}_elbow", f"{s}_wrist") for s in ("left", "right")),
    *(("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")),
    *((f"{s}_shoulder", f"{s}_hip") for s in ("left", "right")),
    *(("pelvis", "spine2"), ("spine2", "neck"), ("neck", "nose"), ("neck", "head_top")),
    *(("nose", "left_eye"), ("nose", "right_eye"), ("left_eye", "left_ear")),
    ("right_eye", "right_ear"),
)
"""Lines to draw between joints, whatever the convention: draw those whose ends exist."""


def mirrored(name: str) -> str:
    """Name the joint on the other side of the body."""
    if name.startswith("left_"):
        return "right_" + name.removeprefix("left_")
    return "left_" + name.removeprefix("right_") if name.startswith("right_") else name


def flip_order(names: Sequence[str]) -> Int[np.ndarray, " n"]:
    """Order in which joints appear after the image is mirrored."""
    return np.array([list(names).index(mirrored(name)) for name in names])


def mapping(source: Sequence[str], target: Sequence[str]) -> Int[np.ndarray, " n"]:
    """Index into the source of each target joint; -1 where the source lacks it."""
    place = {name: i for i, name in enumerate(source)}
    return np.array([place.get(name, -1) for name in target], dtype=np.int64)


def blend(source: Sequence[str], target: Sequence[str]) -> Float[np.ndarray, "target source"]:
    """Weights that take joints of one convention to another, by name or approximation.

    A row of zeros marks a joint that the source cannot give.
    """
    place = {name: i for i, name in enumerate(source)}
    weights = np.zeros((len(target), len(source)))
    for row, name in zip(weights, target, strict=True):
        wanted = (name,) if name in place else APPROXIMATIONS.get(name, ())
        found = [place[n] for n in wanted if n in place]
        if found and len(found) == len(wanted):
            row[found] = 1 / len(found)
    return weights


def convert(
    joints: Float[np.ndarray, "*batch source d"],
    scores: Float[np.ndarray, "*batch source"],
    source: Sequence[str],
    target: Sequence[str],
) -> tuple[Float[np.ndarray, "*batch target d"], Float[np.ndarray, "*batch target"]]:
    """Take joints with scores to another convention; what cannot be had has score 0.

    The score of an approximated joint is the lowest among those it is the mean of.
    """
    weights = blend(source, target).astype(joints.dtype)
    known = np.where((scores > 0)[..., None], joints, 0)
    lowest = np.where(weights > 0, scores[..., None, :], np.inf).min(-1)
    return weights @ known, np.where(np.isfinite(lowest), lowest, 0).astype(scores.dtype)
