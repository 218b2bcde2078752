"""Charts of the report, as SVG text."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evaluation.errors import TITLES
from hmr.chart_style import COLOURS, STYLE

BASELINE = "#c9ced6"
METRICS_SHOWN = ("pa_mpjpe", "mpjpe")


def error_chart(table: Mapping) -> str:
    """Bars of each predictor's error by occlusion, from what `table.json` holds."""
    rows, names = table["rows"], table["predictors"]
    with rc_context(STYLE):
        figure = Figure(figsize=(10.4, 3.1))
        axes = figure.subplots(1, len(METRICS_SHOWN))
        for ax, metric in zip(axes, METRICS_SHOWN, strict=True):
            for i, name in enumerate(names):
                values = [row["errors"][name][metric] or 0.0 for row in rows]
                place = np.arange(len(rows)) + (i - (len(names) - 1) / 2) * 0.38
                bars = ax.bar(
                    place, values, 0.36, color=COLOURS[0] if i == 0 else BASELINE, label=name
                )
                texts = [f"{value:.0f}" if value else "" for value in values]
                ax.bar_label(bars, texts, fontsize=7.5, color="#52606d", padding=1)
            ax.set_xticks(range(len(rows)), [_tick(row) for row in rows], fontsize=8.5)
            ax.set_title(f"{TITLES[metric]}, mm")
            ax.grid(axis="x", visible=False)
        axes[0].legend(loc="upper left", ncols=2, fontsize=8.5, bbox_to_anchor=(0.45, 1.16))
        return _svg(figure)


def _tick(row: Mapping) -> str:
    share = row["occlusion"]
    return f"{share}{' %' if share[0].isdigit() else ''}\n{row['people']}"


def loss_chart(history: Sequence[Mapping[str, Any]]) -> str:
    """Curves of a training: its losses, their terms, and errors on people held out.

    A range wide enough is shown on a log scale.
    """
    groups = _groups(history) or {"nothing was recorded": []}
    with rc_context(STYLE):
        figure = Figure(figsize=(max(3.6 * len(groups), 5), 2.9))
        axes = figure.subplots(1, len(groups), squeeze=False)
        for ax, (title, keys) in zip(axes[0], groups.items(), strict=True):
            _draw_curves(ax, history, keys)
            ax.set_title(title)
            ax.set_xlabel(_x_key(history))
        return _svg(figure)


def _groups(history: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    clocks = {"step", "epoch", "seconds", "minutes", "lr", "time"}
    keys = [key for key in dict.fromkeys(k for row in history for k in row) if key not in clocks]
    numbers = [key for key in keys if any(_has(row, key) for row in history)]
    held_out = [key for key in numbers if key.startswith("held_out") or key.endswith("_mm")]
    losses = [key for key in numbers if "loss" in key and key not in held_out]
    terms = [key for key in numbers if key not in losses + held_out]
    groups = {"loss": losses, "terms of the loss": terms, "held out, mm": held_out}
    return {title: names[: len(COLOURS)] for title, names in groups.items() if names}


def _x_key(history: Sequence[Mapping[str, Any]]) -> str:
    return "step" if any("step" in row for row in history) else "epoch"


def _draw_curves(ax: Axes, history: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> None:
    if not keys:
        return
    x_key, values = _x_key(history), []
    for i, key in enumerate(keys):
        points = [(row.get(x_key, n), row[key]) for n, row in enumerate(history) if _has(row, key)]
        x, y = (np.array(axis, float) for axis in zip(*points, strict=True))
        values.append(y)
        name = key.removeprefix("held_out_").replace("_", " ")
        ax.plot(x, y, color=COLOURS[i], lw=1.6, label=name, marker="o" if len(x) < 12 else "", ms=3)
    everything = np.concatenate(values)
    if everything.min() > 0 and everything.max() > 20 * everything.min():
        ax.set_yscale("log")
    ax.legend(fontsize=7, frameon=True, framealpha=0.85, edgecolor="none", ncols=1 + len(keys) // 4)


def _has(row: Mapping[str, Any], key: str) -> bool:
    return isinstance(row.get(key), int | float)


def share_chart(values: Sequence[float], title: str) -> str:
    """Histogram of a share from 0 to 1, over people."""
    with rc_context(STYLE):
        figure = Figure(figsize=(5, 2.5))
        ax = figure.subplots()
        known = np.array([value for value in values if np.isfinite(value)])
        ax.hist(known * 100, bins=np.arange(0, 101, 5).tolist(), color=COLOURS[0], rwidth=0.9)
        ax.set_title(title)
        ax.set_xlabel("percent")
        ax.set_ylabel("people")
        ax.grid(axis="x", visible=False)
        return _svg(figure)


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    figure.tight_layout()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()
