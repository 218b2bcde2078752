import numpy as np
import pytest

from benchmarks.teacher.report import markdown, mean_and_spread, side_by_side

ROWS = {
    "flat": [{"pa_mpjpe_mm": 100.0}],
    "teacher": [{"pa_mpjpe_mm": 60.0, "acceleration_mm": 3.0}, {"pa_mpjpe_mm": 64.0}],
    "bound": [{"pa_mpjpe_mm": 50.0}],
}


def test_the_spread_is_the_samples_standard_deviation():
    mean, spread = mean_and_spread([{"x": 1.0}, {"x": 3.0}, {"x": 8.0}])["x"]
    assert mean == 4.0
    assert spread == pytest.approx(np.std([1, 3, 8], ddof=1))


def test_one_seed_has_no_spread():
    assert mean_and_spread([{"x": 1.0}])["x"] == (1.0, 0.0)


def test_a_figure_that_a_seed_lacks_is_left_out():
    assert set(mean_and_spread(ROWS["teacher"])) == {"pa_mpjpe_mm"}


def test_the_table_relates_rows_to_the_bound_and_to_all_flat():
    head, _, flat, teacher, bound = markdown(ROWS, "flat", {"teacher": "bound"}).splitlines()
    assert "PA over the bound's" in head
    assert teacher == "| teacher | 62.0 ± 2.8 | 1.24 | 38.0% |"
    assert flat == "| flat | 100.0 | - | - |"
    assert bound == "| bound | 50.0 | - | 50.0% |"


def test_conditions_stand_side_by_side_and_rows_with_fewer_seeds_say_so():
    def of(pa: float) -> dict[str, float]:
        rest = {"mpjpe_mm": 2 * pa, "bone_spread_percent": 5.0, "acceleration_mm": 3.0}
        return {"pa_mpjpe_mm": pa, **rest}

    true = {"flat": [of(100), of(100)], "teacher": [of(60), of(64)], "bound": [of(50)]}
    noisy = {"flat": [of(120), of(120)], "teacher": [of(80), of(80)], "bound": [of(70)]}
    both = {"true 2D": true, "noisy 2D": noisy}
    head, _, flat, teacher, bound = side_by_side(both, "flat", {"teacher": "bound"}).splitlines()
    assert head.startswith("|  | true 2D | noisy 2D | bones |")
    assert flat == "| flat | 200.0 / 100.0 | 240.0 / 120.0 | 5.0 % | 3.0 | - | - |"
    assert teacher == (
        "| teacher | 124.0 / 62.0 ± 2.8 | 160.0 / 80.0 | 5.0 % | 3.0 | 1.24 | 38.0% |"
    )
    assert bound.startswith("| bound (1 of 2 seeds) | 100.0 / 50.0 |")
