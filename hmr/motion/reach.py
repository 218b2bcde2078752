"""Where a hand should be, as angles of its arm."""

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from hmr.motion.skeleton import FOREARM, UPPER_ARM

ELBOW_DOWN = (0.35, -0.85, -0.4)
"""Where elbows point when nothing is asked of them: outward, up, forward."""


def arm_to(
    wrist: Float[np.ndarray, "*frames 3"], elbow: tuple[float, float, float] = ELBOW_DOWN
) -> dict[str, Float[np.ndarray, "*frames"]]:
    """Find the arm whose wrist is at a place, exactly, or as far that way as it reaches.

    Args:
        wrist: From the shoulder, in the frame of the chest: outward, up, forward, in metres.
        elbow: Which way the elbow should point, in the same frame.
    """
    wrist = np.asarray(wrist, dtype=float)
    far = np.linalg.norm(wrist, axis=-1)
    reach = np.clip(far, 0.2 * UPPER_ARM, 0.999 * (UPPER_ARM + FOREARM))
    way = wrist / np.maximum(far, 1e-9)[..., None]
    side = np.array(elbow) - (way @ np.array(elbow))[..., None] * way
    side /= np.maximum(np.linalg.norm(side, axis=-1, keepdims=True), 1e-9)
    # The law of cosines at the shoulder.
    along = (UPPER_ARM**2 + reach**2 - FOREARM**2) / (2 * UPPER_ARM * reach)
    along = np.clip(along, -1, 1)[..., None]
    upper = along * way + np.sqrt(1 - along**2) * side
    lower = (reach[..., None] * way - UPPER_ARM * upper) / FOREARM
    return arm_along(upper, lower)


def arm_along(
    upper: Float[np.ndarray, "*frames 3"], lower: Float[np.ndarray, "*frames 3"]
) -> dict[str, Float[np.ndarray, "*frames"]]:
    """Find the arm whose upper arm and forearm point along unit vectors (outward, up, forward)."""
    out, up, ahead = np.moveaxis(upper, -1, 0)
    level = np.maximum(np.hypot(out, ahead), 1e-9)
    elevation = np.arccos(np.clip(-up, -1, 1))
    forward, outward = elevation * ahead / level, elevation * out / level
    swing = Rotation.from_rotvec(_flat(np.stack([-forward, 0 * forward, outward], -1)))
    # Undo the swing: what is left of the forearm's direction is the twist.
    x, _, z = swing.inv().apply(_flat(lower)).T.reshape(3, *out.shape)
    elbow = np.arccos(np.clip((upper * lower).sum(-1), -1, 1))
    return {
        "arm_forward": forward,
        "arm_out": outward,
        "arm_twist": np.arctan2(x, z),
        "arm_elbow": elbow,
    }


def _flat(vectors: Float[np.ndarray, "*frames 3"]) -> Float[np.ndarray, "n 3"]:
    return vectors.reshape(-1, 3)
