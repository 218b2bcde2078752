import numpy as np
import pytest

from synth.render.lights import directions, solid_angles, sphere
from synth.scenes import sky_domes
from synth.scenes.exposures import exposure_of, irradiance, metered
from synth.scenes.map_pixels import around, fractal, tiled, towards
from synth.scenes.painted_rooms import ROOMS
from synth.scenes.skies import KINDS, draw_sky, sky
from synth.scenes.sky_domes import Weather
from synth.scenes.strong_lights import LUMINANCE, shrunk
from synth.splits import split_of
from tests.synth.scenes.made_maps import brute_irradiance

ALL = (*KINDS, *ROOMS)


@pytest.mark.parametrize("kind", ALL)
def test_surroundings_are_light_without_a_seam(kind):
    lighting = sky(kind, 0)
    for radiance in (lighting.radiance, lighting.seen):
        assert np.isfinite(radiance).all() and radiance.min() >= 0
    logs = np.log(lighting.seen @ LUMINANCE + 1e-4 * lighting.seen.mean())
    steps = np.abs(logs - np.roll(logs, 1, axis=1)).mean(0)
    assert steps[0] < 2 * np.quantile(steps, 0.9) + 1e-6
    assert 1e-3 < 0.18 / np.pi * metered(lighting) * exposure_of(lighting) < 0.36


@pytest.mark.parametrize("kind", ALL)
def test_what_lights_is_what_is_seen(kind):
    lighting = sky(kind, 1)
    normals = sphere(24)
    # The sun's disc needs all pixels; half of them keep it within their own width.
    whole = brute_irradiance(shrunk(lighting.seen, 512), normals)
    off = np.abs(irradiance(lighting, normals) - whole).max(1) / whole.max()
    print(f"{kind}: light off what is seen by {100 * off.mean():.2f} %, {100 * off.max():.2f} %")
    assert off.mean() < 0.03 and off.max() < 0.08


def test_the_same_variant_is_painted_alike():
    first = sky("cloudy", 3)
    sky.cache_clear()
    again = sky("cloudy", 3)
    assert first is not again and np.array_equal(first.seen, again.seen)
    assert first.lights == again.lights


def test_splits_share_no_surrounding():
    seen = {}
    for split in ("train", "val", "test"):
        rng = np.random.default_rng(0)
        names = [draw_sky(rng, split, ("overcast",))[0] for _ in range(5)]
        assert all(split_of("sky/overcast", int(name.split("_")[1])) == split for name in names)
        seen[split] = set(names)
    assert not seen["train"] & seen["val"] and not seen["val"] & seen["test"]


def test_air_masses_are_those_of_kasten_and_young():
    for degrees, printed in ((90, 1.0), (30, 1.994), (10, 5.6), (0, 37.9)):
        found = sky_domes.air_mass(float(np.sin(np.radians(degrees))))
        assert found == pytest.approx(printed, rel=0.01)


@pytest.mark.parametrize(("haze", "low", "high"), [(0.05, 0.06, 0.3), (0.4, 0.2, 0.7)])
def test_the_skys_share_of_daylight_is_natures(haze, low, high):
    """Of the light on level ground: about 10 to 20 % clear, 30 to 60 % hazy (sun at 45 degrees)."""
    weather = Weather(np.pi / 4, 0.3, haze, 0.0, 0.0)
    dome = sky_domes.clear(towards(128)[:64], weather)
    angle = solid_angles(128, 256)[:64] * towards(128)[:64, :, 1]
    diffuse = (dome * angle[..., None]).sum((0, 1)) @ LUMINANCE
    direct = sky_domes.sunlight(weather) @ LUMINANCE * weather.sun[1]
    share = diffuse / (diffuse + direct)
    print(f"haze {haze}: the sky is {100 * share:.0f} % of the light on the ground")
    assert low < share < high


def test_skies_redden_as_the_sun_sinks_and_are_blue_above():
    suns = [sky_domes.sunlight(Weather(e, 0.0, 0.1, 0.0, 0.0)) for e in (1.0, 0.3, 0.08)]
    ratios = [sun[0] / sun[2] for sun in suns]
    assert ratios[0] < ratios[1] < ratios[2] and suns[2].sum() < 0.5 * suns[0].sum()
    zenith = sky_domes.clear(towards(64)[:1], Weather(0.8, 0.0, 0.05, 0.0, 0.0)).mean((0, 1))
    assert zenith[2] > 1.5 * zenith[0]


def test_an_overcast_zenith_is_three_times_its_horizon():
    dome = sky_domes.overcast(towards(256)[:128], Weather(0.02, 0.0, 0.1, 0.5, 0.5))
    away = dome[:, np.argmin(towards(256)[127] @ np.array([0, 0, -1.0]))]
    assert away[0, 0] / away[-1, 0] == pytest.approx(3, rel=0.05)


@pytest.mark.parametrize("variant", [0, 1, 2])
@pytest.mark.parametrize("kind", ["clear", "low_sun"])
def test_no_landscape_hides_a_sun_that_shines(kind, variant):
    lighting = sky(kind, variant)
    sun = lighting.lights[0]
    whole = (lighting.seen * solid_angles(1024, 2048)[..., None])[:512]
    near = directions(1024, 2048)[:512] @ sun.towards > np.cos(0.01)
    assert whole[near].sum(0)[0] == pytest.approx(sun.irradiance[0], rel=0.1)


def test_a_tile_repeats_and_fades_to_its_mean_with_distance():
    tile = np.random.default_rng(0).random((16, 16, 3)).astype(np.float32)
    place = (np.arange(16, dtype=np.float32) + 0.5) / 16
    x, y = np.meshgrid(place, place)
    sharp = np.zeros(16, np.float32)
    assert np.allclose(tiled(tile, x, y, sharp), tile, atol=1e-5)
    assert np.allclose(tiled(tile, x - 3, y + 7, sharp), tile, atol=1e-3)
    assert np.allclose(tiled(tile, x, y, sharp + 100), tile.mean((0, 1)), atol=2e-3)


def test_noise_repeats_without_a_seam():
    rng = np.random.default_rng(0)
    field, line = fractal(rng, 128, 1.5), around(rng, 512, 1.0)
    for values in (field, field.T, line[:, None]):
        steps = np.abs(np.diff(values, axis=0)).mean()
        assert np.abs(values[0] - values[-1]).mean() < 2.5 * steps
