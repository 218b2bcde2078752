"""Skeletons as files of motion capture hold them, before a body takes their place."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from hmr.motion.clip import Clip

UPRIGHT = 0.8
"""Least cosine between the way up and legs and trunk of a figure that stands."""


@dataclass(frozen=True)
class Figure:
    """A skeleton in motion, in the world frame, joints by SMPL-X's names."""

    clip: Clip
    """Where the joints are."""
    turns: Mapping[str, Float[np.ndarray, "frames 3 3"]]
    """World rotation of what hangs on each joint, from the file's own axes of that joint."""
    rest: Mapping[str, Float[np.ndarray, "3"]]
    """Where the joints are while no joint is turned."""
    rest_turn: Float[np.ndarray, "3 3"]
    """`turns` of every joint while no joint is turned: takes the file's axes to the world's."""


def stands(rest: Mapping[str, Float[np.ndarray, "3"]]) -> bool:
    """Tell whether a figure has its legs under its trunk.

    Of some makers the joints' own axes follow the bones (Bandai Namco, Rokoko); such a figure
    lies folded up while no joint is turned.
    """
    hips = (rest["left_hip"] + rest["right_hip"]) / 2
    lines = [(rest["left_shoulder"] + rest["right_shoulder"]) / 2 - hips]
    lines += [rest[f"{s}_hip"] - rest[f"{s}_ankle"] for s in ("left", "right")]
    return bool(min(unit(line)[1] for line in lines) > UPRIGHT)


def unit(vectors: Float[np.ndarray, "*batch 3"]) -> Float[np.ndarray, "*batch 3"]:
    """Give vectors length 1; zero stays zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def frame(
    across: Float[np.ndarray, "*batch 3"], up: Float[np.ndarray, "*batch 3"]
) -> Float[np.ndarray, "*batch 3 3"]:
    """Rotation whose x axis goes across and whose y axis goes up as nearly as may be."""
    x = unit(across)
    y = unit(up - (up * x).sum(-1, keepdims=True) * x)
    return np.stack([x, y, np.cross(x, y)], -1)


def swing(
    start: Float[np.ndarray, "*#batch 3"], end: Float[np.ndarray, "*#batch 3"]
) -> Float[np.ndarray, "*batch 3 3"]:
    """Smallest rotation from one direction to another."""
    start, end = np.broadcast_arrays(unit(start), unit(end))
    axis, cosine = np.cross(start, end), (start * end).sum(-1)[..., None, None]
    cross = np.zeros((*axis.shape, 3))
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        cross[..., k, j], cross[..., j, k] = axis[..., i], -axis[..., i]
    # Opposite directions have no smallest rotation; the limit is kept finite.
    return np.eye(3) + cross + cross @ cross / np.maximum(1 + cosine, 1e-6)


def times(
    turn: Float[np.ndarray, "*#batch 3 3"], vector: Float[np.ndarray, "*#batch 3"]
) -> Float[np.ndarray, "*batch 3"]:
    """Turn vectors."""
    return (turn @ vector[..., None])[..., 0]
