"""What can be wrong with the masks of one image."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool

from hmr.joints import SMPLX_BODY_22
from hmr.sample import (
    FIRST_ENVIRONMENT_ID,
    VISIBLE,
    Box,
    Person,
    Rle,
    Sample,
    box_of,
    decode_mask,
)
from samples.checks import person_of
from samples.finding import Finding, one_line
from samples.run_lengths import fault_of_runs

BETWEEN_SHARES = 0.01
NEAR_MASK = 2.0
"""Joints this far from a mask, in pixels, still count as on it."""
LEAST_JOINTS = 5
"""Fewer visible joints say nothing about the whole person."""
BETWEEN_EDGES = 1.5
"""Most that a box's edge may lie, in pixels, from its mask's."""

Mask = Bool[np.ndarray, "h w"]


def check_masks(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """Masks, boxes, ids, occlusion and visible joints must tell the same story."""
    for row, person in enumerate(sample.people):
        where = person_of(sample, row)
        masks = [mask for mask in (person.mask_visible, person.mask_amodal) if mask is not None]
        sizes = [mask["size"] for mask in masks]
        # The size is compared before decoding, which believes it.
        wrong = [size for size in sizes if size != [sample.height, sample.width]]
        if wrong:
            yield Finding("mask", where, f"has shape {wrong[0]}, unlike the image")
            continue
        faults = [fault_of_runs(mask["counts"], sample.height, sample.width) for mask in masks]
        if any(faults):
            yield Finding("mask", where, next(fault for fault in faults if fault))
            continue
        try:
            visible, amodal = _decoded(person.mask_visible), _decoded(person.mask_amodal)
        except (ValueError, KeyError, TypeError, MemoryError) as error:
            yield Finding("mask", where, f"cannot be decoded ({one_line(error)})")
            continue
        yield from _in_frame(person, where, visible, amodal)
        if sample.people[row].trust == 1:
            # A fit takes the box it was given, whatever its mask.
            yield from _boxes(person, where, visible, amodal)
        if visible is not None:
            yield from _joints(sample, row, visible)
        if sample.ids is not None and visible is not None:
            yield from _in_ids(sample, person, where, visible)
    yield from _strangers(sample)


def _decoded(rle: Rle | None) -> Mask | None:
    return None if rle is None else decode_mask(rle)


def _in_frame(
    person: Person, where: str, visible: Mask | None, amodal: Mask | None
) -> Iterator[Finding]:
    for name, share in (("occlusion", person.occlusion), ("truncation", person.truncation)):
        if share is not None and not 0 <= share <= 1:
            yield Finding("occlusion", where, f"{name} is {share}")
    if visible is not None and not visible.any() and _should_show(person):
        yield Finding("mask", where, "visible mask is empty, yet the person is not hidden")
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


def _should_show(person: Person) -> bool:
    hidden, cut = person.occlusion, person.truncation
    return hidden is not None and hidden < 0.98 and (cut is None or cut < 0.98)


def _joints(sample: Sample, row: int, visible: Mask) -> Iterator[Finding]:
    """Visible joints must fall on the visible mask, or very near it: else one of them is turned."""
    person = sample.people[row]
    if person.trust < 1:
        return
    flags = sample.joint_visibility[row][: len(SMPLX_BODY_22)]
    places = sample.joints_2d[row][: len(SMPLX_BODY_22)][flags == VISIBLE]
    places = places[np.isfinite(places).all(-1)]
    box = person.bbox_visible or person.bbox_amodal or (0, 0, 0, 0)
    reach = max(NEAR_MASK, 0.03 * max(box[2] - box[0], box[3] - box[1]))
    on = sum(_is_near(visible, x, y, reach) for x, y in places.tolist())
    if len(places) >= LEAST_JOINTS and on < len(places) / 2:
        text = f"only {on} of {len(places)} visible body joints fall on the visible mask"
        yield Finding("frame", person_of(sample, row), f"{text}: one of the two is turned")


def _is_near(mask: Mask, x: float, y: float, reach: float) -> bool:
    low = np.maximum(np.floor([y - reach, x - reach]), 0)
    high = np.minimum(np.ceil([y + reach, x + reach]) + 1, mask.shape)
    if (high <= low).any():
        return False
    (top, left), (bottom, right) = low.astype(int), high.astype(int)
    return bool(mask[top:bottom, left:right].any())


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


def _strangers(sample: Sample) -> Iterator[Finding]:
    """Nobody may own pixels who has no labels."""
    if sample.ids is None:
        return
    known = {person.person_id + 1 for person in sample.people}
    owners = np.flatnonzero(np.bincount(sample.ids.ravel(), minlength=1)).tolist()
    strangers = [n - 1 for n in owners if 0 < n < FIRST_ENVIRONMENT_ID and n not in known]
    if strangers:
        yield Finding("mask", sample.key, f"ids show people without labels: {strangers[:5]}")
