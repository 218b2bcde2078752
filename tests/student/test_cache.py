"""Crops kept on disk: where people stand in them, and who is left out."""

from dataclasses import replace

import numpy as np

from student.cache import crops_of, person_box


def test_the_hidden_and_the_tiny_are_left_out(samples):
    sample = samples[0]
    first = replace(sample.people[0], occlusion=0.2)
    hidden, tiny = (
        replace(first, occlusion=0.97),
        replace(first, bbox_amodal=(5.0, 5.0, 15.0, 24.5)),
    )
    assert person_box(replace(sample, people=(first,)), 0) == first.bbox_amodal
    assert person_box(replace(sample, people=(hidden,)), 0) is None
    assert person_box(replace(sample, people=(tiny,)), 0) is None


def test_crops_are_cut_once(data, tmp_path):
    first = crops_of(data, tmp_path, 40)
    times = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    again = crops_of(data, tmp_path, 40)
    assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == times
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, again, strict=True))
