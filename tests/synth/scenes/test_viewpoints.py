import numpy as np
import pytest
import torch

from hmr.cameras import inside, project, to_camera
from hmr.errors import InputError
from synth.scenes.viewpoints import draw_viewpoint

VIEWS = ((18.0, 0.0), (18.0, 15.0), (18.0, 30.0), (28.0, 0.0), (28.0, 15.0), (50.0, 0.0))


@pytest.mark.parametrize("view", VIEWS)
def test_the_crowds_ground_is_before_the_camera(view):
    found = draw_viewpoint(np.random.default_rng(0), [view], 1.7, 1280, 720)
    for ahead in (found.near, found.far):
        for aside in (-0.85, 0.0, 0.85):
            x, z = found.ground(ahead, aside * found.slope * ahead)
            chest = torch.tensor([[x, 1.3, z]], dtype=torch.float32)
            assert to_camera(chest, found.camera)[0, 2] > 0
            assert inside(project(chest, found.camera), 1280, 720).item() == 1


def test_ground_points_to_the_right_come_out_right_of_the_middle():
    found = draw_viewpoint(np.random.default_rng(4), [(28.0, 0.0)], 1.7, 1280, 720)
    x, z = found.ground(5.0, 1.0)
    column = project(torch.tensor([[x, 1.0, z]], dtype=torch.float32), found.camera)[0, 0]
    assert column == pytest.approx(640 + 28 / 36 * 1280 / 5.0, abs=0.01)


def test_the_camera_stands_at_its_height_and_pitch():
    found = draw_viewpoint(np.random.default_rng(1), [(18.0, 30.0)], 1.7, 1280, 720)
    assert found.camera.centre[1] == pytest.approx(1.7, abs=1e-5)
    assert float(found.camera.R[2, 1]) == pytest.approx(-0.5, abs=1e-5)
    assert float(found.camera.K[0, 0]) == pytest.approx(640)


@pytest.mark.parametrize(("view", "word"), [((0.0, 0.0), "focal"), ((28.0, -5.0), "pitch")])
def test_impossible_views_are_named(view, word):
    with pytest.raises(InputError, match=word):
        draw_viewpoint(np.random.default_rng(0), [view], 1.7, 1280, 720)
