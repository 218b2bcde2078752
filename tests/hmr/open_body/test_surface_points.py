"""smplx's vertex ids and landmarks against the anatomy they are meant to be on."""

import numpy as np
import pytest
from smplx.joint_names import JOINT_NAMES

from hmr.joints import SMPLX_55


def test_nose_is_the_foremost_point_of_the_face(oracle):
    vertices, joints = oracle()
    face = vertices[vertices[:, 1] > joints["head"][1] - 0.03]
    assert joints["nose"][2] > face[:, 2].max() - 1e-3
    assert abs(joints["nose"][0]) < 1e-3


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_ears_are_beside_the_head_and_eyes_in_front(oracle, side, sign):
    _, joints = oracle()
    ear, eye = joints[f"{side}_ear"], joints[f"{side}_eye"]
    assert 0.06 < sign * ear[0] < 0.1
    assert abs(ear[1] - eye[1]) < 0.04
    assert abs(ear[2] - joints["head"][2]) < 0.04
    assert 0.02 < sign * eye[0] < 0.05
    assert eye[2] > joints[f"{side}_eye_smplhf"][2] + 0.01


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_finger_tips_are_the_ends_of_their_fingers(oracle, arrays, side, sign):
    vertices, joints = oracle()
    for finger in ("index", "middle", "ring", "pinky"):
        owner = arrays["weights"][:, SMPLX_55.index(f"{side}_{finger}3")] > 0.5
        reach = (sign * vertices[owner, 0]).max()
        assert sign * joints[f"{side}_{finger}"][0] > reach - 0.003
    thumb = joints[f"{side}_thumb"] - joints[f"{side}_thumb3"]
    assert 0.015 < np.linalg.norm(thumb) < 0.06


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_toes_are_in_front_and_heels_low_behind_the_ankle(oracle, side, sign):
    vertices, joints = oracle()
    heel, ankle = joints[f"{side}_heel"], joints[f"{side}_ankle"]
    big, small = joints[f"{side}_big_toe"], joints[f"{side}_small_toe"]
    assert heel[2] < ankle[2] - 0.02
    assert heel[1] < vertices[:, 1].min() + 0.04
    assert min(big[2], small[2]) > ankle[2] + 0.1
    assert sign * big[0] < sign * small[0]


def test_landmarks_of_the_face_are_in_the_order_of_ibug(oracle):
    _, joints = oracle()
    right_to_left = [f"right_eye_brow{i}" for i in (1, 2, 3, 4, 5)]
    right_to_left += [f"left_eye_brow{i}" for i in (5, 4, 3, 2, 1)]
    assert (np.diff([joints[name][0] for name in right_to_left]) > 0).all()
    downward = ["nose1", "nose2", "nose3", "nose4", "nose_middle", "mouth_top", "lip_top"]
    downward += ["lip_bottom", "mouth_bottom", "contour_middle"]
    assert (np.diff([joints[name][1] for name in downward]) < 0).all()
    for side in ("left", "right"):
        eye = [joints[f"{side}_eye{i}"] for i in (1, 2, 3, 4, 5, 6)]
        outside, inside = abs(eye[0][0]), abs(eye[3][0])
        assert outside > max(abs(eye[i][0]) for i in (1, 2)) > inside
        assert min(eye[1][1], eye[2][1]) > max(eye[4][1], eye[5][1])
        assert abs(joints[f"{side}_mouth_1"][0]) > abs(joints[f"{side}_lip_1"][0])


def test_contour_runs_from_the_right_ear_over_the_chin_to_the_left(oracle):
    _, joints = oracle()
    contour = np.array([joints[name] for name in JOINT_NAMES[127:144]])
    assert (np.diff(contour[1:-1, 0]) > 0).all()
    assert contour[:, 1].argmin() in (7, 8, 9)
    np.testing.assert_allclose(contour * (-1, 1, 1), contour[::-1], atol=2e-3)


def test_contour_slides_over_the_far_cheek_when_the_head_turns(arrays):
    template = arrays["v_template"]
    corners = arrays["f"][arrays["dynamic_lmk_faces_idx"]]
    points = np.einsum("yncd,ync->ynd", template[corners], arrays["dynamic_lmk_bary_coords"])
    assert points.shape == (79, 17, 3)
    # Row 39 is turned to the right, so the right cheek is far; row 78 mirrors it.
    assert points[39, :7, 2].mean() > points[0, :7, 2].mean() + 0.01
    np.testing.assert_allclose(points[39, 10:], points[0, 10:])
    np.testing.assert_allclose(points[78] * (-1, 1, 1), points[39, ::-1], atol=5e-3)
