"""2D poses: what the teacher learns from, and how poses of any size are made comparable.

The teacher's plane: the root joint lies at (0, 0) and a person is as large as one whose
head-root length is 1 appears from a distance of 10 with focal length 1 (Chen et al., CVPR
2019, who scale so over a data set). The size of a single pose is taken from its long bones:
foreshortening only ever shortens a bone, so those that look longest against an adult's
tell how near the person is.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.joints import COCO_17, H36M_17, LSP_14, SMPLX_BODY_22, flip_order

SETS: dict[str, tuple[str, ...]] = {
    "h36m_17": H36M_17,
    "coco_17": COCO_17,
    "lsp_14": LSP_14,
    "smplx_22": SMPLX_BODY_22,
}
"""Joint sets in which poses usually come."""
NAMES = tuple(dict.fromkeys(name for names in SETS.values() for name in names))
"""The teacher's joints: all that occur in these sets. What a pose lacks counts as hidden."""
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


def as_pairs(poses: Poses2D, count: int, generator: torch.Generator) -> Poses2D:
    """Take pairs of moments out of tracks: one at which somebody is seen, and any other.

    Tracks of two frames stay as they are.

    Args:
        poses: Tracks of any length.
        count: Of pairs to draw.
        generator: Source of all randomness.
    """
    frames = poses.visible.shape[1]
    if frames == 2:
        return poses
    rows = torch.randint(len(poses), (count,), generator=generator)
    seen = poses.visible[rows].amax(-1) + 1e-9
    first = torch.multinomial(seen, 1, generator=generator).squeeze(1)
    other = torch.randint(frames, (count,), generator=generator)
    both = torch.stack([first, other], 1).sort(1).values
    return Poses2D(poses.joints[rows[:, None], both], poses.visible[rows[:, None], both])


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
