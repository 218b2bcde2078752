"""Predictions on the labelled people of samples, kept on disk so that a killed run goes on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from hmr.predictions import boxes_of, prediction_bytes, read_prediction
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
            write_atomically(path, prediction_bytes(ask(predictor, sample, rows)))
            # Read back, so that a resumed run gives the very same numbers.
            kept = _read(path)
        assert kept is not None
        return kept


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


def _read(path: Path) -> Prediction | None:
    try:
        return read_prediction(path).prediction
    except InputError:
        return None
