"""Errors by how much of a person is hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float

from evaluation.errors import METRICS, Errors

EDGES = (0.0, 0.2, 0.4, 0.7, 0.9, 1.0)
"""Bounds of the bins; AGORA (CVPR 2021) leaves people hidden by more than 90 % out."""
EVERYONE, UNKNOWN = "all", "unknown"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    occlusion: str
    """Bin in percent, "all", or "unknown" for people whose occlusion nobody labelled."""
    people: int
    errors: Mapping[str, Mapping[str, float]]
    """By predictor, then by metric: the mean in millimetres; not a number without people."""


def table(occlusion: Float[np.ndarray, " people"], errors: Mapping[str, Errors]) -> tuple[Row, ...]:
    """Average the errors of each predictor over everyone and over each bin.

    Args:
        occlusion: Hidden share of each person, 0 to 1; NaN where unknown.
        errors: Errors of the same people, by the predictor's name.
    """
    everyone = _row(EVERYONE, np.ones(len(occlusion), bool), errors)
    bins = [_row(name, mask, errors) for name, mask in bins_of(occlusion)]
    return everyone, *(row for row in bins if row.occlusion != UNKNOWN or row.people)


def bins_of(
    occlusion: Float[np.ndarray, " people"],
) -> Sequence[tuple[str, Bool[np.ndarray, " people"]]]:
    """Sort people into bins; a bin holds its lower bound, the last one its upper bound too."""
    place = np.clip(np.searchsorted(EDGES, occlusion, side="right") - 1, 0, len(EDGES) - 2)
    known = np.isfinite(occlusion)
    names = [f"{low * 100:.0f}-{high * 100:.0f}" for low, high in pairwise(EDGES)]
    found = [(name, known & (place == i)) for i, name in enumerate(names)]
    return [*found, (UNKNOWN, ~known)]


def _row(name: str, mask: Bool[np.ndarray, " people"], errors: Mapping[str, Errors]) -> Row:
    count = int(mask.sum())

    def mean(values: np.ndarray) -> float:
        return float(values[mask].mean()) if count else float("nan")

    means = {
        predictor: {metric: mean(getattr(found, metric)) for metric in METRICS}
        for predictor, found in errors.items()
    }
    return Row(name, count, means)
