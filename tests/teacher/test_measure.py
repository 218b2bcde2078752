import pytest
import torch

from teacher.measure import errors, flat, table, trials_of
from teacher.poses_2d import NAMES
from teacher.projection import Cameras
from tests.teacher.figures import walking


def trials():
    return trials_of([walking()], Cameras(), 0)


def test_the_truth_itself_has_no_error():
    kept = trials()
    found = errors(2 * torch.nan_to_num(kept.truth), kept)
    assert found == pytest.approx({"mpjpe_mm": 0, "pa_mpjpe_mm": 0}, abs=1e-2)


def test_a_skeleton_of_flipped_depth_is_wrong():
    kept = trials()
    found = errors(torch.nan_to_num(kept.truth) * torch.tensor([1.0, 1.0, -1.0]), kept)
    assert found["pa_mpjpe_mm"] > errors(flat(kept), kept)["pa_mpjpe_mm"]


def test_joints_without_truth_do_not_count():
    kept = trials()
    guess = torch.nan_to_num(kept.truth)
    guess[:, NAMES.index("nose")] = 100.0
    assert errors(guess, kept)["pa_mpjpe_mm"] == pytest.approx(0, abs=1e-2)


def test_the_table_sets_both_side_by_side():
    row = {"mpjpe_mm": 10.0, "pa_mpjpe_mm": 5.0}
    text = table({"flat": row, "teacher": row}, 3)
    assert text.count("10.0 mm") == 2
    assert "all joints at one depth" in text
