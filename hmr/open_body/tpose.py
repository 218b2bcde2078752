"""SMPL-X's T-pose, out of Anny's rest pose.

Every limb of every body is turned to one and the same direction, so what is left between bodies
is shape. The trunk and the head stay as they are: their posture belongs to the shape. Skin keeps
its volume on the way, since Anny's people are sculpted with their arms down.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32
from scipy.spatial.transform import Rotation

from hmr.joints import SMPLX_55
from hmr.open_body.bending import Bend, lost
from hmr.open_body.skeleton import FINGERS, parents
from hmr.open_body.skinning import pose

PELVIS = np.array([0.0, -0.35, 0.0], dtype=np.float32)
"""Where the pelvis of every body lies: SMPL-X's origin is at the height of the chest."""

# Directions of the left side; the right side mirrors them.
_COLLAR = (1.0, 0.1, -0.14)
_UPPER_ARM = (1.0, -0.08, -0.08)
_FOREARM = (1.0, 0.0, 0.0)
_HAND = (1.0, 0.0, 0.0)
_THIGH = (0.06, -1.0, -0.02)
_SHIN = (-0.02, -1.0, -0.06)
_FOOT = (0.12, 0.0, 1.0)
_BACK_OF_HAND = (0.0, 1.0, 0.0)
_ELBOW_HINGE = (0.0, -1.0, 0.0)
_FINGER_SPREAD = {"index": 0.10, "middle": 0.0, "ring": -0.09, "pinky": -0.19}
"""Angle of each straight finger towards the thumb, in radians."""

Vectors = Float[np.ndarray, "n 3"]
Turns = Float[np.ndarray, "n 3 3"]


def to_t_pose(
    vertices: Float32[np.ndarray, "n v 3"],
    joints: Float32[np.ndarray, "n 55 3"],
    weights: Float32[np.ndarray, "v 55"],
    bends: Sequence[Bend] = (),
) -> tuple[Float32[np.ndarray, "n v 3"], Float32[np.ndarray, "n 55 3"]]:
    """Pose bodies of any shape into the same T-pose, pelvis on pelvis.

    Args:
        vertices: Bodies in Anny's rest pose.
        joints: Their joints.
        weights: Skinning weights.
        bends: Joints whose skin keeps its volume.
    """
    turns = t_pose_turns(joints)
    posed, placed = pose(vertices, joints, turns, weights)
    for bend in bends:
        parent = turns[:, parents()[bend.joint]]
        rotations = Rotation.from_matrix(parent.mT @ turns[:, bend.joint]).as_rotvec()
        filled = lost(bend.offsets(vertices), bend.shares, rotations)
        posed[:, bend.vertices] += np.einsum("nij,nvj->nvi", parent, filled)
    shift = PELVIS - placed[:, :1]
    return posed + shift, placed + shift


def t_pose_turns(joints: Float32[np.ndarray, "n 55 3"]) -> Float32[np.ndarray, "n 55 3 3"]:
    """Rotation of each joint's part of the body, in the world's axes."""
    turns = np.tile(np.eye(3, dtype=np.float32), (len(joints), len(SMPLX_55), 1, 1))
    at = {name: joints[:, i].astype(np.float64) for i, name in enumerate(SMPLX_55)}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        mirror = np.array([sign, 1.0, 1.0])
        here = {name.removeprefix(f"{side}_"): p for name, p in at.items() if side in name}
        for part, turn in (_leg(here, mirror) | _arm(here, mirror)).items():
            turns[:, SMPLX_55.index(f"{side}_{part}")] = turn
    return turns


def _leg(at: dict[str, Vectors], mirror: Float[np.ndarray, " 3"]) -> dict[str, Turns]:
    forward = at["foot"] - at["ankle"]
    forward[:, 1] = 0
    foot = _turn_onto(forward, mirror * _FOOT)
    return {
        "hip": _turn_onto(at["knee"] - at["hip"], mirror * _THIGH),
        "knee": _turn_onto(at["ankle"] - at["knee"], mirror * _SHIN),
        "ankle": foot,
        "foot": foot,
    }


def _arm(at: dict[str, Vectors], mirror: Float[np.ndarray, " 3"]) -> dict[str, Turns]:
    upper, fore = at["elbow"] - at["shoulder"], at["wrist"] - at["elbow"]
    # Mirrored, a cross product points the other way.
    hinge = np.cross(upper, fore) * mirror[0]
    across = at["index1"] - at["pinky1"]
    along = at["middle1"] - at["wrist"]
    back = np.cross(across, along) * mirror[0]
    hand = _frames(mirror * _HAND, np.array(_BACK_OF_HAND)) @ _frames(along, back).mT
    return {
        "collar": _turn_onto(at["shoulder"] - at["collar"], mirror * _COLLAR),
        "shoulder": _frames(mirror * _UPPER_ARM, np.array(_ELBOW_HINGE)) @ _frames(upper, hinge).mT,
        "elbow": _frames(mirror * _FOREARM, np.array(_ELBOW_HINGE)) @ _frames(fore, hinge).mT,
        "wrist": hand,
        **_fingers(at, mirror, hand),
    }


def _fingers(
    at: dict[str, Vectors], mirror: Float[np.ndarray, " 3"], hand: Turns
) -> dict[str, Turns]:
    turns = {f"thumb{knuckle}": hand for knuckle in (1, 2, 3)}
    for finger in FINGERS:
        if finger == "thumb":
            continue
        angle = _FINGER_SPREAD[finger]
        target = mirror * (np.cos(angle), 0.0, np.sin(angle))
        bones = [at[f"{finger}{k + 1}"] - at[f"{finger}{k}"] for k in (1, 2)]
        # The last bone has no joint at its end and goes on as the one before it bends.
        bones.append(2 * bones[1] / _length(bones[1]) - bones[0] / _length(bones[0]))
        for knuckle, bone in enumerate(bones, 1):
            flat = np.einsum("nij,nj->ni", hand, bone)
            turns[f"{finger}{knuckle}"] = _turn_onto(flat, target) @ hand
    return turns


def _length(vectors: Vectors) -> Float[np.ndarray, "n 1"]:
    return np.linalg.norm(vectors, axis=-1, keepdims=True)


def _frames(along: Float[np.ndarray, "*n 3"], up: Float[np.ndarray, "*n 3"]) -> np.ndarray:
    """Frames whose columns are a direction, what of `up` is square to it, and their product."""
    first = along / np.linalg.norm(along, axis=-1, keepdims=True)
    second = up - (up * first).sum(-1, keepdims=True) * first
    second = second / np.linalg.norm(second, axis=-1, keepdims=True)
    return np.stack([first, second, np.cross(first, second)], axis=-1)


def _turn_onto(source: Vectors, target: Float[np.ndarray, " 3"]) -> Turns:
    """Shortest rotations that take directions onto one direction."""
    source = source / _length(source)
    goal = np.broadcast_to(target / np.linalg.norm(target), source.shape)
    axis = np.cross(source, goal)
    x, y, z = axis.T
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(-1, 3, 3)
    cosine = (source * goal).sum(-1)[:, None, None]
    return np.eye(3) + cross + cross @ cross / (1 + cosine)
