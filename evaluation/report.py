"""`stage=report`: what the stages left in folders, gathered into one page that stands alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, select_autoescape

from evaluation.charts import error_chart, loss_chart, share_chart
from evaluation.embedding import picture_uri, read_picture, svg_uri
from evaluation.errors import METRICS, TITLES
from evaluation.tables import number
from hmr.drawing import colour_of
from hmr.errors import InputError
from hmr.label_drawing import describe, draw_labels
from hmr.progress import say, track
from hmr.record import git_commit, versions, write_atomically
from hmr.sample import Sample
from hmr.shards import count_images, read_manifest, read_people, read_samples

PAGE = "report.html"
SUMMARY = (
    "Labelled synthetic crowds, a teacher that learns depth from 2D poses alone, pseudo ground "
    "truth fitted to keypoints, and a body-mesh regressor trained on both: how each came out."
)


@dataclass(frozen=True)
class Figure:
    """One picture, or two of the same size side by side."""

    images: Sequence[str]
    """Data URIs."""
    caption: str = ""
    people: Sequence[Mapping[str, str]] = ()
    """Colour and description of each person."""


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    anchor: str
    title: str
    text: str = ""
    missing: str = ""
    """What is not there, where something is not there."""
    figures: Sequence[Figure] = ()
    charts: Sequence[Mapping[str, str]] = ()
    table: Mapping[str, object] | None = None
    lists: Sequence[Mapping[str, object]] = ()


def report(
    out: str,
    data: str | None = None,
    lifts: Sequence[str] = (),
    fits: Sequence[str] = (),
    predictions: Sequence[str] = (),
    histories: Sequence[str] = (),
    table: str | None = None,
    steps: str | None = None,
    title: str = "Throng: crowds, pseudo ground truth, recovered bodies",
    images: int = 4,
) -> Path:
    """Write `report.html` into a folder; every picture is inside the page.

    Args:
        out: The page's folder.
        data: Folder of samples to show with their labels.
        lifts: Pictures of the teacher's lifts: paths, or patterns such as `teacher/*.png`.
        fits: Pictures of fitted people over their images, in the same way.
        predictions: Pictures of predictions beside the truth, in the same way.
        histories: Training histories, `history.json` files: a list of {step, loss, ...}.
        table: `table.json` of `stage=eval`.
        steps: JSON that maps each command that was run to its seconds.
        title: Heading of the page.
        images: The most pictures to show of each kind.

    Raises:
        InputError: The data, the table or a history is there but broken.
    """
    found = _read_json(table) if table else None
    sections = [
        _data_section(Path(data), images) if data else None,
        _pictures(("teacher", "Teacher: from 2D to 3D", LIFTS), lifts, images),
        _pictures(("fit", "Pseudo ground truth: fits over their images", FITS), fits, images),
        _pictures(
            ("student", "Student: predictions beside the truth", PREDICTIONS), predictions, images
        ),
        _curves(histories),
        _table_section(found) if found else None,
        _provenance(steps, data),
    ]
    page = _template().render(
        title=title,
        summary=SUMMARY,
        tiles=_tiles(data, found),
        sections=[section for section in sections if section],
    )
    write_atomically(Path(out) / PAGE, page)
    say(f"wrote {Path(out) / PAGE}")
    return Path(out) / PAGE


LIFTS = "Poses the teacher never saw: the 2D it is given, and the depth it found, from the side."
FITS = "SMPL-X bodies fitted to 2D keypoints with the teacher's lift as a soft term."
PREDICTIONS = (
    "Test images as they are, with the true bodies, with those recovered, and with the mean body."
)


def _template():
    loader = PackageLoader("evaluation", ".")
    return Environment(loader=loader, autoescape=select_autoescape()).get_template(PAGE)


def _data_section(data: Path, images: int) -> Section:
    read_manifest(data)
    total, people = count_images(data), read_people(data)
    wanted = set(np.linspace(0, max(total - 1, 0), min(images, total)).round().astype(int).tolist())
    figures = [
        _sample_figure(sample)
        for i, sample in enumerate(track(read_samples(data), "drawing labels", total))
        if i in wanted
    ]
    text = (
        f"{total} images with {len(people)} people. On the right: visible masks, amodal boxes with "
        "the person's number and hidden share, joints (orange: the person's left, blue: right; a "
        "black dot marks a joint that cannot be seen)."
    )
    shares = {name: people[name].astype(float).dropna() for name in ("occlusion", "truncation")}
    charts = [
        {"src": svg_uri(share_chart(values.tolist(), name.capitalize()))}
        for name, values in shares.items()
        if len(values)
    ]
    return Section("data", "Samples and their labels", text, "", figures, charts)


def _sample_figure(sample: Sample) -> Figure:
    assert sample.image is not None
    pictures = [picture_uri(sample.image), picture_uri(draw_labels(sample))]
    people = [
        {"colour": "rgb({}, {}, {})".format(*colour_of(i)), "text": describe(person)}
        for i, person in enumerate(sample.people)
    ]
    caption = (
        f"image {sample.key}, {sample.width}x{sample.height}, environment {sample.environment}"
    )
    return Figure(pictures, caption, people)


def _pictures(head: tuple[str, str, str], patterns: Sequence[str], most: int) -> Section | None:
    if not patterns:
        return None
    files = [Path(name) for pattern in patterns for name in sorted(glob(pattern, recursive=True))]
    missing = "" if files else f"No picture at {', '.join(patterns)}."
    chosen = [files[i] for i in np.linspace(0, len(files) - 1, min(most, len(files))).astype(int)]
    figures = [Figure([picture_uri(read_picture(file), wide=True)], file.stem) for file in chosen]
    return Section(*head, missing, figures)


def _curves(patterns: Sequence[str]) -> Section | None:
    if not patterns:
        return None
    files = [Path(name) for pattern in patterns for name in sorted(glob(pattern, recursive=True))]
    charts = []
    for file in files:
        history = _read_json(file)
        if not isinstance(history, list) or not all(isinstance(row, dict) for row in history):
            raise InputError(f"{file}: not a training history (a list of {{step, loss, ...}})")
        if history:
            charts.append({"title": file.parent.name, "src": svg_uri(loss_chart(history))})
    missing = "" if charts else f"No history at {', '.join(patterns)}."
    return Section("curves", "Training", "", missing, (), charts)


def _table_section(table: Mapping) -> Section:
    names = table["predictors"]
    rows = [
        {
            "name": row["occlusion"] + (" %" if row["occlusion"][0].isdigit() else ""),
            "people": row["people"],
            "cells": [
                {
                    "text": number(row["errors"][name][metric]),
                    "first": name == names[0],
                    "base": name != names[0],
                }
                for metric in METRICS
                for name in names
            ],
        }
        for row in table["rows"]
    ]
    shown = {"metrics": list(TITLES.values()), "predictors": names, "rows": rows}
    text = (
        "Joints are the first 22 of SMPL-X and vertices all of the mesh; MPJPE and MVE bring the "
        "middles of the hips together (as AGORA does), PA also aligns rotation and scale. The "
        "mean body is the same average person in every box. People counts stand under the bars."
    )
    charts = [{"src": svg_uri(error_chart(table))}]
    return Section("errors", "Error by occlusion", text, "", (), charts, shown)


def _tiles(data: str | None, table: Mapping | None) -> list[dict[str, str]]:
    tiles = []
    if data:
        tiles.append({"value": str(count_images(Path(data))), "label": "images in the test set"})
    if table:
        everyone = table["rows"][0]
        first, base = (everyone["errors"][name] for name in table["predictors"])
        tiles.append({"value": str(everyone["people"]), "label": "people measured in them"})
        for metric in ("pa_mpjpe", "mpjpe"):
            label = f"{TITLES[metric]}; the mean body has {number(base[metric])} mm"
            tiles.append({"value": f"{number(first[metric])} mm", "label": label})
    return [*tiles, {"value": git_commit()[:9], "label": "commit"}]


def _provenance(steps: str | None, data: str | None) -> Section:
    lists = []
    if steps and Path(steps).exists():
        rows = [(command, _duration(spent)) for command, spent in _read_json(steps).items()]
        lists.append({"title": "Commands and their times", "rows": rows})
    if data:
        shards = read_manifest(Path(data)).get("shards", [])
        rows = [
            (entry["name"], f"{entry['images']} images, sha256 {entry['sha256'][:16]}")
            for entry in shards
        ]
        lists.append({"title": f"Shards of {data}", "rows": rows[:12]})
    lists.append({"title": "Code", "rows": [("commit", git_commit()), *versions().items()]})
    return Section("made", "How it was made", lists=lists)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{seconds:.1f} s"


def _read_json(path: str | Path):
    try:
        return json.loads(Path(path).read_text())
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error})") from None
