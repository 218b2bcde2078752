import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from hmr.errors import InputError
from hmr.training import train as fit
from run import main
from teacher import train
from teacher.learner import Augmentation, Budget, Learner
from teacher.lift import Lifter
from teacher.lifter import Design
from teacher.losses import Weights
from teacher.projection import Cameras, Sampling, project_clips
from teacher.train import Projection, held_out, run
from tests.teacher.figures import walking

SMALL = Design(16, 1)
BUDGET = Budget(minutes=None, steps=8, batch=4, round_steps=4)


def clips(count: int = 4):
    return [walking(size=0.9 + 0.05 * i, speed=4.0 + i, name=f"walk_{i}") for i in range(count)]


def learner(budget: Budget = BUDGET) -> Learner:
    poses = project_clips(clips(), Sampling(40), Cameras(), np.random.default_rng(0))
    return Learner(poses, 0, SMALL, SMALL, budget, Augmentation(), Weights())


def weights_of(taught: Learner) -> list[torch.Tensor]:
    return [tensor.clone() for tensor in taught.state_dict().values()]


@pytest.fixture
def motion(tmp_path, monkeypatch):
    """A folder of motion that holds stick figures."""
    folder = tmp_path / "motion"
    folder.mkdir()
    (folder / "walk.bvh").write_text("stands for motion")
    monkeypatch.setattr(train, "load_clips", lambda paths: clips())
    return str(folder)


def small_run(out, motion, **changes):
    budget = replace(BUDGET, **changes)
    return run(
        str(out),
        [motion],
        [motion],
        projection=Projection(tracks=40),
        design=SMALL,
        critic=SMALL,
        budget=budget,
    )


def test_training_is_the_same_to_the_bit_when_truth_is_nan(tmp_path, motion, monkeypatch):
    small_run(tmp_path / "true", motion)
    real = train.trials_of

    def blind(*arguments):
        trials = real(*arguments)
        return replace(trials, truth=torch.full_like(trials.truth, torch.nan))

    monkeypatch.setattr(train, "trials_of", blind)
    small_run(tmp_path / "nan", motion)
    kept = [
        torch.load(tmp_path / n / "teacher.ckpt", weights_only=True)["weights"]
        for n in ("true", "nan")
    ]
    assert all(torch.equal(kept[0][name], kept[1][name]) for name in kept[0])
    assert json.loads((tmp_path / "nan/metrics.json").read_text())["teacher"]["mpjpe_mm"] is None


def test_a_killed_run_ends_as_one_that_was_not(tmp_path):
    whole = learner()
    fit(whole, tmp_path / "whole")

    class KilledError(Exception):
        pass

    class Killed(Learner):
        def on_train_batch_end(self, outputs, batch, batch_idx):
            super().on_train_batch_end(outputs, batch, batch_idx)
            if self.steps == 6:
                raise KilledError

    first = learner()
    first.__class__ = Killed
    with pytest.raises(KilledError):
        fit(first, tmp_path / "cut")
    again = learner()
    fit(again, tmp_path / "cut")
    assert again.steps == whole.steps == 8
    pairs = zip(weights_of(whole), weights_of(again), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_the_stage_leaves_a_teacher_its_measures_and_a_picture(tmp_path, motion):
    metrics = small_run(tmp_path / "out", motion)
    assert metrics["steps"] == 8
    assert metrics["flat"]["pa_mpjpe_mm"] > 0
    assert metrics["teacher"]["pa_mpjpe_mm"] > 0
    written = json.loads((tmp_path / "out/metrics.json").read_text())
    assert written["table"] == metrics["table"]
    assert (tmp_path / "out/lifts.png").stat().st_size > 10_000
    assert json.loads((tmp_path / "out/history.json").read_text())[-1]["step"] == 8
    assert "nose" not in Lifter.load(tmp_path / "out/teacher.ckpt").learned_names


def test_a_finished_run_returns_at_once(tmp_path, motion, monkeypatch):
    first = small_run(tmp_path / "out", motion)
    monkeypatch.setattr(train, "train", lambda *_: pytest.fail("trained again"))
    assert small_run(tmp_path / "out", motion)["training"] == first["training"]


def test_another_training_does_not_overwrite_a_teacher(tmp_path, motion):
    small_run(tmp_path / "out", motion)
    with pytest.raises(InputError, match="other settings"):
        small_run(tmp_path / "out", motion, steps=9)


def test_time_may_end_a_run(tmp_path):
    taught = learner(replace(BUDGET, minutes=1e-9, steps=None))
    fit(taught, tmp_path)
    assert taught.steps == 1


def test_the_generator_serves_who_has_no_motion(tmp_path):
    projection = Projection(tracks=20, generated=3, generated_frames=8)
    metrics = run(str(tmp_path), projection=projection, design=SMALL, critic=SMALL, budget=BUDGET)
    assert metrics["test_poses"] in (8, 16)
    assert "nose" in Lifter.load(tmp_path / "teacher.ckpt").learned_names


def test_held_out_clips_are_never_learned_from():
    learned, kept = held_out(clips(40))
    assert kept
    assert not {clip.name for clip in learned} & {clip.name for clip in kept}


def test_a_budget_without_end_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"lifter\.minutes and lifter\.steps"):
        run(str(tmp_path), budget=Budget(minutes=None, steps=None))


def test_the_command_line_trains_a_teacher(tmp_path, motion):
    words = [f"out={tmp_path}/out", f"motion=[{motion}]", f"test_motion=[{motion}]"]
    sizes = ["lifter.design.width=16", "lifter.critic.width=16", "lifter.tracks=40"]
    assert main(["stage=teacher", *words, *sizes, "lifter.steps=2", "lifter.batch=4"]) == 0
    assert Lifter.load(tmp_path / "out/teacher.ckpt").learned_names


def test_motion_that_is_not_there_is_one_line(tmp_path, capsys):
    words = [f"out={tmp_path}/out", f"motion=[{tmp_path}/nowhere]"]
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
        budget=Budget(steps=1000, minutes=None),
    )
    assert metrics["pa_mpjpe_below_flat"] > 0.25
