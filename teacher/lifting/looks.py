"""Pictures of what was lifted: a sheet of some people, and animations of tracks."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float

from hmr.crops import crop, square_around, to_crop
from hmr.drawing import Image
from hmr.progress import track
from teacher.animation import picture, write_animation
from teacher.lifting.pictures import Pictures
from teacher.lifting.results import Result
from teacher.poses_2d import NAMES
from teacher.sheet import lift_sheet

TILE = 320
"""Side of a person's photo on the sheet, in pixels."""
DARK = 38
MARGIN = 1.3
FEET = 0.9
"""Share of frames in which both feet are at or above the floor that is drawn."""


def draw_sheet(
    path: Path, results: Sequence[Result], pictures: Pictures | None, count: int
) -> None:
    """Draw some people, evenly spread over all frames in which they were seen."""
    rows = [(r, i) for r in results for i in range(len(r.subject)) if r.subject.scores[i].any()]
    places = np.linspace(0, len(rows) - 1, min(count, len(rows))).round().astype(int)
    chosen = [rows[place] for place in places]
    squares = [_square(r.subject.joints[i], r.subject.scores[i]) for r, i in chosen]
    affine = [to_crop(square, TILE) for square in squares]
    joints = [
        r.subject.joints[i] @ a[:, :2].T + a[:, 2] for (r, i), a in zip(chosen, affine, strict=True)
    ]
    images = pictures and [
        crop(pictures.read(r.subject.images[i], r.subject.frames[i]), square, TILE)
        for (r, i), square in zip(chosen, squares, strict=True)
    ]
    shown = [
        np.where(r.lifted.confidence[i, :, None] > 0, r.lifted.joints_3d[i], np.nan)
        for r, i in chosen
    ]
    lift_sheet(
        path,
        np.stack(joints),
        np.stack(shown),
        visible=np.stack([r.subject.scores[i] for r, i in chosen]),
        images=images,
    )


def _square(
    joints: Float[np.ndarray, "joints 2"], scores: Float[np.ndarray, " joints"]
) -> Float[np.ndarray, "3"]:
    there = joints[scores > 0]
    (x0, y0), (x1, y1) = there.min(0), there.max(0)
    return square_around((float(x0), float(y0), float(x1), float(y1)), MARGIN)


def draw_track(
    folder: Path, result: Result, pictures: Pictures | None, fps: float, ending: str
) -> Path:
    """Animate a track, unless that was done before."""
    plain = "".join(c if c.isalnum() or c in "-_" else "_" for c in result.subject.key)
    path = folder / f"track-{plain}.{ending}"
    if not path.exists():
        frames = track(range(len(result.subject)), f"drawing {path.name}")
        write_animation(path, _frames(result, pictures, fps, frames), fps)
    return path


def _frames(
    result: Result, pictures: Pictures | None, fps: float, frames: Iterator[int]
) -> Iterator[Image]:
    who, lifted = result.subject, result.lifted
    ankles = [NAMES.index(f"{side}_ankle") for side in ("left", "right")]
    floor = float(np.quantile(lifted.joints_3d[:, ankles, 1].max(1), FEET))
    stage = _Backdrop(result, pictures)
    for i in frames:
        image, joints = stage.of(i)
        yield picture(
            *(image, joints, who.scores[i], lifted.joints_3d[i], lifted.confidence[i], NAMES),
            *(i / fps, floor),
        )


class _Backdrop:
    """What the 2D input is drawn on: the video's frames, or an empty one as large as the track."""

    def __init__(self, result: Result, pictures: Pictures | None):
        self.subject, self.pictures = result.subject, pictures
        x, y, side = _square(self.subject.joints.reshape(-1, 2), self.subject.scores.reshape(-1))
        self.corner, self.side = np.array([x, y]) - side / 2, side
        self.last: Image = np.full((TILE, TILE, 3), DARK, np.uint8)

    def of(self, i: int) -> tuple[Image, Float[np.ndarray, "joints 2"]]:
        """Give the picture of a frame, and the joints there; the last one where there is none."""
        joints = self.subject.joints[i]
        if self.pictures is None:
            scale = 1.5 * TILE / self.side
            empty = np.asarray(cv2.resize(self.last, None, fx=1.5, fy=1.5))
            return empty, (joints - self.corner) * scale
        if self.subject.images[i]:
            self.last = self.pictures.read(self.subject.images[i], self.subject.frames[i])
        return self.last, joints
