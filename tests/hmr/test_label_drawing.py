from dataclasses import replace

import numpy as np
import pytest

from hmr.label_drawing import describe, draw_labels, short_label
from hmr.sample import Keypoint, Occluder, Person, decode_mask
from tests.sample_factory import make_samples


@pytest.fixture(scope="module")
def sample(body):
    return make_samples(body, count=1, people=2)[0]


def test_nothing_asked_for_leaves_the_image_as_it_is(sample):
    drawn = draw_labels(sample, masks=False, skeletons=False, boxes=False)
    assert np.array_equal(drawn, sample.image) and drawn is not sample.image


def test_masks_alone_change_no_pixel_far_from_people(sample):
    drawn = draw_labels(sample, skeletons=False, boxes=False)
    people = np.any([decode_mask(p.mask_visible) for p in sample.people], axis=0)
    assert (drawn != sample.image)[people].any()
    assert np.array_equal(drawn[:5, :5], sample.image[:5, :5])


def test_people_without_masks_and_boxes_can_be_drawn(sample):
    bare = replace(sample, people=(Person(0), Person(1)))
    assert draw_labels(bare).shape == sample.image.shape


def test_of_a_body_that_nobody_knows_only_annotated_points_are_drawn(sample):
    x, y = 30.5, 40.5
    points = (Keypoint("left_knee", x, y, 2),)
    unknown = tuple(replace(p, trust=0.0, keypoints=points) for p in sample.people)
    drawn = draw_labels(replace(sample, people=unknown), masks=False, boxes=False)
    changed = np.argwhere((drawn != sample.image).any(-1))
    assert len(changed) and (np.abs(changed - [y - 0.5, x - 0.5]) < 6).all()
    nothing = tuple(replace(p, trust=0.0) for p in sample.people)
    drawn = draw_labels(replace(sample, people=nothing), masks=False, boxes=False)
    assert np.array_equal(drawn, sample.image)


def test_words_name_the_worst_occluder_first():
    occluders = (Occluder(2, 0.1), Occluder(1003, 0.3), Occluder(4, 0.001))
    person = Person(7, occlusion=0.401, truncation=0.25, occluders=occluders)
    expected = "person 7: 40 % hidden by object 3 30 %, person 2 10 % (25 % out of frame)"
    assert describe(person) == expected
    assert short_label(person) == "7  40%"


def test_unknown_occlusion_is_said_to_be_unknown():
    assert "unknown" in describe(Person(1)) and short_label(Person(1)) == "1"
