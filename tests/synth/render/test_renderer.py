import subprocess
import sys

import numpy as np
import pytest
import torch

from hmr.cameras import Camera, project
from hmr.errors import InputError
from synth.render.frustum import Window
from synth.render.renderer import Renderer
from synth.render.scene import Scene
from tests.synth.render.toy import (
    HEIGHT,
    WIDTH,
    ball,
    camera_at,
    cast,
    crowd,
    ground,
    odd_camera,
    scene_of,
)


@pytest.mark.parametrize("camera", [camera_at(), odd_camera()], ids=["centred", "odd"])
@pytest.mark.parametrize("seed", [0, 1])
def test_ids_and_depth_are_those_of_rays_through_pixel_centres(renderer, camera, seed):
    scene = crowd(seed)
    passes = renderer.render(scene, camera)
    ids, depth = cast(scene.surfaces, camera)
    same = passes.ids == ids
    assert same.mean() > 0.9995
    error = np.abs(passes.depth - depth)[same & (ids > 0)]
    assert np.median(error) < 1e-5
    assert np.quantile(error, 0.999) < 1e-3


def test_a_principal_point_off_by_half_a_pixel_is_noticed(renderer):
    camera, scene = odd_camera(), crowd()
    shifted = Camera(
        camera.K + torch.tensor([[0, 0, 0.5], [0, 0, 0], [0, 0, 0]]), camera.R, camera.t
    )
    ids, _ = cast(scene.surfaces, camera)
    assert (renderer.render(scene, shifted).ids == ids).mean() < 0.995


def test_ids_are_never_blended_where_surfaces_meet(renderer):
    # Mixing 100 with 300 or with the background would leave other numbers.
    scene = scene_of(ball(100, [-0.2, 1.3, 0]), ball(300, [0.2, 1.3, 0.1]), ball(1007, [0, 1.7, 0]))
    ids = renderer.render(scene, camera_at()).ids
    assert set(np.unique(ids)) == {0, 100, 300, 1007}


def test_a_point_is_drawn_in_the_pixel_that_contains_its_projection(renderer):
    camera = odd_camera()
    for centre in [[-0.7, 1.1, 0.2], [0.5, 2.0, -1.0], [0.1, 0.4, 0.5]]:
        pixel = project(torch.tensor([centre]), camera)[0].floor().int()
        passes = renderer.render(scene_of(ball(5, centre, 0.04, 2)), camera)
        v, u = np.nonzero(passes.ids)
        assert [pixel[0], pixel[1]] in np.stack([u, v], 1).tolist()


def test_depth_of_a_ball_on_the_axis_is_the_distance_to_its_front(renderer):
    camera = camera_at(y=1.5, pitch=0.0)
    passes = renderer.render(scene_of(ball(1, [0, 1.5, 0], 0.5, 5)), camera)
    assert passes.depth[HEIGHT // 2, WIDTH // 2] == pytest.approx(3.5, abs=1e-3)


def test_normals_point_to_the_viewer_in_the_camera_frame(renderer):
    camera = camera_at(y=1.5, pitch=0.0)
    for scene in (scene_of(ball(1, [0, 1.5, 0], 0.8, 4)), inside_out(ball(1, [0, 1.5, 0], 0.8, 4))):
        passes = renderer.render(scene, camera, normals=True)
        assert passes.normals is not None
        middle = passes.normals[HEIGHT // 2, WIDTH // 2]
        np.testing.assert_allclose(middle, [0, 0, -1], atol=0.02)
        assert passes.normals[passes.ids == 0].max(initial=0) == 0


def inside_out(surface):
    faces = np.ascontiguousarray(surface.faces[:, ::-1])
    return scene_of(type(surface)("inside out", surface.id, surface.vertices, faces))


def test_a_silhouette_is_what_rays_see_of_one_person_alone(renderer):
    camera, scene = odd_camera(), crowd()
    person = scene.surfaces[3]
    alone = renderer.silhouette([person], camera, Window(0, 0, WIDTH, HEIGHT))
    ids, depth = cast([person], camera)
    assert (alone.mask == (ids > 0)).mean() > 0.9995
    both = alone.mask & (ids > 0)
    np.testing.assert_allclose(alone.depth[both], depth[both], atol=2e-3)


def test_a_window_shows_the_same_pixels_as_the_image_and_goes_beyond_it(renderer):
    camera = camera_at(pitch=0.0)
    person = ball(1, [-2.4, 1.5, 0], 0.8, 4)
    frame = renderer.silhouette([person], camera, Window(0, 0, WIDTH, HEIGHT)).mask
    beyond = renderer.silhouette([person], camera, Window(-100, -20, 200, 160)).mask
    assert (beyond[20 : 20 + HEIGHT, 100:] == frame[:, :100]).all()
    moved = torch.tensor([[0.0, 0.0, 100.0], [0.0, 0.0, 20.0], [0.0, 0.0, 0.0]])
    ids, _ = cast([person], Camera(camera.K + moved, camera.R, camera.t), 200, 160)
    assert (beyond == (ids > 0)).mean() > 0.9995
    assert beyond.sum() > 1.2 * frame.sum() > 0


def test_a_coarse_window_holds_the_same_share(renderer):
    camera, person = camera_at(pitch=0.0), ball(1, [0.3, 1.5, 0], 0.9, 4)
    fine = renderer.silhouette([person], camera, Window(-160, -120, 480, 360)).mask.mean()
    coarse = renderer.silhouette([person], camera, Window(-160, -120, 120, 90, step=4)).mask.mean()
    assert coarse == pytest.approx(fine, rel=0.02)


def test_what_lies_behind_the_camera_is_not_seen(renderer):
    passes = renderer.render(scene_of(ball(1, [0, 1.5, 6.0])), camera_at())
    assert not passes.ids.any()


def test_two_sizes_share_the_context_and_do_not_disturb_each_other(renderer):
    scene, camera = crowd(), camera_at()
    before = renderer.render(scene, camera)
    small = Renderer(64, 48)
    assert small.render(scene, camera).image.shape == (48, 64, 3)
    small.close()
    after = renderer.render(scene, camera)
    for a, b in zip(vars(before).values(), vars(after).values(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_sun_throws_a_shadow_beside_a_ball_and_it_touches_the_ball(renderer):
    person, floor = ball(1, [0, 0.5, 0], 0.5, 4), ground()
    camera = camera_at(y=2.5, z=4.0, pitch=0.5)
    lit = renderer.render(scene_of(floor), camera).image.mean(-1)
    passes = renderer.render(scene_of(person, floor), camera)
    shadow = (passes.ids == 1000) & (passes.image.mean(-1) < 0.84 * lit)
    expected = shadowed_ground(passes, camera, [0, 0.5, 0], 0.5)
    assert (shadow & expected).sum() / (shadow | expected).sum() > 0.85


def shadowed_ground(passes, camera, centre, radius):
    """Ground pixels whose way to the sun meets a ball."""
    from hmr.cameras import unproject
    from synth.render.lights import Light

    v, u = np.nonzero(passes.ids == 1000)
    pixels = torch.tensor(np.stack([u, v], 1) + 0.5, dtype=torch.float32)
    points = unproject(pixels, torch.tensor(passes.depth[v, u]), camera).numpy()
    towards = Light().towards
    away = np.asarray(centre) - points
    along = away @ towards
    distance = np.linalg.norm(away - along[:, None] * towards, axis=1)
    mask = np.zeros_like(passes.ids, bool)
    mask[v, u] = (distance < radius) & (along > 0)
    return mask


def test_more_exposure_is_brighter(renderer):
    scene = crowd()
    bright = Scene(scene.surfaces, scene.lighting, exposure=2.0)
    camera = camera_at()
    dark_image = renderer.render(scene, camera).image.astype(int)
    assert (renderer.render(bright, camera).image >= dark_image - 1).all()


def test_sizes_that_make_no_image_are_refused():
    with pytest.raises(InputError, match="0x10"):
        Renderer(0, 10)


def test_a_machine_without_egl_is_told_what_to_install():
    script = (
        "import ctypes.util, ctypes\n"
        "real = ctypes.CDLL.__init__\n"
        "def missing(self, name, *a, **k):\n"
        "    if name and 'EGL' in str(name): raise OSError('libEGL.so.1: not found')\n"
        "    real(self, name, *a, **k)\n"
        "ctypes.CDLL.__init__ = missing\n"
        "from hmr.errors import InputError\n"
        "try:\n"
        "    from synth.render.renderer import Renderer; Renderer(8, 8)\n"
        "except InputError as error:\n"
        "    print('told', str(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "told" in done.stdout and "libegl1 libgl1-mesa-dri" in done.stdout, done.stderr
    assert done.stdout.count("\n") == 1
