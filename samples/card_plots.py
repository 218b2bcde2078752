"""The plots of a data card, as PNG. The same facts give the same bytes."""

import io
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from hmr.chart_style import COLOURS, GREY, STYLE
from hmr.joints import SMPLX_BODY_22
from hmr.sample import BY_ENVIRONMENT, BY_PERSON, OUTSIDE, SELF, VISIBLE
from samples.card_facts import (
    Facts,
    cameras,
    hidden_by,
    joint_turns_deg,
    joint_visibility,
    kinds_of,
    people_an_image,
)
from samples.card_facts import body_joints as joints_of
from samples.postures import postures

DPI = 110
SEEN_COLOURS = {
    "visible": (VISIBLE, COLOURS[2]),
    "hidden by the person": (SELF, "#c3cfdb"),
    "hidden by another person": (BY_PERSON, COLOURS[1]),
    "hidden by the environment": (BY_ENVIRONMENT, COLOURS[3]),
    "outside the image": (OUTSIDE, "#e9ecf0"),
}
MOST_BARS = 12
"""Bars of a chart; what is left over is summed in a last one."""


def plots(facts: Facts) -> dict[str, bytes]:
    """Draw every plot; names of files and their contents."""
    return {
        "people.png": _png(_people, facts, (11.4, 6.4), (2, 3)),
        "cameras.png": _png(_cameras, facts, (11.4, 6.4), (2, 3)),
        "poses.png": _png(_poses, facts, (11.4, 5.4), (1, 3)),
    }


def _png(
    draw: Callable[[np.ndarray, Facts], None],
    facts: Facts,
    size: tuple[float, float],
    grid: tuple[int, int],
) -> bytes:
    with rc_context(STYLE):
        figure = Figure(figsize=size, dpi=DPI, layout="constrained")
        figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)  # pyright: ignore
        FigureCanvasAgg(figure)
        draw(figure.subplots(*grid, squeeze=False), facts)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _people(axes: np.ndarray, facts: Facts) -> None:
    people, tens = facts.people, np.arange(0, 101, 10)
    ages = {age: people["age"].to_numpy() == age for age in sorted(set(people["age"]))}
    hidden, cut = (people[name].to_numpy() * 100 for name in ("occlusion", "truncation"))
    _histogram(axes[0, 0], hidden, tens, "Occlusion", "hidden share of a person, %", ages)
    _histogram(axes[0, 1], cut, tens, "Truncation", "share outside the image, %", ages)
    if np.isfinite(cut).any():
        # Nearly everybody is whole; on a plain axis those who are cut would not show.
        axes[0, 1].set_yscale("symlog", linthresh=10)
        axes[0, 1].yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
    _bars(axes[0, 2], hidden_by(facts), "Hidden by", "people")
    sizes = people["size"].to_numpy()
    _histogram(axes[1, 0], sizes, None, "Size", "height of the amodal box, pixels", ages)
    counts = people_an_image(facts).astype(np.float64)
    _histogram(axes[1, 1], counts, _whole_edges(counts), "People an image", "people", y="images")
    axes[1, 1].xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    groups = people.groupby(["age", "gender"]).size()
    names = {f"{age}, {gender}": int(n) for (age, gender), n in groups.items()}  # pyright: ignore
    _bars(axes[1, 2], names, "Age and gender", "people")


def _cameras(axes: np.ndarray, facts: Facts) -> None:
    found = cameras(facts)
    _histogram(axes[0, 0], found.focal_mm, None, "Focal length", "mm on a 36 mm sensor", y="images")
    _histogram(axes[0, 1], found.height, None, "Camera height", "m above y = 0", y="images")
    _histogram(axes[0, 2], found.pitch_deg, None, "Camera pitch", "degrees, down > 0", y="images")
    _histogram(axes[1, 0], found.distance, None, "Distance of people", "m from camera to pelvis")
    environments = facts.people.drop_duplicates("image")["environment"].tolist()
    _bars(axes[1, 1], kinds_of(environments), "Environments", "images with people")
    names = [name.partition("/")[2] for name in environments if "/" in name]
    _bars(axes[1, 2], kinds_of(names), "Lights and backgrounds", "images with people")


def _poses(axes: np.ndarray, facts: Facts) -> None:
    what, turned, seen = axes[0]
    _bars(what, postures(joints_of(facts)), "Posture", "people")
    _turns(turned, joint_turns_deg(facts))
    _visibility(seen, joint_visibility(facts))


def _histogram(
    ax: Axes,
    values: Float[np.ndarray, " n"],
    edges: np.ndarray | None,
    title: str,
    x: str,
    groups: Mapping[str, np.ndarray] | None = None,
    y: str = "people",
) -> None:
    """Draw how often values occur, stacked by group, with their median."""
    ax.set_title(title)
    known = np.isfinite(values)
    if not known.any():
        _nothing(ax)
        return
    groups = groups or {"": np.ones(len(values), bool)}
    parts = [values[mask & known] for mask in groups.values()]
    bins = _edges(values[known]) if edges is None else edges
    colours = list(COLOURS[: len(parts)])
    names = list(groups)
    ax.hist(parts, bins=bins.tolist(), stacked=True, color=colours, rwidth=0.92, label=names)
    middle = float(np.median(values[known]))
    ax.axvline(middle, color=GREY, lw=1, ls=(0, (4, 3)), label="_median")
    note = f"median {middle:.3g}" + (f", {int((~known).sum())} unknown" if not known.all() else "")
    ax.text(1, 1.02, note, transform=ax.transAxes, ha="right", color=GREY, fontsize=8.5)
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.grid(axis="x", visible=False)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    if len(groups) > 1:
        ax.legend(fontsize=8.5)


def _edges(values: Float[np.ndarray, " n"]) -> Float[np.ndarray, " edges"]:
    """Choose bins that hold all values, a few even when all are alike."""
    low, high = float(values.min()), float(values.max())
    if high - low < 1e-3 * max(abs(low), 1):
        low, high = low - 0.5, high + 0.5
    # The least and the most stand in the middle of their bars.
    half = (high - low) / 40
    return np.linspace(low - half, high + half, 22)


def _whole_edges(counts: Float[np.ndarray, " n"]) -> Float[np.ndarray, " edges"] | None:
    """Give each whole number its own bin while they are few."""
    if not len(counts) or np.ptp(counts) > 60:
        return None
    return np.arange(counts.min() - 0.5, counts.max() + 1)


def _bars(ax: Axes, counts: Mapping[str, int], title: str, x: str) -> None:
    """Draw one bar a name, with its number and share."""
    ax.set_title(title)
    shown = dict(list(counts.items())[: MOST_BARS - (len(counts) > MOST_BARS)])
    if len(shown) < len(counts):
        shown["others"] = sum(counts.values()) - sum(shown.values())
    total = sum(shown.values())
    if not total:
        _nothing(ax)
        return
    places = range(len(shown))
    bars = ax.barh(places, list(shown.values()), color=COLOURS[0], height=0.72)
    texts = [f"{n:,}  ({n / total:.0%})" for n in shown.values()]
    ax.bar_label(bars, texts, padding=3, fontsize=8.5, color=GREY)
    ax.set_yticks(places, list(shown))
    ax.set_ylim(max(len(shown), 4) - 0.4, -0.6)
    ax.set_xlim(0, max(shown.values()) * 1.42)
    ax.set_xlabel(x)
    ax.grid(axis="y", visible=False)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))


def _turns(ax: Axes, degrees: Float[np.ndarray, "people 21"]) -> None:
    """Draw the spread of each joint's angle."""
    ax.set_title("Joint angles")
    if not len(degrees):
        _nothing(ax)
        return
    low, middle, high = np.percentile(degrees, (5, 50, 95), axis=0)
    places = np.arange(degrees.shape[1])
    ax.hlines(places, low, high, color="#a9c3e4", lw=7)
    ax.plot(middle, places, "o", color=COLOURS[0], ms=5)
    _joint_axis(ax, SMPLX_BODY_22[1:])
    ax.set_xlim(left=0)
    ax.set_xlabel("degrees from the T-pose: 5 % to 95 %, median")


def _visibility(ax: Axes, seen: np.ndarray) -> None:
    """Draw how often each joint is seen, or by whom it is hidden."""
    ax.set_title("Joint visibility")
    if not len(seen):
        _nothing(ax)
        return
    left, places = np.zeros(seen.shape[1]), range(seen.shape[1])
    for name, (value, colour) in SEEN_COLOURS.items():
        share = (seen == value).mean(0)
        ax.barh(places, share, left=left, color=colour, height=0.8, label=name)
        left += share
    _joint_axis(ax, SMPLX_BODY_22)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.set_xlabel("share of people")
    ax.legend(fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.35, -0.11))


def _joint_axis(ax: Axes, names: Sequence[str]) -> None:
    ax.set_yticks(range(len(names)), [name.replace("_", " ") for name in names], fontsize=8.5)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.grid(axis="y", visible=False)


def _nothing(ax: Axes) -> None:
    ax.text(0.5, 0.5, "unknown", transform=ax.transAxes, ha="center", va="center", color=GREY)
    ax.set_xticks([])
    ax.set_yticks([])
