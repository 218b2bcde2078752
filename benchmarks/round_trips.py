"""Every export read back from its layout alone, posed by `smplx` and projected again.

OMP_NUM_THREADS=1 python -m benchmarks.round_trips --data DIR [--body FILE] [format ...]

exports a data set to every format and reads each file back (`benchmarks/layouts.py`). A body that
`smplx` poses from the file's numbers and that the file's camera projects is compared with the
set's own 2D joints, and with the file's own keypoints. Layouts without bodies (COCO) have their
keypoints compared with the set's joints. The last line is one JSON object.
"""

import argparse
import contextlib
import io
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import smplx
import torch
from jaxtyping import Float
from rich.console import Console
from rich.table import Table
from smplx.joint_names import JOINT_NAMES

from benchmarks import layouts
from benchmarks.agora_layout import agora
from benchmarks.layouts import Reading
from hmr.body import KID_TEMPLATE, find_body
from hmr.params import ROTATIONS, VECTORS
from hmr.sample import Sample
from hmr.shards import count_images, read_samples
from samples.exporters import FORMATS

READERS: Mapping[str, Callable[[Path], Iterator[Reading]]] = {
    "coco": layouts.coco,
    "neuralannot": layouts.neuralannot,
    "agora": agora,
    "bedlam": layouts.bedlam,
    "camerahmr": layouts.camerahmr,
    "hmr2": layouts.hmr2,
    "humandata": layouts.humandata,
    "amass": layouts.amass,
    "multihmr": layouts.multihmr,
    "sam3d": layouts.sam3d,
}
BODY_JOINTS = 55


@dataclass(frozen=True)
class Trip:
    """What came back from one export."""

    people: int
    """Read back."""
    found: int
    """Different people of the set among them."""
    joints: Float[np.ndarray, " n"]
    """Distances from the set's 2D joints, in pixels: of the posed body where there is one."""
    keypoints: Float[np.ndarray, " m"]
    """Distances between the file's keypoints and the posed body, in pixels."""

    def figures(self) -> dict[str, float | int]:
        """Summarise."""
        figures: dict[str, float | int] = {"people": self.people, "people_found": self.found}
        for name in ("joints", "keypoints"):
            errors = getattr(self, name)
            if len(errors):
                figures[f"{name}_mean_px"] = float(errors.mean())
                figures[f"{name}_worst_px"] = float(errors.max())
        return figures


def compare(readings: Iterable[Reading], samples: Sequence[Sample], body: str | None) -> Trip:
    """Pose and project what was read, and compare it with the set it came from."""
    by_key = {sample.key: sample for sample in samples}
    found, joints, keypoints, people = set(), [np.zeros(0)], [np.zeros(0)], 0
    for reading, posed in _posed(readings, body):
        sample, people = by_key[reading.image], people + 1
        drawn, before = _drawn(reading, posed, sample)
        row, errors = _nearest(reading, drawn, before, sample)
        found.add((sample.key, row))
        joints.append(errors)
        if reading.keypoints is not None and posed is not None:
            keypoints.append(_of_keypoints(reading, drawn, before))
    return Trip(people, len(found), np.concatenate(joints), np.concatenate(keypoints))


def _posed(
    readings: Iterable[Reading], body: str | None
) -> Iterator[tuple[Reading, Float[np.ndarray, "joints 3"] | None]]:
    def kind(reading: Reading) -> tuple[bool, str, bool]:
        return bool(reading.values), reading.gender, reading.flat_hands

    for (has_body, gender, flat_hands), group in groupby(sorted(readings, key=kind), key=kind):
        people = list(group)
        if not has_body:
            yield from ((reading, None) for reading in people)
            continue
        model = _model(body, gender, flat_hands)
        # A few at a time: the official layer makes every vertex.
        for start in range(0, len(people), 16):
            some = people[start : start + 16]
            with torch.no_grad():
                output = model(**_arguments(some, model.num_betas))
            yield from zip(some, output.joints.double().numpy(), strict=True)


@cache
def _model(body: str | None, gender: str, flat_hands: bool) -> Any:
    file = find_body(body, gender)
    template = file.with_name(KID_TEMPLATE)
    kid = {"age": "kid", "kid_template_path": str(template)} if template.is_file() else {}
    with contextlib.redirect_stdout(io.StringIO()):
        return smplx.create(
            str(file),
            model_type="smplx",
            gender=gender,
            use_pca=False,
            flat_hand_mean=flat_hands,
            num_betas=10,
            num_expression_coeffs=10,
            **kid,
        )


def _arguments(readings: Sequence[Reading], betas: int) -> dict[str, torch.Tensor]:
    sizes = {**{name: 3 * joints for name, joints in ROTATIONS.items()}, **VECTORS}
    columns = {
        name: np.stack([r.values.get(name, np.zeros(size)) for r in readings])
        for name, size in sizes.items()
    }
    if betas > 10:
        weights = np.array([[reading.kid_weight] for reading in readings])
        columns["betas"] = np.concatenate([columns["betas"], weights], 1)
    return {name: torch.from_numpy(c.astype(np.float32)) for name, c in columns.items()}


def _drawn(
    reading: Reading, posed: Float[np.ndarray, "joints 3"] | None, sample: Sample
) -> tuple[Float[np.ndarray, "names 2"], np.ndarray]:
    """Pixels of what the file tells, and whether they are known and before the camera."""
    if posed is None:
        assert reading.keypoints is not None
        return reading.keypoints[:, :2], reading.keypoints[:, 2] > 0
    K, camera = reading.K, sample.camera
    if reading.turn is not None:
        posed = posed @ reading.turn.T + (0 if reading.shift is None else reading.shift)
    if K is None:
        posed = posed @ camera.R.double().numpy().T + camera.t.double().numpy()
        K = camera.K.double().numpy()
    before = posed[:, 2] > 0
    pixels = posed @ np.asarray(K, float).T
    return pixels[:, :2] / np.where(before, pixels[:, 2], 1)[:, None], before


def _nearest(
    reading: Reading, drawn: Float[np.ndarray, "names 2"], known: np.ndarray, sample: Sample
) -> tuple[int, Float[np.ndarray, " n"]]:
    """Which person of the set this is, and how far their joints are from there."""
    if reading.values:
        places = range(reading.joints)
        theirs = list(places)
    else:
        theirs = [i for i, name in enumerate(reading.names) if name in JOINT_NAMES[:BODY_JOINTS]]
        places = [JOINT_NAMES.index(reading.names[i]) for i in theirs]
    chosen = known[theirs]
    labels = sample.joints_2d[:, list(places)][:, chosen].astype(float)
    errors = np.linalg.norm(labels - drawn[theirs][chosen], axis=-1)
    row = int(errors.mean(1).argmin()) if chosen.any() else -1
    return row, errors[row]


def _of_keypoints(
    reading: Reading, drawn: Float[np.ndarray, "joints 2"], before: np.ndarray
) -> Float[np.ndarray, " n"]:
    assert reading.keypoints is not None
    resting = set(JOINT_NAMES[reading.joints : BODY_JOINTS])
    theirs = [
        i
        for i, (name, point) in enumerate(zip(reading.names, reading.keypoints, strict=True))
        # Fingers of a layout without them rest, and so do their tips.
        if point[2] > 0 and name in JOINT_NAMES[: len(drawn)] and name not in resting
    ]
    places = [JOINT_NAMES.index(reading.names[i]) for i in theirs]
    errors = np.linalg.norm(reading.keypoints[theirs, :2] - drawn[places], axis=1)
    return errors[before[places]]


def travel(data: Path, out: Path, name: str, samples: Sequence[Sample], body: str | None) -> dict:
    """Export to one format, read it back and measure."""
    start = time.perf_counter()
    FORMATS[name](data, out, body)
    seconds = (time.perf_counter() - start) / max(count_images(data), 1)
    return {**compare(READERS[name](out), samples, body).figures(), "seconds_an_image": seconds}


def show(rows: Mapping[str, Mapping[str, float]]) -> None:
    """Print one line a format."""
    names = ("people", "joints_mean_px", "joints_worst_px", "keypoints_mean_px")
    names = (*names, "keypoints_worst_px", "seconds_an_image")
    table = Table("format", *(name.replace("_", " ") for name in names))
    for format, row in rows.items():
        table.add_row(format, *(f"{row[name]:.4g}" if name in row else "" for name in names))
    Console(width=140).print(table)


def main() -> None:
    """Measure every format, or those named."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--data", type=Path, required=True, help="folder of samples")
    words.add_argument("--body", help="body file or folder; the open body when left out")
    words.add_argument("formats", nargs="*", default=list(FORMATS))
    given = words.parse_args()
    samples = list(read_samples(given.data, with_image=False))
    rows = {}
    for name in given.formats:
        with tempfile.TemporaryDirectory() as folder:
            rows[name] = travel(given.data, Path(folder), name, samples, given.body)
    show(rows)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
