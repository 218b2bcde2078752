"""How well a retargeted body agrees with the skeleton its motion comes from."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from hmr.body import Body
from hmr.joints import SMPLX_BODY_22
from hmr.motion.clip import Clip
from hmr.motion.figure import unit
from hmr.motion.ground import SOLES
from hmr.motion.retarget import SIDES, leg_scale, places_of, stands_on_ground

BONES: tuple[tuple[str, str], ...] = (
    *(
        (f"{s}_{a}", f"{s}_{b}")
        for s in SIDES
        for a, b in (
            *(("hip", "knee"), ("knee", "ankle"), ("ankle", "foot")),
            *(("shoulder", "elbow"), ("elbow", "wrist")),
        )
    ),
    *(("right_hip", "left_hip"), ("right_shoulder", "left_shoulder")),
    *(("pelvis", "neck"), ("neck", "head")),
)
"""Lines between joints whose directions are compared, where the source has both ends."""
NEAR = 0.03
"""Height over the ground, in metres, at which a foot counts as standing on it."""
STILL = 0.15
"""Speed over the ground, in metres a second, below which a foot stands in its place."""


@dataclass(frozen=True)
class Agreement:
    """Of one clip."""

    degrees: dict[str, float]
    """Mean angle between directions in source and body, by bone."""
    height: Float[np.ndarray, " standing"]
    """Of the body's soles over the ground where the source's feet stand, in metres.

    Of a single pose nobody knows where its ground is, so it has none.
    """
    slide_source: Float[np.ndarray, " still"]
    """Speed of ankles that stand still in the source, on the body's scale, in m/s."""
    slide_body: Float[np.ndarray, " still"]
    """Speed of the body's ankles at the same time."""


def agreement(clip: Clip, body: Body) -> Agreement:
    """Compare a clip's parameters with its positions.

    Raises:
        ValueError: The clip has no parameters.
    """
    if clip.params is None:
        raise ValueError(f"{clip.name} has no parameters")
    source, scale = places_of(clip), leg_scale(clip, body)
    names = [*SMPLX_BODY_22, *SOLES]
    with torch.no_grad():
        points = body.keypoints(clip.params, names).double().cpu().numpy()
    ours = dict(zip(names, np.moveaxis(points, 1, 0), strict=True))
    height, slide_source, slide_body = zip(
        *(_foot(side, source, ours, scale, clip) for side in SIDES), strict=True
    )
    return Agreement(
        _angles(source, ours),
        np.concatenate(height),
        np.concatenate(slide_source),
        np.concatenate(slide_body),
    )


def _angles(source: dict[str, np.ndarray], ours: dict[str, np.ndarray]) -> dict[str, float]:
    found = {}
    for a, b in BONES:
        if a in source and b in source:
            cosine = (unit(source[b] - source[a]) * unit(ours[b] - ours[a])).sum(-1)
            found[f"{a} {b}"] = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).mean())
    return found


def _foot(
    side: str, source: dict[str, np.ndarray], ours: dict[str, np.ndarray], scale: float, clip: Clip
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ankle = f"{side}_ankle"
    low = stands_on_ground(side, source, NEAR / scale) & (len(clip) > 1)
    sole = np.min([ours[name][:, 1] for name in SOLES if name.startswith(side)], 0)
    theirs = scale * _speed(source[ankle], clip.fps)
    still = low[1:] & (theirs < STILL)
    return sole[low], theirs[still], _speed(ours[ankle], clip.fps)[still]


def _speed(track: Float[np.ndarray, "frames 3"], fps: float) -> Float[np.ndarray, " steps"]:
    return np.linalg.norm(np.diff(track[:, ::2], axis=0), axis=-1) * fps
