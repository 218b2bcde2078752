"""NeuralAnnot's json (Moon et al., CVPRW 2022; "Three Recipes", CVPRW 2023).

Keyed by annotation id; the mesh is in the camera frame and projects with
`cam_param` into the pixels of the original image. Its readers build the body by
`smplx.create(..., use_pca=False)`, which adds the file's mean hand, so hands are
written relative to that mean.
"""

import numpy as np
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from hmr.mean_hands import mean_hand
from hmr.params import Params

NAMES = {
    "root_pose": "global_orient",
    "body_pose": "body_pose",
    "shape": "betas",
    "trans": "transl",
    "lhand_pose": "left_hand_pose",
    "rhand_pose": "right_hand_pose",
    "jaw_pose": "jaw_pose",
    "expr": "expression",
}
HANDS = ("lhand_pose", "rhand_pose")


def entry(body: Body, params: Params, K: Float[Tensor, "3 3"]) -> dict[str, dict]:
    """Describe one person, without batch axes, given in the camera frame."""
    arrays = params.to_disk()
    values = {theirs: arrays[ours].astype(np.float64) for theirs, ours in NAMES.items()}
    for theirs in HANDS:
        values[theirs] = values[theirs] - mean_hand(body.file, NAMES[theirs])
    numbers = K.double().tolist()
    return {
        "smplx_param": {name: value.tolist() for name, value in values.items()},
        "cam_param": {
            "focal": [numbers[0][0], numbers[1][1]],
            "princpt": [numbers[0][2], numbers[1][2]],
        },
    }
