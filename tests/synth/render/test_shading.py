from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.ndimage import binary_erosion

from hmr.cameras import unproject
from synth.render.lights import Light, Lighting, Sky, plain_map
from synth.render.scene import Scene
from tests.synth.render.toy import HEIGHT, WIDTH, ball, camera_at, ground

GREY = np.full((32, 64, 3), 0.5, np.float32)


def catching(**looks):
    return replace(ground(half=80.0, **looks), catches=True)


def test_a_ball_in_even_light_is_even(renderer):
    image = renderer.render(Scene((ball(1, [0, 1.5, 0]),), Lighting(GREY)), camera_at(pitch=0.0))
    seen = image.image[image.ids == 1].astype(float)
    # Glancing light is mirrored a little more, by Fresnel's law, and edges are smoothed.
    assert np.abs(seen - np.median(seen, 0)).mean() < 3


def test_a_ground_that_catches_shows_the_map_as_if_it_were_not_there(renderer):
    lighting = Lighting(plain_map(Sky(), 256), eye_height=1.5)
    camera = camera_at(y=1.5, pitch=0.3)
    without = renderer.render(Scene((), lighting), camera).image.astype(int)
    caught = renderer.render(Scene((catching(),), lighting), camera).image.astype(int)
    assert np.abs(caught - without).max() <= 1


def test_a_ground_that_catches_is_laid_out_from_where_the_map_was_taken(renderer):
    # Seen from twice the height, a point of the ground shows what a ray from 1.5 m meets there.
    around = plain_map(Sky((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.1, 0.2, 0.3)), 512)
    camera = camera_at(y=3.0, pitch=0.35)
    high = Scene((catching(),), Lighting(around, eye_height=1.5), haze=1e9)
    passes = renderer.render(high, camera)
    v, u = np.mgrid[60:HEIGHT:10, 10:WIDTH:20]
    pixels = torch.tensor(np.stack([u.ravel(), v.ravel()], 1) + 0.5, dtype=torch.float32)
    depth = torch.tensor(passes.depth[v, u].ravel())
    points = unproject(pixels, depth, camera).numpy() - [0.0, 1.5, 4.0]
    down = -points[:, 1] / np.linalg.norm(points, axis=1)
    shown = passes.image[v, u].reshape(-1, 3)
    order = np.argsort(down)
    assert (np.diff(shown[order, 2].astype(int)) >= -1).all()
    # The sky's gradient ends where up is -0.1: beyond, the map is as even as its picture.
    even = shown[down > 0.12].astype(int)
    assert even.size and np.ptp(even, axis=0).max() <= 1


def test_a_shadow_falls_on_a_ground_that_catches_and_nothing_else_changes(renderer):
    sun = Light((0.6, -1.0, 0.2), intensity=3.0)
    lighting = Lighting(plain_map(Sky(), 256), (sun,), eye_height=1.5)
    camera = camera_at(y=1.5, pitch=0.3)
    empty = renderer.render(Scene((catching(),), lighting), camera).image.mean(-1)
    passes = renderer.render(Scene((ball(1, [0, 0.4, 0]), catching()), lighting), camera)
    floor = passes.ids == 1000
    dark = passes.image.mean(-1) < 0.8 * empty
    assert 150 < (dark & floor).sum() < 0.2 * floor.sum()
    # Away from the ball, where neither its shadow nor its closeness reaches.
    v, u = np.nonzero(floor & (passes.depth > 12))
    assert np.abs(passes.image.mean(-1)[v, u] - empty[v, u]).max() <= 1


def test_a_photo_is_shown_as_it_is_and_people_stand_before_it(renderer):
    photo = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    scene = Scene((ball(1, [0, 1.5, 0]), catching()), Lighting(GREY), photo=photo)
    passes = renderer.render(scene, camera_at(pitch=0.2))
    inner = binary_erosion(passes.ids == 0, np.ones((3, 3)), border_value=1)
    assert np.abs(passes.image[inner].astype(int) - photo[inner]).max() <= 1
    assert (passes.image[passes.ids == 1].astype(int) != photo[passes.ids == 1]).mean() > 0.9


@pytest.mark.parametrize("lights", [1, 2, 3])
def test_each_light_throws_a_shadow_of_its_own(renderer, lights):
    # From the left, the right and from before the camera.
    ways = [(1.0, -1.0, 0.0), (-1.0, -1.0, 0.0), (0.0, -1.0, 1.0)][:lights]
    some = tuple(Light(way, (1.0, 1.0, 1.0), 1.5) for way in ways)
    lit = Lighting(GREY * 0.2, some)
    scene = Scene((ball(1, [0, 0.8, 0], 0.3), ground()), lit, exposure=0.2)
    camera = camera_at(y=4.0, z=3.0, pitch=0.9)
    passes = renderer.render(scene, camera)
    plain = renderer.render(Scene((ground(),), lit, exposure=0.2), camera).image.mean(-1)
    v, u = np.nonzero(passes.ids == 1000)
    pixels = torch.tensor(np.stack([u, v], 1) + 0.5, dtype=torch.float32)
    points = unproject(pixels, torch.tensor(passes.depth[v, u]), camera).numpy()
    for light in some:
        away = np.array([0, 0.8, 0]) - points
        along = away @ light.towards
        off = np.linalg.norm(away - along[:, None] * light.towards, axis=1)
        within = (off < 0.2) & (along > 0)
        assert within.sum() > 20
        assert (passes.image.mean(-1)[v, u][within] < 0.9 * plain[v, u][within]).mean() > 0.95


def test_a_wide_light_throws_a_softer_shadow(renderer):
    camera = camera_at(y=4.0, z=3.0, pitch=0.9)

    def half_lit(angle):
        light = Light((0.3, -1.0, 0.0), (1.0, 1.0, 1.0), 2.0, angle)
        scene = Scene((ball(1, [0, 0.8, 0], 0.3), ground()), Lighting(GREY * 0.01, (light,)))
        passes = renderer.render(scene, camera)
        floor = passes.image.mean(-1)[passes.ids == 1000]
        low, high = np.percentile(floor, [0.5, 90])
        return ((floor > low + 0.2 * (high - low)) & (floor < low + 0.8 * (high - low))).sum()

    assert half_lit(0.15) > 2 * half_lit(0.005)
