import numpy as np
import pytest

from synth.render.lights import sphere
from synth.scenes.exposures import irradiance
from synth.scenes.map_files import read_map
from synth.scenes.strong_lights import light_of, shrunk
from tests.synth.scenes.made_maps import brute_irradiance, dull, towards, with_light

NORMALS = sphere(100)


def error(radiance) -> np.ndarray:
    """Of the parted map's irradiance against the whole map's, by its largest."""
    whole = brute_irradiance(radiance, NORMALS)
    return np.abs(irradiance(light_of(radiance), NORMALS) - whole).max(1) / whole.max()


def angle_deg(a, b) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b, -1, 1))))


@pytest.mark.parametrize("strength", [0.5, 5.0, 222_000 * 6.8e-5])
@pytest.mark.parametrize("where", [(48, 36), (7, -170), (89, 10), (30, 179.9)])
def test_a_sun_is_found_within_a_degree_and_takes_its_energy_along(where, strength):
    sunny = with_light(dull(256), towards(*where), 0.27, strength)
    lighting = light_of(sunny)
    assert len(lighting.lights) == 1
    sun = lighting.lights[0]
    assert angle_deg(sun.towards, towards(*where)) < 1
    assert sun.irradiance[1] == pytest.approx(strength, rel=0.05)
    assert sun.angle < np.radians(0.6)
    assert error(sunny).max() < 0.02


def test_no_light_is_lost_or_won_whatever_shines():
    found = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        radiance = dull(128) * float(rng.uniform(0.01, 10))
        for _ in range(int(rng.integers(1, 5))):
            where = towards(rng.uniform(5, 85), rng.uniform(-180, 180))
            falls = float(radiance.mean() * rng.uniform(1, 20))
            radiance = with_light(radiance, where, float(rng.uniform(0.3, 12)), falls)
        found.append(error(radiance))
    print(f"irradiance off by {100 * np.mean(found):.2f} % (mean), {100 * np.max(found):.2f} %")
    assert np.mean(found) < 0.01 and np.max(found) < 0.06


def test_the_softness_is_the_lights_own():
    window = with_light(dull(), towards(30, 60), 9.0, 3.0)
    assert np.degrees(light_of(window).lights[0].angle) == pytest.approx(9, abs=1)


def test_three_lights_are_told_apart_in_the_order_of_their_strength():
    places, strengths = [(60, 0), (35, 120), (20, -100)], [4.0, 8.0, 2.0]
    radiance = dull() * np.float32(0.2)
    for place, strength in zip(places, strengths, strict=True):
        radiance = with_light(radiance, towards(*place), 1.0, strength)
    lights = light_of(radiance).lights
    assert [round(float(light.irradiance[1])) for light in lights] == [8, 4, 2]
    order = [towards(*places[i]) for i in (1, 0, 2)]
    assert max(map(angle_deg, (light.towards for light in lights), order)) < 1


def test_an_overcast_sky_and_lights_from_below_stay_in_the_map():
    below = with_light(dull(), towards(-40, 0), 3.0, 5.0)
    for radiance in (dull(), below):
        lighting = light_of(radiance)
        assert lighting.lights == ()
        assert np.array_equal(lighting.radiance, radiance)


def test_a_smaller_map_sheds_the_same_light():
    rng = np.random.default_rng(0)
    noise = rng.gamma(0.3, size=(300, 600, 3)).astype(np.float32)
    whole, small = (brute_irradiance(m, NORMALS) for m in (noise, shrunk(noise, 128)))
    assert np.allclose(small, whole, rtol=2e-3)


def test_real_maps_keep_their_light(real_data):
    files = sorted((real_data / "environments").rglob("*.exr"))
    files += sorted((real_data / "environments").rglob("*.hdr"))
    assert len(files) == 18
    for path in files:
        off = error(read_map(path))
        print(f"{path.name}: off by {100 * off.mean():.2f} % (mean), {100 * off.max():.2f} %")
        assert off.mean() < 0.025 and off.max() < 0.08
