"""A crop looked at as it is and in the mirror; the answer is the mean of both.

The usual test-time augmentation of pose networks (Newell et al., stacked hourglass networks, ECCV
2016): what a network takes for left in one it takes for right in the other, so its doubts cancel.
"""

from dataclasses import fields

import roma
from jaxtyping import Float, UInt8
from torch import Tensor

from hmr.mirror import mirror
from hmr.params import ROTATIONS, Params
from student.network import Network, Seen


def look_both_ways(
    network: Network,
    crops: UInt8[Tensor, "batch 3 size size"] | Float[Tensor, "batch 3 size size"],
    place: Float[Tensor, "batch 3"],
) -> Seen:
    """Recover one person a crop from two looks. The joints found are the first look's."""
    across = place.new_tensor([-1.0, 1.0, 1.0])
    plain, turned = network(crops, place), network(crops.flip(-1), place * across)
    params = middle(plain.params, mirror(turned.params))
    return Seen(params, (plain.pelvis + turned.pelvis * across) / 2, plain.found)


def middle(one: Params, other: Params) -> Params:
    """Mean of two answers; rotations are averaged as matrices, then made rotations again."""
    means = {f.name: (getattr(one, f.name) + getattr(other, f.name)) / 2 for f in fields(Params)}
    moving = ("global_orient", "body_pose")
    turns = {name: getattr(one, name) for name in ROTATIONS if name not in moving}
    turns |= {name: roma.special_procrustes(means[name]) for name in moving}
    return Params(**{**means, **turns})
