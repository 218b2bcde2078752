import re
from collections import Counter

import numpy as np
import pytest

from hmr.errors import InputError
from hmr.motion.bvh import read_bvh
from hmr.motion.load import load_clips, motion_mark, sources, split_of

JOINTS = 15


def figure(scale: float = 1.0) -> str:
    """Write the hierarchy of a standing adult in Mixamo's words, in centimetres."""
    text = "HIERARCHY\nROOT Hips { OFFSET 0 0 0 CHANNELS 6 Xposition Yposition Zposition "
    text += "Zrotation Xrotation Yrotation\n"
    for side, sign in (("Left", 1), ("Right", -1)):
        legs = {"UpLeg": (9 * sign, -5, 0), "Leg": (0, -42, 0), "Foot": (0, -42, 0)}
        arms = {"Arm": (17 * sign, 50, 0), "ForeArm": (28 * sign, 0, 0), "Hand": (25 * sign, 0, 0)}
        text += chain({f"{side}{n}": o for n, o in legs.items()}, scale)
        text += chain({f"{side}{n}": o for n, o in arms.items()}, scale)
    return text + chain({"Spine": (0, 12, 0), "Head": (0, 45, 0)}, scale) + "}\n"


def chain(joints: dict[str, tuple[float, float, float]], scale: float) -> str:
    text = ""
    for name, offset in joints.items():
        at = " ".join(f"{scale * v:g}" for v in offset)
        text += f"JOINT {name} {{ OFFSET {at} CHANNELS 3 Zrotation Xrotation Yrotation\n"
    return text + "End Site { OFFSET 0 0 1 }" + " }" * len(joints) + "\n"


def motion(frames: int) -> str:
    rows = "\n".join("0 90 0 0 0 0" + " 0" * (3 * (JOINTS - 1)) for _ in range(frames))
    return f"MOTION\nFrames: {frames}\nFrame Time: 0.0333333\n{rows}\n"


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
    assert "1 clips read, 2 skipped" in said
    assert clips[0].params is not None


FAULTS = {
    "broken BVH|not a whole": lambda text: text[: len(text) // 2],
    "not finite": lambda text: text.replace(" 90 ", " nan "),
    "zero frames": lambda text: text.replace("Frames: 2", "Frames: 0"),
    "unknown joints": lambda text: text.replace("LeftUpLeg", "Tentacle"),
    "units tall": lambda text: text.replace(" -42 ", " -4200 "),
}
"""What a line says, and how a good file is spoiled."""


def test_every_fault_is_named_in_one_line_and_counted(tmp_path, capsys, body):
    good = figure() + motion(2)
    (tmp_path / "good.bvh").write_text(good)
    for number, spoil in enumerate(FAULTS.values()):
        (tmp_path / f"fault_{number}.bvh").write_text(spoil(good))
    (tmp_path / "07.asf").write_text("")
    (tmp_path / "07_01.amc").write_text("1\n")
    np.savez(tmp_path / "nan.npz", poses=np.full((3, 165), np.nan), trans=np.zeros((3, 3)), fps=30)
    (clip,) = load_clips([tmp_path], body)
    lines = [line for line in capsys.readouterr().out.splitlines() if "skipped: " in line]
    assert clip.name == "good"
    assert len(lines) == len(FAULTS) + 2
    for number, fault in enumerate(FAULTS):
        (line,) = (text for text in lines if f"fault_{number}.bvh" in text)
        assert re.search(fault, line), line
    assert any("07.asf" in line for line in lines)
    assert any("nan.npz" in line and "finite" in line for line in lines)


def test_a_person_as_tall_as_a_church_is_refused_by_name(tmp_path):
    path = tmp_path / "giant.bvh"
    path.write_text(figure(scale=1000.0) + motion(2))
    with pytest.raises(InputError, match=r"giant\.bvh.*tall"):
        read_bvh(path)


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


def test_the_mark_of_motion_follows_its_files(tmp_path):
    assert motion_mark([]) == ""
    (tmp_path / "walk.bvh").write_text("HIERARCHY")
    first = motion_mark([tmp_path])
    assert motion_mark([tmp_path / "walk.bvh"]) == first
    (tmp_path / "notes.txt").write_text("no motion")
    assert motion_mark([tmp_path]) == first
    (tmp_path / "walk.bvh").write_text("HIERARCHY MOTION")
    assert motion_mark([tmp_path]) != first
    with pytest.raises(InputError, match="no such folder"):
        motion_mark([tmp_path / "nowhere"])


def test_patterns_find_files_and_say_when_they_do_not(tmp_path):
    for name in ("01_01.amc", "01_02.amc", "02_01.amc"):
        (tmp_path / name).touch()
    found = sources([f"{tmp_path}/01_*.amc", f"{tmp_path}/02_01.amc"])
    assert [path.name for path in found] == ["01_01.amc", "01_02.amc", "02_01.amc"]
    with pytest.raises(InputError, match=r"03_\*.amc: no such"):
        sources([f"{tmp_path}/03_*.amc"])
