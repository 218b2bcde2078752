import numpy as np
import smplx
from smplx.vertex_ids import vertex_ids

from hmr import joints


def test_the_55_joints_are_in_the_order_of_smplx():
    assert joints.SMPLX_55[15] == "head" and joints.SMPLX_55[22] == "jaw"
    assert joints.SMPLX_55[-1] == "right_thumb3" and len(joints.SMPLX_55) == 55


def test_every_parent_stands_before_its_child_as_in_the_kinematic_tree(body):
    order = joints.SMPLX_55
    parents = [joints.PARENTS[name] for name in order]
    assert parents[0] is None
    ours = [order.index(parent) for parent in parents if parent is not None]
    assert ours == body.layer.parents[1:].tolist()


def test_surface_joints_are_in_the_order_in_which_smplx_appends_them(body):
    ids = vertex_ids["smplx"]
    listed = body.layer.vertex_joint_selector.extra_joints_idxs.tolist()
    short = {"nose": "nose", "right_eye": "reye", "left_ear": "lear", "left_big_toe": "LBigToe"}
    for name, key in short.items():
        assert listed[joints.SMPLX_ALL.index(name) - 55] == ids[key]


def test_coco_has_the_order_and_sigmas_of_pycocotools():
    from pycocotools.cocoeval import Params

    sigmas = Params("keypoints").kpt_oks_sigmas * 10
    by_name = dict(zip(joints.COCO_17, sigmas, strict=True))
    assert by_name["left_hip"] == by_name["right_hip"] == 1.07
    assert by_name["left_wrist"] == 0.62 and by_name["nose"] == 0.26


def test_every_convention_has_as_many_joints_as_its_name_says_and_no_name_twice():
    for name, convention in joints.CONVENTIONS.items():
        assert len(convention) == int(name.split("_")[-1])
        assert len(set(convention)) == len(convention)


def test_a_joint_that_is_missing_maps_to_minus_one():
    found = joints.mapping(joints.COCO_17, ("left_hip", "spine3"))
    assert found.tolist() == [joints.COCO_17.index("left_hip"), -1]


def test_mirroring_twice_changes_nothing():
    for convention in joints.CONVENTIONS.values():
        if all(joints.mirrored(name) in convention for name in convention):
            order = joints.flip_order(convention)
            assert (order[order] == np.arange(len(order))).all()


def test_coco_gives_the_pelvis_as_the_middle_of_the_hips():
    points = np.random.default_rng(0).normal(size=(5, 17, 2))
    scores = np.ones((5, 17))
    scores[0, joints.COCO_17.index("left_hip")] = 0
    found, given = joints.convert(points, scores, joints.COCO_17, ("pelvis", "head_top"))
    hips = [joints.COCO_17.index(f"{side}_hip") for side in ("left", "right")]
    np.testing.assert_allclose(found[1:, 0], points[1:, hips].mean(1))
    assert given[:, 0].tolist() == [0, 1, 1, 1, 1] and not given[:, 1].any()


def test_joints_that_are_not_numbers_do_not_spread():
    points, scores = np.full((17, 2), np.nan), np.zeros(17)
    found, _ = joints.convert(points, scores, joints.COCO_17, joints.H36M_17)
    assert np.isfinite(found).all()


def test_smplx_is_the_package_that_names_them():
    assert smplx.joint_names.JOINT_NAMES[:144] == list(joints.SMPLX_ALL)
