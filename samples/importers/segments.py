"""COCO's segmentations as run lengths that are sure to fit their image.

`pycocotools` follows run lengths and polygons beyond the image, so a stranger's are
counted before it sees them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from hmr.errors import InputError
from hmr.sample import Rle

FAR = 2.0
"""Polygons are cut this many image sizes outside the image."""


# pycocotools takes more than its annotations say.
_encode: Any = coco_mask.frPyObjects


def runs_of(segment: object, width: int, height: int, where: str) -> Rle | None:
    """Turn polygons, or run lengths as text or numbers, into a mask's run lengths.

    Returns:
        None where there is no segmentation.

    Raises:
        InputError: It is broken, or of another size than the image; names `where`.
    """
    if not segment:
        return None
    if isinstance(segment, Mapping):
        size, counts = segment.get("size"), segment.get("counts")
        if list(size or ()) != [height, width]:  # pyright: ignore[reportArgumentType]
            raise InputError(f"{where}: segmentation has size {str(size)[:40]}, unlike the image")
        lengths = counts if isinstance(counts, list) else _lengths(counts, where)
        whole = all(isinstance(n, int) and n >= 0 for n in lengths)
        if not whole or sum(lengths) != width * height:
            raise InputError(f"{where}: segmentation's run lengths do not fill the image")
        return _text(_encode({"size": size, "counts": lengths}, height, width))
    if not isinstance(segment, Sequence) or isinstance(segment, str | bytes):
        raise InputError(f"{where}: segmentation is neither polygons nor run lengths")
    polygons = [_polygon(polygon, width, height, where) for polygon in segment]
    return _text(coco_mask.merge(_encode(polygons, height, width)))


def _polygon(polygon: Any, width: int, height: int, where: str) -> list[float]:
    points = np.asarray(polygon, np.float64)
    if points.ndim != 1 or len(points) < 6 or len(points) % 2 or not np.isfinite(points).all():
        raise InputError(f"{where}: segmentation has a polygon that is none")
    size = np.array([width, height])
    return points.reshape(-1, 2).clip(-FAR * size, (1 + FAR) * size).flatten().tolist()


def _lengths(counts: object, where: str) -> list[int]:
    """Decode COCO's text: five bits a character, the least first, then the sign.

    From the fourth length on each is the difference to the one before the last.
    """
    text = counts if isinstance(counts, str) else ""
    lengths: list[int] = []
    value, shift = 0, 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or shift > 60:
            raise InputError(f"{where}: segmentation's run lengths are no text of COCO's")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))
        value, shift = 0, 0
    return lengths


def _text(rle: Any) -> Rle:
    counts = rle["counts"]
    text = counts if isinstance(counts, str) else counts.decode()
    return {"size": [int(n) for n in rle["size"]], "counts": text}
