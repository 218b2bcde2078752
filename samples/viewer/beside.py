"""Predictions of an image, matched with its labelled people."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int

from hmr.body import load_body
from hmr.cameras import to_camera, to_pixels
from hmr.errors import InputError
from hmr.joints import SMPLX_BODY_22
from hmr.metrics import mpjpe_mm, pa_mpjpe_mm
from hmr.predictions import boxed, boxes_of, read_prediction
from hmr.sample import Sample

HIPS = [SMPLX_BODY_22.index(name) for name in ("left_hip", "right_hip")]
LEAST_IOU = 0.3
"""Boxes that share less belong to different people."""


@dataclass(frozen=True)
class Beside:
    """Predicted people beside the labels of one image."""

    rows: tuple[int | None, ...]
    """Row of the labelled person each belongs to; None for whom nobody was labelled."""
    vertices: Float[np.ndarray, "people vertices 3"]
    """In the world frame of the sample, metres."""
    joints_2d: Float[np.ndarray, "people 22 2"]
    """Pixels, through the predicted camera, which is a pinhole."""
    faces: Int[np.ndarray, "faces 3"]
    mpjpe_mm: tuple[float | None, ...]
    """Mean error of 22 joints once the middles of the hips meet."""
    pa_mpjpe_mm: tuple[float | None, ...]
    """The same after the best rotation, scale and translation."""
    away_mm: tuple[float | None, ...]
    """Distance of the middles of the hips."""

    def of(self, row: int) -> int | None:
        """Find the prediction of a labelled person."""
        return self.rows.index(row) if row in self.rows else None


class Predictions:
    """A folder with one `KEY.npz` an image, or one such file."""

    def __init__(self, path: Path, body_path: str | None = None):
        """Find the files.

        Raises:
            InputError: There are none.
        """
        self._body_path = body_path
        files = [path] if path.is_file() else sorted(path.glob("*.npz"))
        self._files = {file.stem: file for file in files if file.suffix == ".npz"}
        if not self._files:
            raise InputError(
                f"predictions: {path} holds no KEY.npz; name the out=DIR of stage=predict or a "
                "folder below predictions/ of stage=eval"
            )

    def beside(self, sample: Sample) -> Beside | None:
        """Read the predictions of an image; None where there are none.

        Raises:
            InputError: The file is broken, or holds other people than were labelled.
        """
        file = self._files.get(sample.key)
        return None if file is None else _matched(file, sample, self._body_path)


@torch.no_grad()
def _matched(file: Path, sample: Sample, body_path: str | None) -> Beside:
    stored, body = read_prediction(file), load_body(body_path)
    found, camera = stored.prediction, sample.camera
    rows = boxed(sample)
    if stored.boxes is None and len(found.scores) != len(rows):
        raise InputError(f"{file}: {len(found.scores)} people, {len(rows)} are labelled")
    pairs = rows if stored.boxes is None else match(stored.boxes, boxes_of(sample, rows), rows)
    output = body(found.params)
    joints = output.joints[:, : len(SMPLX_BODY_22)]
    errors = [_errors(joints[i], sample, row) for i, row in enumerate(pairs)]
    mpjpe, aligned, away = zip(*errors, strict=True) if errors else ((), (), ())
    return Beside(
        rows=tuple(pairs),
        vertices=((output.vertices - camera.t) @ camera.R).numpy(),
        joints_2d=to_pixels(joints, found.camera.K).double().numpy(),
        faces=body.faces,
        mpjpe_mm=mpjpe,
        pa_mpjpe_mm=aligned,
        away_mm=away,
    )


def match(
    found: Float[np.ndarray, "n 4"], labelled: Float[np.ndarray, "m 4"], rows: list[int]
) -> list[int | None]:
    """Give each box found the row of the labelled box it shares most with; each row once."""
    shared = _iou(found, labelled)
    pairs: list[int | None] = [None] * len(found)
    for _ in range(min(shared.shape)):
        i, j = np.unravel_index(int(shared.argmax()), shared.shape)
        if shared[i, j] < LEAST_IOU:
            break
        pairs[int(i)] = rows[int(j)]
        shared[i, :] = shared[:, j] = -1
    return pairs


def _iou(a: Float[np.ndarray, "n 4"], b: Float[np.ndarray, "m 4"]) -> Float[np.ndarray, "n m"]:
    corner = np.maximum(a[:, None, :2], b[None, :, :2])
    sides = np.clip(np.minimum(a[:, None, 2:], b[None, :, 2:]) - corner, 0, None)
    both = sides.prod(-1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(-1) for boxes in (a, b)]
    return both / np.maximum(areas[0][:, None] + areas[1][None] - both, 1e-9)


def _errors(
    joints: Float[torch.Tensor, "22 3"], sample: Sample, row: int | None
) -> tuple[float | None, float | None, float | None]:
    if row is None:
        return None, None, None
    labelled = torch.from_numpy(sample.joints_3d[row, : len(SMPLX_BODY_22)].astype(np.float32))
    true = to_camera(labelled, sample.camera)
    roots = joints[HIPS].mean(0), true[HIPS].mean(0)
    aligned = pa_mpjpe_mm(joints[None], true[None])[0]
    away = (roots[0] - roots[1]).norm() * 1000
    return float(mpjpe_mm(joints, true, *roots)), float(aligned), float(away)
