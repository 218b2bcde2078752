import numpy as np
import pytest
import torch
import trimesh

from hmr.cameras import Camera, looking
from hmr.joints import SMPLX_55, SMPLX_BODY_22
from hmr.params import Params
from hmr.sample import (
    BY_ENVIRONMENT,
    BY_PERSON,
    OUTSIDE,
    SELF,
    VISIBLE,
    Occluder,
    box_of,
    decode_mask,
)
from synth.alone import Alone
from synth.labels import label as label_one
from synth.labels import label_people
from synth.render.passes import Passes
from synth.render.scene import Surface
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
    surface,
)


def labels_of(renderer, scene, camera, joints=None, names=("head",)):
    passes = renderer.render(scene, camera)
    ids = {s.id - 1 for s in scene.surfaces if s.is_person}
    joints = {i: torch.zeros(len(names), 3) for i in ids} if joints is None else joints
    found = label_people(renderer, scene, camera, passes, joints, names)
    return {label.person_id: label for label in found}


def box(number, centre, size):
    mesh = trimesh.creation.box(size)
    mesh.apply_translation(centre)
    return surface(mesh, number)


@pytest.mark.parametrize("seed", [0, 1])
def test_every_number_agrees_with_rays(renderer, seed):
    scene, camera = crowd(seed), odd_camera()
    labels = labels_of(renderer, scene, camera)
    everyone, _ = cast(scene.surfaces, camera)
    margin = torch.tensor([[0.0, 0.0, WIDTH], [0.0, 0.0, HEIGHT], [0.0, 0.0, 0.0]])
    wide = Camera(camera.K + margin, camera.R, camera.t)
    for person in (s for s in scene.surfaces if s.is_person):
        alone = cast([person], wide, 3 * WIDTH, 3 * HEIGHT)[0] > 0
        inside = alone[HEIGHT : 2 * HEIGHT, WIDTH : 2 * WIDTH]
        label = labels[person.id - 1]
        if alone.sum() > 200:
            assert label.truncation == pytest.approx(1 - inside.sum() / alone.sum(), abs=0.005)
        if inside.sum() > 400:
            visible = everyone == person.id
            assert label.occlusion == pytest.approx(1 - visible.sum() / inside.sum(), abs=0.01)
            ids, counts = np.unique(everyone[inside & ~visible], return_counts=True)
            shares = {o.id if o.id >= 1000 else o.id + 1: o.share for o in label.occluders}
            for i, count in zip(ids, counts, strict=True):
                assert shares.get(i, 0) == pytest.approx(count / inside.sum(), abs=0.01)


def test_masks_nest_and_boxes_and_shares_belong_to_them(renderer):
    for label in labels_of(renderer, crowd(2), odd_camera()).values():
        visible, amodal = decode_mask(label.mask_visible), decode_mask(label.mask_amodal)
        assert visible.shape == (HEIGHT, WIDTH)
        assert not (visible & ~amodal).any()
        assert label.bbox_visible == box_of(visible) and label.bbox_amodal == box_of(amodal)
        if amodal.any():
            assert label.occlusion == pytest.approx(1 - visible.sum() / amodal.sum())
        assert sum(o.share for o in label.occluders) == pytest.approx(label.occlusion)


def test_the_nearest_with_nothing_before_them_is_not_occluded(renderer):
    near, far = ball(1, [0, 1.4, 1.0], 0.3), ball(2, [0.1, 1.4, -1.0], 0.5)
    labels = labels_of(renderer, scene_of(near, far, ground()), camera_at())
    assert labels[0].occlusion == 0 and labels[0].occluders == ()
    assert labels[1].occlusion > 0.3
    assert [o.id for o in labels[1].occluders] == [0]


def test_what_lies_behind_a_person_never_hides_their_outline():
    """Alone and in the scene, an outline may round to different pixels."""
    wall, person = np.full((6, 6), 1001, np.uint16), np.zeros((6, 6), np.float32)
    wall[2:4, 2:4] = 1
    person[2:4, 1:5] = 3.0
    picture = np.zeros((6, 6, 3), np.uint8)
    joints = np.zeros(1, np.int8)
    for depth, hidden in ((5.0, 0.0), (2.0, 0.5)):
        passes = Passes(picture, wall, np.where(wall == 1, 3.0, depth).astype(np.float32))
        assert label_one(0, passes, Alone(0, 0, person, 0.0), joints).occlusion == hidden


def test_a_person_behind_a_wall_is_wholly_occluded_by_it(renderer):
    scene = scene_of(ball(1, [0, 1.4, -1]), box(1004, [0, 1.5, 1], [3, 3, 0.1]))
    label = labels_of(renderer, scene, camera_at())[0]
    assert label.occlusion == 1 and label.occluders == (Occluder(1004, 1.0),)
    assert label.bbox_visible is None and label.bbox_amodal is not None


def test_own_clothes_never_occlude(renderer):
    body, coat = ball(1, [0, 1.4, 0], 0.4), ball(1, [0, 1.3, 0], 0.45)
    label = labels_of(renderer, scene_of(body, coat), camera_at())[0]
    assert label.occlusion == 0 and label.occluders == ()


def test_half_a_ball_beyond_the_edge_is_half_truncated(renderer):
    camera = camera_at(y=1.5, pitch=0.0)
    x = WIDTH / 2 * 4 / 140
    label = labels_of(renderer, scene_of(ball(1, [x, 1.5, 0], 0.3, 5)), camera)[0]
    assert label.truncation == pytest.approx(0.5, abs=0.03)
    assert label.bbox_amodal is not None and label.bbox_amodal[2] == WIDTH


def test_who_is_outside_the_frame_or_behind_the_camera_is_wholly_truncated(renderer):
    centres = [[4, 1.5, 0], [0, 1.5, 6], [90, 1.5, 0]]
    scene = scene_of(*(ball(i + 1, centre) for i, centre in enumerate(centres)))
    joints = {i: torch.tensor([centre]).float() for i, centre in enumerate(centres)}
    for label in labels_of(renderer, scene, camera_at(), joints).values():
        assert label.truncation == 1 and label.occlusion == 0
        assert label.bbox_amodal is None and (label.joint_visibility == OUTSIDE).all()


def test_who_stands_across_the_cameras_plane_is_cut_by_the_image(renderer):
    across = ball(1, [0, 1.0, 4.0], 0.9)
    label = labels_of(renderer, scene_of(across), camera_at(y=1.5, pitch=0.6))[0]
    assert 0 < label.truncation < 1


def test_a_huge_silhouette_is_measured_at_reduced_resolution(renderer, monkeypatch):
    scene, camera = scene_of(ball(1, [0.9, 1.5, 2.0], 0.5, 4)), camera_at()
    exact = labels_of(renderer, scene, camera)[0]
    monkeypatch.setattr("synth.alone.LARGEST_WINDOW", 40)
    coarse = labels_of(renderer, scene, camera)[0]
    assert coarse.mask_amodal == exact.mask_amodal
    assert coarse.truncation == pytest.approx(exact.truncation, abs=0.03) and exact.truncation > 0.1


def test_a_joint_is_seen_or_hidden_by_what_comes_first_along_the_ray(renderer):
    camera = camera_at(y=1.5, pitch=0.0)
    body = [ball(1, [x, 1.5, 0], 0.1, 4) for x in (-0.9, -0.3, 0.3, 0.9)]
    torso_before_the_wrist = ball(1, [-0.28, 1.5, 0.6], 0.15, 4)
    other, wall = ball(2, [0.27, 1.5, 0.6], 0.2, 4), box(1002, [0.8, 1.5, 0.6], [0.3, 0.5, 0.05])
    scene = scene_of(*body, torso_before_the_wrist, other, wall, ground())
    names = ["head", "left_wrist", "right_elbow", "left_shoulder", "left_foot", "neck"]
    xs = [-0.9, -0.3, 0.3, 0.9, 30.0, 0.0]
    joints = torch.tensor([[x, 1.5, 0.0] for x in xs])
    joints[5] = torch.tensor([0.0, 1.5, 5.0])  # Behind the camera.
    label = labels_of(renderer, scene, camera, {0: joints}, names)[0]
    expected = [VISIBLE, SELF, BY_PERSON, BY_ENVIRONMENT, OUTSIDE, OUTSIDE]
    assert label.joint_visibility.tolist() == expected


def test_a_joint_near_the_skin_is_seen_and_one_on_the_far_side_is_not(renderer):
    camera, body = camera_at(y=1.5, pitch=0.0), ball(1, [0, 1.5, 0], 0.3, 4)
    joints = torch.tensor([[0.0, 1.5, 0.26], [0.0, 1.5, -0.26], [0.0, 1.5, 0.26]])
    names = ["left_eye_smplhf", "right_eye_smplhf", "left_index3"]
    # 4 cm under the skin is an eye, but too deep for a finger tip.
    label = labels_of(renderer, scene_of(body), camera, {0: joints}, names)[0]
    assert label.joint_visibility.tolist() == [VISIBLE, SELF, SELF]


def test_someone_behind_a_joint_outside_its_own_outline_hides_nothing(renderer):
    camera = camera_at(y=1.5, pitch=0.0)
    scene = scene_of(ball(1, [0, 1.5, 0], 0.1), ball(2, [0.3, 1.5, -2.0], 0.6))
    label = labels_of(renderer, scene, camera, {0: torch.tensor([[0.13, 1.5, 0.0]])})[0]
    assert label.joint_visibility.tolist() == [VISIBLE]


def standing(body):
    output = body(Params.rest(1))
    vertices = output.vertices[0].detach().numpy()
    person = Surface("body", 1, vertices, np.asarray(body.faces, np.int32))
    middle = output.joints[0, SMPLX_55.index("spine2")].tolist()
    return person, output.joints[0].detach(), middle


def seen_joints(renderer, body, yaw):
    person, joints, (x, y, z) = standing(body)
    at = torch.tensor([x + 3.2 * np.sin(yaw), y, z + 3.2 * np.cos(yaw)], dtype=torch.float32)
    K = torch.tensor([[140.0, 0.0, WIDTH / 2], [0.0, 140.0, HEIGHT / 2], [0.0, 0.0, 1.0]])
    camera = looking(at, yaw, 0.0, 0.0, K)
    label = labels_of(renderer, scene_of(person), camera, {0: joints}, SMPLX_55)[0]
    return dict(zip(SMPLX_55, label.joint_visibility.tolist(), strict=True))


def test_all_joints_of_a_body_show_from_the_front_and_the_eyes_not_from_behind(renderer, body):
    front, back = (seen_joints(renderer, body, yaw) for yaw in (0.0, np.pi))
    assert {front[name] for name in SMPLX_BODY_22} == {VISIBLE}
    assert front["left_eye_smplhf"] == front["right_eye_smplhf"] == VISIBLE
    assert back["left_eye_smplhf"] == back["right_eye_smplhf"] == SELF
    assert {back[name] for name in SMPLX_BODY_22 if "foot" not in name} == {VISIBLE}


def test_from_the_side_the_far_arm_and_leg_are_hidden_by_the_body(renderer, body):
    side = seen_joints(renderer, body, np.pi / 2)
    assert side["left_hip"] == side["left_knee"] == side["left_ankle"] == VISIBLE
    assert side["right_knee"] == side["right_hip"] == side["right_elbow"] == SELF


def test_ids_of_a_body_are_those_of_rays(renderer, body):
    person, _, _ = standing(body)
    camera = camera_at(y=0.0, z=2.2, pitch=0.0, yaw=0.1)
    ids, _ = cast([person], camera)
    assert (renderer.render(scene_of(person), camera).ids == ids).mean() > 0.9995
