"""Training: resumes, returns at once when done, refuses to overwrite."""

import json
from dataclasses import replace

import pytest
import torch

from hmr.errors import InputError
from student.augment import STILL
from student.learner import Budget, Learner, Steps
from student.mixture import Mixture
from student.train import Mixing, run

BUDGET = Budget(minutes=None, steps=6, round_steps=2)
MIXING = Mixing(batch=4, held_out=0.25, workers=0, labels=8, processes=1)


@pytest.fixture
def quick(data, body_path, design):
    def train(out, **changes):
        plain = {"mixing": MIXING, "budget": BUDGET, "design": design, **changes}
        return run(str(out), [str(data)], body_path=str(body_path), **plain)

    return train


def test_a_killed_run_ends_like_one_that_was_not(quick, tmp_path, monkeypatch):
    whole = quick(tmp_path / "whole")
    step, taken = Learner.training_step, []

    def counting(self, batch, batch_idx):
        taken.append(self.steps)
        return step(self, batch, batch_idx)

    def dying(self, batch, batch_idx):
        if self.steps == 5:
            raise RuntimeError("killed")
        return step(self, batch, batch_idx)

    with monkeypatch.context() as patch:
        patch.setattr(Learner, "training_step", dying)
        with pytest.raises(RuntimeError, match="killed"):
            quick(tmp_path / "killed")
    monkeypatch.setattr(Learner, "training_step", counting)
    resumed = quick(tmp_path / "killed")
    assert taken == [4, 5]
    assert resumed["steps"] == 6
    assert resumed["student"] == pytest.approx(whole["student"], rel=1e-3)


def test_a_finished_run_returns_at_once_and_other_settings_are_refused(
    quick, tmp_path, monkeypatch
):
    first = quick(tmp_path)
    monkeypatch.setattr("student.train.load_body", None)
    assert quick(tmp_path) == json.loads((tmp_path / "metrics.json").read_text())
    assert set(first["student"]) == {"mpjpe_mm", "pa_mpjpe_mm"} == set(first["mean_body"])
    with pytest.raises(InputError, match="other settings"):
        quick(tmp_path, seed=1)


def test_the_history_shows_the_loss_and_the_checkpoint_is_plain(quick, tmp_path):
    quick(tmp_path, budget=Budget(minutes=None, steps=21, round_steps=20))
    history = json.loads((tmp_path / "history.json").read_text())
    assert [entry["step"] for entry in history] == [20, 21]
    assert {"loss", "points_2d", "minutes", "held_out_pa_mpjpe_mm"} <= set(history[0])
    content = torch.load(tmp_path / "student.ckpt", weights_only=True)
    assert content["about"]["steps"] == 21


def test_minutes_end_a_run(quick, tmp_path):
    found = quick(tmp_path, budget=Budget(minutes=0.02, steps=None, round_steps=1000))
    assert 0.02 <= found["minutes"] < 0.1


def test_a_set_without_people_or_manifest_is_named(tmp_path, body_path):
    with pytest.raises(InputError, match=r"manifest\.json"):
        run(str(tmp_path / "out"), [str(tmp_path)], body_path=str(body_path))
    with pytest.raises(InputError, match="data"):
        run(str(tmp_path / "out"), None, body_path=str(body_path))


def test_two_processes_share_every_batch_and_go_on_where_they_stopped(quick, tmp_path):
    two = replace(MIXING, processes=2)
    half = quick(tmp_path, mixing=two, budget=replace(BUDGET, steps=21, round_steps=20))
    assert half["steps"] == 21
    history = json.loads((tmp_path / "history.json").read_text())
    assert [entry["step"] for entry in history] == [20, 21]
    content = torch.load(tmp_path / "student.ckpt", weights_only=True)
    assert content["about"]["steps"] == 21


def test_the_shares_of_a_batch_are_the_batch(source):
    mixture = Mixture((source,), (1.0,), 6, 0)
    parts = [Steps(mixture, STILL, 32, 0, 1, (rank, 2))[0].seen for rank in range(2)]
    whole = Steps(mixture, STILL, 32, 0, 1)[0].seen
    assert [len(part.trust) for part in parts] == [3, 3]
    places = torch.cat([part.place for part in parts])
    assert torch.equal(places.sort(0).values, whole.place.sort(0).values)
