"""The labels of a sample drawn over its image, and said in words."""

import cv2
import numpy as np

from hmr.drawing import Image, colour_of, draw_box, draw_mask, draw_skeleton
from hmr.joints import SMPLX_BODY_22
from hmr.sample import FIRST_ENVIRONMENT_ID, VISIBLE, Person, Sample, decode_mask

HIDDEN = (25, 25, 25)
"""Ink of the mark on joints that cannot be seen."""
WORTH_SAYING = 0.005
"""Shares smaller than this go without mention."""


def draw_labels(
    sample: Sample, masks: bool = True, skeletons: bool = True, boxes: bool = True
) -> Image:
    """Draw every person's visible mask, skeleton, and amodal box with number and hidden share.

    Joints that cannot be seen carry a black dot.
    """
    assert sample.image is not None
    canvas = sample.image.copy()
    for i, person in enumerate(sample.people):
        if masks and person.mask_visible is not None:
            canvas = draw_mask(canvas, decode_mask(person.mask_visible), colour_of(i))
    for row in range(len(sample.people) if skeletons else 0):
        canvas = _draw_joints(canvas, sample, row)
    for i, person in enumerate(sample.people):
        if boxes and person.bbox_amodal is not None:
            canvas = draw_box(canvas, person.bbox_amodal, colour_of(i), short_label(person))
    return canvas


def short_label(person: Person) -> str:
    """Number and hidden share of a person."""
    hidden = "" if person.occlusion is None else f"  {person.occlusion * 100:.0f}%"
    return f"{person.person_id}{hidden}"


def describe(person: Person) -> str:
    """Say in words how much of a person is hidden, and by whom."""
    if person.occlusion is None:
        return f"person {person.person_id}: occlusion unknown"
    parts = [f"{person.occlusion * 100:.0f} % hidden"]
    shares = [occluder for occluder in person.occluders or () if occluder.share >= WORTH_SAYING]
    if shares:
        shares.sort(key=lambda occluder: -occluder.share)
        parts.append("by " + ", ".join(f"{_name(o.id)} {o.share * 100:.0f} %" for o in shares))
    if person.truncation and person.truncation >= WORTH_SAYING:
        parts.append(f"({person.truncation * 100:.0f} % out of frame)")
    return f"person {person.person_id}: " + " ".join(parts)


def _draw_joints(canvas: Image, sample: Sample, row: int) -> Image:
    body = len(SMPLX_BODY_22)
    joints = sample.joints_2d[row, :body].astype(np.float64)
    canvas = draw_skeleton(canvas, joints, np.ones(body), SMPLX_BODY_22)
    radius = max(1, round(max(canvas.shape) / 640))
    for seen, (x, y) in zip(sample.joint_visibility[row], joints, strict=False):
        if seen != VISIBLE and np.isfinite([x, y]).all() and abs(x) + abs(y) < 2**14:
            cv2.circle(canvas, (int(x), int(y)), radius, HIDDEN, -1, cv2.LINE_AA)
    return canvas


def _name(occluder: int) -> str:
    if occluder < FIRST_ENVIRONMENT_ID:
        return f"person {occluder}"
    return f"object {occluder - FIRST_ENVIRONMENT_ID}"
