"""A man filmed by four cameras, each lifted on its own: do they see the same skeleton?

python benchmarks/four_cameras.py TEACHER CALIBRATION cam01.npz cam02.npz cam03.npz cam04.npz

The npz files come from `benchmarks/detect_2d.py`, in the calibration's order; CALIBRATION is
Qualisys' .qca.txt, as Pose2Sim's demo has it. Nothing of one camera reaches another's lift. Then
each lift is turned to the world by its camera's true rotation. Printed are, in millimetres:

- between: mean distance of joints between two cameras' skeletons, pelvises together and each
  skeleton at its own (an adult's) size, no turn; and after the best similarity (PA);
- to the man: the same against the skeleton triangulated from all four cameras' 2D, brought to an
  adult's size as lifts are.
"""

import argparse
import itertools
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float

from hmr.cameras import Camera
from hmr.joints import convert, mirrored
from hmr.metrics import MM, similarity
from teacher.lift import Lifter
from teacher.poses_2d import NAMES, ROOT
from teacher.size import to_adult

SUBPIXELS = 64
"""Qualisys counts intrinsics and distortion in parts of a pixel."""
LEAST_SCORE = 0.5
COMPARED = tuple(
    f"{side}_{part}"
    for side in ("left", "right")
    for part in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
)
"""Joints that both detectors and motion capture have where lifts and truth mean the same."""
ROWS = [NAMES.index(name) for name in COMPARED]
ARMS, LEGS = ("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle")
Points = Float[np.ndarray, "frames joints 3"]
View = tuple[Points, Float[np.ndarray, "frames joints"]]
"""Pixels with 1 below, and scores."""
Swapped = Bool[np.ndarray, "frames cameras"]


def cameras_of(path: Path) -> list[Camera]:
    """Read cameras, world Z up in metres; their axes as OpenCV's."""
    found = []
    for entry in ElementTree.parse(path).getroot().iter("camera"):
        inner, outer = entry.find("intrinsic"), entry.find("transform")
        assert inner is not None and outer is not None
        names = ("focalLengthU", "focalLengthV", "centerPointU", "centerPointV")
        fx, fy, cx, cy = (float(inner.attrib[name]) / SUBPIXELS for name in names)
        turn = np.array([[float(outer.attrib[f"r{i}{j}"]) for j in "123"] for i in "123"])
        R = np.diag([1.0, -1, -1]) @ turn
        centre = np.array([float(outer.attrib[axis]) / 1000 for axis in "xyz"])
        bent = ("radialDistortion1", "radialDistortion2", "tangentalDistortion1")
        bent = (*bent, "tangentalDistortion2", "radialDistortion3")
        K = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])
        lens = np.array([float(inner.attrib[name]) / SUBPIXELS for name in bent])
        found.append(Camera(*(torch.from_numpy(a) for a in (K, R, -R @ centre, lens))))
    return found


def seen(path: Path, camera: Camera) -> View:
    """Pixels of the teacher's joints, the lens straightened, with 1 below; and their scores."""
    with np.load(path) as file:
        points, names = file["keypoints_2d"], tuple(file["joint_names"].tolist())
    assert camera.distortion is not None
    K, lens = camera.K.numpy(), camera.distortion.numpy()
    flat = points[..., :2].reshape(-1, 1, 2).astype(np.float64)
    straight = cv2.undistortPoints(flat, K, lens, P=K).reshape(*points.shape[:2], 2)
    scores = np.where(points[..., 2] < LEAST_SCORE, 0, points[..., 2])
    joints, sure = convert(straight, scores, names, NAMES)
    return np.concatenate([joints, np.ones_like(joints[..., :1])], -1), sure


def triangulated(views: Sequence[View], cameras: Sequence[Camera]) -> Points:
    """Points nearest to the rays of the cameras that see them (DLT, weighed by their scores)."""
    rows = []
    for (points, sure), camera in zip(views, cameras, strict=True):
        P = camera.K.numpy() @ np.c_[camera.R.numpy(), camera.t.numpy()]
        weight = sure[..., None] / camera.K[0, 0].item()
        rows += [weight * (points[..., i : i + 1] * P[2] - P[i]) for i in (0, 1)]
    _, _, V = np.linalg.svd(np.stack(rows, -2))
    return V[..., -1, :3] / V[..., -1, 3:]


def residuals(world: Points, view: View, camera: Camera) -> Float[np.ndarray, "frames joints 2"]:
    """Where joints project, from where they were seen, in pixels; NaN where they were not."""
    there = (world @ camera.R.numpy().T + camera.t.numpy()) @ camera.K.numpy().T
    apart = there[..., :2] / there[..., 2:] - view[0][..., :2]
    return np.where(view[1][..., None] > 0, apart, np.nan)


def error_of(
    world: Points, views: Sequence[View], cameras: Sequence[Camera]
) -> Float[np.ndarray, "frames joints"]:
    """Mean distance of each joint's projections from where it was seen; NaN if it never was."""
    apart = [residuals(world, *pair) for pair in zip(views, cameras, strict=True)]
    away = np.linalg.norm(np.stack(apart), axis=-1)
    count = np.isfinite(away).sum(0)
    return np.where(count > 0, np.nansum(away, axis=0) / np.maximum(count, 1), np.nan)


def man_of(views: Sequence[View], cameras: Sequence[Camera]) -> tuple[Points, Swapped, float]:
    """Triangulate the man; tell where detectors took left for right, and how well he projects.

    A detector swaps the sides of arms or legs now and then: of all ways to swap them back in each
    frame the one is taken in which the cameras agree best. And the cameras' aim is a little off,
    so that whole bodies project beside where they are seen: each camera's pixels are moved by
    that, once and for all. Both serve this skeleton alone; lifts see the detections as they are.
    """
    swapped = np.zeros((len(views[0][0]), len(views)), bool)
    for part in (ARMS, LEGS):
        swapped |= _swaps(views, cameras, part)
        views = [_unswapped(v, swapped[:, i], part) for i, v in enumerate(views)]
    for _ in range(20):
        world = triangulated(views, cameras)
        off = [residuals(world, *pair) for pair in zip(views, cameras, strict=True)]
        moves = [np.array([*np.nanmedian(apart, axis=(0, 1)), 0.0]) for apart in off]
        views = [(p + move, sure) for (p, sure), move in zip(views, moves, strict=True)]
    world = triangulated(views, cameras)
    return world, swapped, float(np.nanmedian(error_of(world, views, cameras)[:, ROWS]))


def _swaps(views: Sequence[View], cameras: Sequence[Camera], part: Sequence[str]) -> Swapped:
    """Find the cameras that swapped the sides of a part, frame by frame; the fewest will do."""
    rows = [NAMES.index(f"{side}_{name}") for side in ("left", "right") for name in part]
    choices = sorted(itertools.product((False, True), repeat=len(views)), key=sum)
    errors = []
    for choice in choices[: len(choices) // 2 + 1]:
        tried = [_unswapped(v, s, part) for v, s in zip(views, choice, strict=True)]
        world = triangulated(tried, cameras)
        errors.append(np.nanmean(error_of(world, tried, cameras)[:, rows], axis=1))
    return np.array(choices)[np.argmin(errors, axis=0)]


def _unswapped(view: View, where: bool | Bool[np.ndarray, " frames"], part: Sequence[str]) -> View:
    order = np.arange(len(NAMES))
    for side, name in itertools.product(("left", "right"), part):
        order[NAMES.index(f"{side}_{name}")] = NAMES.index(mirrored(f"{side}_{name}"))
    points, sure = view
    frames = np.broadcast_to(where, len(points))[:, None]
    swapped = points[:, order], sure[:, order]
    return np.where(frames[..., None], swapped[0], points), np.where(frames, swapped[1], sure)


def sized(points: Points) -> Points:
    """Bring skeletons to an adult's size about the pelvis, as lifts are."""
    centred = torch.from_numpy(points - points[:, ROOT : ROOT + 1])
    everything = torch.ones(centred.shape[:2], dtype=centred.dtype)
    factor = to_adult(centred, everything, torch.ones(len(NAMES), dtype=torch.bool))
    return (centred * factor[:, None, None]).numpy()


def flat(points: Points, K: Float[np.ndarray, "3 3"]) -> Points:
    """All joints at one depth."""
    rays = points @ np.linalg.inv(K).T
    return sized(rays)


def gap(a: Points, b: Points, aligned: bool) -> float:
    """Mean distance of the compared joints, in millimetres."""
    first, second = (torch.from_numpy(p[:, ROWS]).double() for p in (a, b))
    if aligned:
        first = similarity(first, second)
    return float((first - second).norm(dim=-1).mean()) * MM


def compare(
    name: str, skeletons: Sequence[Points], man: Points, good: Bool[np.ndarray, " frames"]
) -> None:
    """Print a row: between cameras, and to the man; in all frames and in the good ones."""
    numbers = []
    for rows in (np.ones_like(good), good):
        pairs = [(a[rows], b[rows]) for a, b in itertools.combinations(skeletons, 2)]
        with_man = [(a[rows], man[rows]) for a in skeletons]
        for couples in (pairs, with_man):
            numbers += [
                np.mean([gap(a, b, aligned) for a, b in couples]) for aligned in (False, True)
            ]
    print(f"{name:<26}" + "".join(f"{value:>11.1f}" for value in numbers))


def main() -> None:
    """Lift and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("calibration", type=Path)
    parser.add_argument("keypoints", type=Path, nargs="+")
    given = parser.parse_args()
    lifter, cameras = Lifter.load(given.teacher), cameras_of(given.calibration)
    if len(cameras) != len(given.keypoints):
        parser.error(f"{len(cameras)} cameras are calibrated; give as many npz files")
    views = [seen(path, camera) for path, camera in zip(given.keypoints, cameras, strict=True)]
    world, swapped, error = man_of(views, cameras)
    man, joints = sized(world), ", ".join(name for name in COMPARED if name.startswith("left"))
    good = np.asarray(~swapped.any(1))
    print(f"the man's joints project {error:.1f} px from the 2D (median)")
    print(f"joints: {joints} and the right ones")
    print(f"detectors took left for right in {swapped.mean():.0%} of the pictures; in {good.sum()}")
    print(f"of {len(good)} frames none did: columns 'good' are of those\n")
    head = ("between", "PA", "to the man", "PA")
    print(f"{'mm':<26}" + "".join(f"{name:>11}" for name in (*head, *(f"{h}, good" for h in head))))
    flats, tracks, frames = [], [], []
    for (points, sure), camera in zip(views, cameras, strict=True):
        R, K = camera.R.numpy(), camera.K.numpy()
        flats.append(flat(points, K) @ R)
        tracks.append(lifter.lift_track(points[..., :2], sure, K).joints_3d @ R)
        frames.append(lifter.lift(points[..., :2], sure, K).joints_3d @ R)
    compare("all joints at one depth", flats, man, good)
    compare("teacher, frame by frame", frames, man, good)
    if lifter.looks_along:
        compare("teacher, as tracks", tracks, man, good)


if __name__ == "__main__":
    main()
