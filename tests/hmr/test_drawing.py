"""Drawings: a mesh covers the pixels that it projects to, near hides far, inputs stay."""

import cv2
import numpy as np
import trimesh

from hmr.drawing import colour_of, draw_mask, draw_mesh, draw_meshes, draw_skeleton, save_png, sheet

K = np.array([[300.0, 0, 100], [0, 300, 80], [0, 0, 1]])
BLACK = np.zeros((160, 200, 3), np.uint8)


def ball(x: float, y: float, z: float, radius: float = 0.5):
    mesh = trimesh.creation.icosphere(subdivisions=4, radius=radius)
    return mesh.vertices + np.array([x, y, z]), np.asarray(mesh.faces, dtype=np.int64)


def test_a_drawn_mesh_covers_the_convex_hull_of_its_opencv_projection():
    vertices, faces = ball(0.2, -0.1, 4)
    drawn = draw_mesh(BLACK, vertices, faces, K, alpha=1.0).max(-1) > 20
    zero = np.zeros(3)
    projected = cv2.projectPoints(vertices, zero, zero, K, np.empty(0))[0].astype(np.float32)
    expected = np.zeros(BLACK.shape[:2], np.uint8)
    hull = np.rint(cv2.convexHull(projected)).astype(np.int32)
    cv2.fillConvexPoly(expected, hull, 1)
    both, either = (drawn & (expected > 0)).sum(), (drawn | (expected > 0)).sum()
    assert both / either > 0.95


def test_the_near_mesh_hides_the_far_one_whatever_the_order():
    near, faces = ball(0, 0, 3)
    far, _ = ball(0.1, 0, 5)
    red, green = (255, 0, 0), (0, 255, 0)
    a = draw_meshes(BLACK, [near, far], faces, K, [red, green], 1.0)
    b = draw_meshes(BLACK, [far, near], faces, K, [green, red], 1.0)
    np.testing.assert_array_equal(a, b)
    assert a[80, 100, 0] > a[80, 100, 1]


def test_a_mesh_behind_the_camera_leaves_the_image_as_it_was():
    vertices, faces = ball(0, 0, -3)
    np.testing.assert_array_equal(draw_mesh(BLACK, vertices, faces, K), BLACK)


def test_joints_without_a_score_are_not_drawn():
    joints, names = np.array([[50.0, 50], [150, 100]]), ("left_hip", "left_knee")
    drawn = draw_skeleton(BLACK, joints, np.array([1.0, 0.0]), names)
    assert drawn[49, 49].any() and not drawn[95:105, 145:155].any()
    np.testing.assert_array_equal(draw_skeleton(BLACK, joints * np.nan, np.ones(2), names), BLACK)


def test_a_mask_tints_its_own_pixels_only():
    mask = np.zeros(BLACK.shape[:2], bool)
    mask[20:40, 30:60] = True
    tinted = draw_mask(BLACK, mask, colour_of(1)).any(-1)
    assert tinted[mask].all() and not tinted[60:].any()


def test_a_sheet_holds_every_image_and_png_keeps_it(tmp_path):
    images = [np.full((20, 30, 3), value, np.uint8) for value in (50, 100, 150)]
    whole = sheet(images, columns=2, gap=4)
    assert whole.shape == (44, 64, 3)
    assert whole[10, 10, 0] == 50 and whole[10, 50, 0] == 100 and whole[30, 10, 0] == 150
    save_png(tmp_path / "sheet.png", whole)
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "sheet.png"))[..., ::-1], whole)
