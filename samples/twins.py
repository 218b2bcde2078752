"""Images that occur twice: within a data set, or in two that should share nothing."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from hmr.sample import Sample
from hmr.shards import read_manifest
from samples.finding import Finding

BETWEEN_SCENES = 1000
"""Joints are compared in parts of a metre: millimetres."""


Place = tuple[Path, str]
"""A data set and an image in it."""


@dataclass(frozen=True)
class Seen:
    """Where each picture and each scene was met first."""

    pictures: dict[bytes, Place] = field(default_factory=dict)
    scenes: dict[bytes, Place] = field(default_factory=dict)

    def meet(self, place: Place, picture: bytes, sample: Sample | None) -> Iterator[Finding]:
        """Remember an image, and yield a finding if it was met before.

        Args:
            place: Names the image.
            picture: Bytes of its file.
            sample: Its labels, if they could be read.
        """
        first = self.pictures.setdefault(hashlib.sha256(picture).digest(), place)
        if first != place:
            text = f"the same picture as {_named(first, place)}"
            yield Finding("duplicate", place[1], text)
            return
        scene = None if sample is None else _scene(sample)
        first = place if scene is None else self.scenes.setdefault(scene, place)
        if first != place:
            text = f"the same people in the same places as {_named(first, place)}"
            yield Finding("duplicate", place[1], text)


def _named(first: Place, now: Place) -> str:
    return first[1] if first[0] == now[0] else f"{first[0] / first[1]}"


def check_paths(paths: Sequence[Path]) -> Iterator[Finding]:
    """Nothing may be named twice."""
    resolved = [path.resolve() for path in paths]
    for place, path in enumerate(resolved):
        if path in resolved[:place]:
            yield Finding("duplicate", str(paths[place]), "is named twice")


def check_seeds(folders: Sequence[Path]) -> Iterator[Finding]:
    """Two synthetic data sets of one seed and one split draw the same people and places."""
    met: dict[str, Path] = {}
    for folder in folders:
        try:
            made_by = read_manifest(folder)
        except InputError:
            continue
        if not isinstance(made_by, Mapping) or made_by.get("kind") != "synth":
            continue
        seed, split = made_by.get("seed"), made_by.get("split")
        first = met.setdefault(repr((seed, split)), folder)
        if first != folder:
            text = f"seed {seed!r} and split {split!r} are those of {first}: images repeat by index"
            yield Finding("duplicate", str(folder), text)


def _scene(sample: Sample) -> bytes | None:
    """Fingerprint of who stands where before which camera; None where nobody knows."""
    if not sample.people or not all(person.has_body for person in sample.people):
        return None
    parts = (sample.joints_3d, sample.camera.R.numpy(), sample.camera.t.numpy())
    whole = np.concatenate([np.asarray(part, np.float64).ravel() for part in parts])
    if not np.isfinite(whole).all():
        return None
    return hashlib.sha256(np.rint(whole * BETWEEN_SCENES).tobytes()).digest()
