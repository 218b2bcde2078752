"""The angles that a fit may move, and the rotations they stand for."""

from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.joints import SMPLX_55, SMPLX_BODY_22
from hmr.motion.anatomy import DOFS, LIMITS, NEUTRAL, SIDES, joint_rotations

TRUNK = ("bend", "lean", "turn", "nod", "tilt", "look")
ARM = ("shrug", "reach", "forward", "out", "twist", "elbow", "pronate")
LEG = ("forward", "out", "twist", "knee", "ankle", "invert")
ANGLES: tuple[str, ...] = (
    *TRUNK,
    *(f"{side}_arm_{name}" for side in SIDES for name in ARM),
    *(f"{side}_leg_{name}" for side in SIDES for name in LEG),
)
"""The angles that 2D joints tell something about; the others stay neutral."""
LOWER = torch.tensor([LIMITS[name][0] for name in ANGLES], dtype=torch.float32)
UPPER = torch.tensor([LIMITS[name][1] for name in ANGLES], dtype=torch.float32)
COLUMNS = torch.tensor([DOFS.index(name) for name in ANGLES])
REST = torch.from_numpy(NEUTRAL).float()


def body_rotations(angles: Float[Tensor, "people angles"]) -> Float[Tensor, "people 21 3 3"]:
    """Rotations of the body's joints, each relative to its parent."""
    poses = REST.to(angles).repeat(len(angles), 1)
    poses[:, COLUMNS] = angles
    turns = joint_rotations(poses, hands=False)
    still = torch.eye(3).to(angles).expand(len(angles), 3, 3)
    return torch.stack([turns.get(name, still) for name in SMPLX_BODY_22[1:]], 1)


@cache
def hand_rotations(side: str) -> Float[Tensor, "15 3 3"]:
    """The relaxed hand that everybody is given."""
    turns = joint_rotations(REST.unsqueeze(0))
    return torch.stack([turns[name][0] for name in SMPLX_55[25:] if name.startswith(side)])
