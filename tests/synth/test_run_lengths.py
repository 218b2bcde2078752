import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hmr.sample import encode_mask
from synth.run_lengths import encode_part


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_part_is_encoded_as_pycocotools_encodes_the_whole(data):
    width, height = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    w, h = data.draw(st.integers(0, width - x)), data.draw(st.integers(0, height - y))
    part = data.draw(arrays(bool, (h, w)))
    whole = np.zeros((height, width), bool)
    whole[y : y + h, x : x + w] = part
    assert encode_part(part, x, y, (width, height)) == encode_mask(whole)


@pytest.mark.parametrize("value", [True, False])
def test_a_full_and_an_empty_frame_are_encoded(value):
    frame = np.full((7, 5), value)
    assert encode_part(frame, 0, 0, (5, 7)) == encode_mask(frame)


def test_a_run_goes_on_from_the_foot_of_a_column_to_the_head_of_the_next():
    mask = np.ones((4, 3), bool)
    mask[0, 0] = mask[3, 2] = False
    assert encode_part(mask, 0, 0, (3, 4)) == encode_mask(mask)
