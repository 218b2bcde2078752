"""The image with the labels that were asked for; all of it, or the part around one person."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float

from hmr.drawing import (
    Box,
    Colour,
    Image,
    colour_of,
    draw_box,
    draw_mask,
    draw_skeleton,
    write_text,
)
from hmr.joints import SMPLX_BODY_22
from hmr.label_drawing import draw_annotated, draw_seen_joints, short_label
from hmr.predictions import box_in_frame
from hmr.sample import FIRST_ENVIRONMENT_ID, Rle, Sample, decode_mask
from samples.viewer.beside import Beside

PREDICTED: Colour = (255, 45, 150)
"""Colour of what was predicted, in the image and in 3D; of no labelled person."""
BODY = len(SMPLX_BODY_22)


@dataclass(frozen=True)
class Layers:
    """Which labels are drawn."""

    visible: bool = True
    amodal: bool = False
    skeletons: bool = True
    boxes: bool = True
    words: bool = True
    predicted: bool = True


@dataclass(frozen=True)
class View:
    """A part of an image, and how large it is drawn."""

    box: tuple[int, int, int, int]
    """x0, y0, x1, y1 in pixels of the image, inside it."""
    scale: float
    """Pixels of the picture a pixel of the image."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        x0, y0, x1, y1 = self.box
        return max(1, round((x1 - x0) * self.scale)), max(1, round((y1 - y0) * self.scale))

    def points(self, pixels: Float[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Take pixels of the image to the picture."""
        return (pixels.astype(np.float64) - np.array(self.box[:2])) * self.scale

    def cut(self, whole: np.ndarray, how: int = cv2.INTER_AREA) -> np.ndarray:
        """Cut the part out of an image or a mask and resize it."""
        x0, y0, x1, y1 = self.box
        how = how if self.scale < 1 or how == cv2.INTER_NEAREST else cv2.INTER_CUBIC
        return cv2.resize(whole[y0:y1, x0:x1], self.size, interpolation=how)

    def mask(self, rle: Rle) -> Bool[np.ndarray, "h w"]:
        """Cut the part out of a stored mask."""
        return self.cut(decode_mask(rle).astype(np.uint8), cv2.INTER_NEAREST).astype(bool)

    def rectangle(self, box: Box) -> Box:
        """Take a box to the picture."""
        (x0, y0), (x1, y1) = self.points(np.array(box, np.float64).reshape(2, 2)).tolist()
        return x0, y0, x1, y1


def whole(sample: Sample, width: int) -> View:
    """View all of an image, this many pixels wide."""
    return View((0, 0, sample.width, sample.height), width / sample.width)


def around(sample: Sample, row: int, width: int, height: int, margin: float = 0.25) -> View | None:
    """View the part around a person, in at most this many pixels; None outside the frame."""
    box = box_in_frame(sample, row)
    if box is None:
        return None
    reach = margin * max(box[2] - box[0], box[3] - box[1])
    x0, y0 = (max(0, int(edge - reach)) for edge in box[:2])
    sides = zip(box[2:], (sample.width, sample.height), strict=True)
    x1, y1 = (min(end, int(edge + reach) + 1) for edge, end in sides)
    return View((x0, y0, x1, y1), min(width / (x1 - x0), height / (y1 - y0), 8.0))


def draw(
    sample: Sample,
    layers: Layers,
    view: View,
    chosen: int | None = None,
    beside: Beside | None = None,
) -> Image:
    """Draw a part of an image and its labels.

    Args:
        sample: With its image.
        layers: What is drawn.
        view: Which part, and how large.
        chosen: Row of the only person whose labels are drawn, beside who hides them.
        beside: Predictions.
    """
    assert sample.image is not None
    canvas = view.cut(np.ascontiguousarray(sample.image))
    rows = list(range(len(sample.people))) if chosen is None else [chosen]
    if chosen is not None:
        canvas = _dimmed(canvas, sample, chosen, view)
        canvas = _draw_occluders(canvas, sample, chosen, view) if layers.visible else canvas
    for row in rows:
        canvas = _draw_masks(canvas, sample, row, layers, view)
    for row in rows if layers.skeletons else ():
        canvas = _draw_joints(canvas, sample, row, view)
    for row in rows:
        canvas = _draw_box(canvas, sample, row, layers, view)
    return _draw_predicted(canvas, beside, chosen, view) if beside and layers.predicted else canvas


def _draw_joints(canvas: Image, sample: Sample, row: int, view: View) -> Image:
    if not sample.people[row].has_body:
        return draw_annotated(canvas, sample.people[row], view.points)
    joints, seen = view.points(sample.joints_2d[row, :BODY]), sample.joint_visibility[row]
    return draw_seen_joints(canvas, joints, seen[:BODY], colour_of(row), _bone_width(joints))


def _bone_width(joints: Float[np.ndarray, "22 2"]) -> int:
    size = float(np.ptp(joints[np.isfinite(joints).all(1)], axis=0).max(initial=0.0))
    return int(np.clip(size / 110, 1, 5))


def _dimmed(canvas: Image, sample: Sample, row: int, view: View) -> Image:
    """Darken all but a person's amodal mask, or their box where that is unknown."""
    person, keep = sample.people[row], np.zeros(canvas.shape[:2], bool)
    if person.mask_amodal is not None:
        keep = view.mask(person.mask_amodal)
    elif person.bbox_visible is not None:
        x0, y0, x1, y1 = (max(0, round(edge)) for edge in view.rectangle(person.bbox_visible))
        keep[y0:y1, x0:x1] = True
    grey = canvas.mean(2, keepdims=True)
    dark = np.rint(0.35 * canvas + 0.2 * grey).astype(np.uint8)
    return np.where(keep[..., None], canvas, dark)


def _draw_occluders(canvas: Image, sample: Sample, row: int, view: View) -> Image:
    """Tint the people who hide a person, and name them and their share."""
    rows = {person.person_id: i for i, person in enumerate(sample.people)}
    texts = []
    for occluder in sample.people[row].occluders or ():
        other = rows.get(occluder.id) if occluder.id < FIRST_ENVIRONMENT_ID else None
        mask = None if other is None else sample.people[other].mask_visible
        if other is not None and mask is not None and (cut := view.mask(mask)).any():
            canvas = draw_mask(canvas, cut, colour_of(other), 0.25)
            top = np.argwhere(cut)[0]
            text = f"{occluder.id} hides {occluder.share:.0%}"
            texts.append((text, (int(top[1]), int(top[0])), colour_of(other)))
    for text, corner, colour in texts:
        canvas = write_text(canvas, text, corner, colour)
    return canvas


def _draw_masks(canvas: Image, sample: Sample, row: int, layers: Layers, view: View) -> Image:
    person, colour = sample.people[row], colour_of(row)
    if layers.amodal and person.mask_amodal is not None:
        canvas = draw_mask(canvas, view.mask(person.mask_amodal), colour, 0.22)
    if layers.visible and person.mask_visible is not None:
        canvas = draw_mask(canvas, view.mask(person.mask_visible), colour)
    return canvas


def _draw_box(canvas: Image, sample: Sample, row: int, layers: Layers, view: View) -> Image:
    person = sample.people[row]
    box = person.bbox_amodal or person.bbox_visible
    if box is None:
        return canvas
    placed, text = view.rectangle(box), short_label(person) if layers.words else ""
    if layers.boxes:
        return draw_box(canvas, placed, colour_of(row), text)
    corner = (round(placed[0]), round(placed[1]))
    return write_text(canvas, text, corner, colour_of(row)) if text else canvas


def _draw_predicted(canvas: Image, beside: Beside, chosen: int | None, view: View) -> Image:
    """Draw predicted skeletons, and how far they are from the truth."""
    for i, row in enumerate(beside.rows):
        if chosen is not None and row != chosen:
            continue
        joints = view.points(beside.joints_2d[i])
        canvas = _one_colour(canvas, joints)
        if (error := beside.mpjpe_mm[i]) is not None and np.isfinite(joints).all():
            lowest = joints[joints[:, 1].argmax()]
            corner = (int(lowest[0]), min(int(lowest[1]) + 18, canvas.shape[0] - 2))
            canvas = write_text(canvas, f"{error:.0f} mm", corner, PREDICTED)
    return canvas


def _one_colour(canvas: Image, joints: Float[np.ndarray, "22 2"]) -> Image:
    """Draw a skeleton in the colour of predictions."""
    drawn = draw_skeleton(np.zeros_like(canvas), joints, np.ones(BODY), SMPLX_BODY_22)
    covered = drawn.max(2).astype(np.float32)[..., None] / 255
    mixed = canvas * (1 - covered) + np.array(PREDICTED, np.float32) * covered
    return np.rint(mixed).astype(np.uint8)
