import numpy as np
import pytest

from hmr.errors import InputError
from hmr.shards import read_samples
from samples.archive import all_records, chosen_folder, records_of


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


def test_a_missing_shard_is_named(tmp_path):
    with pytest.raises(InputError, match="missing"):
        list(records_of(tmp_path / "gone.tar"))


@pytest.mark.parametrize("given", [None, ["a", "b"]])
def test_a_stage_for_one_folder_says_so(given):
    with pytest.raises(InputError, match="data=DIR"):
        chosen_folder(given)
