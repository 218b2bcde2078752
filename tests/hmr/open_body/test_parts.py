"""Jaw, eyes and fingers move what they should and nothing else; faces are in smplx's order."""

import hashlib

import numpy as np
import pytest
import torch

from hmr.joints import SMPLX_55

FINGERS = ("thumb", "index", "middle", "ring", "pinky")


def moved(oracle, **pose):
    rest, _ = oracle()
    vertices, _ = oracle(**pose)
    return np.linalg.norm(vertices - rest, axis=1)


def corners(arrays, *parts):
    names = list(arrays["part_names"])
    chosen = np.isin(arrays["face_parts"], [names.index(part) for part in parts])
    found = np.zeros(len(arrays["v_template"]), bool)
    found[arrays["f"][chosen]] = True
    return found


def test_vertices_keep_the_order_that_clothes_are_bound_to(arrays):
    order = arrays["makehuman_vertices"]
    assert len(order) == 13718
    digest = hashlib.sha256(order.astype(np.int32).tobytes()).hexdigest()
    assert digest[:16] == "c9bd59aca01ef10e"


def test_jaw_opens_the_mouth_and_leaves_the_rest_of_the_head(oracle, arrays):
    rest, joints = oracle()
    shift = moved(oracle, jaw_pose=torch.tensor([[0.35, 0.0, 0.0]]))
    _, opened = oracle(jaw_pose=torch.tensor([[0.35, 0.0, 0.0]]))
    gap = joints["lip_top"][1] - joints["lip_bottom"][1]
    assert opened["lip_top"][1] - opened["lip_bottom"][1] > gap + 0.015
    assert np.linalg.norm(opened["contour_middle"] - joints["contour_middle"]) > 0.02
    behind = rest[:, 2] < joints["left_ear"][2] - 0.03
    above = rest[:, 1] > joints["nose"][1]
    below = rest[:, 1] < joints["neck"][1] - 0.03
    assert shift[behind].max() < 1e-5
    assert shift[above].max() < 2e-3  # The cheeks follow a little.
    assert shift[below].max() < 2e-3
    assert shift[corners(arrays, "eye", "iris", "pupil")].max() < 1e-4


@pytest.mark.parametrize("side", ["left", "right"])
def test_an_eye_moves_alone_and_turns_the_pupil(oracle, arrays, side):
    rest, _ = oracle()
    letter = side[0]
    shift = moved(oracle, **{f"{letter}eye_pose": torch.tensor([[0.0, 0.4, 0.0]])})
    own = corners(arrays, "eye", "iris", "pupil") & ((rest[:, 0] > 0) == (side == "left"))
    assert shift[~own].max() < 1e-4
    assert shift[corners(arrays, "pupil") & own].min() > 0.004


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("finger", FINGERS)
@pytest.mark.parametrize("knuckle", [1, 2, 3])
def test_a_finger_joint_moves_its_finger_alone(oracle, arrays, side, finger, knuckle):
    name = f"{side}_{finger}{knuckle}"
    first = SMPLX_55.index(f"{side}_index1")
    pose = torch.zeros(1, 15, 3)
    pose[0, SMPLX_55.index(name) - first, 2] = -0.8 if side == "left" else 0.8
    shift = moved(oracle, **{f"{side}_hand_pose": pose.flatten(1)})
    weights = arrays["weights"]
    tip = weights[:, SMPLX_55.index(f"{side}_{finger}3")] > 0.9
    assert shift[tip].max() > (0.01 if knuckle < 3 else 0.005)
    chain = [SMPLX_55.index(f"{side}_{finger}{k}") for k in range(knuckle, 4)]
    assert shift[weights[:, chain].sum(1) < 0.002].max() < 3e-4
    for other in set(FINGERS) - {finger}:
        ends = weights[:, [SMPLX_55.index(f"{side}_{other}{k}") for k in (2, 3)]].sum(1) > 0.9
        assert shift[ends].max() < 1e-4


def test_each_expression_moves_the_face_by_millimetres_and_differs_from_the_others(oracle, arrays):
    rest, joints = oracle()
    face = (rest[:, 1] > joints["neck"][1]) & (rest[:, 2] > joints["left_ear"][2])
    fields = arrays["shapedirs"][..., 10:]
    for component in range(10):
        shift = moved(oracle, expression=2 * torch.eye(10)[component : component + 1])
        assert 0.002 < shift[face].max() < 0.04
        assert shift[rest[:, 1] < joints["spine3"][1]].max() < 1e-4
    flat = fields.reshape(-1, 10) / np.linalg.norm(fields.reshape(-1, 10), axis=0)
    np.testing.assert_allclose(flat.T @ flat, np.eye(10), atol=1e-3)


def test_landmarks_lie_on_the_skin_of_the_face_and_mirror_each_other(oracle, arrays):
    rest, joints = oracle()
    faces = np.concatenate([arrays["lmk_faces_idx"], arrays["dynamic_lmk_faces_idx"].ravel()])
    names = list(arrays["part_names"])
    assert (arrays["face_parts"][faces] == names.index("skin")).all()
    assert arrays["lmk_faces_idx"].shape == (51,)
    normals = np.cross(*(rest[arrays["f"][faces[:51]]][:, i] - rest[arrays["f"][faces[:51]]][:, 0]
                         for i in (1, 2)))  # fmt: skip
    # Lids and nostrils look down or aside; nothing of the inner face looks back.
    assert (normals[:, 2] > -0.3 * np.linalg.norm(normals, axis=1)).all()
    pairs = [n for n in joints if n.startswith("left") and any(
        part in n for part in ("brow", "nose_", "eye1", "eye2", "eye3", "eye4", "eye5", "eye6",
                               "mouth", "lip", "contour"))]  # fmt: skip
    assert len(pairs) == 5 + 2 + 6 + 5 + 3 + 8
    for name in pairs:
        twin = joints["right" + name.removeprefix("left")]
        np.testing.assert_allclose(joints[name] * (-1, 1, 1), twin, atol=2e-3, err_msg=name)
