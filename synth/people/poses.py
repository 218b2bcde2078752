"""Poses by the book: drawing many at once is far cheaper than one by one.

They come from the built-in generator, or are frames of the user's own clips. A still shows
people who stay where they are. Poses that only make sense in mid air, or that would fall
over, are left out. What everybody does is marked, for layouts to make groups of.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.spatial import ConvexHull

from hmr.body import Body
from hmr.errors import InputError
from hmr.joints import SMPLX_ALL
from hmr.motion.clip import Clip
from hmr.motion.generator import EVERYDAY, random_pose
from hmr.motion.ground import SOLES, facing_front
from hmr.motion.load import split_of
from hmr.params import Params
from hmr.progress import track
from synth.splits import rng_of

BOOK, SEATED = 256, 64
"""Poses drawn for a book, and how many more that sit on something."""
BOOKS = 100_000
"""How many books there are; each belongs to one split."""
IN_THE_AIR = ("sit", "hang", "climb", "jump")
"""Actions whose poses need something under them, or nothing."""
OUT_OF_BALANCE = 0.16
"""How far, in metres, the centre of mass may be from over what carries: people do move."""
APART = 0.2
"""Seconds between two frames of a clip that become stills."""
AIRBORNE = 0.06
"""How far over the ground, in metres, the soles of a clip's person may be at the most."""
CONTACT = 0.05
"""What is nearer to the ground than this, in metres, carries."""

SIT, STAND, WALK, ELSE = "sit", "stand", "walk", "else"
"""What people do: sit on something as high as a chair; stay upright on a spot; stride; all else,
as crouching, lying, bending over."""
UPRIGHT = 0.93
"""Share of the height of a standing person's head at which somebody is upright."""
STRIDE = 0.25
"""Who has one ankle so far before the other walks, in metres."""

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
    doings: tuple[str, ...]
    """`SIT`, `STAND`, `WALK` or `ELSE`."""

    @property
    def seated(self) -> Bool[np.ndarray, " poses"]:
        """Who sits on something as high as a chair."""
        return np.array([doing == SIT for doing in self.doings], dtype=bool)


@lru_cache(maxsize=2)
def open_book(number: int, body: Body) -> Book:
    """Make the poses of a book, or find them if it is still open."""
    rng = rng_of("poses", number)
    shares = {name: share for name, share in EVERYDAY.items() if name not in IN_THE_AIR}
    free = random_pose(rng, BOOK, shares)
    free = free.index(torch.from_numpy(balanced(body, free)))
    seated = random_pose(rng, SEATED, {"sit": 1.0})
    return Book(Params.cat([free, seated]), (*doings_of(body, free), *[SIT] * SEATED))


def doings_of(body: Body, poses: Params) -> list[str]:
    """Tell by their joints what people do who sit on nothing, all of mean shape."""
    with torch.no_grad():
        names = ["head", "left_ankle", "right_ankle"]
        head, left, right = body.keypoints(poses, names).unbind(1)
        tall, *ankles = body.keypoints(Params.rest(1), names)[0, :, 1]
    height = head[:, 1] - torch.minimum(left[:, 1], right[:, 1])
    upright = height > UPRIGHT * (tall - min(ankles))
    strides = (left - right)[:, 2].abs() > STRIDE
    return [
        (WALK if far else STAND) if up else ELSE
        for up, far in zip(upright.tolist(), strides.tolist(), strict=True)
    ]


class Motions:
    """The user's clips of one split, as poses: a clip belongs to one split as a whole."""

    def __init__(self, clips: Sequence[Clip], body: Body, split: str):
        """Keep the frames that can be stills.

        Raises:
            InputError: No clip belongs to the split, or in none does a person stay on the ground;
                says how the clips are split.
        """
        splits = Counter(split_of(clip.name) for clip in clips)
        own = [clip for clip in clips if split_of(clip.name) == split]
        if not own:
            spread = ", ".join(f"{count} {name}" for name, count in sorted(splits.items()))
            raise InputError(
                f"motion: none of {len(clips)} clips belongs to synth.split={split} ({spread}); "
                "give more clips, or another synth.split"
            )
        frames = [stills(clip, body) for clip in track(own, "finding stills in motion")]
        self._poses = Params.cat(frames)
        self._body = body
        if len(self) == 0:
            raise InputError(f"motion: nobody stays on the ground in {len(own)} clips of {split}")

    def __len__(self) -> int:
        """Count the poses."""
        return len(self._poses.transl)

    def book(self, number: int) -> Book:
        """Take some of the poses, the same for the same number; none comes twice."""
        rng = rng_of("motion", number)
        chosen = rng.permutation(len(self))[:BOOK]
        poses = self._poses.index(torch.from_numpy(chosen))
        return Book(poses, tuple(doings_of(self._body, poses)))


def stills(clip: Clip, body: Body) -> Params:
    """Take the frames of a clip that can be stills, a little apart, facing the front.

    Shapes are left out: whoever takes the pose has their own.
    """
    if clip.params is None:
        return Params.rest(0)
    step = max(1, round(clip.fps * APART))
    poses = clip.params.index(slice(None, None, step))
    poses = replace(poses, betas=torch.zeros(len(poses.transl), 10))
    with torch.no_grad():
        soles = body.keypoints(poses, SOLES)[..., 1].amin(-1)
    # Not all motion has its ground at zero.
    poses = poses.index(soles < soles.quantile(0.05) + AIRBORNE)
    if len(poses.transl):
        poses = poses.index(torch.from_numpy(balanced(body, poses)))
    return facing_front(poses, body)


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
