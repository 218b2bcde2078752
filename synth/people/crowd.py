"""Crowds: people drawn by number, posed together, each standing at the origin."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float32

from hmr.body import Body
from hmr.params import Params
from hmr.rotations import about
from synth.people.appearance import IDENTITIES, OUTFITS, Appearance, draw_appearance
from synth.splits import draw, rng_of

KIDS = 0.1
"""Share of children."""
KID_WEIGHTS = (0.25, 0.7)
"""From the oldest child to the youngest."""
LARGEST_BETA = 2.5
"""Shapes beyond so many standard deviations are drawn in."""


@dataclass(frozen=True)
class Crowd:
    """People around the origin, on the ground, facing +z; one a row."""

    params: Params
    looks: tuple[Appearance, ...]
    vertices: Float32[np.ndarray, "people v 3"]
    joints: Float32[np.ndarray, "people 55 3"]

    def __len__(self) -> int:
        return len(self.looks)


def draw_crowd(
    rng: np.random.Generator, body: Body, split: str, poses: Params, count: int
) -> Crowd:
    """Draw people whose identities and outfits belong to a split.

    Args:
        rng: Source of the choice.
        body: The body of all of them.
        split: "train", "val" or "test".
        poses: A book of poses of the same split; nobody's pose comes twice while they last.
        count: Number of people.
    """
    identities = [draw(rng, "identity", split, IDENTITIES) for _ in range(count)]
    outfits = [draw(rng, "outfit", split, OUTFITS) for _ in range(count)]
    available = poses.transl.shape[0]
    chosen = rng.choice(available, count, replace=count > available)
    params = _shaped(poses.index(torch.from_numpy(chosen)), identities, body.has_kid)
    with torch.no_grad():
        output = body(params)
    down = output.vertices[..., 1].amin(-1)[:, None] * torch.tensor([0.0, 1.0, 0.0])
    return Crowd(
        replace(params, transl=params.transl - down),
        tuple(draw_appearance(*who, split) for who in zip(identities, outfits, strict=True)),
        (output.vertices - down[:, None]).numpy(),
        (output.joints - down[:, None]).numpy(),
    )


def _shaped(poses: Params, identities: list[int], has_kid: bool) -> Params:
    """Give poses the shapes of identities."""
    betas, weights = [], []
    for identity in identities:
        rng = rng_of("identity", identity)
        betas.append(np.clip(rng.normal(size=10), -LARGEST_BETA, LARGEST_BETA))
        young, weight = rng.random() < KIDS, rng.uniform(*KID_WEIGHTS)
        weights.append(weight if young and has_kid else 0.0)
    return replace(
        poses,
        betas=torch.tensor(np.array(betas), dtype=torch.float32),
        kid_weight=torch.tensor(weights, dtype=torch.float32),
    )


def move(
    params: Params,
    pelvis: Float32[np.ndarray, "people 3"],
    yaw: Sequence[float],
    place: Float32[np.ndarray, "people 3"],
) -> Params:
    """Turn people about the world's origin, then shift them.

    SMPL-X turns about the pelvis, wherever the body's shape puts it, so the
    translation changes with the turn.

    Args:
        params: People.
        pelvis: Where their pelvis joints are.
        yaw: Turns about +y, in radians.
        place: Shifts.
    """
    turn = about("y", torch.tensor(list(yaw), dtype=torch.float32))
    joint = torch.from_numpy(pelvis)
    rest = joint - params.transl
    turned = (turn @ joint.unsqueeze(-1)).squeeze(-1)
    return replace(
        params,
        global_orient=turn @ params.global_orient,
        transl=turned + torch.from_numpy(place) - rest,
    )
