"""The table of errors: on the screen, as JSON, as CSV."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from evaluation.errors import METRICS, TITLES
from evaluation.occlusion import Row
from hmr.progress import console
from hmr.record import write_atomically, write_json


def show(rows: Sequence[Row], names: Sequence[str]) -> None:
    """Print the table, one line a predictor and bin."""
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
            values = [number(row.errors[name][metric]) for metric in METRICS]
            shown.add_row(*head, name, *values, end_section=name == names[-1])
    console.print(shown)


def number(value: float | None) -> str:
    """Write an error, or a dash where nobody was measured."""
    return f"{value:.1f}" if value is not None and math.isfinite(value) else "-"


def write(out: Path, rows: Sequence[Row], names: Sequence[str], made_from: str) -> None:
    """Write `table.json` and `table.csv`.

    Args:
        out: Their folder.
        rows: The table.
        names: Predictors, in order.
        made_from: Whatever the numbers depend on.
    """
    listed = [asdict(row) for row in rows]
    head = {"unit": "mm", "predictors": list(names), "made_from": made_from}
    write_json(out / "table.json", {**head, "rows": listed})
    write_atomically(out / "table.csv", to_csv(rows, names))


def read(out: Path, made_from: str) -> tuple[Sequence[Row], Sequence[str]] | None:
    """Read back a table made from the same; None where there is none."""
    try:
        found: Mapping = json.loads((out / "table.json").read_text())
        if found["made_from"] != made_from:
            return None
        return [_row(row) for row in found["rows"]], found["predictors"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _row(entry: Mapping) -> Row:
    # JSON knows no NaN.
    errors = {
        name: {m: float("nan") if error is None else float(error) for m, error in by.items()}
        for name, by in entry["errors"].items()
    }
    return Row(entry["occlusion"], entry["people"], errors)


def to_csv(rows: Sequence[Row], names: Sequence[str]) -> str:
    """Write the table as CSV, one line a bin."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    columns = [(metric, name) for metric in METRICS for name in names]
    writer.writerow(["occlusion_percent", "people", *(f"{m}_mm {n}" for m, n in columns)])
    for row in rows:
        values = [number(row.errors[name][metric]) for metric, name in columns]
        writer.writerow([row.occlusion, row.people, *values])
    return buffer.getvalue()
