from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
import trimesh

from hmr.cameras import Camera, project
from hmr.errors import InputError
from hmr.sample import OUTSIDE, decode_mask
from synth.labels import label_people
from synth.lens import Lens, lens_of
from synth.render.passes import Passes
from synth.render.renderer import Renderer
from tests.synth.render.toy import HEIGHT, WIDTH, ball, camera_at, crowd, odd_camera, scene_of

LENSES = {
    "barrel": [-0.12, 0.01, 0.0, 0.0, 0.0],
    "pincushion": [0.15, 0.05, 0.0, 0.0, 0.02],
    "skewed": [-0.06, 0.02, 0.012, -0.015, 0.0],
}


def bent(camera, name) -> Camera:
    return replace(camera, distortion=torch.tensor(LENSES[name]))


def lens(name) -> Lens:
    found = lens_of(bent(odd_camera(), name), WIDTH, HEIGHT)
    assert found is not None
    return found


def cast(surfaces, camera):
    """Ids by rays through the bent pixels' centres, found by OpenCV."""
    K, R, t, numbers = (
        x.double().numpy() for x in (camera.K, camera.R, camera.t, camera.distortion)
    )
    v, u = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    # OpenCV knows no skew: take it out of the pixels first.
    pixels = np.stack([u.ravel(), v.ravel()], 1) - K[:2, 2]
    drawn = np.linalg.solve(K[:2, :2], pixels.T).T[:, None]
    exact = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 200, 1e-12)
    solve = getattr(cv2, "undistortPointsIter", cv2.undistortPoints)
    rays = solve(drawn, np.eye(3), numbers, R=np.eye(3), P=np.eye(3), criteria=exact)[:, 0]
    directions = np.concatenate([rays, np.ones((len(rays), 1))], 1) @ R
    mesh = trimesh.util.concatenate([trimesh.Trimesh(s.vertices, s.faces) for s in surfaces])
    owner = np.concatenate([np.full(len(s.faces), s.id) for s in surfaces])
    face = mesh.ray.intersects_first(np.broadcast_to(-R.T @ t, directions.shape), directions)
    return np.where(face >= 0, owner[face], 0).reshape(HEIGHT, WIDTH)


def shoot(scene, camera, normals=False) -> Passes:
    found = lens_of(camera, WIDTH, HEIGHT)
    assert found is not None
    drawer = Renderer(found.window.width, found.window.height)
    try:
        return found.warp(drawer.render(scene, found.pinhole, normals))
    finally:
        drawer.close()


@pytest.mark.parametrize("name", LENSES)
def test_a_pixel_takes_what_lies_where_opencv_undistorts_it_to(name):
    found, numbers = lens(name), np.array(LENSES[name])
    K = found.camera.K.double().numpy()
    ideal = found.places + np.array([found.window.x, found.window.y])
    rays = np.linalg.solve(K[:2, :2], (ideal.reshape(-1, 2) - K[:2, 2]).T).T
    points = np.concatenate([rays, np.ones((len(rays), 1))], 1)
    drawn, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), np.eye(3), numbers)
    pixels = drawn[:, 0] @ K[:2, :2].T + K[:2, 2]
    v, u = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    np.testing.assert_allclose(pixels, np.stack([u.ravel(), v.ravel()], 1), atol=1e-3)


@pytest.mark.parametrize("name", LENSES)
def test_the_ids_of_a_bent_picture_are_those_of_bent_rays(name):
    scene, camera = crowd(3), bent(odd_camera(), name)
    ids, expected = shoot(scene, camera).ids, cast(scene.surfaces, camera)
    same = ids == expected
    assert same.mean() > 0.985
    # They differ by at most a pixel, where the centre of the pinhole's pixel is another's.
    border = cv2.dilate(np.ptp(shifted(expected), 0).astype(np.uint8), np.ones((3, 3))) > 0
    assert same[~border].all()


def shifted(ids):
    padded = np.pad(ids, 1, mode="edge")
    return np.stack([padded[y : y + HEIGHT, x : x + WIDTH] for y in range(3) for x in range(3)])


@pytest.mark.parametrize("name", LENSES)
def test_labels_through_a_lens_agree_with_bent_rays(renderer, name):
    scene, camera = crowd(1), bent(odd_camera(), name)
    everyone, compared = cast(scene.surfaces, camera), 0
    joints = {s.id - 1: torch.zeros(1, 3) for s in scene.surfaces if s.is_person}
    passes = shoot(scene, camera)
    for label in label_people(renderer, scene, camera, passes, joints, ["head"]):
        person = next(s for s in scene.surfaces if s.id == label.person_id + 1)
        amodal, visible = decode_mask(label.mask_amodal), decode_mask(label.mask_visible)
        assert not (visible & ~amodal).any()
        np.testing.assert_array_equal(visible, passes.ids == person.id)
        alone = cast([person], camera) > 0
        if alone.sum() > 400:
            expected = 1 - (everyone == person.id).sum() / alone.sum()
            assert label.occlusion == pytest.approx(expected, abs=0.02)
            compared += 1
    assert compared >= 3


def test_a_lens_that_bends_nothing_labels_as_no_lens_does(renderer):
    scene, camera = crowd(2), odd_camera()
    straight = replace(camera, distortion=torch.zeros(5))
    joints = {s.id - 1: torch.tensor(s.vertices[:3]) for s in scene.surfaces if s.is_person}
    names = ["head", "neck", "pelvis"]
    plain = label_people(renderer, scene, camera, renderer.render(scene, camera), joints, names)
    through = label_people(renderer, scene, straight, shoot(scene, straight), joints, names)
    for one, other in zip(plain, through, strict=True):
        assert one.occlusion == pytest.approx(other.occlusion, abs=2e-3)
        assert one.truncation == pytest.approx(other.truncation, abs=2e-3)
        agree = decode_mask(one.mask_amodal) == decode_mask(other.mask_amodal)
        assert agree.mean() > 0.9995
        np.testing.assert_array_equal(one.joint_visibility, other.joint_visibility)


def test_pincushion_pushes_people_out_of_the_picture_and_barrel_pulls_them_in(renderer):
    scene, camera = scene_of(ball(1, [2.2, 1.5, 0], 0.4, 4)), camera_at(pitch=0.0)
    joints = {0: torch.tensor([[2.2, 1.5, 0.0]])}

    def cut_off(name):
        seen = camera if name is None else bent(camera, name)
        passes = renderer.render(scene, seen) if name is None else shoot(scene, seen)
        return label_people(renderer, scene, seen, passes, joints, ["head"])[0].truncation

    truncations = [cut_off(name) for name in ("barrel", None, "pincushion")]
    assert truncations == sorted(truncations) and truncations[2] - truncations[0] > 0.03


def test_a_joint_that_the_polynomial_folds_back_into_the_picture_is_outside(renderer):
    scene = scene_of(ball(1, [0, 1.5, 0], 0.3))
    camera = replace(camera_at(pitch=0.0), distortion=torch.tensor([-0.2, 0, 0, 0, 0]))
    far_aside = torch.tensor([[8.0, 1.5, 0.0], [0.0, 1.5, 0.0]])
    assert 0 < project(far_aside, camera)[0, 0] < WIDTH
    passes = shoot(scene, camera)
    label = label_people(renderer, scene, camera, passes, {0: far_aside}, ["head", "neck"])[0]
    assert label.joint_visibility.tolist()[0] == OUTSIDE != label.joint_visibility.tolist()[1]


def test_colour_is_blended_in_linear_light_and_maps_are_not_blended():
    found = lens("barrel")
    window = np.zeros((found.window.height, found.window.width, 3), np.uint8)
    window[:, ::2] = 255
    grey = found.blend(window).astype(float)
    # Half the light of white is level 188, not 128.
    assert 150 < grey.mean() < 200
    ids = found.pick((window[..., 0] // 255 * 7).astype(np.uint16))
    assert set(np.unique(ids)) <= {0, 7} and ids.shape == (HEIGHT, WIDTH)


def test_an_even_picture_stays_even():
    found = lens("skewed")
    window = np.full((found.window.height, found.window.width, 3), (10, 130, 251), np.uint8)
    assert (np.abs(found.blend(window).astype(int) - [10, 130, 251]) <= 1).all()


def test_a_pinhole_has_no_lens():
    assert lens_of(odd_camera(), WIDTH, HEIGHT) is None


@pytest.mark.parametrize("numbers", [[-0.9, 0, 0, 0, 0], [0, -0.9, 0, 0, 0], [0, 0, 0.5, 0, 0]])
def test_a_lens_that_folds_the_image_is_refused(numbers):
    camera = replace(odd_camera(), distortion=torch.tensor(numbers))
    with pytest.raises(InputError, match=r"camera\.distortion.*folds the image"):
        lens_of(camera, WIDTH, HEIGHT)
