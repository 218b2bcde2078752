"""Crops with their truth, as one step of training sees them."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor

from hmr.joints import flip_order
from hmr.mirror import mirror_where
from hmr.params import Params
from student.augment import STILL, Augmentation, Views, cover, cut, draw_views, recolour
from student.losses import Truth
from student.points import POINTS
from student.source import Source

FLIPPED = flip_order(POINTS).tolist()


@dataclass(frozen=True)
class Batch:
    """Crops with their truth, in the camera frame."""

    crops: UInt8[Tensor, "batch size size 3"]
    place: Float[Tensor, "batch 3"]
    params: Params
    points: Float[Tensor, "batch points 3"]
    """Relative to the pelvis."""
    pelvis: Float[Tensor, "batch 3"]
    trust: Float[Tensor, " batch"]

    def truth(self) -> Truth:
        """What the crops should be recovered as."""
        return Truth(self.params, self.points, self.pelvis, self.trust)

    def to(self, *args, **kwargs) -> "Batch":
        """Move every tensor, as `torch.Tensor.to` does."""
        moved = {name: getattr(self, name).to(*args, **kwargs) for name in self.__dict__}
        return Batch(**moved)


def still(source: Source, chosen: Int[np.ndarray, " k"], size: int) -> Batch:
    """Make the batch of some people, crops as prediction cuts them."""
    return draw(source, chosen, size, STILL, np.random.default_rng(0))


def draw(
    source: Source,
    chosen: Int[np.ndarray, " k"],
    size: int,
    how: Augmentation,
    rng: np.random.Generator,
) -> Batch:
    """Make the batch of some people, changed at random."""
    place = source.place[chosen]
    views = draw_views(place, how, rng)
    crops = cut(source.squares(chosen), place, views, size)
    recolour(crops, how, rng)
    cover(crops, how, rng)
    return _seen(source.take(chosen), views, crops)


def unseen(
    source: Source, chosen: Int[np.ndarray, " k"], how: Augmentation, rng: np.random.Generator
) -> Batch:
    """Make the batch of some people without their images: its crops have no pixels."""
    views = draw_views(source.place[chosen], how, rng)
    return _seen(source.take(chosen), views, np.zeros((len(chosen), 0, 0, 3), np.uint8))


def _seen(people: Source, views: Views, crops: UInt8[np.ndarray, "k size size 3"]) -> Batch:
    """Turn the truth along with the image."""
    flipped = torch.from_numpy(views.flipped)
    params = mirror_where(flipped, people.params)
    points = torch.where(flipped[:, None, None], people.points[:, FLIPPED], people.points)
    turn = torch.zeros(len(crops), 3, 3)
    turn[:, :2, :2] = torch.from_numpy(views.turn)
    turn[:, 2, 2] = 1.0
    # Positions are mirrored by `turn`; rotations and points were already, and only roll.
    roll = turn * _mirror_sign(flipped).unsqueeze(1)
    pelvis = (turn @ people.pelvis.unsqueeze(-1)).squeeze(-1)
    # The body turns about its pelvis, which stands at `pelvis - transl` before that.
    unmoved = (people.pelvis - people.params.transl) * _mirror_sign(flipped)
    params = replace(params, global_orient=roll @ params.global_orient, transl=pelvis - unmoved)
    points = (points * _mirror_sign(flipped).unsqueeze(1)) @ roll.mT
    place = torch.from_numpy(views.place.astype(np.float32))
    return Batch(torch.from_numpy(crops), place, params, points, pelvis, people.trust)


def _mirror_sign(flipped: Bool[Tensor, " k"]) -> Float[Tensor, "k 3"]:
    sign = torch.ones(len(flipped), 3)
    sign[flipped, 0] = -1.0
    return sign


def joined(parts: list[Batch]) -> Batch:
    """Join batches into one."""
    if len(parts) == 1:
        return parts[0]
    fields = {
        name: torch.cat([getattr(part, name) for part in parts])
        for name in Batch.__dataclass_fields__
        if name != "params"
    }
    return Batch(**fields, params=Params.cat([part.params for part in parts]))
