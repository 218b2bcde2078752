"""The parametric network: a 2D pose in, an SMPL-X person before a camera out.

Camera frame as everywhere: +X right, +Y down, +Z forward; focal length 1. It begins with a lifter
of its own and reads the lift in the trunk's own axes, so that one pose looks the same from all
sides. The pose is a vector of anatomical angles (`teacher.fitter.posing`): knees and elbows are
hinges that cannot bend sideways, and what a skeleton leaves open, such as twists, is closed.

Data sets do not agree on where in the body a hip or a neck is. So the joints by name are means of
SMPL-X's joints whose weights are learned too, from SMPL-X's own on: a joint regressor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hmr.body import Body
from hmr.rotations import matrix_from_6d
from teacher.augmentation import Disturbed
from teacher.fitter.posing import ANGLES, COLUMNS, REST
from teacher.lifter import Design, LifterNetwork, residual
from teacher.parametric.people import People, between
from teacher.poses_2d import DISTANCE, FLIP, HEAD_ROOT, NAMES, ROOT, mirrored, normalise
from teacher.views import NEAREST

ANGLE_GAIN = 2.0
DISTANCE_GAIN = 0.2
PLACE_GAIN = 0.1
UNTURNED = torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
"""Of a person turned as the trunk is: the first two columns."""
_UP_LEFT = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
"""Brings axes that were made from up, then left, into the order left, up, forward."""
OUTPUTS = {"angles": len(ANGLES), "orient": 6, "betas": 10, "pelvis": 3, "distance": 1}


@dataclass(frozen=True)
class Skeletons:
    """Joints of people, as the teacher knows them."""

    points: Float[Tensor, "*batch joints 3"]
    """Centred at the root, in the unit in which the root is `DISTANCE` away, as `Lift.points`."""
    plane: Float[Tensor, "*batch joints 2"]
    """Where the camera sees them."""


class ParametricNetwork(nn.Module):
    """Poses in; SMPL-X people out."""

    def __init__(self, design: Design, lifter: Design):
        """Start at people who stand relaxed, wherever their trunk points."""
        super().__init__()
        self.design = design
        self.lifter = LifterNetwork(lifter)
        self.layers = residual(len(NAMES) * 4 + 3, sum(OUTPUTS.values()), design, norm=True)
        self.regressor = nn.Parameter(torch.zeros(len(NAMES), len(NAMES)))
        self.learned: Tensor
        self.register_buffer("learned", torch.ones(len(NAMES)))
        with torch.no_grad():
            self.layers[-1].weight.mul_(0.1)  # pyright: ignore

    def begin_with(self, lifter: LifterNetwork, learned: Sequence[str]) -> None:
        """Take over a lifter, which knows the joints that are named."""
        self.lifter.load_state_dict(lifter.state_dict())
        self.learned.copy_(torch.tensor([float(name in learned) for name in NAMES]))

    def forward(
        self, joints: Float[Tensor, "*batch joints 2"], visible: Float[Tensor, "*batch joints"]
    ) -> People:
        """Read poses of any place and size."""
        pose = normalise(joints, visible)
        points = self.lifter(pose.joints, visible).points(pose.joints, visible)
        axes = trunk_of(points)
        found = self.layers(self._features(points, axes, visible))
        angles, orient, betas, pelvis, distance = found.split(list(OUTPUTS.values()), -1)
        x, y, z = (axes @ (PLACE_GAIN * pelvis).unsqueeze(-1)).squeeze(-1).unbind(-1)
        depth = DISTANCE + z
        plane = torch.stack([x, y], -1) / depth.unsqueeze(-1)
        return People(
            angles=angles * ANGLE_GAIN + REST[COLUMNS].to(angles),
            orient=axes @ matrix_from_6d(orient + UNTURNED.to(orient)),
            betas=betas,
            place=plane * pose.unit.unsqueeze(-1) + pose.root,
            distance=depth * HEAD_ROOT * (DISTANCE_GAIN * distance[..., 0]).exp() / pose.unit,
        )

    def _features(
        self,
        points: Float[Tensor, "*batch joints 3"],
        axes: Float[Tensor, "*batch 3 3"],
        visible: Float[Tensor, "*batch joints"],
    ) -> Float[Tensor, "*batch features"]:
        """The skeleton and the way to the camera in the trunk's axes; what was seen of it."""
        own = points @ axes * self.learned.unsqueeze(-1)
        return torch.cat([own.flatten(-2), visible.expand(own.shape[:-1]), axes[..., 2, :]], -1)

    def skeletons(self, people: People, body: Body) -> Skeletons:
        """Joints of people by name, where the poses that were learned from have them."""
        raw = body.keypoints(people.posed(), NAMES)
        joints = self.weights() @ (raw - raw[..., ROOT : ROOT + 1, :])
        distance = people.distance[..., None, None]
        placed = joints + people.pelvis().unsqueeze(-2)
        depth = torch.maximum(placed[..., 2:], NEAREST / DISTANCE * distance)
        points = (joints - joints[..., ROOT : ROOT + 1, :]) * DISTANCE / distance
        return Skeletons(points, placed[..., :2] / depth)

    def weights(self) -> Float[Tensor, "joints joints"]:
        """The regressor: rows sum to one, and left and right are alike."""
        flip = FLIP.to(self.regressor.device)
        alike = (self.regressor + self.regressor[flip][:, flip]) / 2
        return torch.eye(len(NAMES)).to(alike) + alike - alike.mean(-1, keepdim=True)


def trunk_of(points: Float[Tensor, "*batch joints 3"]) -> Float[Tensor, "*batch 3 3"]:
    """Axes of the trunk, as columns: left, up and forward (SMPL-X's x, y and z)."""
    left_hip, right_hip, left_shoulder, right_shoulder = (
        points[..., NAMES.index(f"{side}_{joint}"), :]
        for joint in ("hip", "shoulder")
        for side in ("left", "right")
    )
    up = left_shoulder + right_shoulder - left_hip - right_hip
    left = left_shoulder - right_shoulder + left_hip - right_hip
    return matrix_from_6d(torch.cat([up, left], -1)) @ _UP_LEFT.to(points)


def _in_space(turn: Float[Tensor, "*batch 2 2"]) -> Float[Tensor, "*batch 3 3"]:
    wide = nn.functional.pad(turn, (0, 1, 0, 1))
    return wide + torch.diag(torch.tensor([0.0, 0.0, 1.0])).to(turn)


def both_ways(
    network: ParametricNetwork,
    joints: Float[Tensor, "*batch joints 2"],
    visible: Float[Tensor, "*batch joints"],
) -> People:
    """Read poses and their mirror images; the people half-way between."""
    there = visible[..., FLIP.to(visible.device)]
    return between(network(joints, visible), network(mirrored(joints), there).mirrored())


def read(network: ParametricNetwork, body: Body, shown: Disturbed) -> tuple[People, Skeletons]:
    """People read from disturbed poses, turned back as the plane was turned, and their joints."""
    spun = network(shown.joints, shown.visible)
    place = (spun.place.unsqueeze(-2) @ shown.spin).squeeze(-2)
    people = replace(spun, orient=_in_space(shown.spin.mT) @ spun.orient, place=place)
    return people, network.skeletons(people, body)
