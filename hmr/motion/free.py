"""Poses nobody thought of: each limb drawn broadly within what joints allow.

A network that lifts 2D poses must know more than gestures; a free clip wanders between
such poses, upright mostly, but leaning, tumbling and lying too.
"""

import numpy as np
from jaxtyping import Float

from hmr.motion.anatomy import LIMITS, NEUTRAL, SIDES, assemble
from hmr.motion.rhythm import Rng, Track, key_times, through


def wander(rng: Rng, t: Track) -> Float[np.ndarray, "frames dofs"]:
    """Wander between free poses; how far they differ is the clip's own."""
    times = key_times(rng, t, 0.5, 1.8)
    centre, share = free_pose(rng), rng.uniform(0.25, 0.9)
    keys = [(1 - share) * centre + share * free_pose(rng) for _ in times]
    return through(np.concatenate(keys), times, t)


def free_pose(rng: Rng) -> Float[np.ndarray, "1 dofs"]:
    """Draw every joint of a person."""
    angles = _trunk(rng)
    legs = {n: (_leg(rng)) for n in SIDES}
    if rng.random() < 0.4:
        legs["right"] = {n: v + rng.normal(0, 0.15) for n, v in legs["left"].items()}
    for side in SIDES:
        # A leaning trunk keeps its legs below it, mostly.
        upright = min(max(angles["root_pitch"], -0.4), 1.4) if rng.random() < 0.7 else 0.0
        limbs = {**_arm(rng), **legs[side]}
        limbs["leg_forward"] += upright
        angles |= {f"{side}_{n}": v for n, v in limbs.items()}
    return assemble(angles, 1)


def _trunk(rng: Rng) -> dict[str, float]:
    kind = rng.random()
    pitch, roll = rng.normal(0.08, 0.2), rng.normal(0, 0.12)
    if kind > 0.65:
        pitch, roll = rng.normal(0.5, 0.55), rng.normal(0, 0.35)
    if kind > 0.88:
        pitch, roll = rng.uniform(-np.pi, np.pi), rng.normal(0, 0.9)
    return {
        "root_pitch": pitch,
        "root_roll": roll,
        "bend": rng.normal(0.15, 0.3),
        "lean": rng.normal(0, 0.18),
        "turn": rng.normal(0, 0.3),
        "nod": rng.normal(0.0, 0.25),
        "tilt": rng.normal(0, 0.15),
        "look": rng.normal(0, 0.4),
    }


def _arm(rng: Rng) -> dict[str, float]:
    relaxed = rng.random() < 0.25
    spread = 0.35 if relaxed else 1.0
    broad = {
        "arm_forward": rng.uniform(-0.8, 2.6),
        "arm_out": rng.uniform(-0.4, 2.4),
        "arm_twist": rng.normal(0.0, 0.45),
        "arm_elbow": 2.4 * rng.beta(1.1, 1.6),
        "arm_pronate": rng.normal(0.1, 0.6),
        "arm_wrist": rng.normal(0, 0.3),
        "arm_deviate": rng.normal(0, 0.12),
        "arm_shrug": rng.normal(0.03, 0.08),
        "arm_reach": rng.normal(0, 0.1),
        "hand_curl": rng.beta(1.2, 1.8),
        "hand_index": rng.beta(1.2, 1.8),
        "hand_thumb": rng.beta(1.5, 1.8),
        "hand_spread": rng.normal(0.03, 0.06),
    }
    rest = {n: float(NEUTRAL[list(LIMITS).index(f"left_{n}")]) for n in broad}
    return {n: rest[n] + spread * (v - rest[n]) for n, v in broad.items()}


def _leg(rng: Rng) -> dict[str, float]:
    standing = rng.random() < 0.45
    knee = 2.3 * rng.beta(1.0, 4.0 if standing else 1.7)
    forward = 0.45 * knee + rng.normal(0.0, 0.18 if standing else 0.55)
    return {
        "leg_forward": forward,
        "leg_knee": knee,
        "leg_out": rng.normal(0.15, 0.12 if standing else 0.28),
        "leg_twist": rng.normal(0.12, 0.2),
        "leg_ankle": rng.normal(-0.05, 0.25),
        "leg_invert": rng.normal(0, 0.08),
        "leg_toes": abs(rng.normal(0, 0.15)),
    }
