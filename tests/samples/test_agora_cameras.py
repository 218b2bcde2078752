import numpy as np
import pytest
import torch

from samples.agora_cameras import (
    OVER,
    RIGS,
    body_turn,
    from_unreal,
    heading,
    mark_for,
    mask_name,
    rig_of,
    to_unreal,
)


def test_unreal_is_left_handed_in_centimetres_with_z_up():
    forward, right, up = torch.eye(3, dtype=torch.float64) * 100
    assert from_unreal(forward).tolist() == [0, 0, 1]
    assert from_unreal(right).tolist() == [1, 0, 0]
    assert from_unreal(up).tolist() == [0, -1, 0]
    points = torch.rand(4, 3, dtype=torch.float64)
    torch.testing.assert_close(from_unreal(to_unreal(points)), points)


def test_positive_pitch_looks_down():
    level = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    assert float((RIGS["ag2"].view() @ level)[1]) < 0


def test_every_corner_camera_looks_at_the_middle():
    for name in ("cam00", "cam01", "cam02", "cam03"):
        rig = RIGS[name]
        towards = rig.view() @ (torch.zeros(3, dtype=torch.float64) - rig.centre())
        # 18 mm on a sensor of 36 see as far to the side as ahead.
        assert towards[2] > 2 and abs(towards[0]) < towards[2]


def test_intrinsics_are_those_of_the_sensor_and_find_their_mark():
    K = RIGS["hdri"].intrinsics(3840, 2160)
    assert float(K[0, 0]) == pytest.approx(50 / 36 * 3840) == pytest.approx(float(K[1, 1]))
    for mark in ("hdri", "cam00", "ag2"):
        assert mark_for(RIGS[mark].intrinsics(1280, 720).numpy(), 1280, 720) == mark
    assert mark_for(K.numpy() * [[1.01], [1.01], [1]], 3840, 2160) is None
    K[0, 2] += 9
    assert mark_for(K.numpy(), 3840, 2160) is None


def test_an_open_scene_takes_place_and_yaw_from_the_table_and_is_lifted():
    row = {"camX": 10, "camY": 20, "camZ": 30, "camYaw": 40}
    rig = rig_of("ag_trainset_axyz_bfh_brushifyforest_5_15_00000.png", row)
    assert rig.place_cm == (10, 20, 200) and (rig.focal_mm, rig.pitch_deg, rig.yaw_deg) == (
        28,
        0,
        40,
    )
    assert rig_of("ag_validationset_renderpeople_bfh_hdri_50mm_00012.png", row) is RIGS["hdri"]


@pytest.mark.parametrize("yaw", np.linspace(-175, 180, 8).tolist())
def test_the_heading_of_a_turned_body_is_its_yaw(yaw):
    assert heading(body_turn(yaw)) == pytest.approx(yaw if yaw < 180 else -180, abs=1e-9)
    torch.testing.assert_close(body_turn(90.0), OVER)


def test_masks_have_the_names_that_their_tools_ask_for():
    # As agora_evaluation's docs and scripts name them.
    name = "ag_trainset_3dpeople_bfh_archviz_5_10_cam00_00012.png"
    folder = "ag_trainset_3dpeople_bfh_archviz/"
    expected = folder + "ag_trainset_3dpeople_bfh_archviz_5_10_mask_cam00_000012_00003.png"
    assert mask_name(name, 3, False) == expected
    name = "ag_trainset_axyz_bfh_hdri_50mm_5_10_00002.png"
    expected = "ag_trainset_axyz_bfh_hdri/ag_trainset_axyz_bfh_hdri_50mm_5_10_mask_000002_00000"
    assert mask_name(name, 0, True) == expected + "_1280x720.png"
