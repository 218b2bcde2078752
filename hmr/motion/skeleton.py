"""A mean adult in sticks and capsules: enough to keep limbs apart and feet on the ground.

It stands in for the body where thousands of poses are tried. Lengths and girths are rounded
means of adults (Drillis and Contini, 1966); joints are SMPL-X's.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.joints import PARENTS, SMPLX_BODY_22
from hmr.motion.anatomy import SIDES, joint_rotations

_TRUNK = {
    "spine1": (0.0, 0.105, 0.0),
    "spine2": (0.0, 0.12, -0.005),
    "spine3": (0.0, 0.06, 0.0),
    "neck": (0.0, 0.19, 0.0),
    "head": (0.0, 0.09, 0.03),
    "head_top": (0.0, 0.165, 0.01),
    "nose": (0.0, 0.02, 0.12),
}
_LEFT = {
    "hip": (0.09, -0.09, 0.015),
    "knee": (0.015, -0.395, -0.005),
    "ankle": (-0.01, -0.415, -0.025),
    "foot": (0.02, -0.05, 0.13),
    "big_toe": (-0.02, -0.01, 0.07),
    "heel": (0.0, -0.06, -0.05),
    "collar": (0.035, 0.11, 0.02),
    "shoulder": (0.14, 0.03, -0.015),
    "elbow": (0.26, -0.01, -0.015),
    "wrist": (0.24, 0.0, 0.0),
    "knuckles": (0.1, 0.0, 0.0),
    "fingers": (0.185, -0.005, 0.0),
    "eye": (0.03, 0.055, 0.095),
    "ear": (0.075, 0.035, 0.0),
}
_ENDS = {
    "big_toe": "foot",
    "heel": "ankle",
    "knuckles": "wrist",
    "fingers": "wrist",
    "eye": "head",
    "ear": "head",
}
PELVIS = (0.0, -0.35, 0.0)
"""Where a body's pelvis is before it is moved: what `transl` is measured from, roughly."""
OFFSETS: dict[str, tuple[float, float, float]] = {
    **_TRUNK,
    **{f"left_{n}": (x, y, z) for n, (x, y, z) in _LEFT.items()},
    **{f"right_{n}": (-x, y, z) for n, (x, y, z) in _LEFT.items()},
}
"""From the parent, in the T-pose, in metres."""
ATTACHED: dict[str, str] = {
    **{name: parent for name, parent in PARENTS.items() if name in SMPLX_BODY_22 and parent},
    **{"head_top": "head", "nose": "head"},
    **{
        f"{side}_{end}": f"{side}_{on}"
        for side in SIDES
        for end, on in _ENDS.items()
        if on != "head"
    },
    **{f"{side}_{end}": "head" for side in SIDES for end, on in _ENDS.items() if on == "head"},
}
"""What each point is fixed to."""
NAMES: tuple[str, ...] = (
    *SMPLX_BODY_22,
    *("head_top", "nose"),
    *(f"{side}_{end}" for end in ("eye", "ear", "big_toe", "heel") for side in SIDES),
)
"""Points that are joints of the field's conventions."""
UPPER_ARM, FOREARM = (float(np.linalg.norm(_LEFT[n])) for n in ("elbow", "wrist"))

CAPSULES: dict[str, tuple[str, str, float]] = {
    "hips": ("left_hip", "right_hip", 0.105),
    "belly": ("pelvis", "spine3", 0.125),
    "chest": ("left_collar", "right_collar", 0.09),
    "skull": ("head", "head_top", 0.085),
    **{f"{s}_flank": (f"{s}_hip", f"{s}_collar", 0.095) for s in SIDES},
    **{f"{s}_thigh": (f"{s}_hip", f"{s}_knee", 0.08) for s in SIDES},
    **{f"{s}_shin": (f"{s}_knee", f"{s}_ankle", 0.05) for s in SIDES},
    **{f"{s}_sole": (f"{s}_heel", f"{s}_big_toe", 0.04) for s in SIDES},
    **{f"{s}_upper_arm": (f"{s}_shoulder", f"{s}_elbow", 0.045) for s in SIDES},
    **{f"{s}_forearm": (f"{s}_elbow", f"{s}_wrist", 0.038) for s in SIDES},
    **{f"{s}_hand": (f"{s}_wrist", f"{s}_fingers", 0.035) for s in SIDES},
}
"""Two points and a radius."""
_CORE = ("hips", "belly", "chest", "skull", "left_flank", "right_flank")
_LEGS = tuple(f"{s}_{n}" for s in SIDES for n in ("thigh", "shin", "sole"))
_FAR_ARMS = tuple(f"{s}_{n}" for s in SIDES for n in ("forearm", "hand"))
ALONG = {"upper_arm": (0.5, 1.0), "thigh": (0.45, 1.0)}
"""Share of a capsule that may touch others; the rest is grown together with the trunk."""
SAMPLES = 6
GROUND_RADII: dict[str, float] = {
    **{"pelvis": 0.11, "spine2": 0.11, "spine3": 0.11, "head": 0.07, "head_top": 0.0},
    **{f"{s}_{n}": 0.0 for s in SIDES for n in ("big_toe", "heel")},
    **{f"{s}_foot": 0.02 for s in SIDES},
    **{f"{s}_{n}": 0.05 for s in SIDES for n in ("knee", "elbow", "ear")},
    **{f"{s}_{n}": 0.1 for s in SIDES for n in ("hip",)},
    **{f"{s}_shoulder": 0.06 for s in SIDES},
    **{f"{s}_{n}": 0.03 for s in SIDES for n in ("wrist", "fingers", "knuckles")},
}
"""How far the skin is from the points that may rest on the ground."""


def proportions(rng: np.random.Generator) -> dict[str, Float[np.ndarray, "3"]]:
    """Draw the offsets of a person of other build: length by limb, and breadth."""
    size, breadth = rng.normal(1, 0.06), rng.normal(1, 0.07)
    length = {part: rng.normal(1, 0.05) for part in ("trunk", "leg", "arm", "head")}
    scales = {n: size * length[_part(n)] for n in OFFSETS}
    wide = [name for name in OFFSETS if name.endswith(("hip", "collar", "shoulder"))]
    scales |= {name: scales[name] * breadth for name in wide}
    return {name: np.array(OFFSETS[name]) * scale for name, scale in scales.items()}


def points(
    poses: Float[Tensor, "frames dofs"],
    offsets: Mapping[str, Sequence[float] | np.ndarray] = OFFSETS,
) -> dict[str, Float[Tensor, "frames 3"]]:
    """Place every point, the pelvis at the origin."""
    turns = joint_rotations(poses, hands=False)
    world = {"pelvis": turns["pelvis"]}
    places = {"pelvis": torch.zeros_like(poses[:, :3])}
    for name, parent in ATTACHED.items():
        places[name] = places[parent] + world[parent] @ poses.new_tensor(np.asarray(offsets[name]))
        if name in turns:
            world[name] = world[parent] @ turns[name]
    return places


def penetration(places: Mapping[str, Float[Tensor, "frames 3"]]) -> Float[Tensor, "frames pairs"]:
    """How deep each pair of capsules that should not meet overlaps, in metres."""
    first, second = zip(*pairs(), strict=True)
    distance = _to_segments(_samples(places, second), *_ends(places, first))
    radii = places["pelvis"].new_tensor([CAPSULES[a][2] + CAPSULES[b][2] for a, b in pairs()])
    return (radii - distance.amin(-1)).clamp(min=0)


def height_of_ground(
    places: Mapping[str, Float[Tensor, "frames 3"]],
) -> Float[Tensor, " frames"]:
    """Height of the lowest skin."""
    return torch.stack([places[n][:, 1] - r for n, r in GROUND_RADII.items()], -1).amin(-1)


@cache
def pairs() -> tuple[tuple[str, str], ...]:
    """Capsules that should not meet; the second is the one that is free to move away."""
    found = [(a, b) for a in (*_CORE, *_LEGS) for b in _FAR_ARMS]
    found += [(a, f"{s}_upper_arm") for s in SIDES for a in ("belly", f"{s}_flank")]
    found += [(a, b) for a, b in combinations(_FAR_ARMS, 2) if a.split("_")[0] != b.split("_")[0]]
    found += [(a, b) for a, b in combinations(_LEGS, 2) if a.split("_")[0] != b.split("_")[0]]
    found += [(a, b) for a in ("belly", "chest") for b in _LEGS if "thigh" not in b]
    return tuple(found)


def _ends(
    places: Mapping[str, Tensor], capsules: Sequence[str]
) -> tuple[Float[Tensor, "frames pairs 3"], Float[Tensor, "frames pairs 3"]]:
    start = torch.stack([places[CAPSULES[c][0]] for c in capsules], 1)
    return start, torch.stack([places[CAPSULES[c][1]] for c in capsules], 1)


def _samples(
    places: Mapping[str, Tensor], capsules: Sequence[str]
) -> Float[Tensor, "frames pairs samples 3"]:
    start, end = _ends(places, capsules)
    part = [ALONG.get(c.partition("_")[2], (0.0, 1.0)) for c in capsules]
    low, high = start.new_tensor(part).T
    along = low[:, None] + (high - low)[:, None] * torch.linspace(0, 1, SAMPLES).to(start)
    return start.unsqueeze(2) + along.unsqueeze(-1) * (end - start).unsqueeze(2)


def _to_segments(
    samples: Float[Tensor, "frames pairs samples 3"],
    start: Float[Tensor, "frames pairs 3"],
    end: Float[Tensor, "frames pairs 3"],
) -> Float[Tensor, "frames pairs samples"]:
    axis = (end - start).unsqueeze(2)
    offset = samples - start.unsqueeze(2)
    share = ((offset * axis).sum(-1) / (axis * axis).sum(-1).clamp(min=1e-9)).clamp(0, 1)
    return ((offset - share.unsqueeze(-1) * axis).square().sum(-1) + 1e-10).sqrt()


def _part(name: str) -> str:
    if ATTACHED[name] == "head":
        return "head"
    limb = name.partition("_")[2]
    if limb in ("elbow", "wrist", "knuckles", "fingers"):
        return "arm"
    return "leg" if limb in ("knee", "ankle", "foot", "big_toe", "heel") else "trunk"
