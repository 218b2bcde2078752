"""COCO run lengths of a mask that is a small part of an image."""

from typing import Any

import numpy as np
from jaxtyping import Bool, Int
from pycocotools import mask as coco_mask

from hmr.sample import Rle


def encode_part(part: Bool[np.ndarray, "h w"], x: int, y: int, size: tuple[int, int]) -> Rle:
    """Encode an image's mask of which all that is set lies in one rectangle.

    Gives what `hmr.sample.encode_mask` gives of the whole mask, without the whole mask.

    Args:
        part: The rectangle.
        x: Its first column in the image.
        y: Its first row in the image.
        size: Width and height of the image.
    """
    edges = _edges(part, x, y, size[1])
    counts = np.diff(edges, prepend=0, append=size[0] * size[1])
    if len(counts) > 1 and counts[-1] == 0:
        counts = counts[:-1]
    plain: Any = {"size": [size[1], size[0]], "counts": counts.tolist()}
    rle: Any = coco_mask.frPyObjects(plain, size[1], size[0])
    return {"size": [size[1], size[0]], "counts": rle["counts"].decode()}


def _edges(part: Bool[np.ndarray, "h w"], x: int, y: int, height: int) -> Int[np.ndarray, " n"]:
    """Find where runs begin and end, in turn, counted down the image's columns."""
    h, w = part.shape
    columns = np.zeros((w, h + 2), np.int8)
    columns[:, 1:-1] = part.T
    column, row = np.divmod(np.flatnonzero(np.diff(columns, axis=1)), h + 1)
    edges = (x + column) * height + y + row
    # A run that ends where the next begins goes on from one column to the next.
    same = np.flatnonzero(edges[1:] == edges[:-1])
    return np.delete(edges, np.concatenate([same, same + 1]))
