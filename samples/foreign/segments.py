"""COCO's segmentations: polygons, or run lengths as text or numbers."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from hmr.sample import box_of, decode_mask
from samples.finding import Finding, one_line
from samples.layout_checks import is_box, is_count, is_number
from samples.run_lengths import fault_of_runs

MOST_PIXELS = 2**28
BETWEEN_AREAS = 0.1
"""Share by which an area may differ from its mask's: polygons are measured by other rules."""
BETWEEN_EDGES = 0.1
"""Share of the box's side by which its edges may lie from the mask's."""
FEW_PIXELS = 30.0
"""And so many pixels, because small masks have coarse outlines."""


def check_segment(entry: Mapping, where: str, size: tuple[int, int] | None) -> Iterator[Finding]:
    """Yield what is wrong with the segmentation of an annotation.

    Args:
        entry: The annotation.
        where: Names it.
        size: Width and height of its image, where they are known.
    """
    segment = entry.get("segmentation")
    if segment in (None, [], {}):
        return
    mask = _mask(segment, size)
    if isinstance(mask, str):
        yield Finding("mask", where, mask)
    elif mask is not None and not mask.any():
        yield Finding("mask", where, "segmentation is empty")
    elif mask is not None and not entry.get("iscrowd"):
        yield from _area(entry, where, mask)
        yield from _edges(entry, where, mask)


def _area(entry: Mapping, where: str, mask: np.ndarray) -> Iterator[Finding]:
    area, pixels = entry.get("area"), int(mask.sum())
    if area is None:
        return
    if not is_number(area) or float(area) < 0:
        yield Finding("layout", where, f"area is {one_line(repr(area))[:40]}")
    elif abs(float(area) - pixels) > BETWEEN_AREAS * pixels + FEW_PIXELS:
        yield Finding("area", where, f"area is {float(area):.6g}, the segmentation's {pixels}")


def _edges(entry: Mapping, where: str, mask: np.ndarray) -> Iterator[Finding]:
    box, around = entry.get("bbox"), box_of(mask)
    if not is_box(box) or around is None:
        return
    x, y, width, height = (float(value) for value in box)  # pyright: ignore
    apart = np.abs(np.subtract((x, y, x + width, y + height), around)).max()
    if apart > BETWEEN_EDGES * max(width, height) + 3:
        text = f"the segmentation's edges lie up to {apart:.4g} pixels from the bbox's"
        yield Finding("box", where, text)


def _mask(segment: Any, size: tuple[int, int] | None) -> np.ndarray | str | None:
    """Decode a segmentation, or say why it cannot be; None where no size is known."""
    if isinstance(segment, list):
        return _polygons(segment, size)
    if not isinstance(segment, Mapping):
        return f"segmentation is {one_line(repr(segment))[:40]}"
    counts, shape = segment.get("counts"), segment.get("size")
    if not isinstance(shape, list) or len(shape) != 2 or not all(map(is_count, shape)):
        return f"segmentation has size {one_line(repr(shape))[:40]}"
    height, width = shape
    if size is not None and (width, height) != size:
        return f"segmentation is {width}x{height}, the image {size[0]}x{size[1]}"
    if height * width >= MOST_PIXELS:
        return f"segmentation is {width}x{height}"
    try:
        return _runs(counts, height, width)
    except ValueError as error:
        return f"segmentation cannot be decoded ({one_line(error)[:80]})"


def _runs(counts: object, height: int, width: int) -> np.ndarray | str:
    if isinstance(counts, list):
        if not all(map(is_count, counts)) or sum(counts) != height * width:
            return "run lengths do not add up to the image's pixels"
        ends = np.cumsum([0, *counts])
        flat = np.zeros(height * width, bool)
        for start, end in zip(ends[1::2], ends[2::2], strict=False):
            flat[start:end] = True
        return flat.reshape(width, height).T
    fault = fault_of_runs(counts, height, width)
    if fault:
        return fault
    rle: Any = {"size": [height, width], "counts": counts}
    return decode_mask(rle)


def _polygons(segment: list, size: tuple[int, int] | None) -> np.ndarray | str | None:
    for polygon in segment:
        right = isinstance(polygon, list) and len(polygon) >= 6 and len(polygon) % 2 == 0
        if not right or not all(is_number(v) and abs(v) < 1e6 for v in polygon):
            return "segmentation has a polygon that is none"
    if size is None or size[0] * size[1] >= MOST_PIXELS:
        return None
    width, height = size
    merged: Any = coco_mask.merge(coco_mask.frPyObjects(segment, height, width))
    return coco_mask.decode(merged).astype(bool)
