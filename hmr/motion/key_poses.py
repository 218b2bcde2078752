"""Poses of sport, dance, fight and play, and ways through them.

A pose names the limbs of side `a`, which leads, and `b`; which of them is left is drawn.
"""

import numpy as np
from jaxtyping import Float

from hmr.motion.anatomy import DOFS, LIMITS, SIDES, assemble
from hmr.motion.rhythm import Rng, Track, key_times, through

Pose = dict[str, float]


def _pose(
    trunk: str = "", a_arm: str = "", b_arm: str = "", a_leg: str = "", b_leg: str = ""
) -> Pose:
    """Read `forward 1.2 out 0.3` for each part."""
    parts = {"": trunk, "a_arm_": a_arm, "b_arm_": b_arm, "a_leg_": a_leg, "b_leg_": b_leg}
    pose = {}
    for prefix, text in parts.items():
        words = text.split()
        pose |= {prefix + n: float(v) for n, v in zip(words[::2], words[1::2], strict=True)}
    return pose


POSES: dict[str, Pose] = {
    "ready": _pose(
        "root_pitch 0.2 bend 0.2",
        *("forward 0.6 elbow 1.3 out 0.3", "forward 0.6 elbow 1.3 out 0.3"),
        *("forward 0.6 knee 0.7 out 0.3 ankle 0.2", "forward 0.6 knee 0.7 out 0.3 ankle 0.2"),
    ),
    "guard": _pose(
        "root_pitch 0.08 bend 0.15 turn -0.3 nod 0.15",
        *("forward 0.8 elbow 2.0 out 0.1 twist -0.2", "forward 0.5 elbow 2.3 twist -0.2"),
        *("forward 0.4 knee 0.4 out 0.1", "forward -0.2 knee 0.35 out 0.15 twist 0.4 ankle 0.2"),
    ),
    "punch": _pose(
        "root_pitch 0.15 bend 0.15 turn 0.5",
        *("forward 1.5 elbow 0.1 out -0.1 pronate 1.0", "forward 0.5 elbow 2.3 twist -0.2"),
        *("forward -0.3 knee 0.3 ankle 0.3", "forward 0.6 knee 0.6 ankle 0.1"),
    ),
    "kick": _pose(
        "root_pitch -0.35 bend 0.3",
        *("forward 0.2 elbow 1.4 out 0.5", "forward 0.7 elbow 1.7 out 0.3"),
        *("forward 1.75 knee 0.15 ankle -0.5", "forward -0.3 knee 0.2"),
    ),
    "side_kick": _pose(
        "root_roll 0.7 lean 0.1",
        *("forward 0.3 elbow 1.7 out 0.4", "forward 0.6 elbow 1.9 out 0.2"),
        *("out 0.9 forward 0.6 knee 0.1", "out -0.3 knee 0.15"),
    ),
    "wind_up": _pose(
        "root_pitch -0.1 turn -0.6 lean -0.15",
        *("out 1.6 forward -0.3 elbow 1.7 twist 1.0", "forward 1.2 out 0.2 elbow 0.4"),
        *("forward -0.2 knee 0.4 twist 0.3", "forward 0.9 knee 0.9"),
    ),
    "throw": _pose(
        "root_pitch 0.35 bend 0.3 turn 0.5",
        *("forward 1.7 out 0.4 elbow 0.3 twist -0.4", "forward -0.3 out 0.4 elbow 1.0"),
        *("forward -0.3 knee 0.5 ankle -0.2", "forward 0.9 knee 0.7 ankle 0.2"),
    ),
    "serve": _pose(
        "root_pitch -0.1 bend -0.3 lean 0.3 nod -0.5",
        *("forward 1.6 out 1.9 elbow 0.6", "forward 2.2 out 0.5 elbow 0.2"),
        *("forward 0.0 knee 0.2 ankle -0.6", "forward 0.2 knee 0.5 ankle -0.4"),
    ),
    "backswing": _pose(
        "root_pitch 0.45 bend 0.2 turn -0.8",
        *("out 1.7 forward 0.3 elbow 0.5 twist 0.4", "forward 1.4 out -0.65 elbow 0.2"),
        *("forward 0.6 knee 0.4 out 0.2", "forward 0.6 knee 0.5 out 0.2"),
    ),
    "follow_through": _pose(
        "root_pitch 0.1 bend -0.1 turn 0.8",
        *("forward 1.7 out -0.5 elbow 0.8", "out 1.8 forward 0.4 elbow 1.0 twist 0.5"),
        *("forward -0.1 knee 0.5 ankle -0.5 twist -0.3", "forward 0.1 knee 0.1 out 0.2"),
    ),
    "lunge": _pose(
        "root_pitch 0.05",
        *("forward 0.4 elbow 0.5 out 0.5", "forward 0.2 elbow 0.5 out 0.5"),
        *("forward 1.3 knee 1.4", "forward -0.45 knee 0.5 ankle 0.3 toes 0.6"),
    ),
    "wide_lunge": _pose(
        "root_pitch 0.1",
        *("out 1.5 elbow 0.1", "out 1.5 elbow 0.1"),
        *("forward 1.0 out 0.9 twist 0.7 knee 1.4", "out 0.9 knee 0.05 twist 0.2"),
    ),
    "leap": _pose(
        "root_pitch 0.1 lift 0.4",
        *("forward 0.6 out 1.4 elbow 0.2", "forward -0.2 out 1.3 elbow 0.2"),
        *("forward 1.5 knee 0.2 ankle -0.5", "forward -0.5 knee 0.5 ankle -0.6"),
    ),
    "star": _pose(
        "lift 0.3",
        *("out 2.2 elbow 0.1", "out 2.2 elbow 0.1"),
        *("out 0.7 ankle -0.4", "out 0.7 ankle -0.4"),
    ),
    "tuck": _pose(
        "root_pitch 0.3 bend 0.6 lift 0.5",
        *("forward 1.2 elbow 0.9 out 0.2", "forward 1.2 elbow 0.9 out 0.2"),
        *("forward 1.9 knee 2.0 out 0.15", "forward 1.9 knee 2.0 out 0.15"),
    ),
    "arabesque": _pose(
        "root_pitch 1.0 bend -0.4 nod -0.4",
        *("forward 2.2 elbow 0.1 out 0.4", "out 1.4 forward -0.3 elbow 0.1"),
        *("forward -0.45 knee 0.1 ankle -0.6", "forward 1.0 knee 0.05"),
    ),
    "pirouette": _pose(
        "nod -0.1",
        *("forward 2.4 out 0.9 elbow 0.6", "forward 1.0 out 0.8 elbow 1.0"),
        *("forward 1.0 out 0.8 twist 0.8 knee 2.1 ankle -0.5", "ankle -0.6 toes 0.6"),
    ),
    "groove": _pose(
        "root_pitch 0.1 bend 0.1 lean 0.25 root_roll -0.1 turn 0.3",
        *("forward 0.9 elbow 1.6 out 0.5", "forward 0.1 out 0.8 elbow 1.2"),
        *("forward 0.4 knee 0.7 out 0.25", "forward 0.1 knee 0.3 out 0.2"),
    ),
    "pose_high": _pose(
        "bend -0.2 turn 0.3 look 0.4",
        *("forward 1.2 out 2.2 elbow 0.2", "out 0.9 elbow 1.6 forward -0.3"),
        *("forward 0.2 knee 0.4 out 0.2", "out 0.1"),
    ),
    "plank": _pose(
        "root_pitch 1.35 nod -0.3",
        *("forward 1.45 elbow 0.1 out 0.1", "forward 1.45 elbow 0.1 out 0.1"),
        *("ankle 0.0 toes 0.7", "ankle 0.0 toes 0.7"),
    ),
    "all_fours": _pose(
        "root_pitch 1.4 nod -0.4",
        *("forward 1.5 elbow 0.1", "forward 1.5 elbow 0.1"),
        *("forward 1.4 knee 1.5 ankle -0.5", "forward 1.3 knee 1.5 ankle -0.5"),
    ),
    "handstand": _pose(
        "root_pitch 3.1 nod -0.3",
        *("forward 2.7 elbow 0.05 out 0.2", "forward 2.7 elbow 0.05 out 0.2"),
        *("forward 0.3 out 0.2 knee 0.2 ankle -0.6", "forward -0.3 knee 0.3 ankle -0.6"),
    ),
    "dive": _pose(
        "root_pitch 1.3 bend -0.1 nod -0.2 lift 0.4",
        *("forward 2.6 elbow 0.1 out 0.2", "forward 2.4 elbow 0.3 out 0.3"),
        *("forward 0.1 knee 0.3 ankle -0.6", "forward -0.2 knee 0.6 ankle -0.6"),
    ),
    "header": _pose(
        "root_pitch -0.15 bend -0.2 nod -0.3 lift 0.3",
        *("out 1.2 forward 0.4 elbow 1.2", "out 1.0 forward -0.2 elbow 1.3"),
        *("forward -0.2 knee 0.9 ankle -0.5", "forward 0.1 knee 0.6 ankle -0.5"),
    ),
    "shot": _pose(
        "bend -0.1 nod -0.3 lift 0.25",
        *("forward 2.3 elbow 0.6 out 0.2", "forward 2.1 elbow 1.2 out 0.3"),
        *("forward 0.2 knee 0.3 ankle -0.5", "forward 0.0 knee 0.4 ankle -0.5"),
    ),
    "skate": _pose(
        "root_pitch 0.8 bend 0.3 nod -0.5",
        *("forward -0.6 out 0.5 elbow 0.2", "forward 1.2 out -0.2 elbow 0.5"),
        *("out 0.7 forward 0.5 knee 0.2", "forward 1.5 knee 1.3 ankle 0.3"),
    ),
    "ride": _pose(
        "root_pitch 0.35 bend 0.35 nod -0.3",
        *(
            "forward 1.0 elbow 0.5 out 0.15 pronate 0.8",
            "forward 1.0 elbow 0.5 out 0.15 pronate 0.8",
        ),
        *("forward 1.6 knee 1.6", "forward 0.9 knee 0.8"),
    ),
}
ROUTINES: dict[str, tuple[str, ...]] = {
    "fight": ("guard", "guard", "punch", "kick", "side_kick", "ready", "lunge"),
    "ball": ("ready", "wind_up", "throw", "serve", "follow_through", "shot", "header", "kick"),
    "racket": ("ready", "backswing", "follow_through", "serve", "lunge"),
    "dance": ("groove", "pose_high", "pirouette", "arabesque", "wide_lunge", "leap", "lunge"),
    "party": ("groove", "groove", "pose_high", "star", "ready"),
    "gymnastics": ("star", "tuck", "handstand", "plank", "wide_lunge", "all_fours", "dive"),
    "glide": ("skate", "ready", "ride", "tuck"),
}
"""Poses that follow each other."""
JITTER = np.array(
    [0.0 if n == "root_yaw" else 0.09 * min(2.0, LIMITS[n][1] - LIMITS[n][0]) for n in DOFS]
)
"""How much a pose differs from one time to the next, in radians."""


def routine(rng: Rng, t: Track, name: str | None = None) -> Float[np.ndarray, "frames dofs"]:
    """Pass through poses of the named routine or any, every time a little different."""
    names = ROUTINES[name or rng.choice(sorted(ROUTINES))]
    times = key_times(rng, t, 0.35, 1.1)
    leads = rng.permutation(2)
    keys = [
        varied(rng, POSES[rng.choice(names)], SIDES[leads[int(rng.random() < 0.3)]]) for _ in times
    ]
    poses = through(np.concatenate(keys), times, t)
    poses[:, DOFS.index("root_yaw")] += rng.normal(0, 0.8) * t
    return poses


def varied(rng: Rng, pose: Pose, lead: str) -> Float[np.ndarray, "1 dofs"]:
    """Let one side lead, and change every angle a little."""
    other = SIDES[1 - SIDES.index(lead)]
    turned = lead == "right"
    named = {
        name.replace("a_", f"{lead}_", 1)
        if name.startswith("a_")
        else name.replace("b_", f"{other}_", 1)
        if name.startswith("b_")
        else name: -v if turned and name in ("turn", "lean", "look", "root_roll", "tilt") else v
        for name, v in pose.items()
    }
    return assemble(named, 1) + rng.normal(size=len(DOFS)) * JITTER
