"""The joints that the student is taught and measured on."""

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from hmr.joints import SMPLX_BODY_22
from hmr.params import Params

POINTS = (
    *SMPLX_BODY_22,
    *("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
    *("left_big_toe", "right_big_toe", "left_heel", "right_heel"),
    *("left_middle1", "right_middle1"),
)
"""Pelvis first; the body's own joints, then points that show how head, hands and feet turn."""
MEASURED = len(SMPLX_BODY_22)
"""The first so many points, the body's joints, are what errors are measured on."""


def around_pelvis(
    body: Body, params: Params
) -> tuple[Float[Tensor, "people points 3"], Float[Tensor, "people 3"]]:
    """Pose people: points relative to the pelvis, and the pelvis of the unmoved body.

    The second, taken from where the pelvis stands, gives `transl`.
    """
    unmoved = replace(params, transl=torch.zeros_like(params.transl))
    points = body.keypoints(unmoved, POINTS)
    return points - points[:, :1], points[:, 0]
