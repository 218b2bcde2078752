"""Predictions on the labelled people of samples, kept on disk so that a killed run goes on."""

import hashlib
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
from hmr.predictor import Prediction, Predictor
from hmr.record import write_atomically
from hmr.sample import Sample
from hmr.shards import finished_shards


@dataclass(frozen=True)
class Store:
    """A folder of predictions, one file an image."""

    folder: Path
    trusted: bool = True
    """Whether what lies there may be taken instead of asking the predictor."""

    def predict(self, predictor: Predictor, sample: Sample, rows: Sequence[int]) -> Prediction:
        """Predict the people of these rows in their boxes, or read what is already there."""
        path = self.folder / f"{sample.key}.npz"
        kept = _read(path) if self.trusted else None
        if kept is None or kept.params.batch != (len(rows),):
            write_atomically(path, _bytes(ask(predictor, sample, rows)))
            # Read back, so that a resumed run gives the very same numbers.
            kept = _read(path)
        assert kept is not None
        return kept


def boxed(sample: Sample) -> list[int]:
    """Rows of the people of whom some pixels, hidden or not, lie in the frame."""
    boxes = [_in_frame(sample, row) for row in range(len(sample.people))]
    return [row for row, box in enumerate(boxes) if box is not None]


def boxes_of(sample: Sample, rows: Sequence[int]) -> Float[np.ndarray, "people 4"]:
    """Amodal boxes, cut at the frame, of the rows that have one."""
    found = [box for row in rows if (box := _in_frame(sample, row)) is not None]
    return np.array(found, np.float64).reshape(-1, 4)


def ask(predictor: Predictor, sample: Sample, rows: Sequence[int]) -> Prediction:
    """Predict the people of these rows.

    Raises:
        InputError: The predictor answered with another number of people, or with NaN.
    """
    assert sample.image is not None
    boxes = boxes_of(sample, rows)
    answer = predictor.predict(sample.image, boxes, sample.camera.K.double().numpy())
    if answer.params.batch != (len(rows),):
        counts = f"{len(rows)} boxes but {tuple(answer.params.batch)} people"
        raise InputError(f"predictor: {counts} in image {sample.key}; it must answer each box")
    if not all(np.isfinite(array).all() for array in answer.params.to_disk().values()):
        raise InputError(f"predictor: numbers that are not finite in image {sample.key}")
    return answer


def fingerprint(data: Path, checkpoint: str | None) -> str:
    """Name the pair of a data set and a predictor's file by their contents."""
    digest = hashlib.sha256()
    for shard in finished_shards(data):
        digest.update(shard.sha256.encode())
    if checkpoint and Path(checkpoint).is_file():
        with Path(checkpoint).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


def _in_frame(sample: Sample, row: int) -> tuple[float, float, float, float] | None:
    box = sample.people[row].bbox_amodal or sample.people[row].bbox_visible
    if box is None:
        return None
    (x0, y0), size = (max(edge, 0.0) for edge in box[:2]), (sample.width, sample.height)
    x1, y1 = (min(edge, float(end)) for edge, end in zip(box[2:], size, strict=True))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _bytes(prediction: Prediction) -> bytes:
    buffer = io.BytesIO()
    arrays = prediction.params.to_disk()
    K = prediction.camera.K.cpu().numpy()
    np.savez(buffer, allow_pickle=False, **arrays, K=K, scores=prediction.scores)
    return buffer.getvalue()


def _read(path: Path) -> Prediction | None:
    try:
        with np.load(path) as file:
            arrays = dict(file)
        params = Params.from_disk(arrays, str(path))
        K = torch.from_numpy(arrays["K"]).float()
        return Prediction(params, Camera(K, torch.eye(3), torch.zeros(3)), arrays["scores"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, InputError):
        return None
