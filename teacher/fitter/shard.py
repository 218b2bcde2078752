"""One shard of photos: their people fitted together, judged, drawn and written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from hmr.body import Body
from hmr.cameras import guessed_focal, intrinsics
from hmr.drawing import Image, save_png
from hmr.keypoints import Keypoints2D
from hmr.neuralannot import entry
from hmr.shards import Shard, write_shard
from teacher.fitter.annotator import Fit, annotate
from teacher.fitter.energy import Problem
from teacher.fitter.guide import guide
from teacher.fitter.photos import Photos
from teacher.fitter.pictures import picture
from teacher.fitter.records import Fitted, sample_of
from teacher.fitter.targets import Targets, gather
from teacher.fitter.trust import relative_errors, trust
from teacher.lift import Lifter


@dataclass(frozen=True)
class Job:
    """What stays the same from shard to shard."""

    body: Body
    photos: Photos
    lifter: Lifter | None
    least_score: float
    least_trust: float
    seed: int
    folder: Path
    """Where everything is written."""
    keys: Mapping[str, str]
    """Name of each image's record."""
    shown: frozenset[str]
    """Images that a picture is wanted of."""


@dataclass(frozen=True)
class Judged:
    """How one person's fit came out."""

    key: str
    image: str
    errors: tuple[float, ...]
    """Distances of the visible joints from their targets, over the height of the box."""
    trust: float
    """Before anybody is rejected."""


@dataclass(frozen=True)
class Done:
    """A finished shard."""

    shard: Shard
    annotations: dict[str, dict]
    """NeuralAnnot's entries of the people who are believed."""
    people: tuple[Judged, ...]


def fit_shard(job: Job, index: int, group: Mapping[str, Sequence[Keypoints2D]]) -> Done:
    """Fit the people of some photos and write their shard.

    Args:
        job: What to fit with.
        index: Number of the shard.
        group: People by image.
    """
    people = [person for mates in group.values() for person in mates]
    photos = {image: job.photos.read(image) for image in group}
    cameras = {image: _intrinsics(mates, photos[image]) for image, mates in group.items()}
    targets = gather(people, np.stack([cameras[p.image] for p in people]), job.least_score)
    led = None if job.lifter is None else guide(job.lifter, targets)
    fit = annotate(Problem(job.body, targets, led), job.seed)
    believed = trust(fit, targets).tolist()
    fitted = [
        Fitted(person, fit.params.index(i), believed[i] * (believed[i] >= job.least_trust))
        for i, person in enumerate(people)
    ]
    mates = {image: [f for f in fitted if f.keypoints.image == image] for image in group}
    shard = write_shard(
        job.folder,
        index,
        (
            sample_of(job.body, job.keys[i], photos[i], _tensor(cameras[i]), mates[i], job.seed)
            for i in group
        ),
    )
    for image in job.shown.intersection(group):
        drawn = picture(job.body, photos[image], cameras[image], mates[image])
        save_png(job.folder / "overlays" / f"{job.keys[image]}.png", drawn)
    return Done(
        shard, _annotations(job.body, fitted, targets), _judged(fitted, believed, fit, targets)
    )


def _annotations(body: Body, fitted: Sequence[Fitted], targets: Targets) -> dict[str, dict]:
    return {
        person.keypoints.key: entry(body, person.params, targets.K[i])
        for i, person in enumerate(fitted)
        if person.trust > 0
    }


def _judged(
    fitted: Sequence[Fitted], believed: Sequence[float], fit: Fit, targets: Targets
) -> tuple[Judged, ...]:
    errors = relative_errors(fit, targets)
    return tuple(
        Judged(
            key=person.keypoints.key,
            image=person.keypoints.image,
            errors=tuple(errors[i][torch.isfinite(errors[i])].tolist()),
            trust=believed[i],
        )
        for i, person in enumerate(fitted)
    )


def _intrinsics(people: Sequence[Keypoints2D], photo: Image) -> Float[np.ndarray, "3 3"]:
    """The file's intrinsics, or those of a camera with a usual lens."""
    known = [person.K for person in people if person.K is not None]
    height, width = photo.shape[:2]
    guessed = intrinsics(guessed_focal(width, height), width, height)
    return known[0] if known else guessed.double().numpy()


def _tensor(K: Float[np.ndarray, "3 3"]) -> Float[torch.Tensor, "3 3"]:
    return torch.from_numpy(K).float()
