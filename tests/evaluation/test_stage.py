import csv
import json
from dataclasses import replace

import pytest
import torch

from evaluation.errors import METRICS
from evaluation.stage import run
from hmr.errors import InputError
from hmr.params import Params
from hmr.rotations import axis_angle_to_matrix
from tests.evaluation.truth_teller import TruthTeller
from tests.sample_factory import write_set


def test_the_truth_has_no_error_and_the_mean_body_has(samples, data, tmp_path):
    metrics = run(str(tmp_path), str(data), TruthTeller(samples), overlays=1)
    assert all(metrics[f"{m}_mm"] == pytest.approx(0, abs=0.05) for m in METRICS)
    assert metrics["pa_mpjpe_mm_mean_body"] > 10
    assert metrics["pa_mpjpe_below_baseline_percent"] > 99
    assert json.loads((tmp_path / "metrics.json").read_text())["people"] == 9
    assert len(list((tmp_path / "overlays").glob("*.png"))) == 1


def test_the_turned_truth_has_no_aligned_error(samples, data, tmp_path):
    turn = axis_angle_to_matrix(torch.tensor([0.0, 1.0, 0.0]))
    metrics = run(str(tmp_path), str(data), TruthTeller(samples, turn), overlays=0)
    assert metrics["pa_mpjpe_mm"] == pytest.approx(0, abs=0.05)
    assert metrics["pa_mve_mm"] == pytest.approx(0, abs=0.05)
    assert metrics["mpjpe_mm"] > 50


def test_counts_in_the_table_and_its_csv_add_up(samples, data, tmp_path):
    run(str(tmp_path), str(data), TruthTeller(samples), overlays=0)
    rows = json.loads((tmp_path / "table.json").read_text())["rows"]
    assert rows[0]["people"] == sum(row["people"] for row in rows[1:]) == 9
    with (tmp_path / "table.csv").open() as file:
        listed = list(csv.DictReader(file))
    assert [row["people"] for row in listed] == [str(row["people"]) for row in rows]
    assert {"mpjpe_mm student", "mpjpe_mm mean body"} <= set(listed[0])


def test_a_second_run_asks_the_predictor_nothing_and_says_the_same(samples, data, tmp_path):
    checkpoint = tmp_path / "student.ckpt"
    checkpoint.write_bytes(b"weights")
    oracle = TruthTeller(samples)
    first = run(str(tmp_path), str(data), oracle, str(checkpoint), overlays=0)
    second = run(str(tmp_path), str(data), oracle, str(checkpoint), overlays=0)
    assert oracle.asked == 3 and first == second
    checkpoint.write_bytes(b"other weights")
    run(str(tmp_path), str(data), oracle, str(checkpoint), overlays=0)
    assert oracle.asked == 6


def test_a_killed_run_goes_on_with_the_answers_it_has(samples, data, tmp_path):
    checkpoint = tmp_path / "student.ckpt"
    checkpoint.write_bytes(b"weights")
    oracle = TruthTeller(samples)
    first = run(str(tmp_path), str(data), oracle, str(checkpoint), overlays=0)
    (tmp_path / "table.json").write_text('{"made_from": "half a fi')
    next((tmp_path / "predictions").glob("student-*/*.npz")).unlink()
    second = run(str(tmp_path), str(data), oracle, str(checkpoint), overlays=0)
    assert oracle.asked == 4 and first == second


def test_an_image_without_people_is_skipped_and_counted(samples, body, tmp_path):
    empty = replace(
        samples[0],
        key="empty",
        people=(),
        params=Params.rest(0),
        **{
            name: getattr(samples[0], name)[:0]
            for name in ("joints_3d", "joints_2d", "joint_visibility")
        },
    )
    data = write_set(tmp_path / "set", [samples[0], empty])
    metrics = run(str(tmp_path / "out"), str(data), TruthTeller(samples), overlays=2)
    assert metrics["images"] == 2 and metrics["images_without_people"] == 1
    nobody = write_set(tmp_path / "nobody", [empty])
    with pytest.raises(InputError, match="no image shows anybody"):
        run(str(tmp_path / "none"), str(nobody), TruthTeller(samples))


def test_what_is_missing_is_named(samples, tmp_path):
    with pytest.raises(InputError, match="data=DIR"):
        run(str(tmp_path), None, TruthTeller(samples))
    with pytest.raises(InputError, match=r"manifest\.json"):
        run(str(tmp_path), str(tmp_path / "nowhere"), TruthTeller(samples))
    with pytest.raises(InputError, match="predictor=CKPT"):
        run(str(tmp_path), str(tmp_path), None)
