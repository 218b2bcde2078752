"""`stage=eval`: a predictor's errors on a set of samples, beside the mean body's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8
from torch import Tensor

from evaluation.baseline import MeanBody, mean_of
from evaluation.errors import METRICS, Errors, errors_between, join
from evaluation.occlusion import Row, table
from evaluation.overlays import draw_people, in_rows
from evaluation.points import points_of, true_points
from evaluation.predictions import Store, fingerprint
from evaluation.tables import read, show, write
from hmr.body import Body, load_body
from hmr.drawing import save_png
from hmr.errors import InputError
from hmr.predictions import boxed
from hmr.predictor import Predictor
from hmr.progress import say, track
from hmr.record import write_metrics
from hmr.sample import Sample
from hmr.shards import count_images, read_manifest, read_samples

BASELINE = "mean body"


@dataclass(frozen=True)
class Measured:
    """Errors of all predictors on the people of a data set, and what was left out."""

    occlusion: Float[np.ndarray, " people"]
    errors: Mapping[str, Errors]
    images: int
    images_without_people: int
    people_outside: int
    """People of whom not a pixel lies in the frame."""


def run(
    out: str,
    data: str | None,
    predictor: Predictor | None,
    checkpoint: str | None = None,
    name: str = "student",
    mean_of_data: str | None = None,
    overlays: int = 4,
    body_path: str | None = None,
) -> dict[str, object]:
    """Measure a predictor and the mean body; write the table and overlays.

    Args:
        out: Folder for `metrics.json`, `table.json`, `table.csv`, `overlays/`, `predictions/`.
        data: Folder of samples.
        predictor: What is measured.
        checkpoint: Its file; a changed file makes new predictions.
        name: How the table calls it.
        mean_of_data: Samples whose mean person is the baseline; `data` itself when left out,
            which no constant prediction without knowledge of the test set can beat by much.
        overlays: Images to draw.
        body_path: Body file; the open body when left out.

    Returns:
        What `metrics.json` holds.

    Raises:
        InputError: The data are missing, broken or show nobody, or the predictor fails.
    """
    if data is None:
        raise InputError("data: no folder of samples given; add data=DIR")
    if predictor is None:
        raise InputError("predictor: none given; add predictor=CKPT (student.ckpt)")
    folder, body = Path(data), load_body(body_path)
    read_manifest(folder)
    settings = (fingerprint(folder, checkpoint), name, mean_of_data, overlays, body_path)
    made_from = " ".join(map(str, settings))
    if checkpoint and (finished := _finished(Path(out), made_from)):
        return finished
    average = mean_of(read_samples(Path(mean_of_data or folder), with_image=False))
    predictors = {name: predictor, BASELINE: MeanBody(body, average)}
    stores = _stores(Path(out), folder, checkpoint, mean_of_data, predictors)
    measured = _measure(folder, predictors, stores, body_path, Path(out) / "overlays", overlays)
    rows = table(measured.occlusion, measured.errors)
    show(rows, tuple(predictors))
    # The metrics come last: where they are, all the rest is.
    write(Path(out), rows, tuple(predictors), made_from)
    return _finish(Path(out), rows, measured, tuple(predictors))


def _finished(out: Path, made_from: str) -> dict[str, object] | None:
    """Show what an earlier run of the same measured."""
    table_found, metrics = read(out, made_from), out / "metrics.json"
    if table_found is None or not metrics.exists():
        return None
    show(*table_found)
    say(f"{out} holds this already")
    return json.loads(metrics.read_text())


def _stores(
    out: Path,
    data: Path,
    checkpoint: str | None,
    mean_of_data: str | None,
    predictors: Mapping[str, Predictor],
) -> dict[str, Store]:
    """Give each predictor a folder that changes with what its answers depend on."""
    mean = str(Path(mean_of_data or data) / "manifest.json")
    files = {name: mean if name == BASELINE else checkpoint for name in predictors}
    names = {n: f"{n.replace(' ', '_')}-{fingerprint(data, file)}" for n, file in files.items()}
    # Without a file nothing tells whether the predictor is still the same.
    return {n: Store(out / "predictions" / names[n], files[n] is not None) for n in predictors}


def _measure(
    data: Path,
    predictors: Mapping[str, Predictor],
    stores: Mapping[str, Store],
    body_path: str | None,
    pictures: Path,
    wanted: int,
) -> Measured:
    body = load_body(body_path)
    errors: dict[str, list[Errors]] = {name: [] for name in predictors}
    occlusion: list[float] = []
    images = empty = outside = 0
    total = count_images(data)
    drawn = set(np.linspace(0, max(total - 1, 0), min(wanted, total)).round().astype(int).tolist())
    for i, sample in enumerate(track(read_samples(data), "evaluating", total)):
        rows = boxed(sample)
        images, empty = images + 1, empty + (not rows)
        outside += len(sample.people) - len(rows)
        if not rows:
            continue
        true = true_points(sample, rows, body_path)
        answers = {n: stores[n].predict(p, sample, rows) for n, p in predictors.items()}
        points = {n: points_of(answer.params, body) for n, answer in answers.items()}
        for name, found in points.items():
            errors[name].append(errors_between(found, true))
        occlusion += [_hidden(sample, row) for row in rows]
        if i in drawn:
            K = {name: answer.camera.K for name, answer in answers.items()}
            people = {name: found.vertices for name, found in points.items()}
            truth = {"truth": (true.vertices, sample.camera.K)}
            panels = truth | {name: (people[name], K[name]) for name in predictors}
            save_png(pictures / f"{sample.key}.png", _overlay(sample, panels, body))
    if not occlusion:
        raise InputError(f"{data}: no image shows anybody ({images} images); nothing to measure")
    joined = {name: join(parts) for name, parts in errors.items()}
    return Measured(np.array(occlusion), joined, images, empty, outside)


def _hidden(sample: Sample, row: int) -> float:
    occlusion = sample.people[row].occlusion
    return float("nan") if occlusion is None else float(occlusion)


def _overlay(
    sample: Sample, panels: Mapping[str, tuple[Tensor, Tensor]], body: Body
) -> UInt8[np.ndarray, "rows columns 3"]:
    """Draw the image as it is, then with the people of each panel (vertices and K)."""
    assert sample.image is not None
    image = np.ascontiguousarray(sample.image)
    drawn = [
        (name, draw_people(image, vertices.numpy(), body.faces, K.numpy()))
        for name, (vertices, K) in panels.items()
    ]
    return in_rows([("image", image), *drawn])


def _finish(
    out: Path, rows: Sequence[Row], measured: Measured, names: Sequence[str]
) -> dict[str, object]:
    first, baseline = (rows[0].errors[name] for name in names)
    metrics: dict[str, object] = {
        **{f"{metric}_mm": first[metric] for metric in METRICS},
        **{f"{metric}_mm_{BASELINE.replace(' ', '_')}": baseline[metric] for metric in METRICS},
        **{f"{m}_below_baseline_percent": 100 * (1 - first[m] / baseline[m]) for m in METRICS},
        "people": rows[0].people,
        **{f"people_occlusion_{row.occlusion}": row.people for row in rows[1:]},
        "images": measured.images,
        "images_without_people": measured.images_without_people,
        "people_outside_the_frame": measured.people_outside,
    }
    write_metrics(out, metrics)
    if measured.images_without_people or measured.people_outside:
        left = f"{measured.images_without_people} images without people"
        say(f"left out: {left}, {measured.people_outside} people outside the frame")
    say(f"wrote {out}/metrics.json, table.json, table.csv, overlays/")
    return metrics
