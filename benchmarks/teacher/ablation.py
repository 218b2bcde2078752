"""The teacher with each of its losses switched off in turn: CMU 01, 03 -> CMU 02, single frames.

The last rows are joint tuning as it is, and without people whom the body makes up.

python -m benchmarks.teacher.ablation --real DIR --out DIR [--seeds 0 1 2] [--part 0/2]

Figures are kept in --out as those of benchmarks.teacher.table, which shares the row of the whole
teacher.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks.teacher.cells import Figures, part_of
from benchmarks.teacher.protocols import SUBJECTS, material, real_data
from benchmarks.teacher.recipes import ABLATIONS, TUNED_ALONE
from benchmarks.teacher.report import markdown, rounded
from benchmarks.teacher.rows import (
    FLAT,
    TEACHER_ROW,
    TUNED_PARAMETRIC_ROW,
    TUNED_ROW,
    Group,
    flat_row,
    taught_row,
)
from hmr.errors import InputError

ALONE = "without strangers"
PLANS = {**ABLATIONS, ALONE: TUNED_ALONE}
SHOWN = ("true 2D", "noisy 2D, 30 % hidden")
"""Conditions of the tables; all are kept."""


def measure(groups: Sequence[Group], names: Sequence[str], real: Path) -> None:
    """Train and measure what is not there yet."""
    found = material(SUBJECTS, real)
    for group in groups:
        flat_row(group, found)
        for name in names:
            taught_row(_row(name), _key(name), PLANS[name], group, found)


def gathered(groups: Sequence[Group], condition: str) -> dict[str, list[Figures]]:
    """Read what is there: figures of each row, one for each seed."""
    rows: dict[str, list[Figures]] = {}
    shown = [(FLAT, FLAT, "flat"), *((_row(name), _row(name), _key(name)) for name in ABLATIONS)]
    for row in (TUNED_ROW, TUNED_PARAMETRIC_ROW):
        shown += [(row, row, _key("all")), (f"{row}, {ALONE}", row, _key(ALONE))]
    for name, row, key in shown:
        for group in groups:
            path = group.folder / f"{key}.json"
            if path.exists():
                kept = json.loads(path.read_text())["rows"][row][condition]
                rows.setdefault(name, []).append(kept)
    return rows


def _row(name: str) -> str:
    return TEACHER_ROW if name in ("all", ALONE) else name


def _key(name: str) -> str:
    return "single" if name == "all" else name.replace(" ", "_")


def main(words: Sequence[str] | None = None) -> None:
    """Measure, then print tables and one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", help="folder of real data; else THRONG_REAL_DATA")
    parser.add_argument("--out", required=True, type=Path, help="folder of the figures")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--part", default="0/1", help="share of the work: 0/2, 1/2")
    given = parser.parse_args(words)
    torch.set_num_threads(1)
    groups = [Group(SUBJECTS, seed, given.steps, given.out) for seed in given.seeds]
    try:
        measure(groups, part_of(list(PLANS), given.part), real_data(given.real))
    except InputError as error:
        sys.exit(f"error: {error}")
    found = {}
    for condition in SHOWN:
        rows = gathered(groups, condition)
        print(f"\n{SUBJECTS.name}, {condition}\n\n{markdown(rows, FLAT, {})}")
        found[condition] = rounded(rows)
    print(json.dumps({"seeds": given.seeds, "steps": given.steps, **found}))


if __name__ == "__main__":
    main()
