"""People of a sample as AGORA keeps them: a place and a heading, and a fit in the body's own frame.

What their cameras cannot hold (our pitch where it differs, roll, and so the slope
of the ground) goes into the rotation of each body, so that everybody lands in the
camera frame exactly where they are; our own camera stands in columns beside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from hmr.camera_frame import in_camera
from hmr.mean_hands import KEYS, mean_hand
from hmr.rotations import matrix_to_axis_angle
from hmr.sample import Sample
from samples.agora_cameras import Rig, body_turn, heading, to_unreal

FIT = (
    *("betas", "global_orient", "body_pose", "left_hand_pose", "right_hand_pose"),
    *("transl", "expression", "jaw_pose", "leye_pose", "reye_pose"),
)


@dataclass(frozen=True)
class Placed:
    """One person in AGORA's terms."""

    place_cm: tuple[float, float, float]
    """X, Y, Z: the ground under the pelvis, in Unreal's world."""
    yaw_deg: float
    fit: Mapping[str, Float[np.ndarray, "1 _"]]
    """What the person's fit pickle holds."""


def place_people(sample: Sample, rig: Rig, files: list[Path]) -> list[Placed]:
    """Express everybody of a sample for one of AGORA's cameras.

    Args:
        sample: People, with our camera.
        rig: The camera that AGORA's tools will assume.
        files: Body file of each person; their tools add its mean hand to hand poses.
    """
    params, pelvis = in_camera(sample)
    there = pelvis.double()
    rest = there - params.transl.double()
    ground = torch.from_numpy(sample.joints_3d[:, 0].astype(np.float64)) * torch.tensor([1.0, 0, 1])
    R, t = sample.camera.R.double(), sample.camera.t.double()
    places = (ground @ R.mT + t) @ rig.view() + rig.centre()
    arrays, orient = params.to_disk(), params.global_orient.double()
    placed = []
    for row, file in enumerate(files):
        yaw = heading(rig.view().mT @ orient[row])
        turned = rig.view() @ body_turn(yaw)
        moved = there[row] - rig.view() @ (places[row] - rig.centre())
        own = {
            "global_orient": matrix_to_axis_angle(turned.mT @ orient[row]).numpy(),
            "transl": (turned.mT @ moved - rest[row]).numpy(),
        }
        fit = _fit({name: array[row] for name, array in arrays.items()} | own, file)
        x, y, z = to_unreal(places[row]).tolist()
        placed.append(Placed((x, y, z), yaw, fit))
    return placed


def _fit(values: dict[str, np.ndarray], file: Path) -> dict[str, np.ndarray]:
    values["betas"] = values["betas"][:10]
    if values["kid_weight"] != 0:
        values["betas"] = np.append(values["betas"], values["kid_weight"])
    for name in KEYS:
        values[name] = values[name] - mean_hand(file, name)
    return {name: values[name].astype(np.float32)[None] for name in FIT}
