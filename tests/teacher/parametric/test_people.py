import smplx
import torch

from hmr.joints import SMPLX_BODY_22
from hmr.rotations import about
from teacher.fitter.posing import ANGLES
from teacher.parametric.people import between
from tests.teacher.parametric.crowd import people


def test_the_official_package_puts_joints_where_the_people_say(body, body_path):
    some = people(4)
    layer = smplx.SMPLXLayer(
        str(body_path), use_pca=False, flat_hand_mean=True, num_betas=10, num_expression_coeffs=10
    )
    given = some.params(body)
    found = layer(
        betas=given.betas,
        expression=given.expression,
        global_orient=given.global_orient.unsqueeze(1),
        body_pose=given.body_pose,
        left_hand_pose=given.left_hand_pose,
        right_hand_pose=given.right_hand_pose,
        jaw_pose=given.jaw_pose.unsqueeze(1),
        leye_pose=given.leye_pose.unsqueeze(1),
        reye_pose=given.reye_pose.unsqueeze(1),
        transl=given.transl,
        pose2rot=False,
    ).joints[:, :22]
    torch.testing.assert_close(found[:, 0], some.pelvis(), atol=1e-5, rtol=0)
    ours = body.keypoints(given, SMPLX_BODY_22)
    torch.testing.assert_close(found, ours, atol=1e-5, rtol=0)


def test_the_pelvis_is_seen_at_its_place():
    some = people(5)
    pelvis = some.pelvis()
    torch.testing.assert_close(pelvis[:, :2] / pelvis[:, 2:], some.place)


def test_mirrored_people_stand_where_a_mirror_shows_them(body):
    some = people(6)
    names = ("left_wrist", "right_ankle", "head", "spine3")
    others = ("right_wrist", "left_ankle", "head", "spine3")
    seen = body.keypoints(some.mirrored().params(body), names)
    wanted = body.keypoints(some.params(body), others) * torch.tensor([-1.0, 1.0, 1.0])
    assert (seen - wanted).norm(dim=-1).max() < 0.01


def test_two_mirrors_show_the_people():
    some = people(3)
    twice = some.mirrored().mirrored()
    for name in ("angles", "orient", "betas", "place", "distance"):
        torch.testing.assert_close(getattr(twice, name), getattr(some, name))


def test_half_way_between_people_and_themselves_are_they():
    some = people(2, 3)
    same = between(some, some)
    torch.testing.assert_close(same.orient, some.orient, atol=1e-5, rtol=0)
    torch.testing.assert_close(same.distance, some.distance)


def test_half_way_between_two_turns_lies_half_the_angle():
    one, quarter = people(1), torch.tensor([torch.pi / 2])
    other = type(one)(
        one.angles, about("y", quarter) @ one.orient, one.betas, one.place, one.distance
    )
    wanted = about("y", quarter / 2) @ one.orient
    torch.testing.assert_close(between(one, other).orient, wanted, atol=1e-5, rtol=0)


def test_an_angle_moves_what_its_name_says(body):
    one = people(1)
    still = {
        "left_leg_knee": ("left_ankle", "right_ankle"),
        "right_arm_elbow": ("right_wrist", "neck"),
    }
    for angle, (moved, kept) in still.items():
        bent = one.angles.clone()
        bent[:, ANGLES.index(angle)] += 0.5
        other = type(one)(bent, one.orient, one.betas, one.place, one.distance)
        step = body.keypoints(other.params(body), (moved, kept)) - body.keypoints(
            one.params(body), (moved, kept)
        )
        assert step[0, 0].norm() > 0.05
        assert step[0, 1].norm() < 1e-4
