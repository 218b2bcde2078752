import math

import numpy as np
import pytest

from evaluation.errors import METRICS, Errors
from evaluation.occlusion import EDGES, EVERYONE, UNKNOWN, bins_of, table


def errors_of(values) -> Errors:
    return Errors(*(np.asarray(values, float) for _ in METRICS))


def test_bins_hold_everyone_once():
    draw = np.random.default_rng(0)
    occlusion = np.concatenate([draw.uniform(0, 1, 500), EDGES, [np.nan] * 7])
    masks = np.array([mask for _, mask in bins_of(occlusion)])
    assert (masks.sum(0) == 1).all()


def test_bounds_belong_to_the_bin_above_and_full_occlusion_to_the_last():
    names = {
        share: next(name for name, mask in bins_of(np.array([share])) if mask.any())
        for share in (0.0, 0.2, 0.4, 0.7, 0.9, 1.0)
    }
    assert list(names.values()) == ["0-20", "20-40", "40-70", "70-90", "90-100", "90-100"]


def test_counts_of_the_bins_add_up_to_everyone():
    occlusion = np.array([0.1, 0.3, 0.5, 0.8, 0.95, 0.15, np.nan])
    rows = table(occlusion, {"a": errors_of(np.ones(7))})
    assert rows[0].occlusion == EVERYONE and rows[0].people == 7
    assert sum(row.people for row in rows[1:]) == 7
    assert rows[-1].occlusion == UNKNOWN and rows[-1].people == 1


def test_the_mean_over_everyone_is_the_weighted_mean_of_the_bins():
    draw = np.random.default_rng(1)
    occlusion, errors = draw.uniform(0, 1, 80), draw.uniform(0, 200, 80)
    everyone, *bins = table(occlusion, {"a": errors_of(errors)})
    weighted = sum(row.people * row.errors["a"]["mpjpe"] for row in bins if row.people) / 80
    assert everyone.errors["a"]["mpjpe"] == pytest.approx(weighted)


def test_each_predictor_keeps_its_own_mean():
    rows = table(np.array([0.1, 0.8]), {"a": errors_of([1, 3]), "b": errors_of([10, 30])})
    assert rows[0].errors["a"]["mve"] == 2 and rows[0].errors["b"]["mve"] == 20


def test_a_bin_without_people_has_no_number_and_unknown_is_left_out_when_empty():
    rows = table(np.array([0.1]), {"a": errors_of([5])})
    assert math.isnan(rows[2].errors["a"]["mpjpe"])
    assert UNKNOWN not in [row.occlusion for row in rows]
