"""A pose in anatomical angles, and its way to SMPL-X's parameters.

An anatomical pose is one number a degree of freedom, in radians, named as a physician would:
`left_arm_forward`, `right_leg_knee`, `bend`. Both sides share a sense, so a limit or a
gesture is written once.

*Convention*: zero everywhere is a person standing with arms hanging and palms to the thighs.
A limb swings from hanging by the rotation vector with parts `forward` and `out` (so nothing
is singular there), after turning outward about its own length by `twist`. SMPL-X's own rest
is the T-pose with world-aligned joint frames: the left arm points along +X, the face along +Z.
"""

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.joints import SMPLX_55
from hmr.params import Params
from hmr.rotations import axis_angle_to_matrix

Degrees = Mapping[str, "float | np.ndarray"]
"""Angles by name, each a number or one number a frame; those left out are neutral."""

TRUNK_LIMITS: dict[str, tuple[float, float]] = {
    "root_pitch": (-np.pi, np.pi),
    "root_roll": (-np.pi, np.pi),
    "root_yaw": (-1e3, 1e3),
    "bend": (-0.5, 1.3),
    "lean": (-0.55, 0.55),
    "turn": (-0.8, 0.8),
    "nod": (-0.7, 0.7),
    "tilt": (-0.5, 0.5),
    "look": (-1.1, 1.1),
    "jaw": (0.0, 0.35),
    "gaze_side": (-0.4, 0.4),
    "gaze_down": (-0.25, 0.3),
    "lift": (0.0, 1.5),
}
"""`lift` is no angle: how far the body is off the ground, in metres."""
LIMB_LIMITS: dict[str, tuple[float, float]] = {
    "arm_shrug": (-0.1, 0.35),
    "arm_reach": (-0.3, 0.35),
    "arm_forward": (-0.9, 2.8),
    "arm_out": (-0.7, 2.7),
    "arm_twist": (-1.3, 1.2),
    "arm_elbow": (0.0, 2.45),
    "arm_pronate": (-1.4, 1.3),
    "arm_wrist": (-0.9, 1.0),
    "arm_deviate": (-0.4, 0.35),
    "leg_forward": (-0.5, 2.3),
    "leg_out": (-0.3, 1.0),
    "leg_twist": (-0.6, 1.5),
    "leg_knee": (0.0, 2.45),
    "leg_ankle": (-0.8, 0.5),
    "leg_invert": (-0.3, 0.3),
    "leg_toes": (-0.3, 0.8),
    "hand_curl": (0.0, 1.0),
    "hand_index": (0.0, 1.0),
    "hand_thumb": (0.0, 1.0),
    "hand_spread": (-0.1, 0.25),
}
"""Forward, outward, flexed and pronated are positive; fingers run from flat, 0, to a fist, 1."""
SIDES = ("left", "right")
LIMITS = {**TRUNK_LIMITS, **{f"{s}_{n}": lim for s in SIDES for n, lim in LIMB_LIMITS.items()}}
DOFS: tuple[str, ...] = tuple(LIMITS)
LOWER = np.array([LIMITS[name][0] for name in DOFS])
UPPER = np.array([LIMITS[name][1] for name in DOFS])
RELAXED: dict[str, float] = {
    "arm_out": 0.2,
    "arm_forward": 0.05,
    "arm_elbow": 0.25,
    "arm_pronate": 0.2,
    "hand_curl": 0.28,
    "hand_index": 0.2,
    "hand_thumb": 0.3,
    "leg_out": 0.05,
    "leg_twist": 0.1,
    "leg_knee": 0.04,
}
"""What a limb does when nothing is asked of it; the rest is zero."""
NEUTRAL = np.array([RELAXED.get(n.partition("_")[2], 0.0) for n in DOFS])
ELEVATION_LIMIT = {"arm": 2.8, "leg": 2.3}
"""How far a limb swings from hanging, whatever the direction."""
SPINE = {"spine1": 0.35, "spine2": 0.35, "spine3": 0.3}
NECK = {"neck": 0.5, "head": 0.5}
FINGERS = ("index", "middle", "ring", "pinky")
KNUCKLES = (1.35, 1.7, 1.05)
"""Angles of the three joints of a finger in a fist."""
FAN = {"index": 1.0, "middle": 0.15, "ring": -0.6, "pinky": -1.3}
Vector = tuple["Tensor | float", "Tensor | float", "Tensor | float"]
"""A rotation vector of a left limb; its mirror image changes the sign of y and z."""


def column(name: str) -> int:
    """Place of a degree of freedom in an array of poses."""
    return DOFS.index(name)


def assemble(degrees: Degrees, frames: int) -> Float[np.ndarray, "frames dofs"]:
    """Lay named angles out as an array; those left out are neutral."""
    poses = np.tile(NEUTRAL, (frames, 1))
    for name, value in degrees.items():
        poses[:, column(name)] = value
    return poses


def limited(poses: Float[np.ndarray, "frames dofs"]) -> Float[np.ndarray, "frames dofs"]:
    """Bring poses within what joints allow."""
    poses = np.clip(poses, LOWER, UPPER)
    for limb, most in ELEVATION_LIMIT.items():
        for side in SIDES:
            swing = [column(f"{side}_{limb}_{n}") for n in ("forward", "out")]
            elevation = np.linalg.norm(poses[:, swing], axis=1, keepdims=True)
            poses[:, swing] *= np.minimum(1, most / np.maximum(elevation, 1e-9))
    return poses


def joint_rotations(
    poses: Float[Tensor, "frames dofs"], hands: bool = True
) -> dict[str, Float[Tensor, "frames 3 3"]]:
    """Turn angles into SMPL-X's joint rotations by name; the pelvis' is `global_orient`."""
    of = dict(zip(DOFS, poses.unbind(-1), strict=True))
    vectors = _trunk(of)
    for side in SIDES:
        own = {n: of[f"{side}_{n}"] for n in LIMB_LIMITS}
        limbs = _leg(own) | _arm(own) | (_hand(own) if hands else {})
        sense = 1.0 if side == "left" else -1.0
        vectors |= {f"{side}_{n}": (x, sense * y, sense * z) for n, (x, y, z) in limbs.items()}
    # One call for all: small calls would cost more than the arithmetic.
    laid = [[torch.as_tensor(part).expand(len(poses)) for part in v] for v in vectors.values()]
    stacked = torch.stack([torch.stack(parts, -1) for parts in laid], 1)
    turns = dict(zip(vectors, axis_angle_to_matrix(stacked).unbind(1), strict=True))
    return _composed(turns)


def to_params(
    poses: Float[np.ndarray, "frames dofs"], transl: Float[np.ndarray, "frames 3"]
) -> Params:
    """Turn anatomical poses into SMPL-X parameters of mean shape."""
    turns = joint_rotations(torch.from_numpy(poses).float())
    still = torch.eye(3).expand(len(poses), 3, 3)
    full = torch.stack([turns.get(name, still) for name in SMPLX_55], 1)
    return from_full_pose(full, torch.from_numpy(transl).float())


def from_full_pose(
    full: Float[Tensor, "frames 55 3 3"], transl: Float[Tensor, "frames 3"]
) -> Params:
    """Lay rotations in SMPL-X's order out as parameters of mean shape: undoes `full_pose`."""
    rest = Params.rest(len(full))
    return Params(
        betas=rest.betas,
        expression=rest.expression,
        global_orient=full[:, 0],
        body_pose=full[:, 1:22],
        jaw_pose=full[:, 22],
        leye_pose=full[:, 23],
        reye_pose=full[:, 24],
        left_hand_pose=full[:, 25:40],
        right_hand_pose=full[:, 40:55],
        transl=transl,
        kid_weight=rest.kid_weight,
    )


def _composed(
    turns: dict[str, Float[Tensor, "frames 3 3"]],
) -> dict[str, Float[Tensor, "frames 3 3"]]:
    def product(*names: str) -> Float[Tensor, "frames 3 3"]:
        first, *others = (turns.pop(name) for name in names)
        for other in others:
            first = first @ other
        return first

    joints = {"pelvis": product("yaw", "pitch", "roll")}
    for side in SIDES:
        arm = product(f"{side}_arm_swing", f"{side}_arm_twist", f"{side}_arm_down")
        joints[f"{side}_shoulder"] = turns[f"{side}_collar"].mT @ arm
        joints[f"{side}_hip"] = product(f"{side}_hip_swing", f"{side}_hip_twist")
        joints[f"{side}_elbow"] = product(f"{side}_elbow_bend", f"{side}_elbow_turn")
        joints[f"{side}_wrist"] = product(f"{side}_wrist_turn", f"{side}_wrist_bend")
    return turns | joints


def _trunk(of: Mapping[str, Tensor]) -> dict[str, Vector]:
    eye = (of["gaze_down"], of["gaze_side"], 0.0)
    spine = {
        name: (of["bend"] * share, of["turn"] * share, -of["lean"] * share)
        for name, share in SPINE.items()
    }
    neck = {
        name: (of["nod"] * share, of["look"] * share, -of["tilt"] * share)
        for name, share in NECK.items()
    }
    root = {
        "yaw": (0.0, of["root_yaw"], 0.0),
        "pitch": (of["root_pitch"], 0.0, 0.0),
        "roll": (0.0, 0.0, -of["root_roll"]),
    }
    eyes = {f"{side}_eye_smplhf": eye for side in SIDES}
    return {**root, **spine, **neck, **eyes, "jaw": (of["jaw"], 0.0, 0.0)}


def _leg(of: Mapping[str, Tensor]) -> dict[str, Vector]:
    return {
        "hip_swing": (-of["leg_forward"], 0.0, of["leg_out"]),
        "hip_twist": (0.0, of["leg_twist"], 0.0),
        "knee": (of["leg_knee"], 0.0, 0.0),
        "ankle": (-of["leg_ankle"], 0.0, -of["leg_invert"]),
        "foot": (-of["leg_toes"], 0.0, 0.0),
    }


def _arm(of: Mapping[str, Tensor]) -> dict[str, Vector]:
    # SMPL-X rests in T-pose: the collar bone sinks as the arm hangs and rises as it goes up.
    elevation = (of["arm_forward"] ** 2 + of["arm_out"] ** 2 + 1e-6).sqrt()
    rise = of["arm_shrug"] + 0.2 * (elevation - 1.2).clamp(min=-1.0)
    ahead = of["arm_reach"] + 0.12 * of["arm_forward"].clamp(-0.6, 1.5)
    half = of["arm_pronate"] / 2
    return {
        "collar": (0.0, -ahead, rise),
        "arm_swing": (-of["arm_forward"], 0.0, of["arm_out"]),
        "arm_twist": (0.0, of["arm_twist"], 0.0),
        "arm_down": (0.0, 0.0, -np.pi / 2),
        "elbow_bend": (0.0, -of["arm_elbow"], 0.0),
        "elbow_turn": (half, 0.0, 0.0),
        "wrist_turn": (half, 0.0, 0.0),
        "wrist_bend": (0.0, -of["arm_deviate"], -of["arm_wrist"]),
    }


def _hand(of: Mapping[str, Tensor]) -> dict[str, Vector]:
    vectors: dict[str, Vector] = {}
    for finger in FINGERS:
        curl = of["hand_index"] if finger == "index" else of["hand_curl"]
        fan = -of["hand_spread"] * FAN[finger]
        for knuckle, angle in enumerate(KNUCKLES, 1):
            vectors[f"{finger}{knuckle}"] = (0.0, fan if knuckle == 1 else 0.0, -curl * angle)
    thumb = of["hand_thumb"]
    vectors["thumb1"] = (0.5 * thumb, 0.45 * thumb, -0.1 * thumb)
    vectors["thumb2"] = (0.0, 0.5 * thumb, -0.3 * thumb)
    vectors["thumb3"] = (0.0, 0.7 * thumb, -0.3 * thumb)
    return vectors
