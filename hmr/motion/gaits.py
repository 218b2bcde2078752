"""How people get about: walking, running, jumping, climbing, swinging from the hands.

Gait curves follow the joint angles of normal walking and running in Perry, Gait Analysis
(1992): shares of the cycle from heel strike, and degrees.
"""

import numpy as np

from hmr.motion.anatomy import SIDES
from hmr.motion.rhythm import Rng, Track, cycle, drift, wave
from hmr.motion.stances import Body

Gait = dict[str, tuple[tuple[float, float], ...]]
WALK: Gait = {
    "leg_forward": (
        (0.0, 28.0),
        (0.12, 24.0),
        (0.3, 5.0),
        (0.5, -13.0),
        (0.6, -6.0),
        (0.75, 20.0),
        (0.87, 31.0),
    ),
    "leg_knee": (
        (0.0, 5.0),
        (0.13, 18.0),
        (0.4, 5.0),
        (0.5, 14.0),
        (0.6, 38.0),
        (0.72, 60.0),
        (0.87, 24.0),
    ),
    "leg_ankle": (
        (0.0, 0.0),
        (0.07, -6.0),
        (0.3, 7.0),
        (0.46, 12.0),
        (0.6, -18.0),
        (0.73, -2.0),
        (0.87, 2.0),
    ),
    "leg_toes": (
        (0.0, 8.0),
        (0.15, 0.0),
        (0.35, 0.0),
        (0.52, 25.0),
        (0.6, 30.0),
        (0.72, 3.0),
        (0.9, 6.0),
    ),
}
RUN: Gait = {
    "leg_forward": (
        (0.0, 35.0),
        (0.15, 22.0),
        (0.3, -6.0),
        (0.4, -16.0),
        (0.55, 5.0),
        (0.75, 52.0),
        (0.88, 48.0),
    ),
    "leg_knee": (
        (0.0, 20.0),
        (0.12, 40.0),
        (0.3, 18.0),
        (0.45, 45.0),
        (0.6, 105.0),
        (0.78, 85.0),
        (0.92, 25.0),
    ),
    "leg_ankle": ((0.0, 4.0), (0.14, 20.0), (0.33, -25.0), (0.5, -15.0), (0.8, 4.0)),
    "leg_toes": ((0.0, 5.0), (0.15, 0.0), (0.3, 25.0), (0.4, 15.0), (0.6, 0.0)),
}


def walk(rng: Rng, t: Track) -> Body:
    """Walk at any speed, on the flat or on uneven ground, perhaps turning."""
    size = rng.uniform(0.65, 1.2)
    high = rng.choice([1.0, rng.uniform(1.0, 1.7)])
    phase = rng.random() + rng.uniform(0.65, 1.1) * t
    body: Body = {
        "root_yaw": drift(rng, t, rng.choice([0.05, 0.5]), 6.0) + 0.07 * np.sin(2 * np.pi * phase),
        "root_pitch": rng.normal(0.04, 0.04),
        "root_roll": 0.05 * np.sin(2 * np.pi * (phase + 0.05)),
        "turn": -0.14 * size * np.cos(2 * np.pi * phase),
        "bend": rng.normal(0.06, 0.08),
        "lean": -0.03 * np.sin(2 * np.pi * phase),
    }
    return body | _gait(rng, WALK, phase, size, high) | _arm_swing(rng, phase, 0.32 * size, 0.35)


def run(rng: Rng, t: Track) -> Body:
    """Jog or sprint."""
    size = rng.uniform(0.7, 1.3)
    phase = rng.random() + rng.uniform(1.2, 1.6) * t
    body: Body = {
        "root_yaw": drift(rng, t, 0.1, 5.0),
        "root_pitch": rng.uniform(0.05, 0.22) * size,
        "turn": -0.25 * size * np.cos(2 * np.pi * phase),
        "bend": rng.uniform(0.0, 0.15),
        "nod": -rng.uniform(0.0, 0.2),
        "lift": 0.07 * size * np.clip(-np.cos(4 * np.pi * (phase - 0.13)), 0, None),
    }
    return body | _gait(rng, RUN, phase, size, 1.0) | _arm_swing(rng, phase, 0.6 * size, 1.5)


def jump(rng: Rng, t: Track) -> Body:
    """Jump on the spot, again and again: crouch, fly, land."""
    phase = rng.random() + t / rng.uniform(1.1, 2.0)
    height, arms = rng.uniform(0.1, 0.5), rng.uniform(0.3, 2.6)
    tuck = rng.uniform(0.0, 0.8)
    knee = cycle(
        ((0.0, 0.2), (0.2, 1.2), (0.36, 0.1), (0.5, tuck), (0.64, 0.2), (0.78, 1.0)), phase
    )
    flight = np.clip((phase % 1 - 0.36) / 0.28, 0, 1)
    body: Body = {
        "root_pitch": 0.25 * knee,
        "bend": 0.2 * knee,
        "lift": 4 * height * flight * (1 - flight),
    }
    for side in SIDES:
        body |= {
            f"{side}_leg_knee": knee,
            f"{side}_leg_forward": 0.75 * knee,
            f"{side}_leg_ankle": 0.5 * knee - 0.5 * np.sin(np.pi * flight),
            f"{side}_arm_forward": cycle(
                ((0.0, 0.1), (0.2, -0.7), (0.45, arms), (0.8, 0.3)), phase
            ),
            f"{side}_arm_elbow": 0.4,
        }
    return body


def climb(rng: Rng, t: Track) -> Body:
    """Climb with hands and feet in turn."""
    phase = rng.random() + rng.uniform(0.3, 0.7) * t
    pitch = rng.uniform(-0.1, 0.35)
    body: Body = {
        "root_pitch": pitch,
        "nod": -0.3,
        "lean": 0.12 * np.sin(2 * np.pi * phase),
        "lift": rng.uniform(0, 0.8),
    }
    for side, shift in zip(SIDES, (0.0, 0.5), strict=True):
        up = (1 + wave(phase, 1.0, shift)) / 2
        body |= {
            f"{side}_leg_forward": 0.2 + 1.3 * up + pitch,
            f"{side}_leg_knee": 0.3 + 1.6 * up,
            f"{side}_leg_out": 0.15 + 0.3 * up,
            f"{side}_leg_ankle": 0.1,
            f"{side}_arm_forward": 2.65 - 1.3 * up,
            f"{side}_arm_out": 0.35,
            f"{side}_arm_elbow": 0.4 + 1.4 * up,
            f"{side}_hand_curl": 0.8,
            f"{side}_hand_index": 0.8,
        }
    return body


def hang(rng: Rng, t: Track) -> Body:
    """Hang from the hands and swing."""
    swing = rng.uniform(0.05, 0.5) * wave(t, rng.uniform(0.4, 0.7), rng.random())
    body: Body = {"root_pitch": -swing, "bend": 0.2 * swing, "nod": -0.1, "lift": 0.4}
    knees = rng.uniform(0.1, 1.3)
    for side in SIDES:
        body |= {
            f"{side}_arm_forward": 2.7 + 0.1 * swing,
            f"{side}_arm_out": rng.uniform(0.0, 0.4),
            f"{side}_arm_elbow": rng.uniform(0.0, 0.5),
            f"{side}_arm_shrug": 0.3,
            f"{side}_leg_forward": 0.5 * swing + 0.4 * knees + drift(rng, t, 0.1),
            f"{side}_leg_knee": np.clip(knees + drift(rng, t, 0.1), 0, None),
            f"{side}_leg_ankle": -0.4,
            f"{side}_hand_curl": 0.9,
            f"{side}_hand_index": 0.9,
        }
    return body


def _gait(rng: Rng, gait: Gait, phase: Track, size: float, high: float) -> Body:
    body: Body = {}
    for side, shift in zip(SIDES, (0.0, 0.5), strict=True):
        curves = {n: np.radians(cycle(c, phase + shift)) for n, c in gait.items()}
        curves["leg_forward"] = size * curves["leg_forward"] + 0.3 * (high - 1)
        curves["leg_knee"] = np.clip(high * (0.4 + 0.6 * size) * curves["leg_knee"], 0, 2.4)
        body |= {f"{side}_{n}": c for n, c in curves.items()}
        body |= {f"{side}_leg_out": rng.uniform(-0.01, 0.06), f"{side}_leg_twist": 0.1}
    return body


def _arm_swing(rng: Rng, phase: Track, size: float, elbow: float) -> Body:
    size, elbow = size * rng.uniform(0.5, 1.4), elbow * rng.uniform(0.7, 1.2)
    out, body = rng.uniform(0.15, 0.3), {}
    for side, shift in zip(SIDES, (0.5, 0.0), strict=True):
        swing = np.cos(2 * np.pi * (phase + shift))
        body |= {
            f"{side}_arm_forward": size * (swing - 0.1),
            f"{side}_arm_elbow": elbow + 0.4 * size * swing,
            f"{side}_arm_out": out,
            f"{side}_arm_pronate": 0.2,
        }
    return body
