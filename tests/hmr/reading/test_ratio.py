"""Places are dealt to sets so that the ratio holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmr.errors import InputError
from hmr.reading.ratio import dealt, share_out

SHARES = st.lists(st.integers(1, 1000), min_size=1, max_size=6)


@given(SHARES, st.integers(0, 10**7))
def test_every_place_goes_to_one_set_and_none_is_taken_back(weights, places):
    shares = share_out(weights, None)
    before, after = dealt(places, shares), dealt(places + 1, shares)
    assert before.sum() == places
    assert sorted(after - before) == [0] * (len(shares) - 1) + [1]


@given(st.integers(1, 99), st.integers(0, 10**6))
def test_of_two_sets_none_is_a_place_from_its_share(percent, places):
    shares = (percent / 100, 1 - percent / 100)
    assert np.abs(dealt(places, shares) - np.array(shares) * places).max() < 1 + 1e-6


@given(SHARES, st.integers(1, 50))
def test_when_shares_follow_size_every_set_is_dealt_out_together(sizes, epochs):
    counts = dealt(epochs * sum(sizes), share_out(sizes, None))
    assert counts.tolist() == [epochs * size for size in sizes]


def test_a_set_with_no_share_gets_nothing():
    assert dealt(1000, (0.5, 0.0, 0.5)).tolist() == [500, 0, 500]


@pytest.mark.parametrize(
    "ratio", [[1.0], [1.0, 2.0, 3.0], [-1.0, 2.0], [0.0, 0.0], [float("nan"), 1.0]]
)
def test_a_wrong_ratio_is_named(ratio):
    with pytest.raises(InputError, match=r"ratio=.*each of the 2 data sets"):
        share_out([3, 4], ratio)
