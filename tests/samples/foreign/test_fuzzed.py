"""Whatever stands in a stranger's file, the doctor answers by findings or one line."""

import json

import numpy as np
import pytest
from hypothesis import strategies as st

from hmr.errors import InputError
from hmr.unpickling import load_npz
from samples.exporters import bedlam, coco, humandata
from samples.finding import Finding
from samples.foreign import examine
from tests.sample_factory import make_samples, write_set
from tests.samples.fuzzing import COUNTS, fuzz
from tests.samples.mutations import arrays, bomb, flipped, plain


@pytest.fixture(scope="module")
def tiny(body, tmp_path_factory):
    made = make_samples(body, count=2, people=3, width=64, height=48)
    return write_set(tmp_path_factory.mktemp("tiny") / "set", made)


@pytest.fixture(scope="module")
def files(tiny, tmp_path_factory):
    out = tmp_path_factory.mktemp("foreign")
    for module in (bedlam, coco, humandata):
        module.export(tiny, out)
    return out


@pytest.fixture
def answered(files, monkeypatch):
    """Asks the doctor about a file."""
    monkeypatch.setattr("hmr.progress.console.print", lambda *_, **__: None)

    def check(path, images=None):
        try:
            found = list(examine(path, images))
        except InputError as error:
            assert str(error)
            return
        assert all(isinstance(finding, Finding) for finding in found)
        assert all(str(finding).isprintable() for finding in found)

    return check


def inner(table):
    """Lists in the place of arrays, as `plain` changes them."""
    return {key: np.asarray(value).tolist() for key, value in table.items()}


@pytest.mark.parametrize("name", ["bedlam", "humandata"])
@pytest.mark.parametrize("count", COUNTS)
def test_arrays(name, count, files, answered, tmp_path):
    def check(changed):
        np.savez(tmp_path / "file.npz", **changed)
        answered(tmp_path / "file.npz", files)

    fuzz(count, arrays(load_npz(files / f"{name}.npz")), check)


@pytest.mark.parametrize("table", ["smplx", "meta", "misc"])
@pytest.mark.parametrize("count", COUNTS)
def test_dicts_in_humandata(table, count, files, answered, tmp_path):
    whole = load_npz(files / "humandata.npz")
    held = whole[table].item()

    def check(case):
        changed, as_arrays = case
        if as_arrays:
            changed = {key: array_or_list(value) for key, value in changed.items()}
        np.savez(tmp_path / "file.npz", **{**whole, table: np.array(changed, object)})
        answered(tmp_path / "file.npz", files)

    fuzz(count, st.tuples(plain(inner(held)), st.booleans()), check)


def array_or_list(value):
    try:
        return np.array(value)
    except (ValueError, OverflowError):
        return value


@pytest.mark.parametrize("count", COUNTS)
def test_json(count, files, answered, tmp_path):
    content = json.loads((files / "annotations.json").read_text())

    def check(changed):
        (tmp_path / "file.json").write_text(json.dumps(changed))
        answered(tmp_path / "file.json", files / "images")

    fuzz(count, plain(content), check)


@pytest.mark.parametrize("name", ["bedlam.npz", "humandata.npz", "annotations.json"])
@pytest.mark.parametrize("count", COUNTS)
def test_bytes(name, count, files, answered, tmp_path):
    def check(changed):
        (tmp_path / name).write_bytes(changed)
        answered(tmp_path / name, files)

    fuzz(count, flipped((files / name).read_bytes()), check)


def test_a_pickle_that_runs_code_is_refused(files, tmp_path):
    whole = load_npz(files / "humandata.npz")
    (tmp_path / "file.npz").write_bytes(bomb())
    with pytest.raises(InputError):
        list(examine(tmp_path / "file.npz"))
    np.savez(tmp_path / "file.npz", **whole)
    content = (tmp_path / "file.npz").read_bytes()
    # The dict's own pickle names a function of numpy's; here it names another.
    (tmp_path / "file.npz").write_bytes(content.replace(b"_reconstruct", b"_recombobula"))
    with pytest.raises(InputError):
        list(examine(tmp_path / "file.npz"))
