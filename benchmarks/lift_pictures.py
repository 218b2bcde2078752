"""Lifts of real photos on one sheet, from two sides, those to look at chosen at random.

python benchmarks/lift_pictures.py OUT.png TEACHER KEYPOINTS IMAGES --people 24 --columns 8

KEYPOINTS and IMAGES as in stage=lift. Printed is what cannot be right whatever the truth is: the
share of knees that bend backwards.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Float

from hmr.drawing import Image, save_png, sheet
from hmr.keypoints import read_keypoints
from teacher.lift import Lifter
from teacher.lifting.looks import draw_sheet
from teacher.lifting.pictures import Pictures
from teacher.lifting.results import Result
from teacher.lifting.subjects import Intrinsics, gather
from teacher.poses_2d import NAMES

BENT = np.radians(15)
"""From here on a knee is bent backwards, and not merely noisy."""


def joint(points: Float[np.ndarray, "people joints 3"], name: str) -> Float[np.ndarray, "people 3"]:
    """One joint of everybody."""
    return points[:, NAMES.index(name)]


def knees_bent_back(points: Float[np.ndarray, "people joints 3"]) -> float:
    """Share of knees that bend backwards by more than `BENT`, where forward is the hips' own.

    The hinge's axis is the line from the right hip to the left one: a knee that bends as knees do
    turns the shank about it backwards.
    """
    across = _unit(joint(points, "left_hip") - joint(points, "right_hip"))
    wrong = []
    for side in ("left", "right"):
        thigh = _unit(joint(points, f"{side}_knee") - joint(points, f"{side}_hip"))
        shank = _unit(joint(points, f"{side}_ankle") - joint(points, f"{side}_knee"))
        turn = (np.cross(thigh, shank) * across).sum(-1)
        wrong.append(np.arcsin(np.clip(turn, -1, 1)) < -BENT)
    return float(np.mean(wrong))


def _unit(vectors: Float[np.ndarray, "people 3"]) -> Float[np.ndarray, "people 3"]:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def rows_of(path: Path, results: list[Result], pictures: Pictures, columns: int) -> Image:
    """Draw sheets of so many people each, one below the other."""
    images = []
    for start in range(0, len(results), columns):
        part = path.with_name(f".{path.stem}-{start}.png")
        draw_sheet(part, results[start : start + columns], pictures, columns)
        image = cv2.imread(str(part))
        assert image is not None
        images.append(np.ascontiguousarray(image[..., ::-1]))
        part.unlink()
    return sheet(images, columns=1)


def main() -> None:
    """Lift, count, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("keypoints", type=Path)
    parser.add_argument("images", type=Path)
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.set_num_threads(1)
    people, pictures = read_keypoints(given.keypoints), Pictures(given.images)
    lifter, cameras = Lifter.load(given.teacher), Intrinsics(people, pictures, None)
    subjects = gather(people, cameras, as_tracks=False, fps=30.0)
    joints, scores, K = (
        np.concatenate([getattr(s, name) for s in subjects]) for name in ("joints", "scores", "K")
    )
    lifted = lifter.lift(joints, scores, K)
    print(
        f"{len(subjects)} people; {knees_bent_back(lifted.joints_3d):.1%} of knees bent backwards"
    )
    seen = (scores > 0) & np.isfinite(lifted.uncertainty)
    print(
        f"median standard deviation of visible joints {np.median(lifted.uncertainty[seen]):.3f} m"
    )
    rng = np.random.default_rng(given.seed)
    chosen = rng.permutation(len(subjects))[: given.people]
    results = [Result(subjects[i], lifted.rows(slice(i, i + 1)), {}) for i in chosen]
    save_png(given.out, rows_of(given.out, results, pictures, given.columns))


if __name__ == "__main__":
    main()
