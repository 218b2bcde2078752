"""How far a fit is believed: from 0 to 1, by error, outliers, plausibility and evidence.

Pseudo ground truth is only worth training on where the fit explains what was
seen without a contorted body (the plausibility obstacle of "Three Recipes", 2023).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from teacher.fitter.annotator import Fit
from teacher.fitter.prior import pose_prior
from teacher.fitter.targets import Targets

TYPICAL_ERROR = 0.025
"""Median error, over the person's size, at which trust falls to 1/e."""
MISSED = 0.06
"""Distance, over the person's size, from which a joint counts as not explained."""
ODD = 35.0
"""Pose energy, above that of common poses, at which trust falls to 1/e."""
ENOUGH = 9
"""Joints of limbs and torso whose sight is enough; fewer lower the trust in proportion."""
LIMBS = tuple(
    f"{side}_{part}"
    for side in ("left", "right")
    for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
)


def trust(fit: Fit, targets: Targets) -> Float[Tensor, " people"]:
    """Judge each fit."""
    relative = torch.where(targets.weights > 0, fit.error / targets.size[:, None], torch.nan)
    error = relative.nanmedian(1).values.nan_to_num(torch.inf)
    missed = (relative > MISSED).sum(1) / (targets.weights > 0).sum(1).clamp(min=1)
    odd = (pose_prior().energy(fit.state.angles) / ODD).clamp(min=0)
    evidence = (seen_limbs(targets) / ENOUGH).clamp(max=1)
    return torch.exp(-((error / TYPICAL_ERROR) ** 2) - odd**2) * (1 - missed) * evidence


def seen_limbs(targets: Targets) -> Float[Tensor, " people"]:
    """Count the joints of limbs and torso that are seen."""
    rows = [targets.names.index(name) for name in LIMBS if name in targets.names]
    return targets.seen[:, rows].sum(1).float()


def relative_errors(fit: Fit, targets: Targets) -> Float[Tensor, "people joints"]:
    """Distance of visible joints from their targets over the height of the person's box."""
    return torch.where(targets.seen, fit.error / targets.height[:, None], torch.nan)
