"""Augmentation of whole batches where they lie, by kornia.

Crops are cut with room around them and looked at anew on the GPU. Views are drawn as on the CPU,
so the labels are the same; only pixels differ a little.
"""

from functools import cache

import kornia
import numpy as np
import torch
from torch import Tensor

from hmr.crops import to_crop
from hmr.reading.batch import Batch, look
from hmr.reading.colours import QUALITY, SIGMA, STD
from hmr.reading.cutting import covered
from hmr.reading.views import (
    Augmentation,
    View,
    draw_view,
    image_to_crop,
    rng_of,
    stack_views,
)

ROOM = 1.4
"""Side of the crops that are handed in over that of the crops that prediction would cut; what a
view shows beyond it is black."""


def augmented(batch: Batch, how: Augmentation, seed: int, size: int) -> Batch:
    """Look anew at crops that were cut with `ROOM` around them.

    Args:
        batch: Of a reader with `augment=kornia`.
        how: How far crops are changed.
        seed: Of the reader; what is drawn follows from it and from each crop's number.
        size: Of the crops that come out, in pixels.
    """
    square = batch.square.double().cpu().numpy() / np.array([1, 1, ROOM])
    K = batch.K_image.double().cpu().numpy()
    crops = zip(square, K, batch.source.tolist(), batch.number.tolist(), strict=True)
    each = [draw_view(s, k, how, rng_of(seed, source, n)) for s, k, source, n in crops]
    maps = _maps(batch, each, size)
    seen = look(batch, stack_views(each), size)
    image = _warped(batch.image.float() / 255, maps, size)
    mask = batch.mask_visible
    if mask is not None:
        mask = _warped(mask.float().unsqueeze(1), maps, size).squeeze(1) > 0.5
    image, mask = _covered(image, mask, each, size)
    image = _recoloured(image, how, int(each[0].colours))
    pixels = (image * 255).round().clamp(0, 255).to(torch.uint8)
    kept = {name: getattr(seen, name) for name in Batch.__dataclass_fields__}
    return Batch(**{**kept, "image": pixels, "mask_visible": mask})


def _maps(batch: Batch, views: list[View], size: int) -> Tensor:
    """Affine maps from the pixels of the crops to those of their views."""
    old, K = batch.square.double().cpu().numpy(), batch.K_image.double().cpu().numpy()
    maps = []
    for square, k, view in zip(old, K, views, strict=True):
        there = np.vstack([to_crop(square, batch.image.shape[-1]), [0, 0, 1]])
        map_ = image_to_crop(view, k, size) @ np.linalg.inv(there)
        # Kornia puts pixel centres at whole numbers, the project at halves.
        map_[:, 2] += map_[:, :2] @ np.array([0.5, 0.5]) - 0.5
        maps.append(map_)
    return torch.from_numpy(np.stack(maps).astype(np.float32)).to(batch.image.device)


def _warped(image: Tensor, maps: Tensor, size: int) -> Tensor:
    return kornia.geometry.warp_affine(image, maps, (size, size), align_corners=True)


def _covered(
    image: Tensor, mask: Tensor | None, views: list[View], size: int
) -> tuple[Tensor, Tensor | None]:
    for i, view in enumerate(views):
        x0, y0, x1, y1 = covered(view, size)
        fill = torch.from_numpy(view.fill).to(image.device).float() / 255
        image[i, :, y0:y1, x0:x1] = fill[:, None, None]
        if mask is not None:
            mask[i, y0:y1, x0:x1] = False
    return image, mask


def _recoloured(image: Tensor, how: Augmentation, seed: int) -> Tensor:
    if not (how.colour or how.blur or how.noise or how.jpeg):
        return image
    devices = [image.device] if image.is_cuda else []
    # Kornia draws from torch's own generators, which are left as they were.
    with torch.random.fork_rng(devices=devices), torch.no_grad():
        torch.manual_seed(seed)
        return _pipeline(how)(image)


@cache
def _pipeline(how: Augmentation) -> torch.nn.Module:
    share = how.colour
    return kornia.augmentation.ImageSequential(
        kornia.augmentation.ColorJiggle(share, share, share, 0.0, p=0.5),
        kornia.augmentation.RandomGaussianBlur((7, 7), SIGMA, p=how.blur),
        kornia.augmentation.RandomGaussianNoise(std=sum(STD) / 2, p=how.noise),
        kornia.augmentation.RandomJPEG(QUALITY, p=how.jpeg),
    )
