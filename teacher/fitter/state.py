"""Where a fit stands: each person's place, orientation, pose and shape in the camera frame.

The pose is a vector of anatomical angles (`hmr.motion.anatomy`), so knees and
elbows are hinges and every angle has limits that mean something.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from hmr.joints import SMPLX_55
from hmr.motion.anatomy import DOFS, LIMITS, NEUTRAL, SIDES, joint_rotations
from hmr.params import Params
from teacher.fitter.targets import Targets

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


@dataclass(frozen=True)
class State:
    """People in the camera frame of their images."""

    orient: Float[Tensor, "*people 3 3"]
    """Rotation of the whole body about its pelvis."""
    place: Float[Tensor, "*people 3"]
    """The pelvis: pixels from the principal point over the person's size, and log depth."""
    angles: Float[Tensor, "*people angles"]
    """`ANGLES`, in radians."""
    betas: Float[Tensor, "*people 10"]

    def index(self, i: Tensor) -> "State":
        """Choose people."""
        return State(self.orient[i], self.place[i], self.angles[i], self.betas[i])

    def detach(self) -> "State":
        """Forget how it came about."""
        parts = (self.orient, self.place, self.angles, self.betas)
        return State(*(part.detach().clone() for part in parts))


def posed(state: State) -> Params:
    """Parameters of the people, each with the shape's rest pelvis left where it is."""
    poses = torch.from_numpy(NEUTRAL).float().to(state.angles)
    poses = poses.expand(len(state.angles), -1).clone()
    poses[:, COLUMNS] = state.angles
    turns = joint_rotations(poses)
    still = torch.eye(3).to(poses).expand(len(poses), 3, 3)
    full = torch.stack([turns.get(name, still) for name in SMPLX_55[1:]], 1)
    rest = Params.rest(len(poses)).to(poses)
    return replace(
        rest,
        betas=state.betas,
        global_orient=state.orient,
        body_pose=full[:, :21],
        left_hand_pose=full[:, 24:39],
        right_hand_pose=full[:, 39:],
    )


def pelvis(state: State, targets: Targets) -> Float[Tensor, "people 3"]:
    """Position of the pelvis in the camera frame, in metres."""
    depth = state.place[:, 2].exp()
    focal = targets.K.diagonal(dim1=1, dim2=2)[:, :2]
    flat = state.place[:, :2] * targets.size[:, None] / focal
    return torch.cat([flat, torch.ones_like(flat[:, :1])], 1) * depth[:, None]


def points(
    body: Body, state: State, targets: Targets, names: tuple[str, ...]
) -> Float[Tensor, "people names 3"]:
    """Named joints in the camera frame, in metres."""
    found = body.keypoints(posed(state), ("pelvis", *names))
    return found[:, 1:] - found[:, :1] + pelvis(state, targets).unsqueeze(1)


def finished(body: Body, state: State, targets: Targets) -> Params:
    """Parameters in the camera frame, translation included."""
    params = posed(state)
    rest = body.keypoints(params, ["pelvis"])[:, 0]
    return replace(params, transl=pelvis(state, targets) - rest)
