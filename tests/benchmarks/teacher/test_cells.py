import pytest

from benchmarks.teacher.cells import cell, part_of
from hmr.errors import InputError


def test_a_result_is_worked_out_once(tmp_path):
    path, asked = tmp_path / "group" / "row.json", []

    def work(folder):
        asked.append(folder)
        return {"minutes": 1.5}

    first = cell(path, {"seed": 0}, work)
    assert first["minutes"] == 1.5
    assert cell(path, {"seed": 0}, work) == first
    assert len(asked) == 1


def test_checkpoints_are_deleted_once_the_result_is_there(tmp_path):
    def work(folder):
        folder.mkdir(parents=True)
        (folder / "last.ckpt").write_text("weights")
        return {}

    cell(tmp_path / "row.json", {}, work)
    assert not list(tmp_path.rglob("*.ckpt"))


def test_a_killed_work_finds_its_checkpoints_again(tmp_path):
    def killed(folder):
        folder.mkdir(parents=True)
        (folder / "last.ckpt").write_text("weights")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cell(tmp_path / "row.json", {}, killed)
    found = cell(tmp_path / "row.json", {}, lambda f: {"had": (f / "last.ckpt").exists()})
    assert found["had"]


def test_the_result_of_other_settings_is_not_taken_for_this_one(tmp_path):
    cell(tmp_path / "row.json", {"steps": 20}, lambda _: {})
    with pytest.raises(InputError, match="other settings"):
        cell(tmp_path / "row.json", {"steps": 30}, lambda _: {})


def test_the_parts_are_the_whole():
    items = list("abcde")
    assert sorted(part_of(items, "0/2") + part_of(items, "1/2")) == items


@pytest.mark.parametrize("part", ["2/2", "1", "a/b", "-1/2"])
def test_a_part_that_is_none_is_refused(part):
    with pytest.raises(InputError, match="--part"):
        part_of([1, 2], part)
