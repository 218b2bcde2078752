import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmr.sample import encode_mask
from samples.run_lengths import fault_of_runs


@given(st.integers(0, 2**31), st.floats(0, 1), st.integers(1, 70), st.integers(1, 70))
@settings(max_examples=60, deadline=None)
def test_run_lengths_of_pycocotools_fill_their_image(seed, share, height, width):
    mask = np.random.default_rng(seed).random((height, width)) < share
    counts = encode_mask(mask)["counts"]
    assert fault_of_runs(counts, height, width) is None
    assert fault_of_runs(counts, height, width + 1) is not None


@pytest.mark.parametrize("counts", ["", "1", "é", "~~~~zzzz", "a" * 40, "P", None, 5, ["4"]])
def test_other_texts_are_refused(counts):
    assert fault_of_runs(counts, 10, 10)


def test_a_text_cut_within_a_number_is_refused():
    counts = encode_mask(np.indices((40, 40)).sum(0) % 37 < 20)["counts"]
    cut = [fault_of_runs(counts[:n], 40, 40) for n in range(len(counts))]
    assert all(cut)
