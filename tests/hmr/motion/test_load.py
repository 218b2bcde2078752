from collections import Counter

import pytest

from hmr.errors import InputError
from hmr.motion.load import load_clips, split_of


def test_a_clip_never_changes_its_split():
    assert [split_of(n) for n in ("01_01", "02_01", "walk")] == ["train", "train", "train"]


def test_about_a_tenth_of_clips_is_held_out_for_test():
    counts = Counter(split_of(f"clip {i}") for i in range(4000))
    assert 0.08 < counts["test"] / 4000 < 0.12
    assert 0.08 < counts["val"] / 4000 < 0.12


def test_an_empty_folder_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=str(tmp_path)):
        load_clips([tmp_path])


def test_a_missing_folder_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        load_clips([tmp_path / "nowhere"])


def test_a_bad_source_is_left_out_and_named(tmp_path, capsys, real_data):
    (tmp_path / "broken.bvh").write_text("HIERARCHY")
    (tmp_path / "noise.npz").write_bytes(b"not a zip")
    good = real_data / "mocap" / "bvh_dialects" / "dab.bvh"
    (tmp_path / "good.bvh").write_text(good.read_text())
    clips = load_clips([tmp_path])
    said = capsys.readouterr().out
    assert [clip.name for clip in clips] == ["good"]
    assert "broken.bvh" in said
    assert "noise.npz" in said
    assert "left out 2" in said


def test_nothing_but_bad_sources_is_refused(tmp_path):
    (tmp_path / "broken.bvh").write_text("HIERARCHY")
    with pytest.raises(InputError, match="no motion"):
        load_clips([tmp_path])


def test_folders_of_different_makers_are_read_together(real_data):
    clips = load_clips(
        [real_data / "mocap" / "cmu" / "03_01.amc", real_data / "mocap/bvh_dialects"]
    )
    assert len(clips) == 1 + 7


@pytest.mark.slow
def test_every_real_motion_is_read(real_data):
    assert len(load_clips([real_data / "mocap"])) == 16 + 70 + 7 + 15
