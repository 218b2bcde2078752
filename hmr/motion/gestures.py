"""What arms and hands do, whatever the legs are up to.

A one-handed gesture gives the angles of an arm without its side; a two-handed one names the
sides. Either may move the head. Places are of the wrist, from the shoulder: outward, up,
forward, in metres.
"""

from collections.abc import Callable

import numpy as np

from hmr.motion.anatomy import SIDES
from hmr.motion.reach import ELBOW_DOWN, arm_to
from hmr.motion.rhythm import Rng, Track, drift, wave

Arm = dict[str, "float | np.ndarray"]


def held(
    rng: Rng,
    t: Track,
    wrist: tuple[float, float, float],
    elbow: tuple[float, float, float] = ELBOW_DOWN,
    spread: float = 0.04,
    motion: float = 0.01,
) -> Arm:
    """Keep the wrist about a place that differs between people by `spread`, in metres."""
    place = np.array(wrist) + rng.normal(size=3) * spread
    path = np.stack([place[i] + drift(rng, t, motion) for i in range(3)], -1)
    return {**arm_to(path, elbow)}


def _hang(rng: Rng, t: Track) -> Arm:
    return {
        "arm_out": rng.uniform(0.12, 0.35) + drift(rng, t, 0.03),
        "arm_forward": rng.normal(0.03, 0.12) + drift(rng, t, 0.04),
        "arm_twist": rng.normal(-0.05, 0.2),
        "arm_elbow": rng.uniform(0.1, 0.6) + drift(rng, t, 0.04),
        "arm_pronate": rng.normal(0.25, 0.3),
    }


def _wave(rng: Rng, t: Track) -> Arm:
    swing = 0.09 * wave(t, rng.uniform(1.0, 2.2), rng.random())
    height, out = rng.uniform(-0.02, 0.38), rng.uniform(0.08, 0.25)
    path = np.stack([out + swing, height + 0 * t, 0.16 + 0 * t], -1)
    return {
        **arm_to(path, (0.8, -0.7, -0.1)),
        "arm_pronate": rng.uniform(0.6, 1.2),
        "arm_deviate": -2.0 * swing,
        "hand_curl": rng.uniform(0, 0.2),
        "hand_index": 0.05,
        "hand_thumb": 0.05,
        "hand_spread": 0.15,
    }


def _talk(rng: Rng, t: Track) -> Arm:
    lively = rng.uniform(0.02, 0.09)
    place = (rng.uniform(-0.12, 0.12), rng.uniform(-0.36, -0.1), rng.uniform(0.18, 0.36))
    path = np.stack([c + drift(rng, t, lively, 1.2) for c in place], -1)
    return {
        **arm_to(path, (0.5, -0.85, -0.3)),
        "arm_pronate": rng.uniform(-0.9, 0.5) + drift(rng, t, 0.3, 1.5),
        "arm_wrist": drift(rng, t, 0.15, 1.2),
        "hand_curl": rng.uniform(0.1, 0.5),
        "hand_index": rng.uniform(0.05, 0.4),
    }


def _reach(rng: Rng, t: Track) -> Arm:
    way = np.array([rng.uniform(-0.25, 0.8), rng.uniform(-0.7, 0.9), rng.uniform(0.15, 1)])
    place = way / np.linalg.norm(way) * rng.uniform(0.4, 0.51)
    arm = held(rng, t, tuple(place), spread=0.0, motion=0.015)
    return {**arm, "arm_pronate": rng.uniform(-0.6, 0.8), "hand_curl": rng.uniform(0.05, 0.6)}


def _point(rng: Rng, t: Track) -> Arm:
    arm = _reach(rng, t)
    return {**arm, "hand_curl": 0.85, "hand_index": 0.02, "hand_thumb": 0.5, "arm_pronate": 0.5}


def _on_hip(rng: Rng, t: Track) -> Arm:
    arm = held(rng, t, (0.06, -0.36, -0.01), (0.95, -0.1, -0.35), 0.02)
    return {**arm, "arm_pronate": 0.7, "arm_wrist": 0.45, "hand_curl": 0.2, "arm_deviate": -0.2}


def _pocket(rng: Rng, t: Track) -> Arm:
    arm = held(rng, t, (0.065, -0.46, 0.04), (0.6, -0.2, -0.75), 0.02, 0.004)
    return {**arm, "arm_pronate": 0.1, "hand_curl": 0.25}


def _look_at_phone(rng: Rng, t: Track) -> Arm:
    arm = held(rng, t, (-0.08, -0.2, 0.29), (0.35, -0.9, -0.2), 0.03, 0.004)
    return {
        **arm,
        "arm_pronate": -0.75,
        "arm_wrist": 0.15,
        "hand_curl": 0.5,
        "hand_index": 0.4,
        "hand_thumb": 0.5,
        "nod": 0.4,
        "gaze_down": 0.2,
    }


def _call(rng: Rng, t: Track) -> Arm:
    arm = held(rng, t, (-0.035, 0.1, 0.07), (0.75, -0.75, 0.35), 0.012, 0.004)
    return {**arm, "arm_pronate": -0.3, "hand_curl": 0.55, "hand_index": 0.45, "hand_thumb": 0.5}


def _to_face(rng: Rng, t: Track) -> Arm:
    place = ((-0.12, 0.0, 0.2), (-0.1, 0.1, 0.19), (-0.05, 0.2, 0.1))[rng.integers(3)]
    arm = held(rng, t, place, (0.5, -0.8, 0.2), 0.015, 0.008)
    return {**arm, "arm_pronate": rng.uniform(-0.8, 0.2), "hand_curl": rng.uniform(0.2, 0.8)}


def _carry_bag(rng: Rng, t: Track) -> Arm:
    return {**_hang(rng, t), "arm_elbow": rng.uniform(0.05, 0.25), "hand_curl": 0.9}


def _carry_on_shoulder(rng: Rng, t: Track) -> Arm:
    arm = held(rng, t, (0.0, 0.0, 0.15), (0.6, -0.8, 0.1), 0.02)
    return {**arm, "hand_curl": 0.8, "hand_thumb": 0.6, "arm_pronate": 0.2}


def _drink(rng: Rng, t: Track) -> Arm:
    return {**held(rng, t, (-0.09, 0.0, 0.24), (0.7, -0.7, 0.0), 0.03), "hand_curl": 0.55}


def _raise(rng: Rng, t: Track) -> Arm:
    place = (rng.uniform(-0.05, 0.25), rng.uniform(0.35, 0.5), rng.uniform(-0.05, 0.25))
    arm = held(rng, t, place, (0.9, 0.0, 0.3), 0.02, 0.02)
    return {**arm, "hand_curl": rng.uniform(0, 1), "arm_pronate": rng.uniform(-0.5, 1.0)}


def _on_thigh(rng: Rng, t: Track) -> Arm:
    arm = held(rng, t, (0.0, -0.36, 0.27), (0.7, -0.6, -0.4), 0.03, 0.004)
    return {**arm, "arm_pronate": 0.9, "arm_wrist": -0.1, "hand_curl": 0.25}


def _two(rng: Rng, t: Track, wrist: tuple, elbow: tuple, motion: float = 0.008, **hand) -> Arm:
    """Both hands about mirrored places."""
    place = np.array(wrist) + rng.normal(size=3) * 0.03
    common = np.stack([drift(rng, t, motion) for _ in range(3)], -1)
    arm: Arm = {**arm_to(place + common, elbow), **hand}
    return {f"{side}_{name}": value for side in SIDES for name, value in arm.items()}


def _carry_box(rng: Rng, t: Track) -> Arm:
    width, height = rng.uniform(-0.1, 0.08), rng.uniform(-0.38, -0.12)
    return _two(rng, t, (width, height, 0.33), ELBOW_DOWN, 0.008, arm_pronate=-0.3, hand_curl=0.4)


def _type(rng: Rng, t: Track) -> Arm:
    arms = _two(rng, t, (-0.05, -0.27, 0.33), ELBOW_DOWN, 0.006, arm_pronate=1.1, hand_curl=0.35)
    return {**arms, "nod": 0.2}


def _fold_arms(rng: Rng, t: Track) -> Arm:
    over, under = SIDES if rng.random() < 0.5 else SIDES[::-1]
    top = held(rng, t, (-0.24, -0.2, 0.235), (0.8, -0.75, -0.1), 0.012, 0.003)
    low = held(rng, t, (-0.2, -0.245, 0.16), (0.8, -0.75, -0.1), 0.012, 0.003)
    sided = {f"{over}_{n}": v for n, v in top.items()} | {f"{under}_{n}": v for n, v in low.items()}
    return {**sided, f"{over}_arm_pronate": 0.5, f"{under}_arm_pronate": 0.3}


def _clap(rng: Rng, t: Track) -> Arm:
    beat = 0.05 * np.abs(wave(t, rng.uniform(1.0, 2.0), rng.random()))
    height = rng.uniform(-0.25, 0.15)
    path = np.stack([-0.13 + beat, height + 0 * t, 0.33 + 0 * t], -1)
    # Wrists bent back bring the palms together; forearms come in from both sides.
    hand = {"hand_curl": 0.05, "hand_index": 0.05, "arm_wrist": -0.5, "arm_pronate": 0.0}
    arm = {**arm_to(path, (0.4, -0.9, -0.1)), **hand}
    return {f"{side}_{name}": value for side in SIDES for name, value in arm.items()}


def _cheer(rng: Rng, t: Track) -> Arm:
    place = (rng.uniform(0.0, 0.25), rng.uniform(0.3, 0.48), rng.uniform(0.0, 0.15))
    return _two(rng, t, place, (0.9, -0.2, 0.3), 0.03, hand_curl=rng.uniform(0, 1))


def _behind_back(rng: Rng, t: Track) -> Arm:
    return _two(rng, t, (-0.06, -0.4, -0.19), (0.8, -0.2, -0.6), 0.004, arm_pronate=0.9)


def _hold_hands_in_front(rng: Rng, t: Track) -> Arm:
    height = rng.uniform(-0.46, -0.3)
    return _two(rng, t, (-0.115, height, 0.2), (0.8, -0.4, -0.4), 0.004, arm_pronate=0.4)


def _camera(rng: Rng, t: Track) -> Arm:
    return _two(rng, t, (-0.08, 0.05, 0.27), (0.5, -0.85, 0.0), 0.006, hand_curl=0.6)


def _spread_arms(rng: Rng, t: Track) -> Arm:
    place = (rng.uniform(0.3, 0.5), rng.uniform(-0.15, 0.2), rng.uniform(-0.05, 0.25))
    return _two(rng, t, place, (0.1, -0.9, -0.3), 0.03, arm_pronate=rng.uniform(-1, 1))


Gesture = Callable[[Rng, Track], Arm]
ONE_HANDED: tuple[tuple[Gesture, float], ...] = (
    (_hang, 5.0),
    (_talk, 2.0),
    (_reach, 1.2),
    (_wave, 0.7),
    (_point, 0.7),
    (_on_hip, 1.0),
    (_pocket, 1.2),
    (_look_at_phone, 1.0),
    (_call, 0.6),
    (_to_face, 0.6),
    (_carry_bag, 0.8),
    (_carry_on_shoulder, 0.6),
    (_drink, 0.5),
    (_raise, 0.6),
)
"""Gestures of one hand and how common they are."""
TWO_HANDED: tuple[tuple[Gesture, float], ...] = (
    (_carry_box, 1.0),
    (_fold_arms, 1.0),
    (_type, 0.7),
    (_clap, 0.7),
    (_cheer, 0.7),
    (_behind_back, 0.6),
    (_hold_hands_in_front, 1.0),
    (_camera, 0.6),
    (_spread_arms, 0.6),
)
"""Gestures of both hands and how common they are."""
SITTING: tuple[tuple[Gesture, float], ...] = ((_on_thigh, 3.0), *ONE_HANDED[1:])

GESTURES: dict[str, Gesture] = {
    gesture.__name__.strip("_"): gesture for gesture, _ in (*SITTING, *ONE_HANDED, *TWO_HANDED)
}
"""All of them by name."""


def choose(rng: Rng, table: tuple[tuple[Gesture, float], ...]) -> Gesture:
    """Pick a gesture as often as it is common."""
    weights = np.array([weight for _, weight in table])
    return table[rng.choice(len(table), p=weights / weights.sum())][0]
