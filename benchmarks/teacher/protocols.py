"""Who is learned from, who is measured, and what is shown of them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hmr.errors import InputError
from hmr.motion.clip import Clip
from hmr.motion.load import load_clips, sources
from teacher.detector import Detector
from teacher.measure import Condition, Trials, trials_of
from teacher.projection import Cameras


@dataclass(frozen=True)
class Protocol:
    """Clips to learn from, and those of other people to be measured on."""

    name: str
    key: str
    """In names of files."""
    learned: tuple[str, ...]
    """Patterns in the folder of real data."""
    tested: tuple[str, ...]


SUBJECTS = Protocol(
    "CMU 01, 03 -> CMU 02",
    "cmu",
    ("mocap/cmu/01_*.amc", "mocap/cmu/03_*.amc"),
    ("mocap/cmu/02_*.amc",),
)
STUDIOS = Protocol("Bandai -> CMU", "bandai", ("mocap/bandai2",), ("mocap/cmu/*.amc",))
PROTOCOLS = (SUBJECTS, STUDIOS)
HIDDEN = 0.3
CONDITIONS = {
    "true 2D": Condition(),
    "noisy 2D": Condition(detector=Detector()),
    "true 2D, 30 % hidden": Condition(hidden=HIDDEN),
    "noisy 2D, 30 % hidden": Condition(detector=Detector(), hidden=HIDDEN),
}
CAMERAS = Cameras()
TRIALS_SEED = 0
"""Of test cameras and noise: one for all trainings, whose seeds differ."""


@dataclass(frozen=True)
class Material:
    """What a protocol comes to."""

    clips: list[Clip]
    """To learn from."""
    trials: dict[str, Trials]
    """To be measured on, by condition."""


def material(protocol: Protocol, real: Path, conditions: Sequence[str] = ()) -> Material:
    """Read a protocol's motion; in all conditions unless some are named."""
    tested = _read(protocol.tested, real)
    trials = {
        name: trials_of(tested, CAMERAS, TRIALS_SEED, CONDITIONS[name])
        for name in conditions or CONDITIONS
    }
    return Material(_read(protocol.learned, real), trials)


def real_data(given: str | None) -> Path:
    """Find the folder of real data.

    Raises:
        InputError: None is given, by argument or environment, or it holds no motion.
    """
    folder = given or os.environ.get("THRONG_REAL_DATA")
    if not folder:
        raise InputError("no real data: give --real DIR or set THRONG_REAL_DATA")
    if not (Path(folder) / "mocap").is_dir():
        raise InputError(f"{folder}: has no folder mocap; give --real DIR or set THRONG_REAL_DATA")
    return Path(folder)


def _read(patterns: Sequence[str], real: Path) -> list[Clip]:
    return load_clips(sources([str(real / pattern) for pattern in patterns]))
