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
import roma
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.joints import SMPLX_55
from hmr.params import Params

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
    "leg_forward": (-0.5, 2.1),
    "leg_out": (-0.3, 1.0),
    "leg_twist": (-0.6, 0.8),
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
ELEVATION_LIMIT = {"arm": 2.8, "leg": 2.1}
"""How far a limb swings from hanging, whatever the direction."""
SPINE = {"spine1": 0.35, "spine2": 0.35, "spine3": 0.3}
NECK = {"neck": 0.5, "head": 0.5}
FINGERS = ("index", "middle", "ring", "pinky")
KNUCKLES = (1.35, 1.7, 1.05)
"""Angles of the three joints of a finger in a fist."""
FAN = {"index": 1.0, "middle": 0.15, "ring": -0.6, "pinky": -1.3}
MIRROR = torch.tensor([-1.0, 1.0, 1.0])


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
    poses: Float[Tensor, "frames dofs"],
) -> dict[str, Float[Tensor, "frames 3 3"]]:
    """Turn angles into SMPL-X's joint rotations by name; the pelvis' is `global_orient`."""
    of = dict(zip(DOFS, poses.unbind(-1), strict=True))
    turns = {"pelvis": _root(of), "jaw": _turn(of["jaw"], 0, 0)}
    for name, share in SPINE.items():
        turns[name] = _turn(of["bend"] * share, of["turn"] * share, -of["lean"] * share)
    for name, share in NECK.items():
        turns[name] = _turn(of["nod"] * share, of["look"] * share, -of["tilt"] * share)
    for side in SIDES:
        own = {n: of[f"{side}_{n}"] for n in LIMB_LIMITS}
        limb = _leg(own) | _arm(own) | _hand(own)
        mirrored = {n: r if side == "left" else _mirror(r) for n, r in limb.items()}
        turns |= {f"{side}_{n}": r for n, r in mirrored.items()}
        turns[f"{side}_eye_smplhf"] = _turn(of["gaze_down"], of["gaze_side"], 0)
    return turns


def to_params(
    poses: Float[np.ndarray, "frames dofs"], transl: Float[np.ndarray, "frames 3"]
) -> Params:
    """Turn anatomical poses into SMPL-X parameters of mean shape."""
    turns = joint_rotations(torch.from_numpy(poses).float())
    still = torch.eye(3).expand(len(poses), 3, 3)
    full = torch.stack([turns.get(name, still) for name in SMPLX_55], 1)
    rest = Params.rest(len(poses))
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
        transl=torch.from_numpy(transl).float(),
        kid_weight=rest.kid_weight,
    )


def hanging(
    forward: Float[Tensor, " frames"],
    out: Float[Tensor, " frames"],
    twist: Float[Tensor, " frames"],
) -> Float[Tensor, "frames 3 3"]:
    """Rotation of a left limb that hangs down at zero."""
    return _turn(-forward, 0, out) @ _turn(0, twist, 0)


def _root(of: Mapping[str, Tensor]) -> Float[Tensor, "frames 3 3"]:
    yaw, tumble = _turn(0, of["root_yaw"], 0), _turn(of["root_pitch"], 0, 0)
    return yaw @ tumble @ _turn(0, 0, -of["root_roll"])


def _leg(of: Mapping[str, Tensor]) -> dict[str, Float[Tensor, "frames 3 3"]]:
    return {
        "hip": hanging(of["leg_forward"], of["leg_out"], of["leg_twist"]),
        "knee": _turn(of["leg_knee"], 0, 0),
        "ankle": _turn(-of["leg_ankle"], 0, -of["leg_invert"]),
        "foot": _turn(-of["leg_toes"], 0, 0),
    }


def _arm(of: Mapping[str, Tensor]) -> dict[str, Float[Tensor, "frames 3 3"]]:
    # The collar bone takes its share once the arm is well off the side.
    elevation = (of["arm_forward"] ** 2 + of["arm_out"] ** 2 + 1e-6).sqrt()
    rise = of["arm_shrug"] + 0.22 * (elevation - 0.5).clamp(min=0)
    ahead = of["arm_reach"] + 0.12 * of["arm_forward"].clamp(-0.6, 1.5)
    collar = _turn(0, -ahead, rise)
    down = _turn(0, 0, torch.full_like(rise, -np.pi / 2))
    arm = hanging(of["arm_forward"], of["arm_out"], of["arm_twist"]) @ down
    half = of["arm_pronate"] / 2
    return {
        "collar": collar,
        "shoulder": collar.mT @ arm,
        "elbow": _turn(0, -of["arm_elbow"], 0) @ _turn(half, 0, 0),
        "wrist": _turn(half, 0, 0) @ _turn(0, -of["arm_deviate"], -of["arm_wrist"]),
    }


def _hand(of: Mapping[str, Tensor]) -> dict[str, Float[Tensor, "frames 3 3"]]:
    turns = {}
    for finger in FINGERS:
        curl = of["hand_index"] if finger == "index" else of["hand_curl"]
        fan = -of["hand_spread"] * FAN[finger]
        for knuckle, angle in enumerate(KNUCKLES, 1):
            side = fan if knuckle == 1 else torch.zeros_like(fan)
            turns[f"{finger}{knuckle}"] = _turn(0, side, -curl * angle)
    thumb = of["hand_thumb"]
    turns["thumb1"] = _turn(0.5 * thumb, 0.45 * thumb, -0.1 * thumb)
    turns["thumb2"] = _turn(0, 0.5 * thumb, -0.3 * thumb)
    turns["thumb3"] = _turn(0, 0.7 * thumb, -0.3 * thumb)
    return turns


def _turn(
    x: "Tensor | float", y: "Tensor | float", z: "Tensor | float"
) -> Float[Tensor, "frames 3 3"]:
    like = next(part for part in (x, y, z) if isinstance(part, Tensor))
    vector = [
        part if isinstance(part, Tensor) else torch.full_like(like, part) for part in (x, y, z)
    ]
    return roma.rotvec_to_rotmat(torch.stack(vector, -1))


def _mirror(turn: Float[Tensor, "frames 3 3"]) -> Float[Tensor, "frames 3 3"]:
    mirror = MIRROR.to(turn)
    return mirror[:, None] * turn * mirror
