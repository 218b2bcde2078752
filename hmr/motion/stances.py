"""What legs and trunk do in one place: standing, sitting, kneeling, bending, lying."""

import numpy as np

from hmr.motion.anatomy import SIDES
from hmr.motion.rhythm import Rng, Track, drift

Body = dict[str, "float | np.ndarray"]
"""Angles by name, each a number or one number a frame."""


def stand(rng: Rng, t: Track) -> Body:
    """Stand with the weight on one leg or on both."""
    easy, firm = _sides(rng)
    hip = rng.choice([0.0, rng.uniform(0.02, 0.1)])
    sway = drift(rng, t, 0.015)
    toward = 1 if firm == "left" else -1
    step, knee = rng.normal(0.03, 0.1), rng.uniform(0.05, 0.45)
    width = rng.uniform(0.0, 0.16)
    return {
        "root_roll": toward * hip + sway,
        "lean": -toward * hip * 0.8,
        "root_pitch": rng.normal(0.0, 0.03),
        "bend": rng.normal(0.03, 0.07) + drift(rng, t, 0.02),
        "turn": rng.normal(0, 0.12) + drift(rng, t, 0.05),
        f"{firm}_leg_out": width + hip + sway * toward,
        f"{easy}_leg_out": width - hip * 0.7 - sway * toward,
        f"{firm}_leg_forward": rng.normal(0, 0.03),
        f"{easy}_leg_forward": step + knee * 0.45,
        f"{easy}_leg_knee": knee,
        f"{easy}_leg_ankle": knee * 0.5 - step,
        f"{easy}_leg_twist": rng.uniform(0.0, 0.45),
        f"{firm}_leg_twist": rng.uniform(0.0, 0.25),
    }


def sit(rng: Rng, t: Track) -> Body:
    """Sit on something as high as a chair."""
    easy, firm = _sides(rng)
    seat, tilt = rng.uniform(1.3, 1.6), rng.normal(-0.1, 0.12)
    apart = rng.uniform(0.0, 0.3)
    body: Body = {
        "root_pitch": tilt,
        "bend": rng.uniform(-0.05, 0.5) + drift(rng, t, 0.03),
        "lean": rng.normal(0, 0.1),
        "turn": rng.normal(0, 0.12) + drift(rng, t, 0.04),
        "nod": rng.normal(0.05, 0.15),
    }
    for side in SIDES:
        knee = rng.uniform(1.1, 1.75)
        body |= {
            f"{side}_leg_forward": seat + tilt,
            f"{side}_leg_knee": knee,
            f"{side}_leg_out": apart + rng.normal(0, 0.05),
            f"{side}_leg_ankle": np.clip(knee - seat, -0.5, 0.4),
            f"{side}_leg_twist": -0.2 * apart,
        }
    if rng.random() < 0.25:
        crossed = {"forward": seat + tilt + 0.28, "out": -0.2, "knee": 1.35, "ankle": -0.3}
        body |= {f"{easy}_leg_{n}": v for n, v in crossed.items()}
        body |= {f"{firm}_leg_out": 0.02, f"{firm}_leg_twist": 0.0}
    return body | _resting_arms(rng)


def sit_on_floor(rng: Rng, t: Track) -> Body:
    """Sit on the ground, legs crossed, stretched or drawn up."""
    tilt, kind = rng.normal(-0.15, 0.1), rng.integers(3)
    # Drawn-up knees are as high as brings the feet down to the seat.
    high = rng.uniform(0.35, 0.75)
    forward = (1.65, 1.5, np.pi / 2 + high)[kind]
    knee = (2.05, rng.uniform(0.0, 0.3), 2 * high + 0.1)[kind]
    # Of crossed shins one lies before the other.
    apart = dict(zip(_sides(rng), (0.25, -0.25) if kind == 0 else (0.0, 0.0), strict=True))
    out, twist = ((0.65, 1.5), (rng.uniform(0, 0.4), 0.1), (0.1, 0.0))[kind]
    body: Body = {"root_pitch": tilt, "bend": rng.uniform(0.1, 0.6) + drift(rng, t, 0.03)}
    for side in SIDES:
        body |= {
            f"{side}_leg_forward": forward + tilt + rng.normal(0, 0.03),
            f"{side}_leg_out": out + rng.normal(0, 0.05),
            f"{side}_leg_twist": twist,
            f"{side}_leg_knee": np.clip(knee + apart[side] + rng.normal(0, 0.05), 0, 2.4),
            f"{side}_leg_ankle": -0.3,
        }
    return body | _resting_arms(rng)


def crouch(rng: Rng, t: Track) -> Body:
    """Squat, half or deep, feet flat or on the toes."""
    knee = np.clip(rng.uniform(0.6, 2.3) + drift(rng, t, 0.12), 0.2, 2.4)
    forward = 0.85 * knee + 0.05
    tilt = 0.25 * knee * rng.uniform(0.5, 1.3)
    body: Body = {"root_pitch": tilt, "bend": 0.15 + 0.1 * knee, "nod": -0.15 - 0.15 * knee}
    apart = rng.uniform(0.1, 0.5)
    for side in SIDES:
        body |= {
            f"{side}_leg_forward": forward + tilt * 0.7,
            f"{side}_leg_knee": knee,
            f"{side}_leg_out": apart + rng.normal(0, 0.04),
            f"{side}_leg_twist": 0.5 * apart,
            f"{side}_leg_ankle": np.clip(knee - forward + 0.3 * tilt, -0.5, 0.5),
        }
    return body


def kneel(rng: Rng, t: Track) -> Body:
    """Kneel on one knee or on both."""
    up, down = _sides(rng)
    back = rng.uniform(1.45, 2.2)
    body: Body = {
        "root_pitch": rng.normal(0.05, 0.1),
        "bend": rng.uniform(0.0, 0.4) + drift(rng, t, 0.03),
        f"{down}_leg_forward": (back - 1.5) * 0.8,
        f"{down}_leg_knee": back,
        f"{down}_leg_ankle": -0.6,
    }
    both = rng.random() < 0.3
    front = ((back - 1.5) * 0.8, back, -0.6)
    if not both:
        front = (rng.uniform(1.3, 1.6), rng.uniform(1.3, 1.7), 0.1)
    names = (f"{up}_leg_forward", f"{up}_leg_knee", f"{up}_leg_ankle")
    body |= dict(zip(names, front, strict=True))
    return body


def bend_over(rng: Rng, t: Track) -> Body:
    """Bend down to the ground, to a table or to one's shoes."""
    down = np.clip(rng.uniform(0.3, 1.0) + drift(rng, t, 0.12), 0.1, 1.1)
    knee = rng.uniform(0.05, 0.9)
    tilt = 1.0 * down
    hang = rng.uniform(0.6, 1.3) * down
    body: Body = {"root_pitch": tilt, "bend": 0.8 * down, "nod": rng.normal(-0.2, 0.2)}
    for side in SIDES:
        body |= {
            f"{side}_leg_forward": tilt + 0.5 * knee,
            f"{side}_leg_knee": knee + rng.uniform(0, 0.1),
            f"{side}_leg_ankle": 0.45 * knee,
            f"{side}_leg_out": rng.uniform(0.02, 0.25),
            f"{side}_arm_forward": hang + rng.normal(0, 0.2),
        }
    return body


def lie(rng: Rng, t: Track) -> Body:
    """Lie on the back, the front or a side."""
    kind = rng.integers(3)
    body: Body = {
        "root_pitch": (-np.pi / 2, 1.45, 0.0)[kind] + rng.normal(0, 0.03),
        "root_roll": (0.0, 0.0, rng.choice([-1, 1]) * np.pi / 2)[kind],
        "bend": (rng.uniform(0, 0.2), rng.uniform(-0.15, 0.0), rng.normal(0, 0.2))[kind],
        "nod": (0.05, -0.35, 0.1)[kind],
        "look": (0.4, 0.9, 0.1)[kind] * rng.uniform(-1, 1) + drift(rng, t, 0.05),
    }
    for side in SIDES:
        drawn_up = rng.uniform(0, (1.4, 0.1, 1.4)[kind])
        # On the back and on the front the arms stay in the plane of the ground.
        body |= {
            f"{side}_leg_forward": drawn_up * 0.55,
            f"{side}_leg_knee": drawn_up + abs(drift(rng, t, 0.05)),
            f"{side}_leg_ankle": -0.5,
            f"{side}_leg_out": rng.uniform(0, 0.3),
            f"{side}_arm_forward": rng.uniform(0.2, 1.8) if kind == 2 else (-0.1, 0.1)[kind],
            f"{side}_arm_out": rng.uniform(0.2, 0.4 if kind == 2 else 2.2),
            f"{side}_arm_twist": 0.0 if kind == 2 else 1.2,
            f"{side}_arm_elbow": rng.uniform(0.1, 1.8),
        }
    return body


def _sides(rng: Rng) -> tuple[str, str]:
    return ("left", "right") if rng.random() < 0.5 else ("right", "left")


def _resting_arms(rng: Rng) -> Body:
    angles = {"arm_forward": 0.45, "arm_elbow": 0.9, "arm_pronate": 0.6, "arm_out": 0.25}
    return {f"{s}_{n}": v + rng.normal(0, 0.1) for s in SIDES for n, v in angles.items()}
