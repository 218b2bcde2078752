"""SMPL-X's 55 joints, found in Anny's 163 bones."""

import re

import numpy as np
from jaxtyping import Float32

from hmr.joints import PARENTS, SMPLX_55

SIDES = {"left": "L", "right": "R"}
FINGERS = {"thumb": 1, "index": 2, "middle": 3, "ring": 4, "pinky": 5}
"""Anny's number of each finger."""

TRUNK = ("pelvis", "spine1", "spine2", "spine3")
"""Joints among which the trunk's weights are dealt out by height."""

_TRUNK_BONES = r"root|pelvis\.[LR]|spine0\d|breast\.[LR]"
_LIMB_BONES = {
    "hip": r"upperleg0\d",
    "knee": r"lowerleg0\d",
    "ankle": r"foot",
    "foot": r"toe\d-\d",
    "collar": r"clavicle|shoulder01",
    "shoulder": r"upperarm0\d",
    "elbow": r"lowerarm0\d",
    "wrist": r"wrist|metacarpal\d",
    **{
        f"{finger}{knuckle}": rf"finger{number}-{knuckle}"
        for finger, number in FINGERS.items()
        for knuckle in (1, 2, 3)
    },
}
_HEAD_BONES = {
    "neck": r"neck0\d",
    # The lower lip hangs from the jaw by bones of its own.
    "jaw": r"jaw|special04|oris0[1267](\.[LR])?|tongue\d\d(\.[LR])?",
    "left_eye_smplhf": r"eye\.L",
    "right_eye_smplhf": r"eye\.R",
}
_UPPER_LIP_BONES = r"oris06"

_PLACES: dict[str, dict[str, float]] = {
    "pelvis": {"spine04": 1.0},
    "spine1": {"spine03": 0.6, "spine02": 0.4},
    "spine2": {"spine02": 0.5, "spine01": 0.5},
    "spine3": {"spine01": 1.0},
    "neck": {"neck01": 1.0},
    "head": {"head": 1.0},
    "jaw": {"jaw": 1.0},
}
"""Where joints of the middle lie: weights over heads of bones."""


def joint_of_bone(bone: str) -> str:
    """Name the joint that takes over a bone's weights; the trunk's are named "trunk"."""
    if re.fullmatch(_TRUNK_BONES, bone):
        return "trunk"
    if bone != _UPPER_LIP_BONES:
        for joint, pattern in _HEAD_BONES.items():
            if re.fullmatch(pattern, bone):
                return joint
    for joint, pattern in _LIMB_BONES.items():
        for side, letter in SIDES.items():
            if re.fullmatch(rf"({pattern})\.{letter}", bone):
                return f"{side}_{joint}"
    return "head"


def parents() -> list[int]:
    """Return the index of each joint's parent; -1 for the pelvis."""
    above = [PARENTS[name] for name in SMPLX_55]
    return [-1 if name is None else SMPLX_55.index(name) for name in above]


def place_joints(
    bones: Float32[np.ndarray, "n b 3"], bone_names: tuple[str, ...]
) -> Float32[np.ndarray, "n 55 3"]:
    """Place the joints of bodies whose bones are known, in the same pose."""
    weights = np.zeros((len(SMPLX_55), len(bone_names)), dtype=np.float32)
    for row, name in zip(weights, SMPLX_55, strict=True):
        for bone, weight in _place(name).items():
            row[bone_names.index(bone)] = weight
    return np.einsum("jb,nbk->njk", weights, bones)


def _place(joint: str) -> dict[str, float]:
    if joint in _PLACES:
        return _PLACES[joint]
    side, part = joint.split("_", 1)
    letter, other = SIDES[side], "R" if side == "left" else "L"
    if part == "hip":
        # MakeHuman's bone begins at the neck of the femur, outside of the hip's centre.
        return {f"upperleg01.{letter}": 0.92, f"upperleg01.{other}": 0.08}
    if part == "foot":
        return {f"toe{toe}-1.{letter}": 0.2 for toe in range(1, 6)}
    return {f"{_first_bone(part)}.{letter}": 1.0}


def _first_bone(part: str) -> str:
    firsts = {
        "knee": "lowerleg01",
        "ankle": "foot",
        "collar": "clavicle",
        "shoulder": "upperarm01",
        "elbow": "lowerarm01",
        "wrist": "wrist",
        "eye_smplhf": "eye",
    }
    return firsts.get(part) or f"finger{FINGERS[part[:-1]]}-{part[-1]}"
