"""Pictures of lifts: each 2D pose, and its skeleton from two sides, beside the truth."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hmr.joints import BONES
from teacher.poses_2d import NAMES

LEFT, RIGHT, MIDDLE, TRUTH = "#e4572e", "#2e86c1", "#4d4d4d", "#b8b8b8"
SIDES = (("from the front", 0.0), ("from the person's side", 90.0))
GUESSED = 0.3
"""Opacity of bones that were guessed."""
REACH = 1.0
"""Half of what a panel shows, in metres."""


def lift_sheet(
    path: Path | str,
    joints_2d: Float[np.ndarray, "people joints 2"],
    joints_3d: Float[np.ndarray, "people joints 3"],
    truth: Float[np.ndarray, "people joints 3"] | None = None,
    visible: Float[np.ndarray, "people joints"] | None = None,
    images: Sequence[np.ndarray] | None = None,
    names: Sequence[str] = NAMES,
) -> None:
    """Draw one column a person: input, lift as the camera sees it, lift from 90 degrees beside.

    Args:
        path: PNG to write.
        joints_2d: What was lifted; pixels where `images` are given.
        joints_3d: Camera axes, centred at the pelvis.
        truth: Drawn in grey behind the lift, brought to its size. NaN where not known, as in
            `joints_3d`.
        visible: Joints above 0 are drawn in the input, and others of the lift are pale; all count
            when left out.
        images: Drawn behind the input.
        names: What the joints are.
    """
    people = len(joints_2d)
    figure = Figure(figsize=(2.3 * people, 7.4), layout="constrained")
    axes = figure.subplots(3, people, squeeze=False)
    seen = np.ones(joints_2d.shape[:2]) if visible is None else visible
    for i in range(people):
        _input(axes[0, i], joints_2d[i], seen[i], images[i] if images else None, names)
        for row, (_, angle) in enumerate(SIDES, 1):
            if truth is not None:
                like = _sized(truth[i], joints_3d[i])
                _skeleton(axes[row, i], _from_beside(like, angle), names, TRUTH)
            _skeleton(axes[row, i], _from_beside(joints_3d[i], angle), names, seen=seen[i])
            _frame(axes[row, i], joints_3d[i])
    titles = ("2D input", "lift, from the camera", "lift, from its right-hand side")
    for row, title in enumerate(titles):
        axes[row, 0].set_ylabel(title, fontsize=9)
    grey = "; grey: truth" if truth is not None else ""
    figure.suptitle(f"left limbs orange, right limbs blue, guessed ones pale{grey}", fontsize=9)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def _from_beside(
    points: Float[np.ndarray, "joints 3"], degrees: float
) -> Float[np.ndarray, "joints 2"]:
    """Look from a camera walked to its right around the person, orthographically."""
    a = np.radians(degrees)
    return np.stack([np.cos(a) * points[:, 0] + np.sin(a) * points[:, 2], points[:, 1]], -1)


def _sized(
    points: Float[np.ndarray, "joints 3"], like: Float[np.ndarray, "joints 3"]
) -> Float[np.ndarray, "joints 3"]:
    return points * np.nansum(points * like) / max(float(np.nansum(points**2)), 1e-9)


def _input(
    ax: Axes,
    joints: Float[np.ndarray, "joints 2"],
    visible: Float[np.ndarray, " joints"],
    image: np.ndarray | None,
    names: Sequence[str],
) -> None:
    if image is not None:
        ax.imshow(image)
    _skeleton(ax, np.where(visible[:, None] > 0, joints, np.nan), names)
    shown = joints[visible > 0]
    middle = (shown.min(0) + shown.max(0)) / 2
    half = 0.6 * max(float(np.ptp(shown, axis=0).max()), 1e-6)
    ax.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] + half, middle[1] - half))
    _plain(ax)


def _skeleton(
    ax: Axes,
    joints: Float[np.ndarray, "joints 2"],
    names: Sequence[str],
    colour: str | None = None,
    seen: Float[np.ndarray, " joints"] | None = None,
) -> None:
    """Draw bones; those with an end that was not seen, pale."""
    place = {name: i for i, name in enumerate(names)}
    for a, b in BONES:
        if a in place and b in place:
            ends = [place[a], place[b]]
            pale = seen is not None and not seen[ends].all()
            style = {"color": colour or _colour(a, b), "alpha": GUESSED if pale else 1.0}
            ax.plot(*joints[ends].T, lw=2.2, solid_capstyle="round", **style)


def _colour(a: str, b: str) -> str:
    sides = {name.split("_")[0] for name in (a, b)}
    if sides >= {"left", "right"}:
        return MIDDLE
    return LEFT if "left" in sides else RIGHT if "right" in sides else MIDDLE


def _frame(ax: Axes, points: Float[np.ndarray, "joints 3"]) -> None:
    reach = max(REACH, 1.1 * float(np.nanmax(np.abs(points))))
    ax.set(xlim=(-reach, reach), ylim=(reach, -reach))
    _plain(ax)


def _plain(ax: Axes) -> None:
    ax.set(xticks=[], yticks=[], aspect="equal")
    for spine in ax.spines.values():
        spine.set_color("#dddddd")
