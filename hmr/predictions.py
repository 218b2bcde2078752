"""Predictions on disk: one `KEY.npz` an image.

It holds SMPL-X parameters by name (camera frame, axis-angle, one person a row), `K`, `scores`
and, where the predictor looked for people itself, the `boxes` it looked into. Without boxes the
people are those of the sample's labels that have a box in the frame, in their order.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from jaxtyping import Float

from hmr.cameras import Camera
from hmr.errors import InputError
from hmr.params import Params
from hmr.predictor import Prediction
from hmr.sample import Box, Sample

_BROKEN = (OSError, ValueError, KeyError, EOFError, BadZipFile)


@dataclass(frozen=True)
class StoredPrediction:
    """What one file holds."""

    prediction: Prediction
    boxes: Float[np.ndarray, "people 4"] | None
    """Boxes x0, y0, x1, y1 that the predictor looked into; None where the labels' were taken."""


def read_prediction(path: Path) -> StoredPrediction:
    """Read one image's predictions.

    Raises:
        InputError: The file is missing, broken or no file of predictions.
    """
    try:
        with np.load(path) as file:
            arrays = dict(file)
        params = Params.from_disk(arrays, str(path))
        K, scores = torch.from_numpy(arrays["K"]).float(), arrays["scores"]
        boxes = arrays["boxes"].astype(np.float64).reshape(-1, 4) if "boxes" in arrays else None
        people = params.batch[0] if len(params.batch) == 1 else -1
        if (
            K.shape != (3, 3)
            or people != len(scores)
            or people != len(scores if boxes is None else boxes)
        ):
            raise ValueError("its arrays do not fit together")
    except _BROKEN as error:
        raise InputError(f"{path}: no file of predictions ({error})") from None
    camera = Camera(K, torch.eye(3), torch.zeros(3))
    return StoredPrediction(Prediction(params, camera, scores), boxes)


def prediction_bytes(prediction: Prediction) -> bytes:
    """Turn predictions on the labelled people of an image into the bytes of a file."""
    buffer = io.BytesIO()
    arrays, K = prediction.params.to_disk(), prediction.camera.K.cpu().numpy()
    np.savez(buffer, allow_pickle=False, **arrays, K=K, scores=prediction.scores)
    return buffer.getvalue()


def boxed(sample: Sample) -> list[int]:
    """Rows of the people of whom some pixels, hidden or not, lie in the frame."""
    return [row for row in range(len(sample.people)) if box_in_frame(sample, row) is not None]


def boxes_of(sample: Sample, rows: Sequence[int]) -> Float[np.ndarray, "people 4"]:
    """Amodal boxes, cut at the frame, of the rows that have one."""
    found = [box for row in rows if (box := box_in_frame(sample, row)) is not None]
    return np.array(found, np.float64).reshape(-1, 4)


def box_in_frame(sample: Sample, row: int) -> Box | None:
    """Amodal box of a person, or the visible one, cut at the frame; None outside it."""
    box = sample.people[row].bbox_amodal or sample.people[row].bbox_visible
    if box is None:
        return None
    (x0, y0), size = (max(edge, 0.0) for edge in box[:2]), (sample.width, sample.height)
    x1, y1 = (min(edge, float(end)) for edge, end in zip(box[2:], size, strict=True))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None
