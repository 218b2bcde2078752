"""Multi-HMR's annotations (Baradel et al., ECCV 2024): one pickle of one dict an image.

`multihmr.pkl` beside `images/`, keyed by the image's path in the export. Bodies
are in the camera frame with flat hands, for a neutral SMPL-X of 11 betas there; here the
eleventh is the weight of the kid template, 0 for adults. Beyond the layout:
`smplx_expression`.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from hmr.record import write_atomically
from samples.exporters.containers import pickled
from samples.exporters.people import Figure, Picture, Tally, pictures

ROTATIONS = {
    "smplx_root_pose": "global_orient",
    "smplx_body_pose": "body_pose",
    "smplx_jaw_pose": "jaw_pose",
    "smplx_leye_pose": "leye_pose",
    "smplx_reye_pose": "reye_pose",
    "smplx_left_hand_pose": "left_hand_pose",
    "smplx_right_hand_pose": "right_hand_pose",
}


def export(data: Path, out: Path, body_path: str | None = None) -> Mapping[str, object]:
    """Write a data set for Multi-HMR and count what was written; no body is needed."""
    tally, images = Tally(), {}
    for picture in pictures(data, tally, "Multi-HMR"):
        picture.save(out)
        images[picture.path] = _image(picture)
    if not images:
        raise InputError(f"{data}: no image was taken through a lens without distortion")
    write_atomically(out / "multihmr.pkl", pickled(images))
    return tally.counts()


def _image(picture: Picture) -> dict[str, object]:
    K = picture.K.astype(np.float32)
    return {
        "size": np.array([picture.sample.width, picture.sample.height], np.int32),
        "focal": np.array([K[0, 0], K[1, 1]]),
        "princpt": np.array([K[0, 2], K[1, 2]]),
        "humans": [_human(figure) for figure in picture.figures],
    }


def _human(figure: Figure) -> dict[str, object]:
    turns = {theirs: figure.values[ours].reshape(-1, 3) for theirs, ours in ROTATIONS.items()}
    return {
        **turns,
        "smplx_transl": figure.values["transl"],
        "smplx_gender": figure.person.gender,
        "smplx_shape": figure.shape.astype(np.float32),
        "smplx_expression": figure.values["expression"],
    }
