import json

import numpy as np
import pytest

from hmr.record import git_commit, versions, write_json, write_metrics


def test_a_number_that_is_not_one_becomes_null(tmp_path):
    write_json(tmp_path / "a.json", {"x": float("nan"), "y": [np.float32(1.5), float("inf")]})
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": None, "y": [1.5, None]}


def test_nothing_temporary_stays_beside_the_file(tmp_path):
    write_metrics(tmp_path, {"a": 1})
    assert [path.name for path in tmp_path.iterdir()] == ["metrics.json"]


def test_the_file_that_was_there_survives_a_failed_write(tmp_path):
    write_json(tmp_path / "a.json", {"a": 1})
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"a": object()})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": 1}


def test_commit_and_versions_are_named():
    assert git_commit() and versions()["torch"] != "not installed"
