"""People as the points that errors are measured on.

Camera frame, metres. Joints are the first 22 of SMPL-X (pelvis to wrists), as
in AGORA's protocol (Patel et al., CVPR 2021).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body, load_body
from hmr.cameras import to_camera
from hmr.errors import InputError
from hmr.joints import SMPLX_BODY_22
from hmr.params import Params
from hmr.sample import Sample

HIPS = [SMPLX_BODY_22.index(name) for name in ("left_hip", "right_hip")]
OTHER_BODY = 0.02
"""Joints of the labels further than this, in metres, from the body's are another body's."""


@dataclass(frozen=True)
class Points:
    """People of one image."""

    joints: Float[Tensor, "people 22 3"]
    vertices: Float[Tensor, "people vertices 3"]

    @property
    def root(self) -> Float[Tensor, "people 3"]:
        """Middle of the hips, where AGORA's evaluator brings prediction and truth together."""
        return self.joints[:, HIPS].mean(1)


@torch.no_grad()
def points_of(params: Params, body: Body) -> Points:
    """Pose people whose parameters are in the camera frame."""
    output = body(params)
    return Points(output.joints[:, : len(SMPLX_BODY_22)], output.vertices)


@torch.no_grad()
def true_points(sample: Sample, rows: Sequence[int], body_path: str | None = None) -> Points:
    """Take the labels of some people of a sample to the camera frame.

    Each person is posed with the body of their gender, as they were made.

    Raises:
        InputError: The labels were made with another body than this one.
    """
    bodies = [load_body(body_path, sample.people[row].gender) for row in rows]
    posed = [body(sample.params.index([row])) for body, row in zip(bodies, rows, strict=True)]
    vertices = torch.cat([output.vertices for output in posed])
    joints = torch.cat([output.joints for output in posed])
    labelled = torch.from_numpy(sample.joints_3d[np.asarray(rows, int)].astype(np.float32))
    gaps = (joints - labelled).norm(dim=-1).mean(-1)
    worst = int(gaps.argmax())
    # A comparison that is false for NaN too.
    if not float(gaps[worst]) <= OTHER_BODY:
        raise InputError(
            f"sample {sample.key}: its 3D joints lie {float(gaps[worst]) * 100:.0f} cm from those "
            f"of {bodies[worst].file.name}; name the body that made the data by body.model_path"
        )
    body_joints = labelled[:, : len(SMPLX_BODY_22)]
    return Points(to_camera(body_joints, sample.camera), to_camera(vertices, sample.camera))
