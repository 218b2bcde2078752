"""Predictors for tests that know the answer."""

from dataclasses import dataclass, field, replace

import numpy as np
import torch

from hmr.body import load_body
from hmr.cameras import Camera
from hmr.params import Params
from hmr.predictor import Prediction
from hmr.sample import Sample


@dataclass
class TruthTeller:
    """Recognises the image and answers with its labels, turned by a rotation about the pelvis."""

    samples: list[Sample]
    turn: torch.Tensor = field(default_factory=lambda: torch.eye(3))
    asked: int = 0

    def predict(self, image, boxes, K=None):
        self.asked += 1
        sample = min(self.samples, key=lambda s: distance(s.image, image))
        people = in_camera(sample)
        turned = self.turn @ people.global_orient
        camera = Camera(sample.camera.K, torch.eye(3), torch.zeros(3))
        answer = replace(people, global_orient=turned)
        return Prediction(answer, camera, np.ones(len(boxes)))


def distance(a, b) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def in_camera(sample: Sample) -> Params:
    """Parameters in the camera frame: the pelvis keeps its place while the frame turns."""
    camera, params = sample.camera, sample.params
    pelvis = load_body().joints(params)[:, 0]
    seen = pelvis @ camera.R.mT + camera.t
    return replace(
        params,
        global_orient=camera.R @ params.global_orient,
        transl=seen - (pelvis - params.transl),
    )
