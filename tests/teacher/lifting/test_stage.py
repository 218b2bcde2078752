"""Keypoints go in, files that say the same things come out, and faults are named in one line."""

import json

import cv2
import numpy as np
import pytest
import torch

import run as door
from hmr.errors import InputError
from hmr.joints import COCO_17
from teacher.lift import Lifter, save
from teacher.lifter import Design, LifterNetwork
from teacher.lifting import stage
from teacher.parametric.network import ParametricNetwork
from teacher.poses_2d import NAMES, ROOT

FRAMES, WIDTH, HEIGHT = 7, 320, 240
STANDING = np.array(
    [
        *([160, 60], [164, 56], [156, 56], [170, 58], [150, 58], [180, 85], [140, 85]),
        *([188, 115], [132, 115], [190, 140], [130, 140], [172, 145], [148, 145]),
        *([172, 180], [148, 180], [172, 215], [148, 215]),
    ],
    dtype=float,
)
"""COCO's joints of somebody who stands and looks at the camera."""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A teacher, and one person who walks past for some frames, of which one is empty."""
    folder = tmp_path_factory.mktemp("inputs")
    torch.manual_seed(0)
    save(folder / "teacher.ckpt", LifterNetwork(Design(16, 1, frames=3)), NAMES, {})
    points = np.concatenate([STANDING, np.ones((17, 1))], 1)[None].repeat(FRAMES, 0)
    points[:, :, 0] += 3 * np.arange(FRAMES)[:, None]
    points[3] = 0
    np.savez(folder / "walk.npz", keypoints_2d=points, joint_names=np.array(COCO_17))
    (folder / "frames").mkdir()
    for i in range(FRAMES):
        grey = np.full((HEIGHT, WIDTH, 3), 100 + 10 * i, np.uint8)
        cv2.imwrite(str(folder / "frames" / f"f{i:03d}.png"), grey)
    return folder


@pytest.fixture(scope="module")
def out(inputs):
    return lifted(inputs, inputs / "out", images=str(inputs / "frames"), relifts=2)


def lifted(inputs, folder, **settings):
    keypoints, teacher = str(inputs / "walk.npz"), str(inputs / "teacher.ckpt")
    stage.run(str(folder), keypoints, teacher, **{"animation": "none", **settings})
    return folder


def test_npz_and_json_say_the_same(out):
    arrays = dict(np.load(out / "lifts.npz"))
    content = json.loads((out / "lifts.json").read_text())
    (person,) = content["people"]
    assert content["joint_names"] == arrays["joint_names"].tolist() == list(NAMES)
    assert len(person["frames"]) == len(arrays["frame"]) == FRAMES
    for name in ("joints_3d", "confidence", "joints_2d", "K"):
        told = np.array([frame[name] for frame in person["frames"]], dtype=float)
        np.testing.assert_allclose(told, arrays[name], atol=1e-5)
    infinite = [[u is None for u in frame["uncertainty"]] for frame in person["frames"]]
    assert np.array_equal(infinite, np.isinf(arrays["uncertainty"]))


def test_lifts_are_the_lifters_own(out, inputs):
    arrays = dict(np.load(out / "lifts.npz"))
    columns = (arrays["joints_2d"], arrays["visible"].astype(float), arrays["K"])
    expected = Lifter.load(inputs / "teacher.ckpt").lift_track(*columns, relifts=2)
    np.testing.assert_allclose(arrays["joints_3d"], expected.joints_3d, atol=1e-4)
    np.testing.assert_allclose(arrays["uncertainty"], expected.uncertainty, atol=1e-4)
    assert np.allclose(arrays["joints_3d"][:, ROOT], 0, atol=1e-6)


def test_the_camera_is_that_of_stage_fit_and_an_empty_frame_is_filled(out):
    arrays = dict(np.load(out / "lifts.npz"))
    diagonal = np.hypot(WIDTH, HEIGHT)
    expected = [[diagonal, 0, WIDTH / 2], [0, diagonal, HEIGHT / 2], [0, 0, 1]]
    np.testing.assert_allclose(arrays["K"], np.tile(expected, (FRAMES, 1, 1)), rtol=1e-6)
    assert arrays["image"][3] == "" and not arrays["visible"][3].any()
    assert arrays["confidence"][3].max() > 0


def test_a_finished_folder_returns_at_once_and_other_settings_are_named(
    out, inputs, monkeypatch, capsys
):
    monkeypatch.setattr(stage, "gather", None)
    lifted(inputs, out, images=str(inputs / "frames"), relifts=2)
    assert "lifted already" in capsys.readouterr().out
    with pytest.raises(InputError, match="made with another relifts and sheet; set another out"):
        lifted(inputs, out, images=str(inputs / "frames"), relifts=4, sheet=1)


def test_a_killed_run_goes_on_and_draws_no_animation_twice(inputs, tmp_path, monkeypatch):
    whole = lifted(inputs, tmp_path / "whole", animation="gif")
    cut = tmp_path / "cut"
    with monkeypatch.context() as patch:
        patch.setattr(stage, "_metrics", None)
        with pytest.raises(TypeError):
            lifted(inputs, cut, animation="gif")
    before = (cut / "track-0.gif").stat().st_mtime_ns
    lifted(inputs, cut, animation="gif")
    assert (cut / "track-0.gif").stat().st_mtime_ns == before
    assert (cut / "lifts.json").read_bytes() == (whole / "lifts.json").read_bytes()


def test_photos_are_lifted_each_on_its_own(inputs, tmp_path):
    folder = lifted(inputs, tmp_path, tracks=False, animation="mp4")
    arrays = dict(np.load(folder / "lifts.npz"))
    assert len(arrays["key"]) == FRAMES - 1 and not arrays["is_track"].any()
    columns = (arrays["joints_2d"], arrays["visible"].astype(float), arrays["K"])
    expected = Lifter.load(inputs / "teacher.ckpt").lift(*columns)
    np.testing.assert_allclose(arrays["joints_3d"], expected.joints_3d, atol=1e-4)
    assert not list(folder.glob("*.mp4"))


def test_a_parametric_network_adds_smplx_people_whose_joints_project_onto_the_pixels(
    inputs, tmp_path, body
):
    from hmr.params import Params

    torch.manual_seed(0)
    parametric = ParametricNetwork(Design(16, 1), Design(16, 1))
    save(tmp_path / "t.ckpt", LifterNetwork(Design(16, 1)), NAMES, {}, parametric)
    folder, keypoints = tmp_path / "out", str(inputs / "walk.npz")
    stage.run(str(folder), keypoints, str(tmp_path / "t.ckpt"), animation="none")
    arrays = dict(np.load(folder / "lifts.npz"))
    joints = body.keypoints(Params.from_disk(arrays), ("pelvis",))[:, 0].numpy()
    seen = np.einsum("nij,nj->ni", arrays["K"], joints)
    hips = arrays["joints_2d"][:, [NAMES.index("left_hip"), NAMES.index("right_hip")]].mean(1)
    there = arrays["visible"].any(1)
    # An untrained network stands people about where they are.
    apart = np.linalg.norm(seen[:, :2] / seen[:, 2:] - hips, axis=1)[there]
    assert (apart < 40).all()
    frame = json.loads((folder / "lifts.json").read_text())["people"][0]["frames"][0]
    assert len(frame["body_pose"]) == 63 and len(frame["betas"]) == 10


def test_joints_that_a_file_does_not_name_are_named_behind_it(inputs, tmp_path):
    with np.load(inputs / "walk.npz") as file:
        np.savez(tmp_path / "bare.npz", keypoints_2d=file["keypoints_2d"])
    teacher = str(inputs / "teacher.ckpt")
    stage.run(str(tmp_path / "o"), f"{tmp_path}/bare.npz:coco_17", teacher, animation="none")
    expected = dict(np.load(lifted(inputs, tmp_path / "named") / "lifts.npz"))
    found = dict(np.load(tmp_path / "o" / "lifts.npz"))
    assert np.array_equal(found["joints_3d"], expected["joints_3d"])


def test_faults_are_named(inputs, tmp_path):
    keypoints, teacher = str(inputs / "walk.npz"), str(inputs / "teacher.ckpt")
    for given, reason in (
        ((None, teacher), "keypoints=FILE"),
        ((keypoints, None), "teacher=FILE"),
        ((keypoints, "none.ckpt"), r"none\.ckpt: no such checkpoint"),
    ):
        with pytest.raises(InputError, match=reason):
            stage.run(str(tmp_path), *given)
    for settings, reason in (
        ({"tracks": "maybe"}, "stage.tracks=maybe: unknown; choose one of true, false, auto"),
        ({"animation": "avi"}, "stage.animation=avi"),
        ({"fps": 0}, r"stage\.fps=0: give a number above 0"),
        ({"images": str(tmp_path / "none")}, "no such folder"),
    ):
        with pytest.raises(InputError, match=reason):
            stage.run(str(tmp_path / "out"), keypoints, teacher, **settings)


def test_the_command_line_knows_the_stage_and_its_keys(inputs, tmp_path, capsys):
    assert "lift" in door.stages() and "2D keypoints" in door.stages()["lift"]
    words = ["stage=lift", f"keypoints={inputs / 'walk.npz'}", f"teacher={inputs}/teacher.ckpt"]
    words += [f"out={tmp_path}", "stage.animation=gif", "stage.fps=12", "stage.relifts=0"]
    assert door.main(words) == 0
    assert (tmp_path / "track-0.gif").exists()
    assert door.main([*words[:-1], "stage.relifts=2"]) == 1
    assert "relifts" in capsys.readouterr().err


def test_real_photos_are_lifted(real_data, inputs, tmp_path):
    photos = real_data / "photos" / "coco"
    metrics = stage.run(
        *(str(tmp_path), str(photos / "test_coco.json"), str(inputs / "teacher.ckpt")),
        images=str(photos),
    )
    assert metrics["people"] > 5 and (tmp_path / "lifts.png").exists()
