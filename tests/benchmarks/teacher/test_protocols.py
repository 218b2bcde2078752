import pytest

from benchmarks.teacher import table
from benchmarks.teacher.protocols import real_data
from hmr.errors import InputError


def test_without_real_data_the_error_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv("THRONG_REAL_DATA", raising=False)
    with pytest.raises(InputError, match="THRONG_REAL_DATA"):
        real_data(None)
    with pytest.raises(InputError, match="no folder mocap"):
        real_data(str(tmp_path))


def test_the_environment_names_the_real_data(monkeypatch, tmp_path):
    (tmp_path / "mocap").mkdir()
    monkeypatch.setenv("THRONG_REAL_DATA", str(tmp_path))
    assert real_data(None) == tmp_path


def test_the_command_ends_with_one_line_where_data_is_missing(monkeypatch, tmp_path):
    monkeypatch.delenv("THRONG_REAL_DATA", raising=False)
    with pytest.raises(SystemExit, match="error: no real data"):
        table.main(["--out", str(tmp_path)])
