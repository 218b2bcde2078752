"""2D poses of any source, as tracks to learn from: files of keypoints, and crowds of our own.

Only 2D is read. A pose whose file gives intrinsics is seen by a camera aimed at the person; of
others nothing is known, so they are shifted and scaled as they are.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from hmr.distortion import undistort
from hmr.errors import InputError
from hmr.joints import SMPLX_55, convert
from hmr.keypoints import Keypoints2D, read_keypoints, split_convention
from hmr.progress import say, track
from hmr.sample import OUTSIDE, Sample
from hmr.shards import MANIFEST, count_images, read_samples
from teacher.aiming import aim, rays_of, seen_from
from teacher.poses_2d import ADULT_BONES, NAMES, Poses2D, normalise

CROWD_NAMES = tuple(name.replace("eye_smplhf", "eye") for name in SMPLX_55)
"""Joints of samples; the eyeballs are where COCO's eyes are."""
TORSO = (("pelvis", "left_hip", "right_hip"), ("neck", "left_shoulder", "right_shoulder"))
"""Joints of which one each has to be known, or place and size of a person are guesses."""

_BONES = [
    (NAMES.index(f"{side}_{first}"), NAMES.index(f"{side}_{second}"), metres)
    for side in ("left", "right")
    for (first, second), metres in ADULT_BONES.items()
]


@dataclass(frozen=True)
class Accepted:
    """Which joints and poses of others are learned from."""

    least_score: float = 0.3
    """Joints of a lower score count as hidden."""
    least_joints: int = 6
    """Poses with fewer known joints, or without either end of the torso, are left out."""
    largest: float = 0.25
    """Poses that reach further from the root on the teacher's plane (2.5 head-root lengths) have
    a misplaced joint and are left out. Motion and crowds of ours stay below 0.2."""
    longest: float = 2.0
    """So are poses whose longest bone is so many times the third longest, each against an adult's:
    a misplaced joint draws out two. In motion and crowds of ours that stays below 1.55."""


@dataclass(frozen=True)
class _Found:
    """Single poses on the teacher's plane, and who and when they are."""

    joints: Float[Tensor, "poses joints 2"]
    visible: Float[Tensor, "poses joints"]
    who: Sequence[str | None]
    """Track of each; None where nobody says."""
    when: Int[np.ndarray, " poses"]
    """Number of its image among those of the file."""


def read_2d(paths: Sequence[str], frames: int, accepted: Accepted | None = None) -> Poses2D:
    """Read 2D poses as tracks of so many frames.

    Where a file says who is who from image to image, neighbouring images become tracks. Other
    poses stand alone in the middle of a track whose other frames are hidden.

    Args:
        paths: Folders of samples, and whatever `hmr.keypoints` reads.
        frames: Of each track.
        accepted: Which joints and poses to take.

    Raises:
        InputError: A path is missing or holds no pose to learn from; names it.
    """
    if not paths:
        raise InputError("no file of 2D poses given; name keypoints or folders of samples")
    return merged([_read(path, frames, accepted or Accepted()) for path in paths])


def poses_mark(paths: Sequence[str]) -> str:
    """Tell apart sets of 2D poses, by the names and sizes of their files; "" for none.

    Raises:
        InputError: A path is missing; names it.
    """
    told = []
    for path in paths:
        place, convention = split_convention(path)
        if not place.exists():
            raise InputError(f"{place}: no such file or folder of 2D poses")
        files = sorted(f for f in place.rglob("*") if f.is_file()) if place.is_dir() else [place]
        told += [f"{file.name} {file.stat().st_size}" for file in files]
        told.append(str(convention))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16] if paths else ""


def merged(parts: Sequence[Poses2D]) -> Poses2D:
    """Put tracks of several sources together; shorter ones end in hidden frames."""
    longest = max(part.joints.shape[1] for part in parts)
    missing = [longest - part.joints.shape[1] for part in parts]
    pad = torch.nn.functional.pad
    joints = [pad(p.joints, (0, 0, 0, 0, 0, n)) for p, n in zip(parts, missing, strict=True)]
    visible = [pad(p.visible, (0, 0, 0, n)) for p, n in zip(parts, missing, strict=True)]
    return Poses2D(torch.cat(joints), torch.cat(visible))


def _read(path: str, frames: int, accepted: Accepted) -> Poses2D:
    folder = split_convention(path)[0]
    if (folder / MANIFEST).exists():
        found = _of_crowd(folder)
    else:
        found = _of_keypoints(read_keypoints(path), accepted.least_score)
    good = _acceptable(found, accepted)
    if not good.any():
        raise InputError(
            f"{path}: none of {len(good)} poses has {accepted.least_joints} known joints and both "
            "ends of the torso; lower the least score or give another file"
        )
    left_out = f"; {(~good).sum()} of too few or misplaced joints left out" if (~good).any() else ""
    say(f"{path}: {good.sum()} poses{left_out}")
    return _in_tracks(found, good, frames)


def _of_keypoints(people: Sequence[Keypoints2D], least_score: float) -> _Found:
    number = {image: i for i, image in enumerate(dict.fromkeys(p.image for p in people))}
    groups = groupby(sorted(people, key=_kind), key=_kind)
    parts = [_of_kind(list(group), number, least_score) for _, group in groups]
    return _Found(
        torch.cat([part.joints for part in parts]),
        torch.cat([part.visible for part in parts]),
        [who for part in parts for who in part.who],
        np.concatenate([part.when for part in parts]),
    )


def _kind(person: Keypoints2D) -> tuple[tuple[str, ...], bool]:
    return person.names, person.K is not None


def _of_kind(people: Sequence[Keypoints2D], number: dict[str, int], least_score: float) -> _Found:
    """Read people of the same joints, with intrinsics or without."""
    pixels = np.stack([person.joints for person in people])
    scores = np.stack([person.scores for person in people])
    sure = np.where(scores >= least_score, scores, 0)
    joints, known = convert(pixels, sure, people[0].names, NAMES)
    visible = torch.from_numpy(known > 0).float()
    matrices = [person.K for person in people if person.K is not None]
    if matrices:
        plane = _aimed(rays_of(joints, np.stack(matrices)), visible)
    else:
        plane = normalise(torch.from_numpy(joints).float(), visible).joints
    when = np.array([number[person.image] for person in people])
    return _Found(plane, visible, [person.track for person in people], when)


def _aimed(
    rays: Float[Tensor, "people joints 3"], visible: Float[Tensor, "people joints"]
) -> Float[Tensor, "people joints 2"]:
    """Bring people to the teacher's plane as a camera aimed at them sees them."""
    rays = torch.where(visible[..., None] > 0, rays, torch.tensor([0.0, 0.0, 1.0]))
    return normalise(seen_from(aim(rays, visible), rays), visible).joints


def _of_crowd(folder: Path) -> _Found:
    samples = track(read_samples(folder, with_image=False), str(folder), count_images(folder))
    parts = [_of_sample(sample) for sample in samples]
    joints, visible = (torch.cat(column) for column in zip(*parts, strict=True))
    return _Found(joints, visible, [None] * len(joints), np.zeros(len(joints), int))


def _of_sample(
    sample: Sample,
) -> tuple[Float[Tensor, "people joints 2"], Float[Tensor, "people joints"]]:
    """Read people of a sample whose body is known.

    Labels are exact however much hides a joint, so all that lie inside the image are known; those
    outside may lie behind the camera, where 2D says nothing.
    """
    known = [i for i, person in enumerate(sample.people) if person.has_body]
    inside = (sample.joint_visibility[known] != OUTSIDE).astype(np.float32)
    pixels = sample.joints_2d[known].astype(np.float64)
    joints, sure = convert(pixels, inside, CROWD_NAMES, NAMES)
    rays = rays_of(joints, np.tile(sample.camera.K.double().numpy(), (len(known), 1, 1)))
    if sample.camera.distortion is not None:
        straight = undistort(rays[..., :2], sample.camera.distortion)
        rays = torch.cat([straight, rays[..., 2:]], -1)
    visible = torch.from_numpy(sure > 0).float()
    return _aimed(rays, visible), visible


def _acceptable(found: _Found, accepted: Accepted) -> Bool[np.ndarray, " poses"]:
    enough = found.visible.sum(1) >= accepted.least_joints
    for end in TORSO:
        enough &= found.visible[:, [NAMES.index(name) for name in end]].amax(1) > 0
    reach = (found.joints.norm(dim=-1) * found.visible).amax(1)
    enough &= reach <= accepted.largest
    first, second, metres = (torch.tensor(column) for column in zip(*_BONES, strict=True))
    lengths = (found.joints[:, first] - found.joints[:, second]).norm(dim=-1) / metres
    lengths *= found.visible[:, first] * found.visible[:, second]
    longest, _, third = lengths.topk(3, dim=1).values.unbind(1)
    return (enough & ((third == 0) | (longest <= accepted.longest * third))).numpy()


def _in_tracks(found: _Found, good: Bool[np.ndarray, " poses"], frames: int) -> Poses2D:
    rows = np.concatenate([*_windows(found, good, frames), _alone(found, good, frames)])
    # The last row, which index -1 reaches, is a pose of which nothing is known.
    joints = torch.nn.functional.pad(found.joints, (0, 0, 0, 0, 0, 1))
    visible = torch.nn.functional.pad(found.visible, (0, 0, 0, 1))
    return Poses2D(joints[rows], visible[rows])


def _alone(
    found: _Found, good: Bool[np.ndarray, " poses"], frames: int
) -> Int[np.ndarray, "tracks frames"]:
    single = [i for i in np.flatnonzero(good).tolist() if found.who[i] is None]
    rows = np.full((len(single), frames), -1)
    rows[:, (frames - 1) // 2] = single
    return rows


def _windows(
    found: _Found, good: Bool[np.ndarray, " poses"], frames: int
) -> Iterable[Int[np.ndarray, "tracks frames"]]:
    """Cut the tracks of a file into windows that overlap by half: rows of `found`, -1 nobody."""
    tracks: dict[str, list[int]] = {}
    for i in np.flatnonzero(good).tolist():
        if (who := found.who[i]) is not None:
            tracks.setdefault(who, []).append(i)
    for members in tracks.values():
        when = found.when[members] - found.when[members].min()
        row = np.full(max(frames, when.max() + 1), -1)
        row[when] = members
        starts = np.arange(0, len(row) - frames + 1, max(1, frames // 2))
        starts = np.union1d(starts, len(row) - frames)
        cut = row[starts[:, None] + np.arange(frames)]
        yield cut[(cut >= 0).any(1)]
