"""Errors of predicted people against the truth, one number a person and metric."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float

from evaluation.points import Points
from hmr.metrics import mpjpe_mm, pa_mpjpe_mm


@dataclass(frozen=True)
class Errors:
    """Errors of some people, in millimetres."""

    mpjpe: Float[np.ndarray, " people"]
    """Mean distance of the 22 body joints once the middles of the hips meet."""
    pa_mpjpe: Float[np.ndarray, " people"]
    """The same after the best rotation, scale and translation."""
    mve: Float[np.ndarray, " people"]
    """Mean distance of all vertices once the middles of the hips meet."""
    pa_mve: Float[np.ndarray, " people"]
    """The same after the best rotation, scale and translation."""


METRICS = tuple(field.name for field in fields(Errors))
TITLES = {"mpjpe": "MPJPE", "pa_mpjpe": "PA-MPJPE", "mve": "MVE", "pa_mve": "PA-MVE"}


def errors_between(predicted: Points, true: Points) -> Errors:
    """Measure people against the truth, in the same order."""
    roots = predicted.root, true.root
    found = {
        "mpjpe": mpjpe_mm(predicted.joints, true.joints, *roots),
        "pa_mpjpe": pa_mpjpe_mm(predicted.joints, true.joints),
        "mve": mpjpe_mm(predicted.vertices, true.vertices, *roots),
        "pa_mve": pa_mpjpe_mm(predicted.vertices, true.vertices),
    }
    return Errors(**{name: error.double().cpu().numpy() for name, error in found.items()})


def join(parts: Sequence[Errors]) -> Errors:
    """Join the errors of many images."""
    nothing = np.zeros(0)
    return Errors(
        **{name: np.concatenate([nothing, *(getattr(p, name) for p in parts)]) for name in METRICS}
    )
