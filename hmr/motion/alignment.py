"""How the axes of a file's joints lie in SMPL-X's body.

*Convention*: an alignment A takes a direction in SMPL-X's T-pose to the same direction of the
body in a joint's own axes, so a joint that stands at W in the world has the body's joint at W A.

A figure that stands while no joint is turned is laid beside the T-pose, limb by limb. Where
the joints' axes follow the bones instead, the right angles nearest to what the positions
show over the whole clip are taken.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from hmr.joints import PARENTS, SMPLX_55
from hmr.motion.figure import Figure, frame, stands, swing, times, unit

SIDES = ("left", "right")
LIMBS: dict[str, str] = {
    f"{side}_{joint}": f"{side}_{end}"
    for side in SIDES
    for joint, end in (
        *(("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")),
        *((f"{f}{k}", f"{f}{k + 1}") for f in ("index", "middle", "ring", "pinky") for k in (1, 2)),
        *((f"thumb{k}", f"thumb{k + 1}") for k in (1, 2)),
    )
}
"""Bones whose direction the body takes over exactly, by the joint they start from."""
Places = Mapping[str, Float[np.ndarray, "*frames 3"]]
Still = Mapping[str, Float[np.ndarray, "3"]]
Turns = dict[str, Float[np.ndarray, "*frames 3 3"]]
RIGHT_ANGLES = Rotation.create_group("O").as_matrix()
"""The 24 ways to lay axes along axes."""


def alignments(figure: Figure, tpose: Still) -> dict[str, Float[np.ndarray, "3 3"]]:
    """Find A of every joint that the figure turns.

    Args:
        figure: The source.
        tpose: SMPL-X's joints at rest.
    """
    if stands(figure.rest):
        turns = laid_beside(figure.rest, tpose)
        return {name: figure.rest_turn.T @ turns[name] for name in figure.turns}
    places = {n: figure.clip.positions[:, i] for i, n in enumerate(figure.clip.joint_names)}
    turns = laid_beside({n: p.astype(float) for n, p in places.items()}, tpose)
    found = {}
    for name, world in figure.turns.items():
        found[name] = _right_angled((world.mT @ turns[name]).mean(0))
        if LIMBS.get(name) in places:
            bone = times(world.mT, unit(places[LIMBS[name]] - places[name])).mean(0)
            along = tpose[LIMBS[name]] - tpose[name]
            found[name] = swing(found[name] @ along, bone) @ found[name]
    return found


def laid_beside(places: Places, tpose: Still) -> Turns:
    """Turn SMPL-X's T-pose into a figure, by positions alone; no limb is twisted.

    The front is where hips and shoulders face. Feet and head keep to it, hands to forearms.
    """
    hips = _middle(places, "hip")
    up = _middle(places, "shoulder") - hips
    turns: Turns = {}
    for name in SMPLX_55:
        parent = PARENTS[name]
        if parent is None or name in ("spine2", "spine3"):
            across = "hip" if parent is None else "shoulder"
            line = places[f"left_{across}"] - places[f"right_{across}"]
            turns[name] = frame(line, up) if np.ndim(line) > 1 else _level(line)
            continue
        turns[name] = turns[parent]
        if name in LIMBS and {name, LIMBS[name]} <= set(places):
            along = times(turns[parent], tpose[LIMBS[name]] - tpose[name])
            turns[name] = swing(along, places[LIMBS[name]] - places[name]) @ turns[parent]
        elif name.endswith(("ankle", "foot", "head")) and np.ndim(hips) == 1:
            turns[name] = turns["pelvis"]
        elif name.endswith("wrist") and (palm := _palm(places, name)) is not None:
            own = _palm(tpose, name)
            turns[name] = palm if own is None else palm @ own.T
    return turns


def _level(across: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3 3"]:
    """Stand upright, whatever the hips' slope."""
    return frame(across * [1.0, 0.0, 1.0], np.array([0.0, 1.0, 0.0]))


def _middle(places: Places, joint: str) -> Float[np.ndarray, "*frames 3"]:
    return (places[f"left_{joint}"] + places[f"right_{joint}"]) / 2


def _palm(places: Places, wrist: str) -> Float[np.ndarray, "*frames 3 3"] | None:
    """Axes of a hand: along it, and across the knuckles."""
    side = wrist.partition("_")[0]
    names = [f"{side}_index1", f"{side}_pinky1", wrist]
    if not set(names) <= set(places):
        return None
    index, pinky, root = (places[name] for name in names)
    return frame((index + pinky) / 2 - root, index - pinky)


def _right_angled(mean: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "3 3"]:
    return RIGHT_ANGLES[np.einsum("nij,ij->n", RIGHT_ANGLES, mean).argmax()]
