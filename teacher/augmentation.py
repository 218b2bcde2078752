"""How 2D poses are changed on their way into the lifter, and from where lifts are looked at."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.joints import blend
from hmr.rotations import about
from teacher.hiding import Patterns, hide_like
from teacher.poses_2d import DISTANCE, NAMES, SETS
from teacher.views import random_turns


@dataclass(frozen=True)
class Augmentation:
    """How 2D poses are changed while they are learned from."""

    hide: float = 0.3
    """Highest share of joints hidden from the lifter at random, in all other tracks."""
    crowd: float = 0.5
    """Share of tracks whose joints are hidden as those of people in crowds are, not at random."""
    sets: float = 0.5
    """Share of tracks that the lifter sees as one joint set alone, such as COCO's 17."""
    jitter: float = 0.03
    """Standard deviation of the joints the lifter sees, in head-root lengths."""
    elevation_deg: float = 10.0
    """Uniform spread, to either side, of the elevation from which skeletons are looked at."""
    learn_views: bool = True
    """Whether views follow the elevations that the lifter finds (ElePose); else they are around
    the level, as in Chen et al."""
    spin: float = 0.25
    """Share of poses that the lifter sees turned by any angle in the image plane. Depth does not
    change with that, so those who stand on their hands are learned from those who stand."""


@dataclass(frozen=True)
class Disturbed:
    """What the lifter is shown instead of a pose."""

    joints: Float[Tensor, "tracks frames joints 2"]
    visible: Float[Tensor, "tracks frames joints"]
    spin: Float[Tensor, "tracks frames 2 2"]
    """How far the image plane was turned: `joints` are those of the pose times its transpose."""


def disturbed(
    joints: Float[Tensor, "tracks frames joints 2"],
    known: Float[Tensor, "tracks frames joints"],
    how: Augmentation,
    generator: torch.Generator,
    patterns: Patterns | None = None,
) -> Disturbed:
    """Hide joints of poses, move the others a little, and turn some in the image plane."""
    spin = _spins(known.shape[:2], how.spin, generator).to(joints)
    kept = _kept(known.shape, how.hide, generator)
    if patterns is not None:
        crowded = hide_like(patterns, (len(known), known.shape[1]), generator)
        chosen = torch.rand((len(known), 1, 1), generator=generator) < how.crowd
        kept = torch.where(chosen, crowded, kept)
    seen = known * kept.to(known)
    seen = seen * _as_sets(len(known), how.sets, generator).to(known)
    noise = _along_tracks(joints.shape, generator) * how.jitter / DISTANCE
    return Disturbed((joints + noise.to(joints)) @ spin.mT, seen, spin)


def new_views(
    elevation: Float[Tensor, "tracks frames"], how: Augmentation, generator: torch.Generator
) -> Float[Tensor, "tracks 1 3 3"]:
    """Draw the side from which each track is looked at, one for all of its frames.

    Args:
        elevation: From which tracks are thought to be seen now, in radians.
        how: How far views go, and whether they follow `elevation`.
        generator: Source of all randomness.
    """
    now = elevation.mean(1) * (1.0 if how.learn_views else 0.0)
    return random_turns(now, math.radians(how.elevation_deg), generator).unsqueeze(1)


def _spins(
    size: torch.Size, share: float, generator: torch.Generator
) -> Float[Tensor, "tracks frames 2 2"]:
    # All frames of a track are turned alike, as its camera would be.
    angle = (torch.rand((size[0], 1), generator=generator) * 2 - 1) * math.pi
    angle = angle * (torch.rand((size[0], 1), generator=generator) < share)
    return about("z", angle.expand(size))[..., :2, :2]


def _kept(
    size: torch.Size, hide: float, generator: torch.Generator
) -> Float[Tensor, "tracks frames joints"]:
    """Hide joints at random, in half of the tracks the same ones in all frames."""
    share = hide * torch.rand((size[0], 1, 1), generator=generator)
    drawn = torch.rand(size, generator=generator)
    same = torch.rand((size[0], 1, 1), generator=generator) < 0.5
    return (torch.where(same, drawn[:, :1], drawn) >= share).float()


def _as_sets(
    tracks: int, share: float, generator: torch.Generator
) -> Float[Tensor, "tracks 1 joints"]:
    chosen = torch.randint(len(SETS), (tracks,), generator=generator)
    alone = torch.rand((tracks, 1), generator=generator) < share
    return torch.where(alone, _GIVEN[chosen], 1.0).unsqueeze(1)


def _along_tracks(size: torch.Size, generator: torch.Generator) -> Tensor:
    """Noise of which half stays along a track, as a detector's errors do."""
    lasting = torch.randn((size[0], 1, *size[2:]), generator=generator)
    return (lasting + torch.randn(size, generator=generator)) / math.sqrt(2)


_GIVEN = torch.stack(
    [torch.from_numpy(blend(names, NAMES)).sum(1) > 0 for names in SETS.values()]
).float()
"""Which joints each of `SETS` can give."""
