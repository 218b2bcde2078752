"""Batches of crops with their labels, and how labels follow when crops are turned.

All positions are in the camera frame of the crop: +X right, +Y down, +Z forward. A joint in
`joints_3d` is seen at `to_pixels(joint, K, distortion)` in the crop, which is `joints_2d`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Int8, UInt8
from torch import Tensor

from hmr.crops import place_in_image, to_crop
from hmr.joints import SMPLX_55, flip_order
from hmr.mirror import mirror_where
from hmr.params import Params
from hmr.reading.views import View, image_to_crop, intrinsics_of, unstack_views
from hmr.sample import BY_ENVIRONMENT, VISIBLE

FLIPPED = flip_order(SMPLX_55).tolist()


@dataclass(frozen=True)
class Batch:
    """Crops with all that is known of the people in them."""

    image: UInt8[Tensor, "batch 3 size size"]
    """RGB."""
    K: Float[Tensor, "batch 3 3"]
    """Intrinsics of the crop, in its pixels."""
    K_image: Float[Tensor, "batch 3 3"]
    """Intrinsics of the whole image, in its pixels."""
    distortion: Float[Tensor, "batch 5"]
    """Of the lens, as in `hmr.distortion`; all 0 for a pinhole."""
    params: Params
    joints_3d: Float[Tensor, "batch 55 3"]
    """In metres."""
    joints_2d: Float[Tensor, "batch 55 2"]
    """In pixels of the crop; also those outside it."""
    visibility: Int8[Tensor, "batch 55"]
    """As `joint_visibility` of `hmr.sample`, in the whole image. What augmentation covers counts
    as hidden by the environment."""
    occlusion: Float[Tensor, " batch"]
    """Share of the person that is hidden in the image, before augmentation; NaN where unknown."""
    trust: Float[Tensor, " batch"]
    """1 for exact labels, less for pseudo ground truth."""
    square: Float[Tensor, "batch 3"]
    """Centre and side, in pixels, of the crop in the image (turned as `turn` says)."""
    turn: Float[Tensor, "batch 2 2"]
    """How augmentation turned or mirrored the image plane about the principal point."""
    place: Float[Tensor, "batch 3"]
    """Where the crop lies in the view (`hmr.crops.place_in_image`)."""
    key: tuple[str, ...]
    """Keys of the images."""
    person_id: Int[Tensor, " batch"]
    source: Int[Tensor, " batch"]
    """Which of the sets each person comes from."""
    number: Int[Tensor, " batch"]
    """How many people of that set were seen before, ever; random numbers follow from it."""
    mask_visible: Bool[Tensor, "batch size size"] | None = None
    """Visible pixels of the person, where asked for; what augmentation covers is left out."""

    def __len__(self) -> int:
        return len(self.key)

    def map(self, function) -> "Batch":
        """Apply a function to every tensor."""
        kept = {f.name: getattr(self, f.name) for f in fields(self)}
        own = {n: function(v) for n, v in kept.items() if isinstance(v, Tensor)}
        return replace(self, **own, params=self.params.map(function))

    def to(self, *args, **kwargs) -> "Batch":
        """Move every tensor, as `torch.Tensor.to` does; give a device, not a dtype."""
        return self.map(lambda tensor: tensor.to(*args, **kwargs))

    def pin_memory(self) -> "Batch":
        """Pin every tensor, so that it moves to a GPU while others compute."""
        return self.map(Tensor.pin_memory)


def look(batch: Batch, views: View, size: int) -> Batch:
    """Let the labels of unturned crops follow to other views of `size` pixels; pixels stay.

    Positions are mirrored and rolled. Rotations are mirrored with the body's sides exchanged, and
    then rolled.
    """
    K = batch.K_image.double().cpu().numpy()
    old = _affine([to_crop(s, batch.image.shape[-1]) for s in batch.square.double().cpu().numpy()])
    each = unstack_views(views)
    new = _affine([image_to_crop(view, k, size) for view, k in zip(each, K, strict=True)])
    seen = [intrinsics_of(view, k, size) for view, k in zip(each, K, strict=True)]
    place = [place_in_image(k, view.square) for view, k in zip(each, K, strict=True)]
    flipped = torch.from_numpy(views.flipped).to(batch.K.device)
    turn = torch.eye(3).repeat(len(K), 1, 1)
    turn[:, :2, :2] = torch.from_numpy(views.turn)
    turn = turn.to(batch.K.device)

    def put(values) -> Tensor:
        return torch.from_numpy(np.stack(values).astype(np.float32)).to(batch.K.device)

    moved = replace(
        batch,
        K=put(seen),
        distortion=_turned_lens(batch.distortion, turn),
        params=_turned(batch, turn, flipped),
        joints_3d=_sides(batch.joints_3d, flipped) @ turn.mT,
        joints_2d=_moved(_sides(batch.joints_2d, flipped), new @ np.linalg.inv(old)),
        visibility=_sides(batch.visibility, flipped),
        square=put(views.square),
        turn=turn[:, :2, :2],
        place=put(place),
    )
    return replace(moved, visibility=_covered(moved, np.rint(views.cover * size)))


def _affine(maps: Sequence[Float[np.ndarray, "2 3"]]) -> Float[np.ndarray, "batch 3 3"]:
    return np.stack([np.vstack([map_, [0, 0, 1]]) for map_ in maps])


def _sides(values: Tensor, flipped: Tensor) -> Tensor:
    """Exchange left and right joints of the people who are mirrored."""
    return torch.where(flipped.view(-1, *[1] * (values.ndim - 1)), values[:, FLIPPED], values)


def _moved(points: Tensor, maps: Float[np.ndarray, "batch 3 3"]) -> Tensor:
    there = points.double() @ torch.from_numpy(maps[:, :2, :2]).mT.to(points.device)
    shift = torch.from_numpy(maps[:, :2, 2]).to(points.device)
    return (there + shift.unsqueeze(1)).to(points.dtype)


def _turned(batch: Batch, turn: Tensor, flipped: Tensor) -> Params:
    params = mirror_where(flipped, batch.params)
    sign = torch.ones_like(params.transl)
    sign[flipped, 0] = -1.0
    # Rotations were mirrored already: they only roll.
    roll = turn * sign.unsqueeze(1)
    pelvis = batch.joints_3d[:, 0]
    # The body turns about its pelvis, which stands at `pelvis - transl` before that.
    unmoved = (pelvis - batch.params.transl) * sign
    there = (turn @ pelvis.unsqueeze(-1)).squeeze(-1)
    return replace(params, global_orient=roll @ params.global_orient, transl=there - unmoved)


def _turned_lens(distortion: Tensor, turn: Tensor) -> Tensor:
    """Turn a lens along: (p2, p1) is a vector in the image plane; the rest is round."""
    k1, k2, p1, p2, k3 = distortion.unbind(-1)
    tangent = turn[:, :2, :2] @ torch.stack([p2, p1], -1).unsqueeze(-1)
    p2, p1 = tangent.squeeze(-1).unbind(-1)
    return torch.stack([k1, k2, p1, p2, k3], -1)


def _covered(batch: Batch, cover: Float[np.ndarray, "batch 4"]) -> Tensor:
    x0, y0, x1, y1 = torch.from_numpy(cover).to(batch.joints_2d).unsqueeze(1).unbind(-1)
    x, y = batch.joints_2d.unbind(-1)
    hidden = (x >= x0) & (x < x1) & (y >= y0) & (y < y1) & (batch.visibility == VISIBLE)
    return torch.where(hidden, batch.visibility.new_tensor(BY_ENVIRONMENT), batch.visibility)
