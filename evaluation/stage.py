"""`stage=eval`: a predictor's errors on a set of samples, beside the mean body's."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from rich.table import Table

from evaluation.baseline import MeanBody, mean_of
from evaluation.errors import METRICS, TITLES, Errors, errors_between, join
from evaluation.occlusion import Row, table
from evaluation.overlays import draw_people, side_by_side
from evaluation.points import Points, points_of, true_points
from evaluation.predictions import Store, boxed, fingerprint
from hmr.body import Body, load_body
from hmr.drawing import save_png
from hmr.errors import InputError
from hmr.predictor import Prediction, Predictor
from hmr.progress import console, say, track
from hmr.record import write_atomically, write_json, write_metrics
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
    overlays: int = 6,
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
    average = mean_of(read_samples(Path(mean_of_data or folder), with_image=False))
    predictors = {name: predictor, BASELINE: MeanBody(body, average)}
    stores = _stores(Path(out), folder, checkpoint, mean_of_data, predictors)
    measured = _measure(folder, predictors, stores, body_path, Path(out) / "overlays", overlays)
    rows = table(measured.occlusion, measured.errors)
    _show(rows, tuple(predictors))
    return _write(Path(out), rows, measured, tuple(predictors))


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
            first = next(iter(predictors))
            _draw(pictures, sample, (first, answers[first], points[first]), true, body)
    if not occlusion:
        raise InputError(f"{data}: no image shows anybody ({images} images); nothing to measure")
    joined = {name: join(parts) for name, parts in errors.items()}
    return Measured(np.array(occlusion), joined, images, empty, outside)


def _hidden(sample: Sample, row: int) -> float:
    occlusion = sample.people[row].occlusion
    return float("nan") if occlusion is None else float(occlusion)


def _draw(
    folder: Path,
    sample: Sample,
    predicted: tuple[str, Prediction, Points],
    true: Points,
    body: Body,
) -> None:
    name, answer, points = predicted
    assert sample.image is not None
    image, K = np.ascontiguousarray(sample.image), sample.camera.K.numpy()
    panels = [
        ("image", image),
        ("truth", draw_people(image, true.vertices.numpy(), body.faces, K)),
        (
            name,
            draw_people(image, points.vertices.numpy(), body.faces, answer.camera.K.numpy()),
        ),
    ]
    save_png(folder / f"{sample.key}.png", side_by_side(panels))


def _show(rows: Sequence[Row], names: Sequence[str]) -> None:
    shown = Table(title="Error by occlusion, in mm", header_style="bold")
    shown.add_column("hidden %")
    shown.add_column("people", justify="right")
    shown.add_column("predictor")
    for metric in METRICS:
        shown.add_column(TITLES[metric], justify="right")
    for row in rows:
        for name in names:
            first = name == names[0]
            head = (row.occlusion, str(row.people)) if first else ("", "")
            values = [_text(row.errors[name][metric]) for metric in METRICS]
            shown.add_row(*head, name, *values, end_section=name == names[-1])
    console.print(shown)


def _text(value: float) -> str:
    return f"{value:.1f}" if np.isfinite(value) else "-"


def _write(
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
    listed = [asdict(row) for row in rows]
    write_json(out / "table.json", {"unit": "mm", "predictors": list(names), "rows": listed})
    write_atomically(out / "table.csv", _csv(rows, names))
    write_metrics(out, metrics)
    if measured.images_without_people or measured.people_outside:
        left = f"{measured.images_without_people} images without people"
        say(f"left out: {left}, {measured.people_outside} people outside the frame")
    say(f"wrote {out}/metrics.json, table.json, table.csv, overlays/")
    return metrics


def _csv(rows: Sequence[Row], names: Sequence[str]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    columns = [(metric, name) for metric in METRICS for name in names]
    writer.writerow(["occlusion_percent", "people", *(f"{m}_mm {n}" for m, n in columns)])
    for row in rows:
        values = [_text(row.errors[name][metric]) for metric, name in columns]
        writer.writerow([row.occlusion, row.people, *values])
    return buffer.getvalue()
