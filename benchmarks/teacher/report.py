"""Means and spreads over seeds, as a table in Markdown."""

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.teacher.cells import Figures

COLUMNS = {
    "mpjpe_mm": "MPJPE after scale",
    "pa_mpjpe_mm": "PA-MPJPE",
    "hidden_pa_mpjpe_mm": "PA, hidden joints alone",
    "bone_spread_percent": "bone spread %",
    "acceleration_mm": "acceleration error",
    "flip_by_truth_pa_mm": "PA, flip settled by truth",
}
"""Figures that are shown: millimetres, and millimetres per frame^2 at 30 frames a second."""
PA = "pa_mpjpe_mm"


def mean_and_spread(figures: Sequence[Figures]) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation (0 of one) of each figure over seeds."""
    names = [name for name in figures[0] if all(name in one for one in figures)]
    values = {name: np.array([one[name] for one in figures], float) for name in names}
    return {
        name: (float(v.mean()), float(v.std(ddof=1)) if len(v) > 1 else 0.0)
        for name, v in values.items()
    }


def rounded(rows: Mapping[str, Sequence[Figures]]) -> dict[str, dict[str, list[float]]]:
    """Mean and spread of each row's figures, short enough for the line of JSON."""
    return {
        row: {k: [round(x, 3) for x in v] for k, v in mean_and_spread(each).items()}
        for row, each in rows.items()
    }


def markdown(
    rows: Mapping[str, Sequence[Figures]],
    flat: str,
    bounds: Mapping[str, str],
    columns: Mapping[str, str] = COLUMNS,
) -> str:
    """Set rows out, each with its ratio to a bound and how far it is below all-flat depth.

    Args:
        rows: Figures by row, one for each seed.
        flat: Name of the flat row.
        bounds: Name of the bound of each row that has one.
        columns: Names of figures, and what to call them.
    """
    found = {name: mean_and_spread(figures) for name, figures in rows.items() if figures}
    shown = {k: v for k, v in columns.items() if any(k in row for row in found.values())}
    head = ["", *shown.values(), "PA over the bound's", "PA below flat"]
    lines = [head]
    for name, row in found.items():
        ends = [_ratio(row, found.get(bounds.get(name, ""))), _gain(row, found.get(flat))]
        lines.append([name, *(_cell(row, key) for key in shown), *ends])
    return _set_out(lines)


def side_by_side(
    conditions: Mapping[str, Mapping[str, Sequence[Figures]]], flat: str, bounds: Mapping[str, str]
) -> str:
    """Set conditions beside each other: MPJPE after scale / PA-MPJPE, the latter with its spread.

    Bones, acceleration, the ratio to the bound and the gain over flat are the first condition's.
    """
    first = next(iter(conditions.values()))
    found = {c: {r: mean_and_spread(f) for r, f in rows.items()} for c, rows in conditions.items()}
    plain = found[next(iter(conditions))]
    seeds = max(len(figures) for figures in first.values())
    head = ["", *conditions, "bones", "acceleration", "PA over the bound's", "PA below flat"]
    lines = [head]
    for name, row in plain.items():
        few = "" if len(first[name]) == seeds else f" ({len(first[name])} of {seeds} seeds)"
        both = [f"{f[name]['mpjpe_mm'][0]:.1f} / {_cell(f[name], PA)}" for f in found.values()]
        bones, moving = row["bone_spread_percent"][0], row["acceleration_mm"][0]
        ends = [_ratio(row, plain.get(bounds.get(name, ""))), _gain(row, plain.get(flat))]
        lines.append([name + few, *both, f"{bones:.1f} %", f"{moving:.1f}", *ends])
    return _set_out(lines)


def _set_out(lines: Sequence[Sequence[str]]) -> str:
    head, *rows = lines
    ruled = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in ruled)


def _cell(row: Mapping[str, tuple[float, float]], key: str) -> str:
    if key not in row:
        return "-"
    mean, spread = row[key]
    return f"{mean:.1f} ± {spread:.1f}" if spread > 1e-6 else f"{mean:.1f}"


def _ratio(row: Mapping[str, tuple[float, float]], bound: Mapping | None) -> str:
    return f"{row[PA][0] / bound[PA][0]:.2f}" if bound else "-"


def _gain(row: Mapping[str, tuple[float, float]], flat: Mapping | None) -> str:
    return f"{1 - row[PA][0] / flat[PA][0]:.1%}" if flat and flat is not row else "-"
