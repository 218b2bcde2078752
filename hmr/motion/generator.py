"""Human motion without motion capture: unlimited, varied, everyday and not.

A clip is a stance or a gait, gestures of either hand, a look about, and the small
differences between people; or a routine of key poses (`key_poses`); or a walk through free
poses (`free`). Limbs that meet are moved apart (`untangle`), and the lowest part of the
body is put on the ground.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float

from hmr.motion import gaits, stances
from hmr.motion.anatomy import (
    DOFS,
    LIMB_LIMITS,
    SIDES,
    TRUNK_LIMITS,
    assemble,
    column,
    limited,
    to_params,
)
from hmr.motion.clip import Clip
from hmr.motion.faces import expressions, glances, speech
from hmr.motion.free import wander
from hmr.motion.gestures import GESTURES, ONE_HANDED, SITTING, TWO_HANDED, Gesture, choose
from hmr.motion.ground import along_steps, pelvis_on_ground, put_on_ground
from hmr.motion.key_poses import ROUTINES, routine
from hmr.motion.rhythm import Rng, Track, drift, pulse
from hmr.motion.skeleton import NAMES, PELVIS, points, proportions
from hmr.motion.untangle import untangle
from hmr.params import Params

__all__ = ["ATHLETIC", "EVERYDAY", "FPS", "act", "generate_clips", "put_on_ground", "random_pose"]
FPS = 30.0
BUSY: dict[str, tuple[Callable[[Rng, Track], stances.Body], float]] = {
    "stand": (stances.stand, 0.85),
    "walk": (gaits.walk, 0.45),
    "sit": (stances.sit, 1.0),
    "sit_on_floor": (stances.sit_on_floor, 1.0),
    "crouch": (stances.crouch, 0.8),
    "kneel": (stances.kneel, 0.9),
}
"""Stances that leave the hands free, and how often a hand then makes a gesture."""
WHOLE: dict[str, Callable[[Rng, Track], stances.Body]] = {
    "run": gaits.run,
    "bend_over": stances.bend_over,
    "lie": stances.lie,
    "jump": gaits.jump,
    "climb": gaits.climb,
    "hang": gaits.hang,
}
"""Actions that take the whole body."""
EVERYDAY: dict[str, float] = {
    **{"stand": 10.0, "walk": 6.0, "run": 1.5, "sit": 2.2, "sit_on_floor": 0.5, "crouch": 0.8},
    **{"kneel": 0.5, "bend_over": 0.8, "lie": 0.2, "jump": 0.4, "climb": 0.2, "hang": 0.1},
    **{"routine": 2.0, "wander": 2.0},
}
"""How common each action is in a crowd."""
ATHLETIC: dict[str, float] = {
    **{"stand": 3.0, "walk": 4.0, "run": 2.5, "sit": 1.2, "sit_on_floor": 0.8, "crouch": 1.5},
    **{"kneel": 0.8, "bend_over": 1.5, "lie": 0.6, "jump": 1.8, "climb": 1.8, "hang": 0.8},
    **{"routine": 6.0, "wander": 8.0},
}
"""How common each action is in clips to learn from: sport and free poses prevail."""
SPEAKS = 0.3
"""Share of people who speak."""
HABITS: dict[str, float] = {
    **{"bend": 0.04, "lean": 0.03, "turn": 0.05, "nod": 0.1, "tilt": 0.06, "look": 0.25},
    **{"root_pitch": 0.02, "root_roll": 0.01, "jaw": 0.02},
    **{name: 0.05 for name in LIMB_LIMITS if name.startswith("arm")},
    **{name: 0.1 for name in LIMB_LIMITS if name.startswith("hand")},
    **{name: 0.02 for name in LIMB_LIMITS if name.startswith("leg")},
}
"""How much people differ in each angle, in radians, whatever they do."""


def random_pose(rng: Rng, n: int, shares: Mapping[str, float] = EVERYDAY) -> Params:
    """Draw people of mean shape, each at one moment of what they do.

    They face +Z, above the origin, near the ground: `put_on_ground` makes it exact.

    Args:
        rng: Source of all randomness.
        n: Number of people.
        shares: How common each action is.
    """
    moments = [np.array([rng.uniform(0, 4)]) for _ in range(n)]
    acts = zip(_drawn(rng, n, shares), moments, strict=True)
    poses = np.concatenate([act(rng, name, t) for name, t in acts])
    faces = np.concatenate([expressions(rng, t) for t in moments])
    poses[:, [column("root_yaw"), column("lift")]] = 0
    poses = untangle(poses[:, None])[:, 0]
    pelvis = pelvis_on_ground(poses, points(torch.from_numpy(poses).float()))
    return _with_faces(to_params(poses, pelvis - PELVIS), faces)


def generate_clips(
    rng: Rng,
    n: int,
    frames: int,
    shares: Mapping[str, float] = ATHLETIC,
    gesture: str | None = None,
) -> list[Clip]:
    """Make clips at `FPS` of people of many proportions.

    Positions are a stick figure's of a person's own proportions; `params` hold the same motion
    for a body of mean shape.

    Args:
        rng: Source of all randomness.
        n: Number of clips.
        frames: Length of each.
        shares: How common each action is; keys of `EVERYDAY` and `key_poses.ROUTINES`.
        gesture: A key of `gestures.GESTURES` that all make whose hands are free.
    """
    names = _drawn(rng, n, shares)
    t = np.arange(frames) / FPS
    poses = untangle(np.stack([act(rng, name, t, gesture) for name in names]))
    named = zip(names, poses, strict=True)
    return [_clip(rng, f"{name}_{i:05d}", t, motion) for i, (name, motion) in enumerate(named)]


def act(
    rng: Rng, name: str, t: Track, gesture: str | None = None
) -> Float[np.ndarray, "frames dofs"]:
    """Do what a key of `EVERYDAY` or `ROUTINES` names, at times in seconds; limbs may meet still.

    A moment is a frame of a clip: the same source of randomness gives the same motion whatever
    times of a scene (`rhythm.SCENE`) are asked for.
    """
    if name in BUSY:
        poses = _with_gestures(rng, name, t, gesture)
    elif name in ROUTINES:
        poses = routine(rng, t, name)
    elif name in WHOLE:
        poses = assemble(WHOLE[name](rng, t), len(t))
    else:
        poses = {"routine": routine, "wander": wander}[name](rng, t)
    return limited(poses + _manner(rng, t))


def _with_gestures(
    rng: Rng, name: str, t: Track, asked: str | None
) -> Float[np.ndarray, "frames dofs"]:
    stance, often = BUSY[name]
    poses = assemble(stance(rng, t), len(t))
    if asked is not None:
        return _gesturing(rng, poses, GESTURES[asked], t, _side_of(rng, asked), 1.0 + 0 * t)
    if rng.random() < 0.2 * often:
        return _gesturing(rng, poses, choose(rng, TWO_HANDED), t, "", pulse(rng, t))
    for side in SIDES:
        if rng.random() < often:
            table = SITTING if name.startswith("sit") else ONE_HANDED
            poses = _gesturing(rng, poses, choose(rng, table), t, side, pulse(rng, t))
    return poses


def _side_of(rng: Rng, gesture: str) -> str:
    two = GESTURES[gesture] in [both for both, _ in TWO_HANDED]
    return "" if two else SIDES[rng.integers(2)]


def _gesturing(
    rng: Rng,
    poses: Float[np.ndarray, "frames dofs"],
    gesture: Gesture,
    t: Track,
    side: str,
    weight: Track,
) -> Float[np.ndarray, "frames dofs"]:
    """Let an arm make a gesture, or both for one that names its sides itself."""
    angles = gesture(rng, t)
    if side:
        angles = {n if n in TRUNK_LIMITS else f"{side}_{n}": v for n, v in angles.items()}
    return _blend(poses, angles, weight)


def _blend(
    poses: Float[np.ndarray, "frames dofs"],
    gesture: Mapping[str, "float | np.ndarray"],
    weight: Track,
) -> Float[np.ndarray, "frames dofs"]:
    """Let a gesture take over what it names, and the rest of those arms."""
    asked = assemble(gesture, len(poses))
    arms = tuple(f"{s}_{n}_" for s in SIDES for n in ("arm", "hand") if f"{s}_arm_elbow" in gesture)
    takes = np.array([name in gesture or name.startswith(arms) for name in DOFS])
    share = weight[:, None] * takes
    return (1 - share) * poses + share * asked


def _manner(rng: Rng, t: Track) -> Float[np.ndarray, "frames dofs"]:
    """Differences between people that last, and those that come and go."""
    spread = np.array([HABITS.get(n if n in HABITS else n.partition("_")[2], 0.0) for n in DOFS])
    lasting = rng.normal(size=len(DOFS)) * spread
    passing = np.stack([drift(rng, t, 0.5 * s, 2.5) if s else 0 * t for s in spread], -1)
    manner = lasting + passing
    manner[:, column("gaze_side")] += glances(rng, t)
    manner[:, column("gaze_down")] += 0.5 * glances(rng, t)
    if rng.random() < SPEAKS:
        manner[:, column("jaw")] += speech(rng, t)
    return manner


def _clip(rng: Rng, name: str, t: Track, poses: Float[np.ndarray, "frames dofs"]) -> Clip:
    places = points(torch.from_numpy(poses).float(), proportions(rng))
    pelvis = along_steps(pelvis_on_ground(poses, places), places)
    positions = torch.stack([places[n] for n in NAMES], 1).numpy() + pelvis[:, None]
    # Legs of other lengths make other steps.
    mean = points(torch.from_numpy(poses).float())
    root = along_steps(pelvis_on_ground(poses, mean), mean)
    params = _with_faces(to_params(poses, root - PELVIS), expressions(rng, t))
    return Clip(name, FPS, NAMES, positions.astype(np.float32), params)


def _with_faces(params: Params, faces: Float[np.ndarray, "frames 10"]) -> Params:
    return replace(params, expression=torch.from_numpy(faces).float())


def _drawn(rng: Rng, n: int, shares: Mapping[str, float]) -> list[str]:
    weights = np.array(list(shares.values()))
    return [str(name) for name in rng.choice(list(shares), n, p=weights / weights.sum())]
