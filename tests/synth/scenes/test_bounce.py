import numpy as np
import pytest

from synth.render.lights import Light, Lighting
from synth.scenes.bounce import GREY, over_ground


def test_under_a_white_sky_the_ground_gives_back_half_of_its_grey():
    radiance = np.full((64, 128, 3), [2.0, 2.0, 2.0], np.float32)
    radiance[32:] = [0.0, 9.0, 0.0]
    lit = over_ground(Lighting(radiance))
    # An even sky of radiance L sends pi L down.
    np.testing.assert_allclose(lit.radiance[32:], 0.5 * GREY * 2.0, rtol=2e-3)
    np.testing.assert_array_equal(lit.radiance[:32], radiance[:32])
    np.testing.assert_array_equal(lit.seen, radiance)


def test_lights_from_above_reach_the_ground_and_those_from_below_do_not():
    dark = np.zeros((16, 32, 3), np.float32)
    above, below = Light((0.0, -1.0, 0.0), (1.0, 1.0, 1.0), 3.0), Light((0.0, 1.0, 0.0))
    lit = over_ground(Lighting(dark, (above, below)))
    assert lit.radiance[-1, 0, 0] == pytest.approx(0.5 * GREY * 3.0 / np.pi, rel=1e-5)
    assert lit.lights == (above, below)


def test_the_same_sky_gives_the_same_object():
    lighting = Lighting(np.ones((8, 16, 3), np.float32))
    assert over_ground(lighting) is over_ground(lighting)
