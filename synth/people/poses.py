"""Poses by the book: drawing many at once is far cheaper than one by one.

A still shows people who stay where they are. Poses that only make sense in mid
air, or that would fall over, are left out; who sits on something is marked.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.spatial import ConvexHull

from hmr.body import Body
from hmr.joints import SMPLX_ALL
from hmr.motion.generator import EVERYDAY, random_pose
from hmr.params import Params
from synth.splits import rng_of

BOOK, SEATED = 256, 20
"""Poses drawn for a book, and how many more that sit on something."""
BOOKS = 100_000
"""How many books there are; each belongs to one split."""
IN_THE_AIR = ("sit", "hang", "climb", "jump")
"""Actions whose poses need something under them, or nothing."""
OUT_OF_BALANCE = 0.16
"""How far, in metres, the centre of mass may be from over what carries: people do move."""
CONTACT = 0.05
"""What is nearer to the ground than this, in metres, carries."""

FLESH = {
    **{"hip": 0.11, "pelvis": 0.12, "spine": 0.12, "collar": 0.1, "shoulder": 0.07},
    **{"knee": 0.055, "ankle": 0.07, "foot": 0.03, "elbow": 0.04, "wrist": 0.03},
    **{"neck": 0.06, "head": 0.1, "heel": 0.01, "toe": 0.01},
}
"""Distance from points to the skin around them, by the word their names hold."""
CARRYING = tuple(name for name in SMPLX_ALL[:76] if any(word in name for word in FLESH))
_LIMBS = {
    **{"hip": 0.055, "knee": 0.065, "ankle": 0.035},
    **{"shoulder": 0.025, "elbow": 0.025, "wrist": 0.01},
}
MASSES = {
    **{"pelvis": 0.14, "spine1": 0.11, "spine3": 0.24, "head": 0.08},
    **{f"{side}_{part}": mass for side in ("left", "right") for part, mass in _LIMBS.items()},
}
"""Shares of the body's mass, put at joints."""


@dataclass(frozen=True, eq=False)
class Book:
    """Poses of one split, above the origin."""

    params: Params
    seated: Bool[np.ndarray, " poses"]
    """Who sits on something as high as a chair."""


@lru_cache(maxsize=2)
def open_book(number: int, body: Body) -> Book:
    """Make the poses of a book, or find them if it is still open."""
    rng = rng_of("poses", number)
    shares = {name: share for name, share in EVERYDAY.items() if name not in IN_THE_AIR}
    free = random_pose(rng, BOOK, shares)
    free = free.index(torch.from_numpy(balanced(body, free)))
    seated = random_pose(rng, SEATED, {"sit": 1.0})
    standing = np.zeros(free.transl.shape[0], dtype=bool)
    return Book(Params.cat([free, seated]), np.append(standing, np.ones(SEATED, dtype=bool)))


def balanced(body: Body, poses: Params) -> Bool[np.ndarray, " poses"]:
    """Tell which people would not fall over."""
    with torch.no_grad():
        points = body.keypoints(poses, CARRYING).double().numpy()
    flesh = np.array([next(d for word, d in FLESH.items() if word in name) for name in CARRYING])
    height = points[..., 1] - flesh
    carries = height < height.min(1, keepdims=True) + CONTACT
    masses = np.array([MASSES.get(name, 0.0) for name in CARRYING])
    centre = np.einsum("pjk,j->pk", points, masses / masses.sum())
    flat = (0, 2)
    return np.array(
        [
            beyond(c[list(flat)], p[own][:, flat]) < OUT_OF_BALANCE
            for c, p, own in zip(centre, points, carries, strict=True)
        ]
    )


def beyond(point: Float[np.ndarray, "2"], support: Float[np.ndarray, "n 2"]) -> float:
    """Distance of a point outside the hull of others; 0 or less inside."""
    # A small square around each keeps the hull proper, and feet have width.
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) * 0.03
    hull = ConvexHull((support[:, None] + corners).reshape(-1, 2))
    return float((hull.equations[:, :2] @ point + hull.equations[:, 2]).max())
