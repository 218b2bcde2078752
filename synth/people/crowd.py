"""Crowds: people drawn by number, posed together, each standing at the origin."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float32, Int

from hmr.body import Body
from hmr.params import Params
from hmr.rotations import about
from synth.people.anatomy import Anatomy
from synth.people.appearance import IDENTITIES, OUTFITS, Appearance, draw_appearance
from synth.people.poses import Book
from synth.people.seats import Seat, bottom_of, seat_under
from synth.splits import draw, rng_of

KIDS = 0.1
"""Share of children."""
KID_WEIGHTS = (0.25, 0.7)
"""From the oldest child to the youngest."""
SITTING = 0.07
"""Share of those who sit, where nothing else is asked for."""
LARGEST_BETA = 2.5
"""Shapes beyond so many standard deviations are drawn in."""


@dataclass(frozen=True)
class Crowd:
    """People around the origin, on the ground, facing +z; one a row."""

    params: Params
    looks: tuple[Appearance, ...]
    vertices: Float32[np.ndarray, "people v 3"]
    joints: Float32[np.ndarray, "people 55 3"]
    seats: tuple[Seat | None, ...]
    """What those who sit on something sit on."""
    doings: tuple[str, ...]
    """What everybody does, as `synth.people.poses` names it."""

    def __len__(self) -> int:
        return len(self.looks)


def draw_crowd(
    rng: np.random.Generator,
    body: Body,
    anatomy: Anatomy,
    split: str,
    book: Book,
    count: int,
    sitting: float = SITTING,
) -> Crowd:
    """Draw people whose identities and outfits belong to a split.

    Args:
        rng: Source of the choice.
        body: The body of all of them.
        anatomy: The same body at rest.
        split: "train", "val" or "test".
        book: Poses of the same split; nobody's comes twice while they last.
        count: Number of people; fewer come when a sitter's own legs are in the seat's way.
        sitting: Share of those who sit on something, if the book has such poses.
    """
    chosen, wanted = _poses(rng, book, count, sitting)
    identities = [draw(rng, "identity", split, IDENTITIES) for _ in chosen]
    outfits = [draw(rng, "outfit", split, OUTFITS) for _ in chosen]
    params = _shaped(book.params.index(torch.from_numpy(chosen)), identities, body.has_kid)
    with torch.no_grad():
        output = body(params)
    down = output.vertices[..., 1].amin(-1)[:, None] * torch.tensor([0.0, 1.0, 0.0])
    vertices = (output.vertices - down[:, None]).numpy()
    joints = (output.joints - down[:, None]).numpy()
    bottom = bottom_of(anatomy)
    sits = book.seated[chosen]
    seats = [
        seat_under(of_one, bottom, pelvis) if seated else None
        for of_one, pelvis, seated in zip(vertices, joints[:, 0], sits, strict=True)
    ]
    ages = ["child" if weight > 0 else "" for weight in params.kid_weight.tolist()]
    settled = [i for i, seat in enumerate(seats) if seat is not None][:wanted]
    fine = [i for i in range(len(chosen)) if not sits[i] or i in settled]
    return Crowd(
        replace(params, transl=params.transl - down).index(fine),
        tuple(draw_appearance(identities[i], outfits[i], split, ages[i]) for i in fine),
        vertices[fine],
        joints[fine],
        tuple(seats[i] for i in fine),
        tuple(book.doings[chosen[i]] for i in fine),
    )


def _poses(
    rng: np.random.Generator, book: Book, count: int, sitting: float
) -> tuple[Int[np.ndarray, " chosen"], int]:
    """Choose poses of a book, in any order, and how many of those who sit should stay."""
    pools = [np.flatnonzero(book.seated), np.flatnonzero(~book.seated)]
    share = float(sitting) if all(map(len, pools)) else float(len(pools[1]) == 0)
    wanted = int(rng.binomial(count, share))
    # Not all seated bodies leave room for a seat.
    tried = wanted + int(np.ceil(0.25 * wanted))
    chosen = [
        rng.choice(poses, number, replace=number > len(poses))
        for poses, number in zip(pools, (tried, count - wanted), strict=True)
        if number
    ]
    return rng.permutation(np.concatenate(chosen)), wanted


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
