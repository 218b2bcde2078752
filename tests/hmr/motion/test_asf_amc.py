import numpy as np
import pytest

from hmr.errors import InputError
from hmr.motion.asf_amc import read_amc, read_asf
from hmr.motion.bvh import read_bvh
from hmr.motion.clip import select, stature
from hmr.motion.load import load_clips

JOINTS = ("pelvis", "spine1", "left_knee", "right_knee", "left_ankle", "right_ankle")


def bone(name: str, direction: str, length: float, dof: str = "rx ry rz") -> str:
    return (
        f"begin\nid 1\nname {name}\ndirection {direction}\nlength {length}\n"
        f"axis 0 0 0 XYZ\n{f'dof {dof}' if dof else ''}\nend\n"
    )


LEGS = [("l", 1), ("r", -1)]
ASF = (
    ":version 1.10\n:units\nmass 1.0\nlength 0.45\nangle deg\n:root\norder TX TY TZ RX RY RZ\n"
    "axis XYZ\nposition 0 0 0\norientation 0 0 0\n:bonedata\n"
    + "".join(
        bone(f"{s}hipjoint", f"{x} 0 0", 1.6, "")
        + bone(f"{s}femur", "0 -1 0", 7.2)
        + bone(f"{s}tibia", "0 -1 0", 7.4, "rx")
        for s, x in LEGS
    )
    + ":hierarchy\nbegin\nroot lhipjoint rhipjoint\n"
    + "".join(f"{s}hipjoint {s}femur\n{s}femur {s}tibia\n" for s, _ in LEGS)
    + "end\n"
)
FRAME = "root 0 14.6 0 0 0 0\nlfemur 0 0 0\nltibia {knee}\nrfemur 0 0 0\nrtibia 0\n"


@pytest.fixture
def write(tmp_path):
    def put(frames: list[str], asf: str = ASF):
        (tmp_path / "07.asf").write_text(asf)
        rows = "".join(f"{i}\n{frame}" for i, frame in enumerate(frames, 1))
        path = tmp_path / "07_03.amc"
        path.write_text(f"#!OML\n:FULLY-SPECIFIED\n:DEGREES\n{rows}")
        return path

    return put


def test_lengths_are_inches_over_the_unit(write):
    clip = read_amc(write([FRAME.format(knee=0)]))
    at = dict(zip(clip.joint_names, clip.positions[0], strict=True))
    femur = np.linalg.norm(at["left_hip"] - at["left_knee"])
    assert femur == pytest.approx(7.2 / 0.45 * 0.0254, rel=1e-6)
    assert at["left_ankle"][1] == pytest.approx(0, abs=1e-6)


def test_a_bent_knee_moves_the_shin_backward(write):
    clip = read_amc(write([FRAME.format(knee=90)]))
    at = dict(zip(clip.joint_names, clip.positions[0], strict=True))
    shin = at["left_ankle"] - at["left_knee"]
    np.testing.assert_allclose(shin / np.linalg.norm(shin), [0, 0, -1], atol=1e-6)


@pytest.mark.parametrize(
    ("frames", "fault"),
    [
        ([], "zero frames"),
        ([FRAME.format(knee=0), "root 0 14 0 0 0 0\n"], "cut short"),
        ([FRAME.format(knee=0)[:-12]], "cut short|needs|bone"),
        ([FRAME.format(knee="nan")], "finite"),
        ([FRAME.format(knee="bent")], "numbers"),
        ([FRAME.format(knee="1 2")], "needs 1"),
        ([FRAME.format(knee=0) + "tail 3\n"], "tail"),
    ],
)
def test_a_broken_motion_is_refused_by_name(write, frames, fault):
    with pytest.raises(InputError, match=fault) as refusal:
        read_amc(write(frames))
    assert "07_03.amc" in str(refusal.value)


@pytest.mark.parametrize("cut", range(0, len(ASF), 61))
def test_any_cut_through_a_skeleton_is_refused(write, cut):
    if ASF[:cut].count("end") == ASF.count("end"):
        pytest.skip("the cut takes nothing away")
    with pytest.raises(InputError, match=r"07\.asf|07_03\.amc"):
        read_amc(write([FRAME.format(knee=0)], ASF[:cut]))


def test_a_missing_skeleton_is_named(tmp_path):
    path = tmp_path / "09_01.amc"
    path.write_text("1\n")
    with pytest.raises(InputError, match=r"09\.asf"):
        read_amc(path)


def test_a_skeleton_without_arms_moves_no_body(write, capsys):
    path = write([FRAME.format(knee=0)])
    with pytest.raises(InputError, match="no motion to read"):
        load_clips([path])
    assert "07_03.amc: no joint left_elbow, left_shoulder" in capsys.readouterr().out


def test_a_giant_is_refused(write):
    with pytest.raises(InputError, match="m tall"):
        read_amc(write([FRAME.format(knee=0)], ASF.replace("length 0.45", "length 0.0045")))


def test_an_empty_skeleton_is_refused(tmp_path):
    path = tmp_path / "empty.asf"
    path.write_text("")
    with pytest.raises(InputError, match=r"empty\.asf"):
        read_asf(path)


def test_cmu_reads_alike_from_amc_and_from_bvh(real_data):
    folder = real_data / "mocap" / "cmu"
    amc = select(read_amc(folder / "01_01.amc"), JOINTS)
    bvh = select(read_bvh(folder / "01_01.bvh"), JOINTS)
    assert len(amc) == len(bvh)
    apart = np.linalg.norm(amc.positions.astype(float) - bvh.positions, axis=-1)
    assert apart.max() < 0.00002


@pytest.mark.parametrize(
    "clips", ["0[23]_0[123].amc", pytest.param("*.amc", marks=pytest.mark.slow)]
)
def test_cmu_clips_hold_adults_with_bones_of_one_length(real_data, clips):
    files = sorted((real_data / "mocap" / "cmu").glob(clips))
    assert len(files) in (5, 15)
    for path in files:
        clip = read_amc(path)
        assert 1.6 < stature(clip) < 1.8, path.name
        knee, ankle = (
            clip.positions[:, clip.joint_names.index(n)] for n in ("left_knee", "left_ankle")
        )
        assert np.ptp(np.linalg.norm(knee - ankle, axis=-1)) < 1e-5
