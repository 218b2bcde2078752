import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from hmr.errors import InputError
from run import main
from teacher import material, recipe, train
from teacher.learner import Budget
from teacher.lift import Lifter
from teacher.lifter import Design, LifterNetwork
from teacher.material import Material, held_out
from teacher.parametric import learner
from teacher.parametric.joint import Tuner, Tuning
from teacher.projection import Cameras, Sampling, project_clips
from teacher.recipe import Distilling, JointTuning, Lifting, Recipe, lift_first
from teacher.train import run
from tests.teacher.figures import walking
from tests.teacher.resuming import KilledError, dies_at

SMALL = Design(16, 1)
BUDGET = Budget(minutes=None, steps=8, batch=4, round_steps=4)
MATERIAL = Material(sampling=Sampling(tracks=40))
LIFTING = Lifting(SMALL, SMALL, replace(BUDGET, steps=2), BUDGET)
DISTILLING = Distilling(SMALL, learner.Budget(minutes=None, steps=4, batch=4, round_steps=2))
TUNING = JointTuning(Tuning(minutes=None, steps=4, batch=4, round_steps=2))
LIFTER_ONLY = Recipe(LIFTING, None, None)
WHOLE = Recipe(LIFTING, DISTILLING, TUNING)


def clips(count: int = 4):
    return [walking(size=0.9 + 0.05 * i, speed=4.0 + i, name=f"walk_{i}") for i in range(count)]


@pytest.fixture
def motion(tmp_path, monkeypatch):
    """A folder of motion that holds stick figures."""
    folder = tmp_path / "motion"
    folder.mkdir()
    (folder / "walk.bvh").write_text("stands for motion")
    monkeypatch.setattr(material, "load_clips", lambda paths: clips())
    return str(folder)


def small_run(out, motion, how: Recipe = LIFTER_ONLY, **more):
    return run(str(out), [motion], [motion], material=MATERIAL, recipe=how, **more)


def kept(out) -> dict:
    return torch.load(out / "teacher.ckpt", weights_only=True)


def same(first: dict, second: dict) -> bool:
    return all(torch.equal(first[name], second[name]) for name in first)


def test_training_is_the_same_to_the_bit_when_truth_is_nan(tmp_path, motion, monkeypatch):
    small_run(tmp_path / "true", motion, WHOLE)
    real = train.trials_of

    def blind(*arguments):
        trials = real(*arguments)
        return replace(trials, truth=torch.full_like(trials.truth, torch.nan))

    monkeypatch.setattr(train, "trials_of", blind)
    small_run(tmp_path / "nan", motion, WHOLE)
    true, blinded = kept(tmp_path / "true"), kept(tmp_path / "nan")
    assert same(true["weights"], blinded["weights"])
    assert same(true["parametric"]["weights"], blinded["parametric"]["weights"])
    metrics = json.loads((tmp_path / "nan/metrics.json").read_text())
    assert metrics["teacher"]["mpjpe_mm"] is None
    assert metrics["parametric"]["mpjpe_mm"] is None


def test_what_is_learned_from_is_2d_alone(tmp_path, motion, monkeypatch):
    given = []
    monkeypatch.setattr(train, "teach", lambda *a: given.append(a) or pytest.skip("seen"))
    with pytest.raises(pytest.skip.Exception):
        small_run(tmp_path, motion)
    poses = given[0][1]
    assert {name: tensor.shape[-1] for name, tensor in vars(poses).items()} == {
        "joints": 2,
        "visible": poses.visible.shape[-1],
    }


def test_the_stage_leaves_a_teacher_its_measures_and_a_picture(tmp_path, motion):
    metrics = small_run(tmp_path / "out", motion, WHOLE)
    assert metrics["steps"] == 8
    rows = ("flat", "teacher", "parametric", "teacher_before_tuning", "parametric_before_tuning")
    assert all(metrics[row]["pa_mpjpe_mm"] > 0 for row in rows)
    assert metrics["teacher"] != metrics["teacher_before_tuning"]
    assert set(metrics["minutes"]) == {"lifter", "parametric", "tuning"}
    written = json.loads((tmp_path / "out/metrics.json").read_text())
    assert written["table"] == metrics["table"]
    assert (tmp_path / "out/lifts.png").stat().st_size > 10_000
    steps = [entry["step"] for entry in json.loads((tmp_path / "out/history.json").read_text())]
    assert steps == [8, 4, 4]
    assert "nose" not in Lifter.load(tmp_path / "out/teacher.ckpt").learned_names


def test_a_teacher_may_do_without_the_parametric_network(tmp_path, motion):
    metrics = small_run(tmp_path, motion)
    assert "parametric" not in metrics
    assert Lifter.load(tmp_path / "teacher.ckpt").parametric is None


def test_a_run_killed_in_its_last_phase_ends_as_one_that_was_not(tmp_path, motion, monkeypatch):
    small_run(tmp_path / "whole", motion, WHOLE)

    with monkeypatch.context() as patch:
        patch.setattr(recipe, "Tuner", dies_at(Tuner, 3))
        with pytest.raises(KilledError):
            small_run(tmp_path / "cut", motion, WHOLE)
    small_run(tmp_path / "cut", motion, WHOLE)
    whole, cut = kept(tmp_path / "whole"), kept(tmp_path / "cut")
    assert same(whole["weights"], cut["weights"])
    assert same(whole["parametric"]["weights"], cut["parametric"]["weights"])


def test_a_finished_run_returns_at_once(tmp_path, motion, monkeypatch):
    first = small_run(tmp_path / "out", motion)
    monkeypatch.setattr(train, "teach", lambda *_: pytest.fail("trained again"))
    assert small_run(tmp_path / "out", motion)["training"] == first["training"]


@pytest.mark.parametrize(
    "how",
    [
        replace(LIFTER_ONLY, lifting=replace(LIFTING, budget=replace(BUDGET, steps=9))),
        replace(LIFTER_ONLY, distilling=DISTILLING),
    ],
)
def test_another_training_does_not_overwrite_a_teacher(tmp_path, motion, how):
    small_run(tmp_path / "out", motion)
    with pytest.raises(InputError, match="other settings"):
        small_run(tmp_path / "out", motion, how)


def test_a_temporal_lifter_is_shown_as_many_frames_as_it_looks_at(tmp_path, motion):
    how = replace(LIFTER_ONLY, lifting=replace(LIFTING, design=replace(SMALL, frames=9)))
    small_run(tmp_path, motion, how)
    assert Lifter.load(tmp_path / "teacher.ckpt").looks_along


def test_a_temporal_lifter_begins_as_a_single_frame_one_that_has_learned(tmp_path):
    poses = project_clips(
        clips(), Sampling(tracks=20, frames=9), Cameras(), np.random.default_rng(0)
    )
    still = replace(BUDGET, steps=1, lr=0.0, critic_lr=0.0)
    how = replace(LIFTING, design=replace(SMALL, frames=9), first=BUDGET, budget=still)
    along = lift_first(how, poses, 0, tmp_path)
    kept = torch.load(tmp_path / "first" / "last.ckpt", weights_only=True)["state_dict"]
    single = LifterNetwork(SMALL)
    single.load_state_dict({n[5:]: v for n, v in kept.items() if n.startswith("slow.")})
    joints, known = poses.joints, poses.visible
    assert torch.allclose(
        along.lifter(joints, known).offsets, single(joints, known).offsets, atol=1e-5
    )


def test_2d_poses_of_files_are_learned_from_with_motion_or_alone(tmp_path, motion):
    rng = np.random.default_rng(0)
    file = tmp_path / "poses.npz"
    seen = walking(60).positions[:, None, :, :2].repeat(2, 1)[:, 0]
    pixels = 300 + 200 * seen * [1, -1] + rng.normal(0, 1, seen.shape)
    names = np.array(walking(2).joint_names)
    points = np.concatenate([pixels, np.ones((60, len(names), 1))], -1)
    np.savez(file, keypoints_2d=points, joint_names=names)
    both = small_run(tmp_path / "both", motion, keypoints=str(file))
    assert both["tracks"] > MATERIAL.sampling.tracks
    alone = run(str(tmp_path / "alone"), (), (), [str(file)], material=MATERIAL, recipe=LIFTER_ONLY)
    assert alone["tracks"] == both["tracks"] - MATERIAL.sampling.tracks
    assert alone["test_poses"] > 0


def test_the_generator_serves_who_has_no_motion(tmp_path):
    few = replace(MATERIAL, generated=3, generated_frames=8)
    metrics = run(str(tmp_path), material=few, recipe=LIFTER_ONLY)
    assert metrics["test_poses"] in (8, 16)
    assert "nose" in Lifter.load(tmp_path / "teacher.ckpt").learned_names


def test_held_out_clips_are_never_learned_from():
    learned, set_aside = held_out(clips(40))
    assert set_aside
    assert not {clip.name for clip in learned} & {clip.name for clip in set_aside}


@pytest.mark.parametrize(
    ("how", "key"),
    [
        (replace(WHOLE, lifting=Lifting(budget=Budget(minutes=None, steps=None))), "lifter.steps"),
        (
            replace(WHOLE, distilling=Distilling(budget=learner.Budget(minutes=0, steps=None))),
            "lifter.parametric.budget.steps",
        ),
        (
            replace(WHOLE, tuning=JointTuning(Tuning(minutes=None, steps=None))),
            "lifter.tuning.budget.steps",
        ),
    ],
)
def test_a_budget_without_end_is_refused(tmp_path, how, key):
    with pytest.raises(InputError, match=key.replace(".", r"\.")):
        run(str(tmp_path), recipe=how)


def test_frames_that_convolutions_cannot_span_are_refused_in_one_line(tmp_path, motion, capsys):
    words = [f"out={tmp_path}/out", f"motion=[{motion}]", "lifter.design.frames=10"]
    assert main(["stage=teacher", *words]) == 1
    found = capsys.readouterr().err.splitlines()
    assert len(found) == 1
    assert "power of 3" in found[0]


@pytest.mark.parametrize("variant", ["default", "temporal"])
def test_the_command_line_trains_a_teacher(tmp_path, motion, variant):
    words = [f"out={tmp_path}/out", f"motion=[{motion}]", f"test_motion=[{motion}]"]
    sizes = ["lifter.design.width=16", "lifter.critic.width=16", "lifter.sampling.tracks=40"]
    few = ["lifter.steps=2", "lifter.batch=4", "lifter.first.steps=2", "lifter.first.batch=4"]
    few += ["lifter.parametric.budget.steps=1", "lifter.tuning.budget.steps=1"]
    few += ["lifter.tuning.budget.batch=4", f"lifter={variant}"]
    assert main(["stage=teacher", *words, *sizes, *few]) == 0
    lifter = Lifter.load(tmp_path / "out/teacher.ckpt")
    assert lifter.learned_names
    assert lifter.parametric is not None
    assert lifter.looks_along == (variant == "temporal")


def test_the_command_line_may_leave_phases_out(tmp_path, motion):
    words = [f"out={tmp_path}/out", f"motion=[{motion}]", f"test_motion=[{motion}]"]
    few = ["lifter.steps=2", "lifter.batch=4", "lifter.sampling.tracks=40"]
    assert main(["stage=teacher", *words, *few, "lifter.parametric=null"]) == 0
    assert Lifter.load(tmp_path / "out/teacher.ckpt").parametric is None


@pytest.mark.parametrize("key", ["motion", "keypoints"])
def test_what_is_not_there_is_one_line(tmp_path, capsys, key):
    words = [f"out={tmp_path}/out", f"{key}=[{tmp_path}/nowhere]"]
    assert main(["stage=teacher", *words]) == 1
    found = capsys.readouterr().err.splitlines()
    assert len(found) == 1
    assert "nowhere" in found[0]


@pytest.mark.slow
def test_on_cmu_the_teacher_beats_all_flat_depth_by_a_quarter(real_data, tmp_path):
    cmu = real_data / "mocap" / "cmu"
    metrics = run(
        str(tmp_path),
        [f"{cmu}/01_*.amc", f"{cmu}/03_*.amc"],
        [f"{cmu}/02_*.amc"],
        recipe=Recipe(Lifting(budget=Budget(steps=1000, minutes=None)), None, None),
    )
    assert metrics["pa_mpjpe_below_flat"] > 0.25
