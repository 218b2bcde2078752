"""How the project's charts look."""

from typing import Any

INK, FAINT, GREY = "#1f2933", "#d9dee5", "#52606d"
COLOURS = ("#2f6fbb", "#e07b39", "#3b9c6b", "#8a63b8", "#c24d5e", "#3aa6a6", "#8d99a6")
STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#eceff3",
    "text.color": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "svg.hashsalt": "throng",
    "legend.frameon": False,
}
"""Settings for `matplotlib.rc_context`."""
