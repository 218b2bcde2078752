"""Images that occur twice, in one data set or in two."""

from dataclasses import replace

import numpy as np
import pytest

from samples.doctor import examine, examine_all
from tests.sample_factory import make_samples, write_set
from tests.samples.planting import edit_manifest


@pytest.fixture
def clean(samples, tmp_path):
    return write_set(tmp_path / "set", samples)


def test_a_picture_that_occurs_twice_in_a_set_is_found(samples, tmp_path):
    broken = [*samples, replace(samples[0], key="000007")]
    found = list(examine(write_set(tmp_path / "set", broken)))
    assert [str(f) for f in found] == ["000007: duplicate: the same picture as 000000"]


def test_a_scene_that_occurs_twice_is_found_behind_another_picture(samples, tmp_path):
    lighter = np.clip(samples[0].image.astype(int) + 9, 0, 255).astype(np.uint8)
    broken = [*samples, replace(samples[0], key="000007", image=lighter)]
    found = list(examine(write_set(tmp_path / "set", broken)))
    assert [f.where for f in found] == ["000007"] and "same people in the same" in found[0].text


def test_an_image_of_one_split_is_found_in_another(body, samples, tmp_path):
    train = write_set(tmp_path / "train", samples)
    others = make_samples(body, count=2, people=2, seed=1)
    test = write_set(tmp_path / "test", [*others, replace(samples[2], key="000005")])
    assert not list(examine_all([train])) and not list(examine_all([test]))
    found = list(examine_all([train, test]))
    assert [f"{test}/000005: duplicate: the same picture as {train}/000002"] == list(
        map(str, found)
    )


def test_two_sets_of_one_seed_and_split_are_found(body, samples, tmp_path):
    folders = [write_set(tmp_path / "a", samples)]
    folders.append(write_set(tmp_path / "b", make_samples(body, count=2, seed=1)))
    for folder in folders:
        edit_manifest(folder, lambda m: m.update(kind="synth", seed=7, split="val"))
    found = list(examine_all(folders))
    assert [(f.kind, f.where) for f in found] == [("duplicate", str(folders[1]))]


def test_a_set_that_is_named_twice_is_found(clean):
    assert [f.text for f in examine_all([clean, clean])] == ["is named twice"]


def test_sets_that_share_nothing_have_no_finding(body, clean, tmp_path):
    other = write_set(tmp_path / "other", make_samples(body, count=2, people=2, seed=1))
    assert not list(examine_all([clean, other]))
