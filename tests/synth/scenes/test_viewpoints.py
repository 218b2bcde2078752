from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from hmr.cameras import inside, project, to_camera
from hmr.errors import InputError
from synth.scenes.cameras import AGORA, Cameras, Free
from synth.scenes.viewpoints import CHEST, HEAD, KNEE, corner_view, draw_viewpoint

BENT = {"k1": [-0.1, 0.05], "k2": 0.01, "p1": 0.001}
SETTINGS = {
    "agora": Cameras(),
    "corners": Cameras(kind="corners"),
    "free": Cameras(kind="free"),
    "rolled": Cameras(kind="free", free=Free(roll_deg=(-40, 40), pitch_deg=(0, 60))),
    "bent": Cameras(kind=("agora", "corners", "free"), distortion=BENT),
    "upright": Cameras(width=720, height=1280, kind=("agora", "free")),
}


def views(name, count=30):
    rng = np.random.default_rng(8)
    return [draw_viewpoint(rng, SETTINGS[name]) for _ in range(count)]


def seen(view, ahead, aside, above):
    x, z = view.ground(ahead, aside)
    point = torch.tensor([[x, above, z]], dtype=torch.float32)
    before = bool(to_camera(point, view.camera)[0, 2] > 0)
    return before and bool(inside(project(point, view.camera), view.width, view.height))


@pytest.mark.parametrize("name", SETTINGS)
def test_whoever_stands_on_the_crowds_ground_has_their_chest_in_the_picture(name):
    for view in views(name):
        assert 1.5 < view.near < view.far < 40 and view.slope > 0.05
        for ahead in np.linspace(view.near, view.far, 5):
            for side in (-0.99, 0.0, 0.99):
                assert seen(view, ahead, side * view.slope * ahead, CHEST)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_little_beyond_the_slope_a_chest_is_cut_off_somewhere(name):
    for view in views(name):
        aheads = np.linspace(view.near, view.far, 9)
        sides = [(a, s * 1.02 * view.slope * a) for a in aheads for s in (-1, 1)]
        assert not all(seen(view, ahead, aside, CHEST) for ahead, aside in sides)


def test_what_is_shown_is_what_opencv_projects_into_the_picture():
    for view in views("bent", 10):
        places = np.random.default_rng(0).uniform(-12, 12, (400, 2))
        points = np.stack([places[:, 0], np.full(400, CHEST), places[:, 1]], 1)
        camera = view.camera
        rotation, _ = cv2.Rodrigues(camera.R.double().numpy())
        matrix, lens = camera.K.double().numpy(), camera.distortion.double().numpy()
        pixels, _ = cv2.projectPoints(points, rotation, camera.t.double().numpy(), matrix, lens)
        in_camera = to_camera(torch.from_numpy(points).float(), camera).numpy()
        # Far from the axis OpenCV's polynomial turns round; what is shown must not.
        wide = np.linalg.norm(in_camera[:, :2], axis=1) > 1.5 * np.abs(in_camera[:, 2])
        within = ((pixels[:, 0] >= 0) & (pixels[:, 0] < [1280, 720])).all(1)
        expected = within & (in_camera[:, 2] > 0) & ~wide
        np.testing.assert_array_equal(view.shows(places), expected)


@pytest.mark.parametrize("view", AGORA)
def test_agoras_cameras_look_at_the_crowd_from_eye_height(view):
    found = draw_viewpoint(np.random.default_rng(1), Cameras(views=[view]))
    assert found.camera.centre[1] == pytest.approx(1.7, abs=1e-5)
    assert float(found.camera.R[2, 1]) == pytest.approx(-np.sin(np.radians(view[1])), abs=1e-5)
    assert float(found.camera.K[0, 0]) == pytest.approx(view[0] / 36 * 1280)
    assert found.kind == "agora" and found.corner is None


def test_ground_points_to_the_right_come_out_right_of_the_middle():
    found = draw_viewpoint(np.random.default_rng(4), Cameras(views=[(28.0, 0.0)]))
    x, z = found.ground(5.0, 1.0)
    column = project(torch.tensor([[x, 1.0, z]], dtype=torch.float32), found.camera)[0, 0]
    assert column == pytest.approx(640 + 28 / 36 * 1280 / 5.0, abs=0.01)


def test_the_four_corner_cameras_stay_where_they_are_and_look_at_the_middle():
    found = {}
    for view in views("corners", 40):
        place = tuple(np.round(view.foot, 3))
        assert found.setdefault(view.corner, place) == place
        middle = project(torch.tensor([[0.0, CHEST, 0.0]]), view.camera)[0]
        torch.testing.assert_close(middle, torch.tensor([640.0, 360.0]), atol=0.01, rtol=0)
    assert found == {0: (-4, -4), 1: (4, -4), 2: (4, 4), 3: (-4, 4)}


def test_the_corners_are_those_of_the_ground_that_is_asked_for():
    rng = np.random.default_rng(0)
    feet = [draw_viewpoint(rng, SETTINGS["corners"], area=196).foot for _ in range(8)]
    np.testing.assert_allclose(np.abs(feet), 7, atol=1e-4)
    assert corner_view(SETTINGS["corners"], 2, side=14.0).near < 3


def test_a_corner_camera_sees_the_whole_square_behind_the_near_ground():
    view = corner_view(SETTINGS["corners"], 0, side=8.0)
    places = np.random.default_rng(0).uniform(-3.99, 3.99, (300, 2))
    behind = (places - view.foot) @ view.forward >= view.near
    assert behind.mean() > 0.8 and view.shows(places[behind]).all()


def test_free_cameras_fill_their_ranges_and_show_somebody_whole_in_the_middle():
    free = Free((20, 60), (0.5, 5.0), (-10, 50), (-15, 15), (4, 12))
    cameras, rng = Cameras(kind="free", free=free), np.random.default_rng(3)
    drawn = [draw_viewpoint(rng, cameras) for _ in range(200)]
    focal = np.array([float(v.camera.K[0, 0]) for v in drawn]) * 36 / 1280
    height = np.array([float(v.camera.centre[1]) for v in drawn])
    pitch = np.degrees([np.arcsin(-float(v.camera.R[2, 1])) for v in drawn])
    roll = np.degrees(
        [np.arctan2(-float(v.camera.R[0, 1]), -float(v.camera.R[1, 1])) for v in drawn]
    )
    distance = np.array([np.linalg.norm(v.foot) for v in drawn])
    ranges = zip((focal, height, pitch, roll, distance), vars(free).values(), strict=True)
    for values, (low, high) in ranges:
        assert low - 1e-3 < values.min() and values.max() < high + 1e-3
        assert values.min() < low + 0.25 * (high - low)
        assert values.max() > high - 0.25 * (high - low)
    for view in drawn:
        distance = float(np.linalg.norm(view.foot))
        assert view.near <= distance <= view.far
        assert seen(view, distance, 0.0, HEAD) and seen(view, distance, 0.0, KNEE)


def test_positive_roll_turns_the_content_anticlockwise():
    free = Free(28, 1.7, 0, 20, 6)
    view = draw_viewpoint(np.random.default_rng(0), Cameras(kind="free", free=free))
    left, right = (view.ground(6.0, aside) for aside in (-1.0, 1.0))
    heads = torch.tensor([[left[0], 1.7, left[1]], [right[0], 1.7, right[1]]]).float()
    rows = project(heads, view.camera)[:, 1]
    assert rows[1] < 360 < rows[0]


def test_kinds_in_a_list_are_each_as_likely():
    cameras, rng = Cameras(kind=("agora", "corners", "free")), np.random.default_rng(5)
    kinds = [draw_viewpoint(rng, cameras).kind for _ in range(150)]
    assert all(35 <= kinds.count(kind) <= 65 for kind in ("agora", "corners", "free"))


def test_a_lens_is_drawn_within_its_ranges_and_goes_with_the_camera():
    for view in views("bent"):
        k1, k2, p1, p2, k3 = view.camera.distortion.tolist()
        assert -0.1 <= k1 <= 0.05 and k2 == pytest.approx(0.01) and p1 == pytest.approx(0.001)
        assert p2 == k3 == 0
    assert views("agora", 1)[0].camera.distortion is None


def test_ranges_that_show_no_ground_with_people_are_refused():
    straight_up = Free(focal_mm=85, height=0.5, pitch_deg=-30, roll_deg=0, distance=4)
    with pytest.raises(InputError, match=r"camera\.free"):
        draw_viewpoint(np.random.default_rng(0), Cameras(kind="free", free=straight_up))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (dict(views=[(0, 0)]), r"camera\.views.*focal length of 0"),
        (dict(views=[(28, -5)]), r"camera\.views.*pitch of -5"),
        (dict(views=[(28,)]), r"camera\.views"),
        (dict(views=[]), r"camera\.views: empty"),
        (dict(elevation=-1.0), r"camera\.elevation=-1.*above the ground"),
        (dict(kind="fisheye"), r"camera\.kind=fisheye: choose agora, corners, free"),
        (dict(kind=[]), r"camera\.kind: empty"),
        (dict(width=0), r"camera\.width=0"),
        (dict(side=0), r"camera\.side=0"),
        (dict(distortion={"k9": 0.1}), r"camera\.distortion\.k9: choose k1"),
        (dict(distortion={"k1": [0.2, 0.1]}), r"camera\.distortion\.k1=\[0\.2,0\.1\]"),
        (dict(distortion={"k1": [-0.6, 0.0]}), r"camera\.distortion.*folds the image"),
    ],
)
def test_impossible_cameras_are_named(changes, words):
    with pytest.raises(InputError, match=words) as caught:
        replace(Cameras(), **changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (dict(focal_mm=[0, 50]), r"camera\.free\.focal_mm=0"),
        (dict(focal_mm=[50, 18]), r"camera\.free\.focal_mm=\[50,18\]"),
        (dict(height=[-1, 2]), r"camera\.free\.height=-1.*above the ground"),
        (dict(pitch_deg=[0, 90]), r"camera\.free\.pitch_deg=\[0,90\]"),
        (dict(roll_deg=[-100, 0]), r"camera\.free\.roll_deg"),
        (dict(distance=[0, 5]), r"camera\.free\.distance=0"),
        (dict(distance=[3, 4, 5]), r"camera\.free\.distance=\[3, 4, 5\]"),
        (dict(distance=[3, float("nan")]), r"camera\.free\.distance"),
    ],
)
def test_impossible_ranges_are_named(changes, words):
    with pytest.raises(InputError, match=words):
        Free(**changes)
