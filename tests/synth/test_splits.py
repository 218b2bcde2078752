import numpy as np
import pytest

from hmr.errors import InputError
from synth.splits import SHARES, draw, rng_of, split_of


def test_splits_have_their_shares():
    found = [split_of("pose", i) for i in range(4000)]
    for name, share in SHARES.items():
        assert found.count(name) / len(found) == pytest.approx(share, abs=0.02)


def test_an_asset_of_one_split_is_never_drawn_for_another():
    rng = np.random.default_rng(0)
    drawn = {name: {draw(rng, "fabric", name, 500) for _ in range(400)} for name in SHARES}
    assert not drawn["train"] & drawn["test"]
    assert not drawn["train"] & drawn["val"]
    assert not drawn["val"] & drawn["test"]


def test_a_variant_is_always_made_alike_and_unlike_others():
    assert rng_of("sky", 4).random() == rng_of("sky", 4).random()
    assert rng_of("sky", 4).random() != rng_of("sky", 5).random()
    assert rng_of("sky", 4).random() != rng_of("pose", 4).random()


def test_an_unknown_split_is_named():
    with pytest.raises(InputError, match=r"synth\.split=dev"):
        draw(np.random.default_rng(0), "pose", "dev")
