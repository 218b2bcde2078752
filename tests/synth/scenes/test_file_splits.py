from pathlib import Path

import pytest

from hmr.errors import InputError
from hmr.motion.load import split_of
from synth.scenes.file_splits import files_of

SPLITS = ("train", "val", "test")


@pytest.mark.parametrize("count", [3, 4, 5, 9, 40])
def test_every_split_gets_files_and_no_two_share_one(count):
    for start in range(20):
        files = [Path(f"{start}_{n}.hdr") for n in range(count)]
        parts = [files_of(files, split, "maps") for split in SPLITS]
        assert all(parts) and sorted(f for part in parts for f in part) == sorted(files)


def test_of_many_files_the_hash_of_the_name_alone_decides():
    files = [Path(f"{n}.jpg") for n in range(100)]
    for split in SPLITS:
        assert all(split_of(path.name) == split for path in files_of(files, split, "photos"))


def test_two_files_are_trains():
    files = [Path("a.jpg"), Path("b.jpg")]
    assert files_of(files, "train", "photos") == files
    with pytest.raises(InputError, match=r"synth.split=val: 2 photos are too few"):
        files_of(files, "val", "photos")


def test_an_unknown_split_is_named():
    with pytest.raises(InputError, match=r"synth\.split=dev"):
        files_of([Path("a.jpg")], "dev", "photos")
