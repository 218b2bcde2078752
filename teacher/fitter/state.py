"""Where a fit stands: each person's place, orientation, pose and shape in the camera frame.

The pose is a vector of anatomical angles (`hmr.motion.anatomy`), so knees and
elbows are hinges and every angle has limits that mean something.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from hmr.params import Params
from teacher.fitter.posing import body_rotations, hand_rotations
from teacher.fitter.targets import Targets


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
    people = len(state.angles)
    left, right = (hand_rotations(side).to(state.angles) for side in ("left", "right"))
    return replace(
        Params.rest(people).to(state.angles),
        betas=state.betas,
        global_orient=state.orient,
        body_pose=body_rotations(state.angles),
        left_hand_pose=left.expand(people, -1, -1, -1),
        right_hand_pose=right.expand(people, -1, -1, -1),
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
