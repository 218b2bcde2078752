"""A stick figure that walks, so that tests need neither motion capture nor the generator."""

import numpy as np
import torch

from hmr.motion.clip import Clip
from teacher.poses_2d import NAMES, ROOT
from teacher.projection import known_joints

CMU_NAMES = (
    *("pelvis", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"),
    *("spine2", "neck", "head", "left_shoulder", "right_shoulder"),
    *("left_elbow", "right_elbow", "left_wrist", "right_wrist"),
)


def walking(frames: int = 40, size: float = 1.0, speed: float = 6.0, name: str = "walk") -> Clip:
    """Walk on the spot, facing +Z."""
    swing = 0.5 * np.sin(speed * np.arange(frames) / 30)
    places = {
        **{"pelvis": _at(frames, 0, 0.95, 0), "spine2": _at(frames, 0, 1.2, 0)},
        **{"neck": _at(frames, 0, 1.48, 0), "head": _at(frames, 0, 1.58, 0.02)},
    }
    for side, x in (("left", 1), ("right", -1)):
        hip, shoulder = _at(frames, 0.1 * x, 0.92, 0), _at(frames, 0.18 * x, 1.43, 0)
        knee = hip + _hanging(0.42, x * swing + 0.2)
        elbow = shoulder + _hanging(0.29, -x * swing)
        places |= {f"{side}_hip": hip, f"{side}_shoulder": shoulder}
        places |= {f"{side}_knee": knee, f"{side}_elbow": elbow}
        places[f"{side}_ankle"] = knee + _hanging(0.41, x * swing - 0.3)
        places[f"{side}_wrist"] = elbow + _hanging(0.25, -x * swing + 0.4)
    positions = size * np.stack([places[n] for n in CMU_NAMES], 1)
    return Clip(name, 30.0, CMU_NAMES, positions.astype(np.float32))


def standing(bend: float = 0.0) -> torch.Tensor:
    """A person who stands upright and faces the camera; knees `bend` towards it."""
    places = {
        **{"pelvis": (0, 0, 0), "spine1": (0, -0.15, 0), "spine2": (0, -0.3, 0)},
        **{"spine3": (0, -0.45, 0), "neck": (0, -0.7, 0), "head": (0, -0.8, 0)},
        **{"nose": (0, -0.85, -0.1), "head_top": (0, -1.0, 0)},
    }
    # Facing the camera, the person's left is on the right of the image.
    for side, x in (("left", 1), ("right", -1)):
        places |= {
            f"{side}_hip": (0.15 * x, 0, 0),
            f"{side}_knee": (0.15 * x, 0.6, -bend),
            f"{side}_ankle": (0.15 * x, 1.2, 0),
            f"{side}_foot": (0.15 * x, 1.25, -0.15),
            f"{side}_collar": (0.08 * x, -0.65, 0),
            f"{side}_shoulder": (0.25 * x, -0.7, 0),
            f"{side}_elbow": (0.25 * x, -0.3, 0),
            f"{side}_wrist": (0.25 * x, 0.1, 0),
            f"{side}_eye": (0.03 * x, -0.88, -0.08),
            f"{side}_ear": (0.08 * x, -0.86, 0),
        }
    return torch.tensor([[places[name] for name in NAMES]], dtype=torch.float32)


def from_the_front(clip: Clip) -> tuple[torch.Tensor, torch.Tensor]:
    """The teacher's joints about the pelvis with +Y down, and which of them are known."""
    points, known = known_joints(clip)
    points = torch.from_numpy(points * np.array([1, -1, 1], np.float32))
    return points - points[:, ROOT : ROOT + 1], torch.from_numpy(known)


def _at(frames: int, x: float, y: float, z: float) -> np.ndarray:
    return np.tile([x, y, z], (frames, 1)).astype(float)


def _hanging(length: float, angle: np.ndarray) -> np.ndarray:
    return length * np.stack([0 * angle, -np.cos(angle), np.sin(angle)], -1)
