import csv
import io
import math

import pytest

from evaluation.errors import METRICS
from evaluation.occlusion import Row
from evaluation.tables import number, read, show, to_csv, write

NAMES = ("student", "mean body")
ROWS = [
    Row("all", 3, {name: dict.fromkeys(METRICS, 12.345) for name in NAMES}),
    Row("90-100", 0, {name: dict.fromkeys(METRICS, float("nan")) for name in NAMES}),
]


def test_csv_has_a_column_for_each_metric_of_each_predictor():
    rows = list(csv.DictReader(io.StringIO(to_csv(ROWS, NAMES))))
    assert rows[0]["pa_mve_mm mean body"] == "12.3" and rows[1]["mpjpe_mm student"] == "-"
    assert len(rows[0]) == 2 + len(METRICS) * len(NAMES)


def test_a_table_is_read_back_only_for_what_it_was_made_from(tmp_path):
    write(tmp_path, ROWS, NAMES, "these weights")
    rows, names = read(tmp_path, "these weights")
    assert rows[0] == ROWS[0] and tuple(names) == NAMES
    assert math.isnan(rows[1].errors["student"]["mve"])
    assert read(tmp_path, "other weights") is None
    assert read(tmp_path / "nowhere", "these weights") is None


def test_the_screen_shows_every_number_within_80_columns(capsys):
    show(ROWS, NAMES)
    shown = capsys.readouterr().out
    assert shown.count("12.3") == 8 and "…" not in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_no_number_is_a_dash(value):
    assert number(value) == "-"
