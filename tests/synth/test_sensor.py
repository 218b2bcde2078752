import numpy as np
import pytest

from hmr.errors import InputError
from synth.sensor import degrade

IMAGE = np.random.default_rng(0).integers(0, 255, (48, 64, 3)).astype(np.uint8)


def test_the_same_seed_degrades_alike():
    first, second = (degrade(np.random.default_rng(5), IMAGE, "mild") for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_size_and_kind_stay():
    for seed in range(8):
        degraded = degrade(np.random.default_rng(seed), IMAGE, "strong")
        assert degraded.shape == IMAGE.shape
        assert degraded.dtype == np.uint8


def test_off_changes_nothing():
    np.testing.assert_array_equal(degrade(np.random.default_rng(0), IMAGE, "off"), IMAGE)


def test_an_unknown_level_is_named():
    with pytest.raises(InputError, match=r"synth\.sensor=wild"):
        degrade(np.random.default_rng(0), IMAGE, "wild")
