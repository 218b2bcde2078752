"""The student as a predictor: boxes of an image in, people out."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8

from hmr.body import load_body
from hmr.cameras import Camera, guessed_focal, intrinsics
from hmr.crops import crop, place_in_image, square_around
from hmr.params import Params
from hmr.predictor import Prediction
from student.model import Student, load_student

CHUNK = 64


class StudentPredictor:
    """Recovers people with a trained student. It implements `hmr.predictor.Predictor`."""

    def __init__(self, student: Student):
        """Wrap a student that stands where its body stands."""
        self.student = student

    @torch.no_grad()
    def predict(
        self,
        image: UInt8[np.ndarray, "h w 3"],
        boxes: Float[np.ndarray, "people 4"],
        K: Float[np.ndarray, "3 3"] | None = None,
    ) -> Prediction:
        """Recover one person a box. Every score is 1: the student does not doubt itself."""
        K = known_or_guessed(K, image.shape[1], image.shape[0])
        size = self.student.network.design.crop
        squares = [square_around((x0, y0, x1, y1)) for x0, y0, x1, y1 in boxes.tolist()]
        found = [Params.rest(0)]
        for start in range(0, len(squares), CHUNK):
            some = squares[start : start + CHUNK]
            crops = np.stack([crop(image, square, size) for square in some])
            place = np.stack([place_in_image(K, square) for square in some])
            found.append(self._recover(crops, place.astype(np.float32)))
        camera = Camera(torch.from_numpy(K).float(), torch.eye(3), torch.zeros(3))
        return Prediction(Params.cat(found), camera, np.ones(len(boxes), np.float32))

    def _recover(
        self, crops: UInt8[np.ndarray, "n size size 3"], place: Float[np.ndarray, "n 3"]
    ) -> Params:
        device = self.student.network.pixel_mean.device
        pixels = torch.from_numpy(crops).to(device).permute(0, 3, 1, 2)
        return self.student(pixels, torch.from_numpy(place).to(device)).to("cpu")


def known_or_guessed(
    K: Float[np.ndarray, "3 3"] | None, width: int, height: int
) -> Float[np.ndarray, "3 3"]:
    """Intrinsics, guessed from the image's size when unknown."""
    if K is not None:
        return np.asarray(K, np.float64)
    return intrinsics(guessed_focal(width, height), width, height).double().numpy()


def load(path: str | Path | None, model_path: str | None = None) -> StudentPredictor:
    """Load a checkpoint of stage=student.

    Args:
        path: `student.ckpt`.
        model_path: A licensed SMPL-X file; the open body when left out.

    Raises:
        InputError: There is none, or it is no student's.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    student = load_student(path, load_body(model_path).to(device))
    return StudentPredictor(student.to(device))
