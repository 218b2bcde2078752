import numpy as np
import pytest

from synth.render.lights import sphere
from synth.scenes.exposures import exposure_of, irradiance, varied
from synth.scenes.maps import load_map
from synth.scenes.strong_lights import LUMINANCE, light_of
from tests.synth.scenes.made_maps import dull, towards, with_light


def grey_person(lighting) -> float:
    """Mean linear value, exposed, of a grey body of all directions."""
    falls = irradiance(lighting, sphere(200)).mean(0) @ LUMINANCE
    return 0.18 * falls / np.pi * exposure_of(lighting)


@pytest.mark.parametrize("level", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("sun", [0.0, 1.0, 15.0, 400.0])
def test_a_grey_person_is_a_mid_tone_from_night_to_desert(level, sun):
    radiance = with_light(dull(), towards(40, 20), 0.3, sun) * np.float32(level)
    assert 0.06 < grey_person(light_of(radiance)) < 0.36


def test_people_in_real_maps_are_mid_tones(real_data):
    for path in sorted((real_data / "environments").rglob("*.*r")):
        value = grey_person(load_map(path))
        print(f"{path.name}: {value:.3f}")
        assert 0.07 < value < 0.36


def test_twice_the_light_is_half_the_exposure():
    once, twice = (light_of(dull() * np.float32(k)) for k in (1, 2))
    assert exposure_of(once) == pytest.approx(2 * exposure_of(twice))


def test_cameras_err_within_their_range_and_keep_a_greys_luminance():
    rng = np.random.default_rng(0)
    drawn = [varied(rng, 2.0) for _ in range(500)]
    stops = np.log2([exposure / 2.0 for exposure, _ in drawn])
    gains = np.array([gain for _, gain in drawn])
    assert np.abs(stops).max() <= 0.7 + 1e-9 and 0.25 < stops.std() < 0.4
    assert np.allclose(gains @ LUMINANCE, 1)
    assert gains.min() > 0.8 and gains.max() < 1.25 and gains[:, 0].std() > 0.02
