import numpy as np
import pytest
import torch

from hmr.cameras import project
from synth.render.blur import Blur, moments
from synth.render.colours import linear
from synth.render.lights import Lighting
from synth.render.scene import Scene, Surface
from tests.synth.render.toy import HEIGHT, WIDTH, camera_at

EVEN = Lighting(np.full((8, 16, 3), 0.6, np.float32))
FOCAL = 140.0


def half_plane(z, **looks):
    """A black wall over the left half of what the camera sees, before a grey nothing."""
    corners = np.array([[-50, -50, z], [0, -50, z], [0, 50, z], [-50, 50, z]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    black = np.zeros((4, 3), np.float32)
    return Surface("wall", 1, corners, faces, colours=black, casts_shadow=False, **looks)


def width_of_edge(renderer, wall, blur):
    """Pixels that the edge is spread over, by the spread of its slope."""
    image = renderer.render(Scene((wall,), EVEN), camera_at(y=0.0, pitch=0.0), blur=blur).image
    rows = linear((image[20:-20].mean((0, 2)) / 255).astype(np.float32))
    slope = np.clip(np.diff(rows), 0, None)
    slope[slope < 0.02 * slope.max()] = 0
    at = np.arange(len(slope))
    middle = (slope * at).sum() / slope.sum()
    return 2 * np.sqrt((slope * (at - middle) ** 2).sum() / slope.sum())


@pytest.mark.parametrize("distance", [2.0, 12.0])
def test_what_is_out_of_focus_is_as_wide_as_a_thin_lens_makes_it(renderer, distance):
    blur = Blur(samples=200, aperture=0.3, focus=4.0)
    # The circle of confusion's diameter; an edge's slope is its chord, of deviation d / 4.
    circle = 0.3 * FOCAL * abs(1 / 4.0 - 1 / distance)
    found = width_of_edge(renderer, half_plane(4.0 - distance), blur)
    assert found == pytest.approx(circle / 2, rel=0.15)


def test_what_is_in_focus_stays_sharp(renderer):
    wall = half_plane(0.0)
    sharp = width_of_edge(renderer, wall, None)
    blurred = width_of_edge(renderer, wall, Blur(samples=50, aperture=0.3, focus=4.0))
    assert blurred < sharp + 0.6


def test_what_moves_is_as_long_as_its_way_while_the_shutter_is_open(renderer):
    wall = half_plane(0.0, velocity=(3.0, 0.0, 0.0))
    found = width_of_edge(renderer, wall, Blur(samples=200, shutter=0.1))
    # An even spread of length w has a deviation of w / sqrt(12).
    way = 3.0 * 0.1 * FOCAL / 4.0
    assert found == pytest.approx(2 * way / np.sqrt(12), rel=0.15)


def test_points_in_the_plane_of_focus_do_not_move_with_the_lens():
    camera = camera_at()
    blur = Blur(samples=20, aperture=0.2, focus=4.0)
    rays = torch.tensor([[-0.5, 0.3, 4.0], [0.2, -0.1, 4.0], [0.0, 0.0, 4.0]])
    points = (rays - camera.t) @ camera.R
    expected = project(points, camera)
    for one, time in moments(camera, blur):
        assert time == 0
        torch.testing.assert_close(project(points, one), expected, rtol=0, atol=1e-3)


def test_labels_do_not_blur(renderer):
    scene, camera = Scene((half_plane(0.0, velocity=(3.0, 0.0, 0.0)),), EVEN), camera_at(y=0.0)
    sharp = renderer.render(scene, camera)
    blurred = renderer.render(scene, camera, blur=Blur(samples=5, aperture=0.2, shutter=0.1))
    np.testing.assert_array_equal(sharp.ids, blurred.ids)
    np.testing.assert_array_equal(sharp.depth, blurred.depth)
    assert sharp.image.shape == blurred.image.shape == (HEIGHT, WIDTH, 3)
