"""The parametric network: a 2D pose in, an SMPL-X person before a camera out.

Camera frame as everywhere: +X right, +Y down, +Z forward; focal length 1. The pose is a vector of
anatomical angles (`teacher.fitter.posing`), so knees and elbows are hinges that cannot bend
sideways, and depth that a rotation would leave open is closed.

A camera's roll turns people and changes nothing else; so poses are read with their trunk upright,
and the people turned back.

Data sets do not agree on where in the body a hip or a neck is. So the joints by name are means of
SMPL-X's joints whose weights are learned too, from SMPL-X's own on: a joint regressor.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hmr.body import Body
from hmr.rotations import matrix_from_6d
from teacher.augmentation import Disturbed
from teacher.fitter.posing import ANGLES, COLUMNS, REST
from teacher.lifter import Design, features_of, residual
from teacher.parametric.people import People, between
from teacher.poses_2d import DISTANCE, FLIP, HEAD_ROOT, NAMES, ROOT, mirrored, normalise
from teacher.views import NEAREST

ANGLE_GAIN = 2.0
DISTANCE_GAIN = 0.2
FACING = torch.tensor([1.0, 0.0, 0.0, 0.0, -1.0, 0.0])
"""Of a person who stands upright before the camera and looks into it: the first two columns."""
HIPS = ("pelvis", "left_hip", "right_hip")
SHOULDERS = ("neck", "left_shoulder", "right_shoulder")
OUTPUTS = {"angles": len(ANGLES), "orient": 6, "betas": 10, "place": 2, "distance": 1}


@dataclass(frozen=True)
class Skeletons:
    """Joints of people, as the teacher knows them."""

    points: Float[Tensor, "*batch joints 3"]
    """Centred at the root, in the unit in which the root is `DISTANCE` away, as `Lift.points`."""
    plane: Float[Tensor, "*batch joints 2"]
    """Where the camera sees them."""


class ParametricNetwork(nn.Module):
    """Poses in; SMPL-X people out."""

    def __init__(self, design: Design):
        """Start at people who stand relaxed and face the camera."""
        super().__init__()
        self.design = design
        self.layers = residual(len(NAMES) * 3, sum(OUTPUTS.values()), design, norm=True)
        self.regressor = nn.Parameter(torch.zeros(len(NAMES), len(NAMES)))
        with torch.no_grad():
            self.layers[-1].weight.mul_(0.1)  # pyright: ignore

    def forward(
        self, joints: Float[Tensor, "*batch joints 2"], visible: Float[Tensor, "*batch joints"]
    ) -> People:
        """Read poses of any place and size."""
        pose = normalise(joints, visible)
        turn = upright(pose.joints, visible)
        found = self.layers(features_of(pose.joints @ turn.mT, visible)).split(
            list(OUTPUTS.values()), -1
        )
        angles, orient, betas, place, distance = found
        unit = pose.unit.unsqueeze(-1)
        return People(
            angles=angles * ANGLE_GAIN + REST[COLUMNS].to(angles),
            orient=_in_space(turn.mT) @ matrix_from_6d(orient + FACING.to(orient)),
            betas=betas,
            place=(place.unsqueeze(-2) @ turn).squeeze(-2) / DISTANCE * unit + pose.root,
            distance=DISTANCE * HEAD_ROOT * (DISTANCE_GAIN * distance[..., 0]).exp() / pose.unit,
        )

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


def upright(
    joints: Float[Tensor, "*batch joints 2"], visible: Float[Tensor, "*batch joints"]
) -> Float[Tensor, "*batch 2 2"]:
    """Rotation of the plane that brings the trunk upright; none where the trunk is hidden."""
    (hips, below), (shoulders, above) = (
        _middle(joints, visible, names) for names in (HIPS, SHOULDERS)
    )
    still = torch.tensor([0.0, -1.0]).to(joints)
    known = ((below * above) > 0).unsqueeze(-1)
    trunk = torch.where(known, shoulders - hips, still) + 1e-6 * still
    x, y = nn.functional.normalize(trunk, dim=-1, eps=1e-9).unbind(-1)
    return torch.stack([torch.stack([-y, x], -1), torch.stack([-x, -y], -1)], -2)


def _middle(
    joints: Float[Tensor, "*batch joints 2"],
    visible: Float[Tensor, "*batch joints"],
    names: tuple[str, ...],
) -> tuple[Float[Tensor, "*batch 2"], Float[Tensor, "*batch"]]:
    places = [NAMES.index(name) for name in names]
    there = visible[..., places]
    count = there.sum(-1)
    middle = (joints[..., places, :] * there.unsqueeze(-1)).sum(-2)
    return middle / count.clamp_min(1).unsqueeze(-1), count


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
