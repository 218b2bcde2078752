"""Whatever stands in a stranger's file, an import ends in samples or in one line."""

import json
import pickle
import shutil

import numpy as np
import pandas
import pytest

from hmr.errors import InputError
from hmr.sample import Sample
from hmr.unpickling import load_npz, load_pickle
from samples.exporters import agora, bedlam, coco
from samples.importers.tally import Tally
from samples.importers.writing import read_import
from tests.sample_factory import make_samples, write_set
from tests.samples.fuzzing import COUNTS, fuzz
from tests.samples.mutations import arrays, bomb, flipped, plain


@pytest.fixture(scope="module")
def exports(body, tmp_path_factory):
    made = make_samples(body, count=1, people=2, width=64, height=48)
    tiny = write_set(tmp_path_factory.mktemp("tiny") / "set", made)
    out = tmp_path_factory.mktemp("exports")
    for module in (agora, bedlam, coco):
        module.export(tiny, out / module.__name__.rpartition(".")[2])
    return out


@pytest.fixture
def answered(monkeypatch):
    """Imports a file."""
    monkeypatch.setattr("hmr.progress.console.print", lambda *_, **__: None)

    def check(path, format):
        try:
            found = list(read_import(path, None, format, Tally()))
        except InputError as error:
            assert len(str(error).splitlines()) == 1, str(error)
            return
        assert all(isinstance(sample, Sample) for sample in found)

    return check


def test_what_is_mutated_below_is_read_when_it_is_not(exports):
    for format in ("agora", "bedlam", "coco"):
        assert len(list(read_import(exports / format, None, format, Tally()))) == 1


@pytest.mark.parametrize("count", COUNTS)
def test_coco(count, exports, answered, tmp_path):
    shutil.copytree(exports / "coco", tmp_path / "coco")
    file = tmp_path / "coco/annotations.json"
    content = json.loads(file.read_text())

    def check(changed):
        file.write_text(json.dumps(changed))
        answered(file, "coco")

    fuzz(count, plain(content), check)


@pytest.mark.parametrize("count", COUNTS)
def test_bedlam(count, exports, answered, tmp_path):
    shutil.copytree(exports / "bedlam", tmp_path / "bedlam")
    file = tmp_path / "bedlam/bedlam.npz"

    def check(changed):
        np.savez(file, **changed)
        answered(file, "bedlam")

    fuzz(count, arrays(load_npz(exports / "bedlam/bedlam.npz")), check)


def table_of(folder):
    (file,) = (folder / "dataframes").glob("*.pkl")
    return file


def as_lists(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    return [as_lists(item) for item in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("count", COUNTS)
def test_agoras_tables(count, exports, answered, tmp_path):
    shutil.copytree(exports / "agora", tmp_path / "agora")
    file = table_of(tmp_path / "agora")
    columns = {
        str(name): [as_lists(item) for item in column] for name, column in load_pickle(file).items()
    }

    def check(changed):
        lists = {n: c if isinstance(c, list) and len(c) == 1 else [c] for n, c in changed.items()}
        pandas.DataFrame({n: pandas.Series(c, dtype=object) for n, c in lists.items()}).to_pickle(
            file
        )
        answered(file, "agora")

    fuzz(count, plain(columns), check)


@pytest.mark.parametrize("count", COUNTS)
def test_agoras_fits(count, exports, answered, tmp_path):
    shutil.copytree(exports / "agora", tmp_path / "agora")
    table = table_of(tmp_path / "agora")
    fits = sorted((tmp_path / "agora/smplx_gt").rglob("*.pkl"))
    fit = {str(name): np.asarray(value) for name, value in load_pickle(fits[0]).items()}

    def check(changed):
        fits[0].write_bytes(pickle.dumps(changed))
        answered(table, "agora")

    fuzz(count, arrays(fit), check)


@pytest.mark.parametrize("format", ["coco", "bedlam", "agora"])
@pytest.mark.parametrize("count", COUNTS)
def test_bytes(format, count, exports, answered, tmp_path):
    shutil.copytree(exports / format, tmp_path / format)
    known = {"coco": "annotations.json", "bedlam": "bedlam.npz"}
    folder = tmp_path / format
    file = folder / known[format] if format in known else table_of(folder)
    whole = file.read_bytes()

    def check(changed):
        file.write_bytes(changed)
        answered(file, format)

    fuzz(count, flipped(whole), check)


def test_a_table_that_runs_code_is_refused(tmp_path):
    (tmp_path / "table.pkl").write_bytes(bomb())
    with pytest.raises(InputError, match="refused"):
        list(read_import(tmp_path / "table.pkl", None, "agora", Tally()))
