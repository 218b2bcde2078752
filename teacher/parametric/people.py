"""SMPL-X people before a camera, their pose in anatomical angles.

Camera frame as everywhere: +X right, +Y down, +Z forward; focal length 1.
"""

from dataclasses import dataclass, replace
from typing import cast

import roma
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from hmr.joints import mirrored as other_side
from hmr.mirror import mirror_turns
from hmr.params import Params
from teacher.fitter.posing import ANGLES, body_rotations, hand_rotations

SIDEWAYS = ("lean", "turn", "tilt", "look")
"""Angles that change their sign in the mirror; those of limbs change sides."""
_ORDER = torch.tensor([ANGLES.index(other_side(name)) for name in ANGLES])
_SIGNS = torch.tensor([-1.0 if name in SIDEWAYS else 1.0 for name in ANGLES])


@dataclass(frozen=True)
class People:
    """SMPL-X people before a camera of focal length 1, in the frame of the 2D poses they fit."""

    angles: Float[Tensor, "*batch angles"]
    """`teacher.fitter.posing.ANGLES`, in radians."""
    orient: Float[Tensor, "*batch 3 3"]
    """Rotation of the whole body about its pelvis: SMPL-X's `global_orient`."""
    betas: Float[Tensor, "*batch 10"]
    """Shape components, in standard deviations."""
    place: Float[Tensor, "*batch 2"]
    """Where on the plane the pelvis is seen."""
    distance: Float[Tensor, "*batch"]
    """Depth of the pelvis, in metres."""

    def pelvis(self) -> Float[Tensor, "*batch 3"]:
        """Position of the pelvis, in metres."""
        plane = torch.cat([self.place, torch.ones_like(self.place[..., :1])], -1)
        return plane * self.distance.unsqueeze(-1)

    def posed(self) -> Params:
        """Parameters, with the shape's rest pelvis left where it is and relaxed hands."""
        batch = self.distance.shape
        hands = {
            f"{side}_hand_pose": hand_rotations(side).to(self.angles).expand(*batch, -1, -1, -1)
            for side in ("left", "right")
        }
        turns = body_rotations(self.angles.reshape(-1, len(ANGLES)))
        return replace(
            Params.rest(*batch).to(self.angles),
            betas=self.betas,
            global_orient=self.orient,
            body_pose=turns.reshape(*batch, 21, 3, 3),
            **hands,
        )

    def params(self, body: Body) -> Params:
        """Parameters in the camera frame, translation included."""
        posed = self.posed()
        return replace(posed, transl=self.pelvis() - body.keypoints(posed, ("pelvis",))[..., 0, :])

    def mirrored(self) -> "People":
        """People as a mirror beside the camera shows them."""
        angles = self.angles[..., _ORDER.to(self.angles.device)] * _SIGNS.to(self.angles)
        place = self.place * self.place.new_tensor([-1.0, 1.0])
        return replace(self, angles=angles, orient=mirror_turns(self.orient), place=place)


def between(first: People, second: People) -> People:
    """People half-way between two readings."""
    orient = cast(Tensor, roma.special_procrustes(first.orient + second.orient))
    return People(
        angles=(first.angles + second.angles) / 2,
        orient=orient,
        betas=(first.betas + second.betas) / 2,
        place=(first.place + second.place) / 2,
        distance=(first.distance * second.distance).sqrt(),
    )
