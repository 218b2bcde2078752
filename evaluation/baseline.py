"""The baseline that every predictor stands beside: the mean body, whoever is in the box."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np
import roma
import torch
from jaxtyping import Float, UInt8

from hmr.body import Body
from hmr.cameras import Camera, guessed_focal, intrinsics
from hmr.params import ROTATIONS, Params
from hmr.predictor import Prediction
from hmr.rotations import about
from hmr.sample import Sample


@dataclass(frozen=True)
class MeanBody:
    """Predicts the same person in every box, upright and facing the camera."""

    body: Body
    mean: Params
    """One person, on a leading axis of one."""

    def predict(
        self,
        image: UInt8[np.ndarray, "h w 3"],
        boxes: Float[np.ndarray, "people 4"],
        K: Float[np.ndarray, "3 3"] | None = None,
    ) -> Prediction:
        """Put the mean body as near as it fits into each box, centred on it."""
        height, width = image.shape[:2]
        focal = guessed_focal(width, height)
        matrix = intrinsics(focal, width, height) if K is None else torch.from_numpy(K).float()
        people = self.mean.index([0] * len(boxes))
        people = replace(people, transl=self._place(torch.from_numpy(boxes).float(), matrix))
        camera = Camera(matrix, torch.eye(3), torch.zeros(3))
        return Prediction(people, camera, np.ones(len(boxes)))

    @torch.no_grad()
    def _place(
        self, boxes: Float[torch.Tensor, "people 4"], K: Float[torch.Tensor, "3 3"]
    ) -> Float[torch.Tensor, "people 3"]:
        vertices = self.body(self.mean).vertices[0]
        low, high = vertices.amin(0), vertices.amax(0)
        sides = (boxes[:, 2:] - boxes[:, :2]).clamp_min(1.0)
        depth = (K.diagonal()[:2] * (high - low)[:2] / sides).amax(-1, keepdim=True)
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2
        target = torch.cat([(centre - K[:2, 2]) / K.diagonal()[:2] * depth, depth], -1)
        return target - (low + high) / 2


def mean_of(samples: Iterable[Sample]) -> Params:
    """Average people into one: shapes arithmetically, rotations on SO(3) (chordal mean).

    Orientation and place are not averaged: which way a person faces depends on
    where the camera stands.
    """
    people = [sample.params for sample in samples if len(sample.people)]
    if not people:
        return facing(Params.rest(1))
    everyone = Params.cat(people)
    flat = {f.name: getattr(everyone, f.name).mean(0, keepdim=True) for f in fields(Params)}
    turns = {name: roma.special_procrustes(flat[name]) for name in ROTATIONS}
    return facing(Params(**{**flat, **turns}))


def facing(params: Params) -> Params:
    """Turn a person upright towards the camera, in the camera frame."""
    turn = about("x", torch.tensor(torch.pi)).expand(*params.batch, 3, 3)
    return replace(params, global_orient=turn, transl=torch.zeros(*params.batch, 3))
