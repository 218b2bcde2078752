import cv2
import numpy as np
import pytest

from hmr.errors import InputError
from synth.engine.scene_maker import SceneMaker
from synth.sensor import LEVELS, degrade
from tests.synth.small_crowd import small

RNG = np.random.default_rng(0)
IMAGE = cv2.GaussianBlur(RNG.integers(0, 255, (96, 128, 3)).astype(np.uint8), (7, 7), 0)


def error(level, seed):
    degraded = degrade(np.random.default_rng(seed), IMAGE, level)
    return float(np.abs(degraded.astype(float) - IMAGE).mean())


def test_the_same_seed_degrades_alike():
    first, second = (degrade(np.random.default_rng(5), IMAGE, "mild") for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("size", [(96, 128), (33, 47), (360, 640)])
def test_size_and_kind_stay(level, size):
    image = cv2.resize(IMAGE, size[::-1])
    for seed in range(12):
        degraded = degrade(np.random.default_rng(seed), image, level)
        assert degraded.shape == image.shape and degraded.dtype == np.uint8


def test_off_changes_nothing():
    np.testing.assert_array_equal(degrade(np.random.default_rng(0), IMAGE, "off"), IMAGE)


def test_strong_degrades_more_than_mild_and_mild_leaves_the_picture_recognisable():
    mild, strong = (np.mean([error(level, s) for s in range(40)]) for level in ("mild", "strong"))
    assert 0.5 < mild < strong < 40


def test_nothing_moves_in_the_picture():
    """What is bright stays where it is, to half a pixel: labels and K still hold."""
    rows, columns = np.mgrid[:128, :128] + 0.5
    spot = 30 + 190 * np.exp(-((rows - 48) ** 2 + (columns - 84) ** 2) / 2 / 8**2)
    spot = np.repeat(spot.astype(np.uint8)[..., None], 3, 2)
    for seed in range(80):
        seen = degrade(np.random.default_rng(seed), spot, "strong").astype(float).mean(-1)
        light = np.maximum(seen - np.median(seen) - 40, 0)
        assert (light * rows).sum() / light.sum() == pytest.approx(48, abs=0.25)
        assert (light * columns).sum() / light.sum() == pytest.approx(84, abs=0.25)


def test_labels_and_camera_are_those_of_the_picture_before_the_sensor():
    maker = SceneMaker(small(sensor="off"))
    clean = [maker.make(index).sample for index in range(4)]
    maker.settings = small(sensor="strong")
    dirty = [maker.make(index).sample for index in range(4)]
    assert any((one.image != other.image).any() for one, other in zip(clean, dirty, strict=True))
    for one, other in zip(clean, dirty, strict=True):
        assert one.people == other.people and one.image.shape == other.image.shape
        np.testing.assert_array_equal(one.ids, other.ids)
        np.testing.assert_array_equal(one.joints_2d, other.joints_2d)
        np.testing.assert_array_equal(one.joint_visibility, other.joint_visibility)
        assert one.camera.K.equal(other.camera.K)
        assert (one.width, one.height) == (other.width, other.height)


def test_an_unknown_level_is_named():
    with pytest.raises(InputError, match=r"synth\.sensor=wild"):
        degrade(np.random.default_rng(0), IMAGE, "wild")


def test_a_picture_of_fewer_pixels_loses_what_is_finer_than_they_are():
    stripes = np.full((64, 64, 3), 60, np.uint8)
    stripes[:, ::2] = 200
    contrast = [
        degrade(np.random.default_rng(seed), stripes, "strong").astype(float).mean((0, 2)).std()
        for seed in range(60)
    ]
    assert 0.1 < np.mean(np.array(contrast) < 40) < 0.9
