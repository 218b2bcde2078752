import json
from dataclasses import replace

import numpy as np
import pytest

from hmr.archive import records_of
from hmr.errors import InputError
from hmr.shards import read_samples
from samples.archive import all_records, chosen_folder
from samples.exporters import FORMATS
from tests.sample_factory import write_set


def test_records_read_alone_are_those_read_in_order(data):
    one_by_one = [record.sample() for record in reversed(all_records(data))][::-1]
    for ours, theirs in zip(one_by_one, read_samples(data), strict=True):
        assert ours.key == theirs.key and ours.people == theirs.people
        assert np.array_equal(ours.image, theirs.image)


def test_a_shard_cut_short_is_named(data, tmp_path):
    whole = (data / "shard-000000.tar").read_bytes()
    for size in (0, 10, len(whole) // 3, len(whole) // 2, len(whole) - 9000):
        cut = tmp_path / "cut.tar"
        cut.write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"cut\.tar: (truncated|record)"):
            [record.sample() for record in records_of(cut)]


@pytest.mark.parametrize("given", [None, ["a", "b"]])
def test_a_stage_for_one_folder_says_so(given):
    with pytest.raises(InputError, match="data=DIR"):
        chosen_folder(given)


@pytest.mark.parametrize("format", sorted(FORMATS))
@pytest.mark.parametrize("prefix", ["../../escaped", "/tmp/throng-escaped"])
def test_no_exporter_writes_outside_its_folder(format, prefix, samples, tmp_path):
    named = [replace(s, key=f"{prefix}{i}") for i, s in enumerate(samples[:2])]
    data, out = write_set(tmp_path / "a/b/set", named), tmp_path / "a/b/out"
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match="refused member"):
        FORMATS[format](data, out, None)
    left = [p for p in sorted(tmp_path.rglob("*")) if p not in before]
    assert all(path.is_relative_to(out) for path in left)


def test_a_manifest_that_lists_a_shard_elsewhere_is_refused(data, tmp_path):
    manifest = json.loads((data / "manifest.json").read_text())
    manifest["shards"][0]["name"] = str(data / "shard-000000.tar")
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="refused shard"):
        all_records(tmp_path)
