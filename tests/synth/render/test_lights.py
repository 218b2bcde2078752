from dataclasses import replace

import numpy as np
import torch

from hmr.cameras import unproject
from synth.render.lights import (
    Light,
    Lighting,
    Sky,
    harmonics,
    irradiance_coefficients,
    plain_map,
    sky_radiance,
    sphere,
    sunlit,
)
from synth.render.scene import Scene
from tests.synth.render.toy import HEIGHT, WIDTH, ball, camera_at, ground, scene_of


def tone_mapped(radiance):
    x = radiance * 0.85
    y = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    return np.where(y > 0.0031308, 1.055 * y ** (1 / 2.4) - 0.055, 12.92 * y) * 255


def test_irradiance_is_the_cosine_weighted_integral_of_the_sky():
    directions = sphere(20000)
    radiance = sky_radiance(Sky(), directions)
    normals = sphere(50)
    cosine = np.maximum(normals @ directions.T, 0)
    exact = cosine @ radiance * 4 * np.pi / len(directions)
    found = harmonics(normals) @ irradiance_coefficients(plain_map(Sky()))
    # Nine coefficients keep irradiance to a few percent (Ramamoorthi and Hanrahan).
    np.testing.assert_allclose(found, exact, atol=0.03 * exact.max())


def test_a_uniform_sky_gives_pi_times_its_radiance_everywhere():
    grey = Sky((0.5,) * 3, (0.5,) * 3, (0.5,) * 3)
    np.testing.assert_allclose(
        harmonics(sphere(20)) @ irradiance_coefficients(plain_map(grey)), np.pi / 2, rtol=1e-3
    )


def test_the_drawn_sky_is_the_one_that_lights_the_scene(renderer):
    # The sun is behind the camera, so that no glow is in the picture.
    camera = camera_at(pitch=-0.2)
    dark = Scene((), Lighting(plain_map(Sky(), 1024)))
    image = renderer.render(dark, camera).image
    v, u = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    pixels = torch.tensor(np.stack([u.ravel(), v.ravel()], 1), dtype=torch.float32)
    rays = unproject(pixels, torch.ones(len(pixels)), camera) - camera.centre
    rays = (rays / rays.norm(dim=1, keepdim=True)).numpy().astype(float)
    expected = tone_mapped(sky_radiance(Sky(), rays)).reshape(HEIGHT, WIDTH, 3)
    assert np.abs(image - expected).max() < 3


def test_a_ball_throws_no_shadow_on_its_own_sunny_side(renderer):
    camera, sun = camera_at(y=1.5, pitch=0.0), Light((0.3, -0.5, -1.0))
    person = ball(1, [0, 1.5, 0], 0.9, 5)
    night = Sky((0.0,) * 3, (0.0,) * 3, (0.0,) * 3)
    casting = renderer.render(Scene((person,), sunlit(sun, night)), camera, normals=True)
    assert casting.normals is not None
    towards = camera.R.numpy() @ sun.towards
    sunny = (casting.normals @ towards > 0.15) & (casting.ids == 1)
    free = renderer.render(
        Scene((replace(person, casts_shadow=False),), sunlit(sun, night)), camera
    )
    difference = np.abs(casting.image.astype(int) - free.image)[sunny].max(-1)
    assert sunny.sum() > 2000 and difference.max() <= 1


def test_the_ground_darkens_under_a_body_and_only_there(renderer):
    sun = Light((0.0, -1.0, 0.0), intensity=0.0)
    camera = camera_at(y=2.0, z=3.0, pitch=0.5)
    plain = renderer.render(Scene((ground(),), sunlit(sun, Sky())), camera).image.astype(int)
    passes = renderer.render(Scene((ball(1, [0, 0.4, 0]), ground()), sunlit(sun, Sky())), camera)
    darker = (plain - passes.image).max(-1)
    v, u = np.nonzero(passes.ids == 1000)
    pixels = torch.tensor(np.stack([u, v], 1) + 0.5, dtype=torch.float32)
    points = unproject(pixels, torch.tensor(passes.depth[v, u]), camera)
    distance = points[:, [0, 2]].norm(dim=1).numpy()
    assert darker[v, u][distance < 0.3].mean() > 20
    assert darker[v, u][distance > 2.5].max() <= 2


def test_what_is_between_the_sun_and_people_shadows_them(renderer):
    sun = Light((0.0, -1.0, 0.0))
    roof = ball(1001, [0, 6, 0], 2.0)
    person = ball(1, [0, 1.5, 0])
    camera = camera_at()
    lit = renderer.render(Scene((person,), sunlit(sun, Sky())), camera)
    shaded = renderer.render(Scene((person, roof), sunlit(sun, Sky())), camera)
    top = np.argwhere(lit.ids == 1)[:10]
    assert (shaded.image[tuple(top.T)].mean() < 0.8 * lit.image[tuple(top.T)].mean()).all()


def test_a_scene_without_people_is_drawn(renderer):
    assert renderer.render(scene_of(ground()), camera_at()).ids.max() == 1000
