from dataclasses import replace

import numpy as np
import pytest
import torch

from hmr.errors import InputError
from hmr.joints import SMPLX_55
from hmr.sample import BY_ENVIRONMENT, BY_PERSON, OUTSIDE, SELF, VISIBLE
from teacher.hiding import (
    DEFAULT,
    Patterns,
    hidden_by_the_world,
    hide_like,
    load,
    main,
    read_patterns,
    save,
)
from teacher.poses_2d import FLIP, NAMES
from tests.sample_factory import make_samples, write_set

SHARED = tuple(name for name in NAMES if name in SMPLX_55)


def source(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def patterns(*hidden: str) -> Patterns:
    return Patterns(torch.tensor([[name in hidden for name in NAMES]]))


@pytest.fixture(scope="session")
def samples(body):
    return make_samples(body, count=3, people=3)


@pytest.fixture(scope="session")
def crowd(samples, tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("crowd"), samples)


def labelled(sample, *values: int):
    """The sample with labels all visible, but for its first joints."""
    labels = np.full_like(sample.joint_visibility, VISIBLE)
    labels[0, : len(values)] = values
    return replace(sample, joint_visibility=labels)


def test_only_the_world_hides(samples):
    sample = labelled(samples[0], OUTSIDE, SELF, BY_PERSON, BY_ENVIRONMENT, VISIBLE)
    hidden = dict(zip(NAMES, hidden_by_the_world(sample)[0].tolist(), strict=True))
    found = [hidden[name] for name in SMPLX_55[:5]]
    assert found == [True, False, True, True, False]
    assert sum(hidden.values()) == 3


def test_face_and_crown_are_hidden_with_the_head(samples):
    labels = np.full_like(samples[0].joint_visibility, VISIBLE)
    labels[0, SMPLX_55.index("head")] = BY_PERSON
    labels[0, SMPLX_55.index("left_eye_smplhf")] = BY_PERSON
    row = hidden_by_the_world(replace(samples[0], joint_visibility=labels))[0]
    found = {name for name, hidden in zip(NAMES, row, strict=True) if hidden}
    assert found == {"head", "nose", "left_ear", "right_ear", "head_top", "left_eye"}


def test_patterns_are_the_labels_of_the_people(samples, crowd):
    found = read_patterns([crowd]).hidden
    labels = np.concatenate([sample.joint_visibility for sample in samples])
    seen = np.isin(labels, (SELF, VISIBLE))
    kept = [row for row in seen if row[[SMPLX_55.index(n) for n in SHARED]].sum() > 0]
    assert len(found) == len(kept) == 9
    for name in SHARED:
        told = [not row[SMPLX_55.index(name)] for row in kept]
        assert found[:, NAMES.index(name)].tolist() == told


def test_people_with_too_few_joints_are_left_out(samples, tmp_path):
    nobody = np.full_like(samples[0].joint_visibility, VISIBLE)
    nobody[0] = BY_PERSON
    write_set(tmp_path, [replace(samples[0], joint_visibility=nobody)])
    assert len(read_patterns([tmp_path])) == len(samples[0].people) - 1


def test_bodies_that_nobody_knows_are_left_out(samples, tmp_path):
    first, *others = samples[0].people
    unknown = replace(samples[0], people=(replace(first, trust=0.0), *others))
    assert len(hidden_by_the_world(unknown)) == len(others)


def test_a_file_of_patterns_holds_what_was_saved(tmp_path):
    some = Patterns(torch.rand(37, len(NAMES), generator=source()) < 0.3)
    save(some, tmp_path / "some.npz")
    assert torch.equal(load(tmp_path / "some.npz").hidden, some.hidden)


def test_our_own_patterns_come_from_a_crowd():
    own = load()
    assert len(own) > 1000
    assert DEFAULT.stat().st_size < 100_000
    shares = dict(zip(NAMES, own.hidden.float().mean(0).tolist(), strict=True))
    assert shares["left_ankle"] > shares["left_hip"] > shares["head"] > 0
    knee, ankle = (own.hidden[:, NAMES.index(f"left_{n}")] for n in ("knee", "ankle"))
    assert ankle[knee].float().mean() > 1.5 * ankle.float().mean()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "no such file"), (b"PK", "no file of patterns")],
)
def test_a_broken_file_of_patterns_is_one_line(tmp_path, content, reason):
    path = tmp_path / "patterns.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=rf"patterns\.npz: {reason}") as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_patterns_of_other_joints_are_refused(tmp_path):
    path = tmp_path / "patterns.npz"
    np.savez(path, hidden=np.zeros((2, 1), np.uint8), joint_names=["left_knee"])
    with pytest.raises(InputError, match="lacks patterns or joints"):
        load(path)


def test_what_is_drawn_is_as_often_hidden_as_in_the_crowd():
    own = load()
    hidden = 1 - hide_like(own, (20_000, 2), source())
    both_sides = (own.hidden.float() + own.hidden[:, FLIP].float()).mean(0) / 2
    assert torch.allclose(hidden.mean((0, 1)), both_sides, atol=0.015)


def test_half_of_the_patterns_are_mirrored():
    kept = hide_like(patterns("left_wrist", "left_elbow"), (2000, 2), source())
    left, right = (kept[:, 0, NAMES.index(f"{s}_wrist")] == 0 for s in ("left", "right"))
    assert (left ^ right).all()
    assert left.float().mean() == pytest.approx(0.5, abs=0.04)


def test_two_frames_share_a_pattern():
    kept = hide_like(load(), (500, 2), source())
    assert torch.equal(kept[:, 0], kept[:, 1])


def test_along_longer_tracks_half_of_the_patterns_come_and_go():
    kept = hide_like(patterns("pelvis"), (4000, 27), source())[:, :, NAMES.index("pelvis")]
    assert (kept == 0).all(1).float().mean() == pytest.approx(0.5, abs=0.03)
    changes = (kept[:, 1:] != kept[:, :-1]).sum(1)
    assert changes.max() == 2
    begun = ((kept[:, 0] == 1) & (kept[:, -1] == 0)).float().mean()
    ended = ((kept[:, 0] == 0) & (kept[:, -1] == 1)).float().mean()
    assert begun > 0.01 and ended > 0.01


def test_the_same_generator_hides_the_same():
    first, again, other = (hide_like(load(), (50, 27), source(seed)) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_command_makes_the_file_and_tells_the_shares(crowd, tmp_path, capsys):
    out = tmp_path / "made.npz"
    assert main([str(crowd), "--out", str(out)]) == 0
    assert torch.equal(load(out).hidden, read_patterns([crowd]).hidden)
    said = capsys.readouterr().out
    assert "left_wrist" in said and "of joints hidden" in said


def test_the_command_names_a_folder_without_samples(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere"), "--out", str(tmp_path / "made.npz")]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 and "nowhere" in said[0]
