"""What can be wrong with the masks of one image."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool

from hmr.sample import Box, Person, Sample, box_of, decode_mask
from samples.checks import Finding, person_of

BETWEEN_SHARES = 0.01
BETWEEN_EDGES = 1.5
"""Most that a box's edge may lie, in pixels, from its mask's."""

Mask = Bool[np.ndarray, "h w"]


def check_masks(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """Masks, boxes, ids and occlusion must tell the same story."""
    for row, person in enumerate(sample.people):
        where = person_of(sample, row)
        try:
            visible, amodal = _decoded(person.mask_visible), _decoded(person.mask_amodal)
        except (ValueError, KeyError, TypeError, MemoryError) as error:
            yield Finding("mask", where, f"cannot be decoded ({error})")
            continue
        wrong = [
            mask.shape
            for mask in (visible, amodal)
            if mask is not None and mask.shape != (sample.height, sample.width)
        ]
        if wrong:
            yield Finding("mask", where, f"has shape {wrong[0]}, unlike the image")
            continue
        yield from _in_frame(person, where, visible, amodal)
        yield from _boxes(person, where, visible, amodal)
        if sample.ids is not None and visible is not None:
            yield from _in_ids(sample, person, where, visible)


def _in_frame(
    person: Person, where: str, visible: Mask | None, amodal: Mask | None
) -> Iterator[Finding]:
    for name, share in (("occlusion", person.occlusion), ("truncation", person.truncation)):
        if share is not None and not 0 <= share <= 1:
            yield Finding("occlusion", where, f"{name} is {share}")
    if visible is None or amodal is None:
        return
    beyond = int((visible & ~amodal).sum())
    if beyond:
        yield Finding("mask", where, f"{beyond} visible pixels outside the amodal mask")
    area = int(amodal.sum())
    if not area and person.truncation is not None and person.truncation < 0.999:
        yield Finding("mask", where, f"amodal mask is empty at truncation {person.truncation:.2f}")
    if area and person.occlusion is not None:
        hidden = 1 - int((visible & amodal).sum()) / area
        if abs(hidden - person.occlusion) > BETWEEN_SHARES:
            text = f"labelled {person.occlusion:.2f}, the masks say {hidden:.2f}"
            yield Finding("occlusion", where, text)


def _boxes(
    person: Person, where: str, visible: Mask | None, amodal: Mask | None
) -> Iterator[Finding]:
    pairs = (("visible", person.bbox_visible, visible), ("amodal", person.bbox_amodal, amodal))
    for name, box, mask in pairs:
        if mask is not None and not _alike(box, box_of(mask)):
            yield Finding("box", where, f"{name} box {box} is not its mask's {box_of(mask)}")


def _alike(box: Box | None, other: Box | None) -> bool:
    if box is None or other is None:
        return box is other
    return bool(np.abs(np.subtract(box, other)).max() <= BETWEEN_EDGES)


def _in_ids(sample: Sample, person: Person, where: str, visible: Mask) -> Iterator[Finding]:
    assert sample.ids is not None
    if sample.ids.shape != visible.shape:
        return
    differ = int(((sample.ids == person.person_id + 1) != visible).sum())
    if differ:
        yield Finding("mask", where, f"{differ} pixels differ between ids and the visible mask")


def _decoded(rle: object) -> Mask | None:
    return None if rle is None else decode_mask(rle)  # pyright: ignore[reportArgumentType]
