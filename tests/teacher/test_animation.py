import cv2
import numpy as np
import pytest
from PIL import Image

from hmr.drawing import LEFT
from teacher.animation import ELEVATION, GROUND, REACH, SIDE, picture, view, write_animation

NAMES = ("left_hip", "left_knee")


def middle(panel: np.ndarray) -> np.ndarray:
    """Mean place of the pixels in the left side's colour."""
    return np.argwhere(np.abs(panel.astype(int) - LEFT).sum(-1) < 30)[:, ::-1].mean(0)


def shown(point: tuple[float, float, float], azimuth: float) -> np.ndarray:
    points = np.array([point, point])
    panel = view(points, np.ones(2), NAMES, float(azimuth), floor=0.9)
    return (middle(panel) + 0.5 - SIDE / 2) / (SIDE / 2) * REACH


def test_a_point_lies_where_the_camera_that_walked_to_the_right_sees_it():
    down = np.cos(ELEVATION) * 0.1
    np.testing.assert_allclose(shown((0.3, 0.1, 0), 0)[0], 0.3, atol=0.01)
    np.testing.assert_allclose(shown((0.3, 0.1, 0), 0)[1], down, atol=0.01)
    # What is far from the camera lies on the right of a camera that walked to the right.
    np.testing.assert_allclose(shown((0, 0.1, 0.3), np.pi / 2)[0], 0.3, atol=0.01)
    np.testing.assert_allclose(shown((0, 0.1, 0.3), np.pi / 2)[1], down, atol=0.01)


def test_what_is_farther_lies_higher_since_the_camera_looks_down():
    near, far = shown((0, 0, -0.5), 0), shown((0, 0, 0.5), 0)
    np.testing.assert_allclose(near[1] - far[1], np.sin(ELEVATION), atol=0.02)


def test_joints_without_confidence_are_not_drawn():
    panel = view(np.zeros((2, 3)), np.zeros(2), NAMES, 0.0, 0.9)
    assert np.abs(panel[SIDE // 2, SIDE // 2].astype(int) - GROUND).max() == 0


def frames(count: int = 6):
    image = np.full((120, 90, 3), 200, np.uint8)
    for i in range(count):
        joints = np.array([[20.0, 20], [20 + i, 60]])
        points = np.array([[0, 0, 0], [0, 0.4, 0.1]])
        yield picture(image, joints, np.ones(2), points, np.ones(2), NAMES, i / 10, 0.9)


def test_an_mp4_holds_every_frame(tmp_path):
    write_animation(tmp_path / "a.mp4", frames(), 10.0)
    film = cv2.VideoCapture(str(tmp_path / "a.mp4"))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 6
    assert film.get(cv2.CAP_PROP_FPS) == pytest.approx(10)
    good, image = film.read()
    expected = next(iter(frames()))
    assert good and np.abs(image[..., ::-1].astype(int) - expected).mean() < 3


def test_a_gif_keeps_the_time_and_at_most_25_frames_a_second(tmp_path):
    write_animation(tmp_path / "a.gif", frames(12), 50.0)
    gif = Image.open(tmp_path / "a.gif")
    assert gif.n_frames == 6 and gif.info["duration"] == 40


def test_an_animation_that_fails_leaves_nothing_behind(tmp_path):
    def failing():
        yield from frames(2)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_animation(tmp_path / "a.mp4", failing(), 10.0)
    assert list(tmp_path.iterdir()) == []
