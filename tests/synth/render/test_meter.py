from dataclasses import replace

import numpy as np

from synth.render.meter import MOST, correction
from tests.synth.render.toy import HEIGHT, WIDTH, camera_at, crowd

IDS = np.zeros((HEIGHT, WIDTH), np.uint16)


def grey(value):
    return np.full((HEIGHT, WIDTH, 3), value, np.uint8)


def test_a_fine_picture_is_left_alone_and_others_are_corrected_the_right_way():
    assert correction(grey(120), IDS) == 1.0
    assert 1.0 < correction(grey(60), IDS) < MOST
    assert correction(grey(5), IDS) == MOST
    assert 1 / MOST < correction(grey(230), IDS) < 1.0


def test_people_count_as_much_as_everything_else():
    ids, image = IDS.copy(), grey(120)
    ids[40:80, 60:100], image[40:80, 60:100] = 3, 10
    assert correction(image, ids) > correction(image, IDS)


def test_a_scene_far_too_dark_is_exposed_again_and_its_maps_stay(renderer):
    scene, camera = replace(crowd(), exposure=0.02), camera_at()
    dark = renderer.render(scene, camera)
    light = renderer.render(scene, camera, metered=True)
    assert light.image.mean() > 1.5 * dark.image.mean()
    np.testing.assert_array_equal(light.ids, dark.ids)
    by_hand = replace(scene, exposure=scene.exposure * correction(dark.image, dark.ids))
    np.testing.assert_array_equal(light.image, renderer.render(by_hand, camera).image)
