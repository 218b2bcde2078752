from dataclasses import replace

import numpy as np
import pytest
import torch

from evaluation.predictions import Store, ask, fingerprint
from hmr.errors import InputError
from hmr.predictions import boxed, boxes_of
from tests.evaluation.truth_teller import TruthTeller


def test_a_kept_answer_is_not_asked_for_again(samples, tmp_path):
    oracle, store = TruthTeller(samples), Store(tmp_path)
    first = store.predict(oracle, samples[0], [0, 1, 2])
    second = store.predict(oracle, samples[0], [0, 1, 2])
    assert oracle.asked == 1
    assert torch.equal(first.params.body_pose, second.params.body_pose)


def test_a_truncated_answer_is_asked_for_again(samples, tmp_path):
    oracle, store = TruthTeller(samples), Store(tmp_path)
    store.predict(oracle, samples[0], [0, 1, 2])
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:500])
    store.predict(oracle, samples[0], [0, 1, 2])
    assert oracle.asked == 2


def test_an_answer_that_cannot_be_traced_to_a_file_is_asked_for_again(samples, tmp_path):
    oracle, store = TruthTeller(samples), Store(tmp_path, trusted=False)
    store.predict(oracle, samples[0], [0, 1, 2])
    store.predict(oracle, samples[0], [0, 1, 2])
    assert oracle.asked == 2


def test_a_predictor_that_skips_a_box_is_named(samples):
    class Skips(TruthTeller):
        def predict(self, image, boxes, K=None):
            answer = super().predict(image, boxes, K)
            return replace(answer, params=answer.params.index([0]))

    with pytest.raises(InputError, match="3 boxes"):
        ask(Skips(samples), samples[0], [0, 1, 2])


def test_a_predictor_that_answers_nan_is_named(samples):
    class Breaks(TruthTeller):
        def predict(self, image, boxes, K=None):
            answer = super().predict(image, boxes, K)
            return replace(answer, params=replace(answer.params, betas=answer.params.betas / 0.0))

    with pytest.raises(InputError, match="not finite"):
        ask(Breaks(samples), samples[0], [0, 1, 2])


def test_boxes_are_cut_at_the_frame_and_people_outside_left_out(samples):
    boxes = ((-20.0, 10.0, 50.0, 500.0), (-30.0, 0.0, -5.0, 40.0), None)
    people = tuple(
        replace(person, bbox_amodal=box, bbox_visible=None)
        for person, box in zip(samples[0].people, boxes, strict=True)
    )
    sample = replace(samples[0], people=people)
    assert boxed(sample) == [0]
    assert np.array_equal(boxes_of(sample, [0]), [[0, 10, 50, sample.height]])


def test_the_fingerprint_changes_with_the_checkpoint(data, tmp_path):
    file = tmp_path / "student.ckpt"
    file.write_bytes(b"one")
    one = fingerprint(data, str(file))
    file.write_bytes(b"two")
    assert fingerprint(data, str(file)) != one
    assert fingerprint(data, None) == fingerprint(data, None) != one
