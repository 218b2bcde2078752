"""Bad input is named in one line."""

import shutil
from dataclasses import replace

import pytest

from hmr.errors import InputError
from hmr.reading.reader import Options, Reader
from hmr.sample import Sample
from hmr.shards import read_people
from tests.sample_factory import write_set

from .alike import people_of


@pytest.mark.parametrize("workers", [0, 2])
def test_a_shard_that_breaks_is_named_in_one_line(data, options, tmp_path, workers):
    broken = shutil.copytree(data, tmp_path / "set")
    reader = Reader(broken, options=replace(options, workers=workers))
    shard = broken / "shard-000001.tar"
    shard.write_bytes(shard.read_bytes()[:5000])
    with pytest.raises(InputError, match=r"shard-000001.tar: broken: 5000 bytes") as error:
        list(reader)
    assert "\n" not in str(error.value)


def test_a_shard_whose_bytes_are_spoilt_is_named(data, options, tmp_path):
    broken = shutil.copytree(data, tmp_path / "set")
    shard = broken / "shard-000000.tar"
    shard.write_bytes(
        bytes(shard.stat().st_size // 2) + shard.read_bytes()[shard.stat().st_size // 2 :]
    )
    with pytest.raises(InputError, match=r"shard-000000.tar") as error:
        list(Reader(broken, options=options))
    assert "\n" not in str(error.value)


def test_a_missing_shard_a_missing_table_and_a_missing_folder_are_named(data, options, tmp_path):
    broken = shutil.copytree(data, tmp_path / "set")
    (broken / "shard-000002.tar").unlink()
    with pytest.raises(InputError, match=r"shard-000002.tar: the manifest lists"):
        list(Reader(broken, options=options))
    (broken / "people.parquet").unlink()
    with pytest.raises(InputError, match=r"people.parquet: cannot be read"):
        Reader(broken, options=options)
    with pytest.raises(InputError, match="no such file"):
        Reader(tmp_path / "nowhere", options=options)


def test_a_table_of_another_set_is_refused(data, options, tmp_path):
    broken = shutil.copytree(data, tmp_path / "set")
    table = read_people(broken)
    table["person_id"] = table["person_id"] + 1
    table.to_parquet(broken / "people.parquet", index=False)
    with pytest.raises(InputError, match="does not belong to the shards"):
        list(Reader(broken, options=options))


def test_a_set_without_people_and_wrong_settings_are_refused(data, other, options, tmp_path):
    empty = shutil.copytree(data, tmp_path / "set")
    read_people(empty).iloc[:0].to_parquet(empty / "people.parquet", index=False)
    with pytest.raises(InputError, match="holds no people"):
        Reader(empty, options=options)
    with pytest.raises(InputError, match=r"ratio=\[0.5\].*each of the 2 data sets"):
        Reader([data, other], ratio=[0.5], options=options)
    with pytest.raises(InputError, match="query: 1 are given for 2"):
        Reader([data, other], ["occlusion > 0"], options=options)
    with pytest.raises(InputError, match="data is empty"):
        Reader([])
    with pytest.raises(InputError, match="augment=torch"):
        Options(augment="torch")
    with pytest.raises(InputError, match="batch=0"):
        Options(batch=0)


def test_people_outside_the_image_are_left_out_and_unknown_boxes_stand_for_joints(
    samples: list[Sample], options, tmp_path
):
    sample = samples[2]
    out, unknown, *rest = sample.people
    out = replace(out, bbox_visible=None, bbox_amodal=None, truncation=1.0, occlusion=None)
    unknown = replace(unknown, bbox_visible=None, bbox_amodal=None, truncation=None)
    folder = write_set(tmp_path / "set", [replace(sample, people=(out, unknown, *rest))])
    batches = list(Reader(folder, options=options))
    assert sorted(row[2] for row in people_of(batches)) == [p.person_id for p in sample.people[1:]]
