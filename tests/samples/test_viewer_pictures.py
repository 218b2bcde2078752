from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from hmr.cameras import project
from hmr.label_drawing import SEEN
from hmr.sample import VISIBLE, decode_mask
from samples.viewer.beside import match
from samples.viewer.filters import A_PERSON, GIVEN, NOBODY, THINGS, Filters, wanted
from samples.viewer.index import Index
from samples.viewer.pictures import Layers, around, draw, whole

OFF = Layers(*[False] * 6)


def test_joints_are_drawn_where_a_lens_that_bends_puts_them(samples):
    bend = torch.tensor([-0.9, 0.3, 0.0, 0.0, 0.0])
    sample, camera = samples[0], replace(samples[0].camera, distortion=bend)
    joints = torch.from_numpy(sample.joints_3d[:1])
    # OpenCV is the oracle for the bent place; the labels hold what `project` says.
    turn, _ = cv2.Rodrigues(camera.R.double().numpy())
    shift, K = camera.t.double().numpy(), camera.K.double().numpy()
    bent = cv2.projectPoints(joints[0].double().numpy(), turn, shift, K, bend.double().numpy())[0]
    labels = project(joints, camera).numpy()
    assert labels[0] == pytest.approx(bent[:, 0], abs=0.05)
    alone = replace(
        sample,
        image=np.zeros_like(sample.image),
        camera=camera,
        people=sample.people[:1],
        params=sample.params.index([0]),
        joints_3d=sample.joints_3d[:1],
        joints_2d=labels,
        joint_visibility=np.full((1, 55), VISIBLE, np.int8),
    )
    picture = draw(alone, replace(OFF, skeletons=True), whole(alone, 640))
    straight = project(joints, sample.camera).numpy()[0, :22]
    # The joint that the lens moves most; its own colour stands where it is bent to.
    moved = np.linalg.norm(straight - bent[:22, 0], axis=1)
    far = int(moved.argmax())
    assert moved[far] > 2
    x, y = (bent[far, 0] * 4).astype(int)
    assert tuple(picture[y, x]) == SEEN[VISIBLE][1]
    x, y = (straight[far] * 4).astype(int)
    assert tuple(picture[y, x]) != SEEN[VISIBLE][1]


def test_masks_tint_the_pixels_they_hold_and_no_others(samples):
    sample = samples[0]
    view = whole(sample, sample.width)
    plain = draw(sample, OFF, view)
    assert np.array_equal(plain, sample.image)
    tinted = draw(sample, replace(OFF, visible=True), view)
    held = np.any([decode_mask(p.mask_visible) for p in sample.people], axis=0)
    assert (tinted != plain).any(-1)[held].mean() > 0.95
    # An outline is as wide as a pixel.
    near = cv2.dilate(held.astype(np.uint8), np.ones((5, 5))).astype(bool)
    assert np.array_equal(tinted[~near], plain[~near])


def test_the_part_around_a_person_shows_that_person_larger(samples):
    sample, row = samples[0], 0
    view = around(sample, row, 640, 520)
    x0, y0, x1, y1 = sample.people[row].bbox_amodal
    assert view.box[0] <= x0 and view.box[1] <= y0 and view.box[2] >= x1 and view.box[3] >= y1
    picture = draw(sample, Layers(), view, chosen=row)
    assert picture.shape[1::-1] == view.size and view.scale > 2
    assert picture.shape[1] <= 640 and picture.shape[0] <= 520
    corner = view.points(np.array([[view.box[0], view.box[1]]], float))
    assert corner == pytest.approx(np.zeros((1, 2)))


def test_a_person_outside_the_frame_has_no_part(samples):
    gone = replace(samples[0].people[0], bbox_amodal=None, bbox_visible=None)
    sample = replace(samples[0], people=(gone, *samples[0].people[1:]))
    assert around(sample, 0, 640, 520) is None
    assert draw(sample, Layers(), whole(sample, 320), chosen=0).shape == (240, 320, 3)


def test_filters_agree_with_the_records(data, samples):
    index = Index(data)
    people = [(s, p) for s in samples for p in s.people]

    def kept(**given):
        return wanted(index.people, Filters(**given)).tolist()

    assert kept() == [True] * len(people)
    assert kept(occlusion=(20.0, 60.0)) == [0.2 <= p.occlusion <= 0.6 for _, p in people]
    ids = [{o.id for o in p.occluders} for _, p in people]
    assert kept(occluder=NOBODY) == [not hidden_by for hidden_by in ids]
    assert kept(occluder=A_PERSON) == [any(i < 1000 for i in given) for given in ids]
    assert kept(occluder=THINGS) == [any(i >= 1000 for i in given) for given in ids]
    assert kept(occluder=GIVEN, occluder_id=1) == [1 in given for given in ids]
    assert kept(environment="wall") == [s.environment == "wall" for s, _ in people]
    tall = [p.bbox_amodal[3] - p.bbox_amodal[1] for _, p in people]
    middle = float(np.median(tall))
    assert kept(size=(middle, 999.0)) == [height >= middle for height in tall]
    both = [p.occlusion >= 0.2 and h >= middle for (_, p), h in zip(people, tall, strict=True)]
    assert kept(occlusion=(20.0, 100.0), size=(middle, 999.0)) == both


def test_boxes_are_matched_to_those_they_share_most_with():
    labelled = np.array([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]], float)
    found = np.array([[21, 0, 31, 10], [1, 0, 11, 10], [90, 0, 99, 10], [2, 0, 12, 10]], float)
    assert match(found, labelled, [4, 5, 7]) == [5, 4, None, None]
    assert match(np.zeros((0, 4)), labelled, [4, 5, 7]) == []
