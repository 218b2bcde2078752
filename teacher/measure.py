"""How far lifted skeletons are from the truth, beside the baseline that knows no depth.

Truth is read here and nowhere else; nothing of this file is called while a teacher learns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.metrics import pa_mpjpe_mm, scaled_mpjpe_mm
from hmr.motion.clip import Clip
from teacher.lift import lift_both_ways
from teacher.lifter import LifterNetwork
from teacher.poses_2d import ROOT, normalise
from teacher.projection import Cameras, known_joints, seen_by

FLAT, TEACHER = "flat", "teacher"
MOST = 3000
"""Poses measured on; evenly spread over longer clips."""


@dataclass(frozen=True)
class Trials:
    """2D poses whose truth is known."""

    joints: Float[Tensor, "poses joints 2"]
    """On the teacher's plane."""
    visible: Float[Tensor, "poses joints"]
    truth: Float[Tensor, "poses joints 3"]
    """In the camera frame, centred at the pelvis, in metres; NaN where not known."""

    def __len__(self) -> int:
        """Count the poses."""
        return len(self.joints)


def trials_of(clips: Sequence[Clip], cameras: Cameras, seed: int) -> Trials:
    """Photograph every so many frames of clips, each with a camera of its own."""
    rng = np.random.default_rng([seed, 7])
    step = max(1, sum(len(clip) for clip in clips) // MOST)
    columns = [known_joints(clip) for clip in clips]
    points, known = (
        np.concatenate([part[::step] for part in c]) for c in zip(*columns, strict=True)
    )
    in_camera = torch.from_numpy(seen_by(points[:, None].astype(np.float64), cameras, rng)[:, 0])
    visible = torch.from_numpy(known).float()
    plane = (in_camera[..., :2] / in_camera[..., 2:].clamp_min(0.5)).float()
    truth = (in_camera - in_camera[:, ROOT : ROOT + 1]).float()
    truth = torch.where(visible.unsqueeze(-1) > 0, truth, torch.nan)
    return Trials(normalise(plane, visible).joints, visible, truth)


@torch.no_grad()
def lifted(network: LifterNetwork, trials: Trials) -> Float[Tensor, "poses joints 3"]:
    """Lift the poses, as `teacher.lift.Lifter` does."""
    return lift_both_ways(network.eval(), trials.joints, trials.visible)[0]


def flat(trials: Trials) -> Float[Tensor, "poses joints 3"]:
    """Put all joints of a pose at one depth."""
    return torch.nn.functional.pad(trials.joints, (0, 1))


def errors(points: Float[Tensor, "poses joints 3"], trials: Trials) -> dict[str, float]:
    """Mean errors over the joints that the truth has.

    MPJPE is after the best scale with the pelvises together; PA-MPJPE after the best similarity,
    which cannot mirror: a skeleton whose depth has the wrong sign is simply wrong.
    """
    patterns, which = torch.unique(trials.visible > 0, dim=0, return_inverse=True)
    found: dict[str, list[Tensor]] = {"mpjpe_mm": [], "pa_mpjpe_mm": []}
    for number, known in enumerate(patterns):
        rows = which == number
        guess, truth = points[rows][:, known], trials.truth[rows][:, known]
        root = int(known[:ROOT].sum())
        found["mpjpe_mm"].append(scaled_mpjpe_mm(guess, truth, root))
        found["pa_mpjpe_mm"].append(pa_mpjpe_mm(guess, truth))
    return {name: float(torch.cat(parts).double().mean()) for name, parts in found.items()}


def compare(network: LifterNetwork, trials: Trials) -> dict[str, dict[str, float]]:
    """Errors of the flat baseline and of the teacher, side by side."""
    return {
        FLAT: errors(flat(trials), trials),
        TEACHER: errors(lifted(network, trials), trials),
    }


def table(rows: Mapping[str, Mapping[str, float]], poses: int) -> str:
    """Set the errors out for reading."""
    head = f"{f'{poses} test poses':<24}{'MPJPE after scale':>20}{'PA-MPJPE':>12}"
    names = {FLAT: "all joints at one depth", TEACHER: "teacher"}
    lines = [
        f"{names[key]:<24}{row['mpjpe_mm']:>17.1f} mm{row['pa_mpjpe_mm']:>9.1f} mm"
        for key, row in rows.items()
    ]
    return "\n".join([head, *lines])
