import numpy as np
import pytest

from hmr.errors import InputError
from synth.scenes.occlusion_request import OcclusionRequest

ASKED = {"0-20": 0.4, "20-40": 0.3, "40-70": 0.2, "70-90": 0.1}


def test_bins_are_read_in_order_whatever_the_order_given():
    request = OcclusionRequest.of({"20-100": 0.25, "0-20": 0.75})
    assert [(one.low, one.high, one.share) for one in request.bins] == [
        (0.0, 0.2, 0.75),
        (0.2, 1.0, 0.25),
    ]
    assert [request.bin_of(o) for o in (0.0, 0.1999, 0.2, 1.0)] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "empty"),
        ({"0-20": 0.5, "20-40": 0.4}, "add up to 0.9"),
        ({"0-30": 0.5, "20-40": 0.5}, "0-30 and 20-40 overlap"),
        ({"40-20": 1.0}, "40-20 is empty"),
        ({"20-20": 1.0}, "20-20 is empty"),
        ({"0-120": 1.0}, "nobody is hidden by more than 100"),
        ({"0-20": 1.5, "20-40": -0.5}, "is no share"),
        ({"0-20": "half"}, "is no share"),
        ({"much": 1.0}, "name bins in percent"),
        ({"-10-20": 1.0}, "name bins in percent"),
    ],
)
def test_what_is_no_distribution_is_refused_in_one_line(asked, message):
    with pytest.raises(InputError, match=message) as error:
        OcclusionRequest.of(asked)
    assert "\n" not in str(error.value) and str(error.value).startswith("scene.occlusion")


@pytest.mark.parametrize(
    "asked", [{"70-90": 1.0}, {"0-20": 0.05, "20-90": 0.95}, {"10-20": 0.5, "20-30": 0.5}]
)
def test_somebody_must_be_in_front(asked):
    with pytest.raises(InputError, match="somebody must be in front"):
        OcclusionRequest.of(asked).check((5, 15))


def test_a_request_with_somebody_in_front_passes():
    OcclusionRequest.of(ASKED).check((5, 15))
    OcclusionRequest.of({"0-20": 1 / 15, "20-90": 14 / 15}).check((5, 15))


@pytest.mark.parametrize("people", [1, 5, 13])
def test_counts_add_up_and_are_the_shares_in_the_mean(people):
    request, rng = OcclusionRequest.of(ASKED), np.random.default_rng(0)
    counts = np.array([request.counts(rng, people) for _ in range(3000)])
    shares = np.array(list(ASKED.values()))
    assert (counts.sum(1) == people).all()
    assert np.abs(counts - shares * people).max() < 2
    np.testing.assert_allclose(counts.mean(0), shares * people, atol=0.04)


def test_people_in_other_bins_than_meant_are_counted():
    request = OcclusionRequest.of(ASKED)
    assert request.missed((2, 1, 0, 0), [0.1, 0.0, 0.3]) == 0
    assert request.missed((2, 1, 0, 0), [0.1, 0.25, 0.3]) == 1
    assert request.missed((2, 1, 0, 0), [0.1, 0.0, 0.95]) == 1


def test_the_table_tells_what_was_got_beside_what_was_asked():
    rows = OcclusionRequest.of(ASKED).table([0.0, 0.1, 0.3, 0.95])
    assert [name for name, _, _ in rows] == [*ASKED, "else"]
    assert [got for _, _, got in rows] == [0.5, 0.25, 0.0, 0.0, 0.25]
