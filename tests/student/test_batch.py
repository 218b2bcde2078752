"""Augmented crops: labels go with the pixels, to a fraction of a pixel."""

from dataclasses import replace

import cv2
import numpy as np
import torch

from hmr.metrics import point_error_mm
from student.augment import Augmentation
from student.batch import Batch, draw, joined, still
from student.points import POINTS, around_pelvis
from student.ray import to_crop

SIZE = 64
STRONG = Augmentation(turn_share=1.0, scale=0.15, shift=0.05, colour=0.0, cover=0.0)


def _seen(batch: Batch) -> np.ndarray:
    inside = to_crop(batch.points + batch.pelvis.unsqueeze(1), batch.place)
    return ((inside + 1) * SIZE / 2).numpy()


def _dotted(source, joint: int):
    """Paint, instead of people, one soft dot where a joint falls into each square."""
    room = source.pixels[0].shape[1]
    place = torch.from_numpy(source.place).float()
    spots = (to_crop(source.points + source.pelvis.unsqueeze(1), place)[:, joint] + 1) * room / 2
    rows, columns = np.mgrid[:room, :room] + 0.5
    dots = np.stack(
        [np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8) for x, y in spots.tolist()]
    )
    pixels = np.repeat((255 * dots).astype(np.uint8)[..., None], 3, -1)
    rows_of = np.stack([np.zeros(len(source), int), np.arange(len(source))], 1)
    return replace(source, pixels=(pixels,), rows=rows_of)


def _spot(crop: np.ndarray) -> np.ndarray:
    moments = cv2.moments(crop[..., 0].astype(np.float32))
    return np.array([moments["m10"], moments["m01"]]) / moments["m00"] + 0.5


def test_a_joint_is_seen_where_its_label_says_after_every_change(source):
    people = np.arange(len(source))
    for name in ("pelvis", "left_knee", "right_shoulder"):
        dots = _dotted(source, POINTS.index(name))
        batch = draw(dots, people, SIZE, STRONG, np.random.default_rng(1))
        flipped = (batch.points[:, 1, 0] - source.points[:, 1, 0]).abs() > 1e-4
        assert flipped.any()
        mirrored = name.replace("left", "x").replace("right", "left").replace("x", "right")
        views = {False: _seen(batch)[:, POINTS.index(name)]}
        views[True] = _seen(batch)[:, POINTS.index(mirrored)]
        for i, crop in enumerate(batch.crops.numpy()):
            ways = [np.abs(view[i] - _spot(crop)).max() for view in views.values()]
            assert min(ways) < 0.3


def test_parameters_turn_along_with_the_points(source, body):
    people = np.arange(len(source))
    batch = draw(source, people, SIZE, STRONG, np.random.default_rng(2))
    points, unmoved = around_pelvis(body, batch.params)
    # The body is not perfectly symmetric, so mirrored people are a little off.
    assert point_error_mm(points, batch.points).max() < 8
    assert (unmoved + batch.params.transl - batch.pelvis).norm(dim=-1).max() < 0.01


def test_still_crops_are_the_middle_of_the_squares(source):
    batch = still(source, np.arange(3), SIZE)
    squares = source.squares(np.arange(3))
    edge = (squares.shape[1] - SIZE) // 2
    assert np.array_equal(batch.crops.numpy(), squares[:, edge:-edge, edge:-edge])
    assert torch.allclose(batch.points, source.points[:3], atol=1e-6)


def test_the_same_draw_gives_the_same_batch_and_parts_join(source):
    one, two = (
        draw(source, np.arange(4), SIZE, Augmentation(), np.random.default_rng(3)) for _ in "ab"
    )
    assert torch.equal(one.crops, two.crops)
    both = joined([one, two])
    assert both.crops.shape[0] == 8
    assert both.params.transl.shape == (8, 3)
