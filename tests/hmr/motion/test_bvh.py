import numpy as np
import pytest

from hmr.errors import InputError
from hmr.motion.bvh import UNITS, parse, read_bvh, world_positions
from hmr.motion.clip import stature


def chain(names: list[str], offsets: list[str], channels: str) -> str:
    """Write a chain of joints, one inside the other."""
    text = ""
    for name, offset in zip(names, offsets, strict=True):
        text += f"JOINT {name} {{ OFFSET {offset} CHANNELS {channels}\n"
    return text + "End Site { OFFSET 0 0 1 }" + " }" * len(names) + "\n"


def figure(scale: float = 1.0, channels: str = "3 Zrotation Xrotation Yrotation") -> str:
    """Write the hierarchy of a standing adult in Mixamo's words, in centimetres."""

    def at(*xyz: float) -> str:
        return " ".join(str(v * scale) for v in xyz)

    text = "HIERARCHY\nROOT Hips { OFFSET 0 0 0 CHANNELS 6 Xposition Yposition Zposition "
    text += "Zrotation Xrotation Yrotation\n"
    for side, sign in (("Left", 1), ("Right", -1)):
        legs = [f"{side}{n}" for n in ("UpLeg", "Leg", "Foot")]
        text += chain(legs, [at(9 * sign, -5, 0), at(0, -42, 0), at(0, -42, 0)], channels)
        arms = [f"{side}{n}" for n in ("Arm", "ForeArm", "Hand")]
        text += chain(
            arms, [at(17 * sign, 50, 0), at(28 * sign, 0, 0), at(25 * sign, 0, 0)], channels
        )
    return text + chain(["Spine", "Head"], [at(0, 12, 0), at(0, 45, 0)], channels) + "}\n"


JOINTS = 15


def motion(frames: int, per_joint: int = 3, root: str = "0 90 0 0 0 0") -> str:
    rows = "\n".join(root + " 0" * (per_joint * (JOINTS - 1)) for _ in range(frames))
    return f"MOTION\nFrames: {frames}\nFrame Time: 0.0333333\n{rows}\n"


@pytest.fixture
def write(tmp_path):
    def put(text: str, name: str = "clip.bvh"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return put


def test_a_standing_figure_is_read_at_rest(write):
    clip = read_bvh(write(figure() + motion(3)))
    assert len(clip) == 3
    assert clip.fps == pytest.approx(30, rel=1e-4)
    at = dict(zip(clip.joint_names, clip.positions[0], strict=True))
    np.testing.assert_allclose(at["left_ankle"], [0.09, 0.01, 0.0], atol=1e-6)
    np.testing.assert_allclose(at["right_wrist"], [-0.70, 1.40, 0.0], atol=1e-6)


def test_rotation_channels_multiply_in_the_order_listed(write):
    path = write(figure() + motion(1, root="0 0 0 90 90 0"))
    h = parse(path)
    spine = world_positions(h)[0, h.names.index("Spine")]
    # Z then X, intrinsic: Rz(90) Rx(90) takes +Y by Rx to +Z, which Rz leaves.
    np.testing.assert_allclose(spine, [0, 0, 12], atol=1e-9)


@pytest.mark.parametrize(("unit", "scale"), [("m", 0.01), ("dm", 0.1), ("mm", 10.0), ("cm", 1.0)])
def test_the_unit_is_found_from_the_figure(write, unit, scale):
    text = figure(scale) + motion(2, root="0 0 0 0 0 0")
    found, given = read_bvh(write(text)), read_bvh(write(text), unit=unit)
    assert stature(found) == pytest.approx(0.84 / 0.491, rel=1e-4)
    np.testing.assert_allclose(found.positions, given.positions)


def test_z_up_files_are_turned(write):
    upright = read_bvh(write(figure() + motion(2)))
    # The same person, root turned so that the file's Z points up.
    lying = read_bvh(write(figure() + motion(2, root="0 0 90 0 90 0")))
    np.testing.assert_allclose(lying.positions, upright.positions, atol=1e-6)


def test_position_channels_replace_offsets_unless_zero(write):
    six = "6 Xposition Yposition Zposition Zrotation Xrotation Yrotation"
    still = read_bvh(write(figure(channels=six) + motion(1, per_joint=6)))
    plain = read_bvh(write(figure() + motion(1)))
    np.testing.assert_allclose(still.positions, plain.positions, atol=1e-6)
    h = parse(write(figure(channels=six) + motion(1, per_joint=6)))
    place = h.names.index("Head")
    column = sum(map(len, h.channels[:place]))
    h.values[0, column : column + 3] = [0, 99, 0]
    moved = world_positions(h)[0, place]
    np.testing.assert_allclose(moved, [0, 90 + 12 + 99, 0], atol=1e-9)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda text: text[: len(text) // 3], "not a whole BVH"),
        (lambda text: text[: text.index("MOTION") + 40], "broken|cut short"),
        (lambda text: text[:-30], "cut short|broken"),
        (lambda text: text.replace(" 90 ", " nan ", 1), "not finite"),
        (lambda text: text.replace(" 90 ", " ninety ", 1), "broken"),
        (lambda text: text.replace("Frames: 2", "Frames: 0"), "zero frames"),
        (lambda text: text.replace("Frame Time: 0.0333333", "Frame Time: 0"), "frame time"),
        (lambda text: text.replace("LeftUpLeg", "Tentacle"), "unknown joints"),
        (lambda text: text.replace("CHANNELS 3", "CHANNELS x", 1), "broken"),
        (lambda text: text.replace("}", "", 1), "broken"),
        (lambda text: "", "not a whole BVH"),
    ],
)
def test_a_broken_file_is_refused_by_name(write, spoil, fault):
    path = write(spoil(figure() + motion(2)), "broken.bvh")
    with pytest.raises(InputError, match=fault) as refusal:
        read_bvh(path)
    assert "broken.bvh" in str(refusal.value)


def test_any_cut_through_a_file_is_refused(write):
    text = figure() + motion(2)
    for end in range(0, len(text.rstrip()) - 1, 37):
        with pytest.raises(InputError, match="cut"):
            read_bvh(write(text[:end], "cut.bvh"))


def test_a_giant_is_refused(write):
    with pytest.raises(InputError, match="171 m tall"):
        read_bvh(write(figure() + motion(2)), unit="m")


def test_an_unknown_unit_is_refused(write):
    with pytest.raises(InputError, match="furlong"):
        read_bvh(write(figure() + motion(2)), unit="furlong")
    assert "furlong" not in UNITS


def test_the_first_calibration_frame_is_left_out(write):
    rows = figure() + motion(12)
    head, _, tail = rows.partition("0 90 0 0 0 0")
    assert len(read_bvh(write(head + "300 90 0 0 0 0" + tail))) == 11


@pytest.mark.parametrize("folder", ["bandai2", "bvh_dialects", "makehuman_poses", "cmu"])
def test_every_real_file_holds_a_person(real_data, folder):
    files = sorted((real_data / "mocap" / folder).glob("*.bvh"))
    assert files
    for path in files:
        clip = read_bvh(path)
        assert 1.45 < stature(clip) < 1.85, path.name
        assert {"pelvis", "neck", "head", "left_collar"} - set(clip.joint_names) <= {"left_collar"}


def test_people_of_real_files_stand_on_their_feet(real_data):
    for folder in ("bandai2", "bvh_dialects", "cmu"):
        for path in sorted((real_data / "mocap" / folder).glob("*.bvh")):
            clip = read_bvh(path)
            place = {n: clip.positions[:, i] for i, n in enumerate(clip.joint_names)}
            feet = np.minimum(place["left_ankle"][:, 1], place["right_ankle"][:, 1])
            assert np.median(place["head"][:, 1] - feet) > 1.0, path.name
            assert -0.15 < np.quantile(feet, 0.05) < 0.35, path.name


def test_bones_of_bandai_clips_keep_their_length(real_data):
    for path in sorted((real_data / "mocap" / "bandai2").glob("*.bvh"))[::10]:
        clip = read_bvh(path)
        place = {n: clip.positions[:, i] for i, n in enumerate(clip.joint_names)}
        for a, b in (
            ("left_hip", "left_knee"),
            ("right_shoulder", "right_elbow"),
            ("neck", "head"),
        ):
            length = np.linalg.norm(place[a] - place[b], axis=-1)
            assert np.ptp(length) < 1e-3, (path.name, a)
