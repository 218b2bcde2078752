"""Batches from several sets."""

from dataclasses import replace

import numpy as np
import pytest

from hmr.errors import InputError
from student.mixture import Mixture, share_out
from student.source import gather, split


def test_the_ratio_holds_over_any_stretch_and_batches_are_full(source):
    mixture = Mixture((source, source.take(np.arange(5))), (0.7, 0.3), 13, 0)
    counts = np.array([[len(rows) for rows in mixture.rows(step)] for step in range(50)])
    assert (counts.sum(1) == 13).all()
    assert np.abs(counts.cumsum(0)[:, 1] - 0.3 * 13 * np.arange(1, 51)).max() <= 1


def test_everyone_is_seen_once_before_anyone_is_seen_twice(source):
    mixture = Mixture((source,), (1.0,), 5, 0)
    seen = np.concatenate([mixture.rows(step)[0] for step in range(len(source))])
    for start in range(0, len(seen) - len(source) + 1, len(source)):
        assert sorted(seen[start : start + len(source)]) == list(range(len(source)))


def test_a_step_is_the_same_whenever_it_is_asked_for(source):
    mixture = Mixture((source,), (1.0,), 5, 4)
    assert np.array_equal(mixture.rows(17)[0], Mixture((source,), (1.0,), 5, 4).rows(17)[0])


def test_shares_follow_size_unless_told_otherwise(source):
    few = source.take(np.arange(4))
    n = len(source)
    assert share_out([source, few], None) == pytest.approx((n / (n + 4), 4 / (n + 4)))
    assert share_out([source, few], [3.0, 1.0]) == (0.75, 0.25)
    with pytest.raises(InputError, match="ratio"):
        share_out([source], [0.5, 0.5])


def test_an_image_is_learned_from_or_held_out_never_both(source):
    learned, held = split(source, 0.25)
    assert len(learned) + len(held) == len(source)
    assert len(held) > 0
    assert not set(learned.image) & set(held.image)


def test_gathered_people_keep_their_squares(source):
    other = replace(source, pixels=tuple(255 - array for array in source.pixels))
    both = gather([source, other])
    n = len(source)
    assert np.array_equal(
        both.squares(np.array([1, n + 1]))[1], 255 - source.squares(np.array([1]))[0]
    )


def test_a_single_image_is_learned_from(source):
    alone = source.take(np.flatnonzero(source.image == source.image[0]))
    learned, held = split(alone, 0.5)
    assert (len(learned), len(held)) == (len(alone), 0)


def test_who_is_mostly_hidden_is_shown_less_often(source):
    n = len(source)
    hidden = np.arange(n) < 2
    some = replace(source, occlusion=np.where(hidden, 0.8, 0.2))
    mixture = Mixture((some,), (1.0,), 3 * n - 4, 0, seen_more=3)
    times = np.bincount(mixture.rows(0)[0], minlength=n)
    assert times.tolist() == np.where(hidden, 1, 3).tolist()
