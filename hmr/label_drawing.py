"""The labels of a sample drawn over its image, and said in words."""

from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import Float, Int8

from hmr.drawing import Colour, Image, colour_of, draw_box, draw_mask, draw_skeleton
from hmr.joints import BONES, SMPLX_BODY_22
from hmr.sample import (
    BY_ENVIRONMENT,
    BY_PERSON,
    FIRST_ENVIRONMENT_ID,
    OUTSIDE,
    SELF,
    VISIBLE,
    Person,
    Sample,
    decode_mask,
)

HIDDEN = (25, 25, 25)
"""Ink of the mark on joints that cannot be seen."""
SEEN: dict[int, tuple[str, Colour]] = {
    VISIBLE: ("visible", (64, 200, 120)),
    SELF: ("hidden by the person", (166, 182, 198)),
    BY_PERSON: ("hidden by another person", (244, 140, 56)),
    BY_ENVIRONMENT: ("hidden by the environment", (160, 110, 230)),
    OUTSIDE: ("outside the image", (110, 118, 128)),
}
"""Name and colour of each value of `joint_visibility`."""
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


def draw_seen_joints(
    image: Image,
    joints: Float[np.ndarray, "22 2"],
    seen: Int8[np.ndarray, "22"],
    colour: Colour,
    width: int = 2,
) -> Image:
    """Draw a skeleton whose joints are coloured by whether they can be seen (`SEEN`).

    Args:
        image: RGB.
        joints: SMPL-X's body joints, pixels.
        seen: Their `joint_visibility`.
        colour: Colour of the bones.
        width: Of the bones, in pixels.
    """
    canvas = image.copy()
    near = np.asarray((np.isfinite(joints) & (np.abs(joints) < 2**14)).all(1))
    place = {name: i for i, name in enumerate(SMPLX_BODY_22) if near[i]}
    # OpenCV puts pixel centres at whole numbers, the project at halves.
    fixed = np.rint((np.where(near[:, None], joints, 0.0) - 0.5) * 16).astype(int)
    points = [(int(x), int(y)) for x, y in fixed.tolist()]
    for a, b in BONES:
        if a in place and b in place:
            start, end = points[place[a]], points[place[b]]
            cv2.line(canvas, start, end, colour, width, cv2.LINE_AA, 4)
    for i in place.values():
        centre, radius = points[i], round(width * 1.5 * 16)
        cv2.circle(canvas, centre, radius + 14, HIDDEN, -1, cv2.LINE_AA, 4)
        cv2.circle(
            canvas, centre, radius, SEEN.get(int(seen[i]), SEEN[SELF])[1], -1, cv2.LINE_AA, 4
        )
    return canvas


def draw_annotated(
    image: Image,
    person: Person,
    place: Callable[[Float[np.ndarray, "n 2"]], Float[np.ndarray, "n 2"]] = lambda pixels: pixels,
) -> Image:
    """Draw the points that an annotator placed; `place` takes them to the drawing's pixels."""
    points = person.keypoints or ()
    pixels = place(np.array([[p.x, p.y] for p in points], np.float64).reshape(-1, 2))
    return draw_skeleton(image, pixels, np.ones(len(points)), [p.name for p in points])


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
        parts.append(
            "by " + ", ".join(f"{occluder_name(o.id)} {o.share * 100:.0f} %" for o in shares)
        )
    if person.truncation and person.truncation >= WORTH_SAYING:
        parts.append(f"({person.truncation * 100:.0f} % out of frame)")
    return f"person {person.person_id}: " + " ".join(parts)


def _draw_joints(canvas: Image, sample: Sample, row: int) -> Image:
    if not sample.people[row].has_body:
        return draw_annotated(canvas, sample.people[row])
    body = len(SMPLX_BODY_22)
    joints = sample.joints_2d[row, :body].astype(np.float64)
    canvas = draw_skeleton(canvas, joints, np.ones(body), SMPLX_BODY_22)
    radius = max(1, round(max(canvas.shape) / 640))
    for seen, (x, y) in zip(sample.joint_visibility[row], joints, strict=False):
        if seen != VISIBLE and np.isfinite([x, y]).all() and abs(x) + abs(y) < 2**14:
            cv2.circle(canvas, (int(x), int(y)), radius, HIDDEN, -1, cv2.LINE_AA)
    return canvas


def occluder_name(occluder: int) -> str:
    """Say who or what an occluder's id means."""
    if occluder < FIRST_ENVIRONMENT_ID:
        return f"person {occluder}"
    return f"object {occluder - FIRST_ENVIRONMENT_ID}"
