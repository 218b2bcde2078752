"""Whatever is done to the files of a data set, the doctor answers by findings or one line."""

import io
import json
import shutil

import numpy as np
import pytest

from hmr.errors import InputError
from samples.doctor import examine
from samples.finding import Finding
from tests.sample_factory import make_samples, write_set
from tests.samples.fuzzing import COUNTS, fuzz
from tests.samples.mutations import arrays, flipped, plain
from tests.samples.planting import rewrite_record

SHARD, KEY = "shard-000000.tar", "000000"


@pytest.fixture(scope="module")
def tiny(body, tmp_path_factory):
    made = make_samples(body, count=1, people=2, width=64, height=48)
    return write_set(tmp_path_factory.mktemp("tiny") / "set", made)


@pytest.fixture
def answered(tiny, tmp_path, monkeypatch):
    """Breaks a copy of the set and asks the doctor about it."""
    monkeypatch.setattr("hmr.progress.console.print", lambda *_, **__: None)

    def check(plant):
        folder = tmp_path / "set"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(tiny, folder)
        plant(folder)
        try:
            found = list(examine(folder))
        except InputError as error:
            assert str(error)
            return
        assert all(isinstance(finding, Finding) for finding in found)
        assert all(str(finding).isprintable() for finding in found)

    return check


def member(tiny, ending):
    files = {}
    # Changes nothing.
    rewrite_record(tiny, SHARD, KEY, lambda own: files.update(own) or own)
    return files[ending]


def replacing(ending, data):
    return lambda folder: rewrite_record(folder, SHARD, KEY, lambda files: {**files, ending: data})


@pytest.mark.parametrize("count", COUNTS)
def test_manifests(count, tiny, answered):
    manifest = json.loads((tiny / "manifest.json").read_text())

    def check(changed):
        answered(lambda folder: (folder / "manifest.json").write_text(json.dumps(changed)))

    fuzz(count, plain(manifest), check)


@pytest.mark.parametrize("name", ["manifest.json", "people.parquet", SHARD])
@pytest.mark.parametrize("count", COUNTS)
def test_bytes_of_files(name, count, tiny, answered):
    def check(changed):
        answered(lambda folder: (folder / name).write_bytes(changed))

    fuzz(count, flipped((tiny / name).read_bytes()), check)


@pytest.mark.parametrize("count", COUNTS)
def test_headers_of_images(count, tiny, answered):
    header = json.loads(member(tiny, "json"))

    def check(changed):
        answered(replacing("json", json.dumps(changed).encode()))

    fuzz(count, plain(header), check)


@pytest.mark.parametrize("count", COUNTS)
def test_arrays_of_images(count, tiny, answered):
    with np.load(io.BytesIO(member(tiny, "npz"))) as file:
        labels = dict(file)

    def check(changed):
        buffer = io.BytesIO()
        np.savez(buffer, **changed)
        answered(replacing("npz", buffer.getvalue()))

    fuzz(count, arrays(labels), check)


@pytest.mark.parametrize("ending", ["jpg", "json", "npz", "ids.png"])
@pytest.mark.parametrize("count", COUNTS)
def test_bytes_of_members(ending, count, tiny, answered):
    fuzz(
        count,
        flipped(member(tiny, ending)),
        lambda changed: answered(replacing(ending, changed)),
    )
