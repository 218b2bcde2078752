"""The teacher beside its references: the flat baseline, Chen et al.'s losses and the bound.

python -m benchmarks.teacher.table --real DIR --out DIR [--seeds 0 1 2] [--steps 3000] [--part 0/2]

Every training's figures are kept in --out: a killed run goes on. Two processes share the work as
--part 0/2 and 1/2; the last to end, or another call, prints everything. Real motion is looked
for in --real or THRONG_REAL_DATA.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks.teacher.cells import Figures, part_of
from benchmarks.teacher.protocols import CONDITIONS, PROTOCOLS, Protocol, material, real_data
from benchmarks.teacher.report import markdown, rounded, side_by_side
from benchmarks.teacher.rows import (
    BOUND_ROW,
    CELLS,
    FLAT,
    ORDER,
    TEMPORAL_BOUND_ROW,
    TEMPORAL_ROW,
    Group,
    all_rows,
)
from hmr.errors import InputError
from hmr.progress import say

QUOTED = "quoted, not run here: published C3DPO, 8 minutes on this data, 98.6 mm; flat 134.2 mm"


def measure(groups: Sequence[Group], real: Path) -> None:
    """Train and measure what is not there yet."""
    for group in groups:
        say(f"{group.protocol.name}, seed {group.seed}")
        all_rows(group, material(group.protocol, real))


def gathered(groups: Sequence[Group]) -> tuple[dict[str, dict[str, list[Figures]]], dict]:
    """Read what is there of one protocol: figures by condition and row, and minutes by cell."""
    figures: dict[str, dict[str, list[Figures]]] = {name: {} for name in CONDITIONS}
    minutes: dict[str, list[float]] = {}
    for group in groups:
        for path in (group.folder / f"{key}.json" for key in CELLS):
            if not path.exists():
                continue
            kept = json.loads(path.read_text())
            minutes.setdefault(path.stem, []).append(round(kept["minutes"], 2))
            for row, conditions in kept["rows"].items():
                for condition, found in conditions.items():
                    figures[condition].setdefault(row, []).append(found)
    ordered = {name: {r: rows[r] for r in ORDER if r in rows} for name, rows in figures.items()}
    return ordered, minutes


def show(protocol: Protocol, groups: Sequence[Group]) -> dict:
    """Print a protocol's tables; give its figures."""
    figures, minutes = gathered(groups)
    bounds = {
        name: TEMPORAL_BOUND_ROW if name == TEMPORAL_ROW else BOUND_ROW
        for name in ORDER
        if name not in (FLAT, BOUND_ROW, TEMPORAL_BOUND_ROW)
    }
    for condition, rows in figures.items():
        print(f"\n{protocol.name}, {condition}\n\n{markdown(rows, FLAT, bounds)}")
    print(f"\n{protocol.name}, all conditions\n\n{side_by_side(figures, FLAT, bounds)}")
    print(f"\nminutes a training: {minutes}")
    found = {condition: rounded(rows) for condition, rows in figures.items()}
    return {"conditions": found, "minutes": minutes}


def main(words: Sequence[str] | None = None) -> None:
    """Measure, then print tables and one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", help="folder of real data; else THRONG_REAL_DATA")
    parser.add_argument("--out", required=True, type=Path, help="folder of the figures")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--part", default="0/1", help="share of the work: 0/2, 1/2")
    parser.add_argument("--protocols", nargs="+", default=[p.key for p in PROTOCOLS])
    given = parser.parse_args(words)
    torch.set_num_threads(1)
    chosen = [p for p in PROTOCOLS if p.key in given.protocols]
    groups = [Group(p, seed, given.steps, given.out) for seed in given.seeds for p in chosen]
    try:
        measure(part_of(groups, given.part), real_data(given.real))
    except InputError as error:
        sys.exit(f"error: {error}")
    found = {p.key: show(p, [g for g in groups if g.protocol == p]) for p in chosen}
    print(f"\n{QUOTED}")
    print(json.dumps({"seeds": given.seeds, "steps": given.steps, **found}))


if __name__ == "__main__":
    main()
