"""Places on a body at rest that garments are measured by."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from hmr.joints import SMPLX_55
from synth.people.anatomy import Anatomy

Field = Float[np.ndarray, " v"]
ARM_WORDS = ("shoulder", "elbow", "wrist", "index", "middle", "pinky", "ring", "thumb")
ARMS = tuple(name for name in SMPLX_55 if any(word in name for word in ARM_WORDS))


def arm_share(anatomy: Anatomy) -> Field:
    """How much of each vertex moves with arms and hands."""
    return anatomy.share(*ARMS)


def height_on_leg(anatomy: Anatomy, share: float) -> float:
    """Height of a place on the leg: 0 hip, 1 knee, 2 ankle; above the hip below 0."""
    return extended(share, [anatomy.at(name)[1] for name in ("hip", "knee", "ankle")])


def extended(share: float, marks: Sequence[float]) -> float:
    """Find a place between marks, or on the line beyond them."""
    step = int(np.clip(np.floor(share), 0, len(marks) - 2))
    return float(marks[step] + (share - step) * (marks[step + 1] - marks[step]))


def ramp(values: Float[np.ndarray, "*n"], low: float, high: float) -> Float[np.ndarray, "*n"]:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
