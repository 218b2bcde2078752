"""What people do, told from their joints by simple rules.

Up is +y. A thigh's angle is taken from straight down, so 0 is standing and 90 sitting.
"""

import numpy as np
from jaxtyping import Float

from hmr.joints import SMPLX_BODY_22

LYING_DEG, BENT_DEG, SITTING_DEG, STEPPING_DEG = 60.0, 35.0, 50.0, 25.0
RULES = {
    "standing": "none of those below",
    "stepping": f"thighs more than {STEPPING_DEG:.0f} degrees apart",
    "bent forward": f"trunk more than {BENT_DEG:.0f} degrees from upright",
    "sitting or crouching": f"both thighs more than {SITTING_DEG:.0f} degrees from straight down",
    "lying": f"trunk more than {LYING_DEG:.0f} degrees from upright",
}
"""Each posture and its rule; where several hold, the last one counts."""


def postures(joints: Float[np.ndarray, "people 22 3"]) -> dict[str, int]:
    """Count people by posture."""

    def bone(start: str, end: str) -> Float[np.ndarray, "people 3"]:
        a, b = (joints[:, SMPLX_BODY_22.index(name)] for name in (start, end))
        return (b - a) / np.maximum(np.linalg.norm(b - a, axis=-1, keepdims=True), 1e-9)

    left, right = (bone(f"{side}_hip", f"{side}_knee") for side in ("left", "right"))
    tilt = _degrees(bone("pelvis", "neck")[:, 1])
    raised = np.minimum(_degrees(-left[:, 1]), _degrees(-right[:, 1]))
    apart = _degrees((left * right).sum(-1))
    held = {
        "standing": np.ones(len(joints), bool),
        "stepping": apart > STEPPING_DEG,
        "bent forward": tilt > BENT_DEG,
        "sitting or crouching": raised > SITTING_DEG,
        "lying": tilt > LYING_DEG,
    }
    named = np.array(list(RULES))[np.max([i * held[n] for i, n in enumerate(RULES)], axis=0)]
    return {name: int((named == name).sum()) for name in RULES}


def _degrees(cosines: Float[np.ndarray, " people"]) -> Float[np.ndarray, " people"]:
    return np.rad2deg(np.arccos(np.clip(cosines, -1, 1)))
