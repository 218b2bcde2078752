"""The labels of a data set of samples as 2D keypoints.

So that exact truth can stand behind a fit: nothing but the visible joints' pixels
and the camera's intrinsics is taken from the labels.
"""

from pathlib import Path

import numpy as np

from hmr.joints import SMPLX_55, SMPLX_BODY_22
from hmr.keypoints.person import Keypoints2D
from hmr.sample import VISIBLE
from hmr.shards import read_samples

NAMES = (*SMPLX_BODY_22, "left_eye_smplhf", "right_eye_smplhf", "left_middle1", "right_middle1")
"""The joints that are taken."""


def read_labels(folder: Path) -> list[Keypoints2D]:
    """Read the visible joints of every person; hidden ones count as absent."""
    chosen = [SMPLX_55.index(name) for name in NAMES]
    people = []
    for sample in read_samples(folder, with_image=False):
        K = sample.camera.K.double().numpy()
        for row, person in enumerate(sample.people):
            seen = sample.joint_visibility[row, chosen]
            people.append(
                Keypoints2D(
                    image=sample.key,
                    key=f"{sample.key}_{person.person_id}",
                    names=NAMES,
                    joints=sample.joints_2d[row, chosen].astype(np.float64),
                    scores=(seen == VISIBLE).astype(np.float64),
                    box=person.bbox_visible,
                    mask=person.mask_visible,
                    K=K,
                )
            )
    return people
