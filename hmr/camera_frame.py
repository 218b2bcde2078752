"""People of a sample in the camera frame: +X right, +Y down, +Z forward."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float

from hmr.params import Params
from hmr.sample import Sample


def in_camera(sample: Sample) -> tuple[Params, Float[torch.Tensor, "people 3"]]:
    """Take a sample's people to the camera frame: parameters, and where the pelvis is.

    The body turns about its pelvis joint, which stands at `pelvis - transl` before that, so the
    translation changes by what the turn leaves of the pelvis' place.
    """
    camera, params = sample.camera, sample.params
    pelvis = torch.from_numpy(np.asarray(sample.joints_3d[:, 0], np.float32))
    there = pelvis @ camera.R.mT + camera.t
    turned = camera.R @ params.global_orient
    moved = there - (pelvis - params.transl)
    return replace(params, global_orient=turned, transl=moved), there
