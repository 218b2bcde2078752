import numpy as np
import pytest

from synth.people.fabrics import FABRICS, SIDE, weave
from synth.people.outfits import WOVEN
from synth.people.palettes import discord


@pytest.mark.parametrize("fabric", FABRICS)
def test_tiles_repeat_without_a_seam(fabric):
    for seed in range(4):
        tile = weave(np.random.default_rng(seed), fabric).astype(float)
        assert tile.shape == (SIDE, SIDE, 3)
        steps = np.abs(np.diff(np.concatenate([tile, tile[:1]]), axis=0)).mean((1, 2))
        across = np.abs(np.diff(np.concatenate([tile, tile[:, :1]], 1), axis=1)).mean((0, 2))
        # The step from the last row to the first is no larger than steps within the tile.
        assert steps[-1] <= steps[:-1].max() + 3
        assert across[-1] <= across[:-1].max() + 3


@pytest.mark.parametrize("fabric", ["stripes", "checks", "plaid", "dots", "floral", "shapes"])
def test_figures_can_be_told_from_their_ground(fabric):
    for seed in range(8):
        tile = weave(np.random.default_rng(seed), fabric).astype(float)
        assert tile.std((0, 1)).max() > 6


def test_all_that_garments_are_made_of_can_be_woven():
    named = {name for shares in WOVEN.values() for name in shares}
    assert named - {"wire"} <= set(FABRICS)
    assert set(FABRICS) <= named


def test_a_cloth_is_the_same_whenever_it_is_woven():
    one, two = (weave(np.random.default_rng(3), "floral") for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_rival_bright_colours_clash_and_neutral_ones_do_not():
    red, green, grey = np.array([0.8, 0.1, 0.1]), np.array([0.5, 0.8, 0.1]), np.full(3, 0.3)
    assert discord(red, green) > discord(red, grey)
