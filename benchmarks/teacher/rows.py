"""The rows of the table: networks trained on a protocol, and their errors in all conditions."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jaxtyping import Float
from torch import Tensor

from benchmarks.teacher.cells import Figures, cell
from benchmarks.teacher.protocols import Material, Protocol
from benchmarks.teacher.recipes import CHEN, SINGLE, TEMPORAL, Recipe, supervise, teach
from teacher.lift import save
from teacher.lifter import LifterNetwork
from teacher.measure import Trials, errors, flat, lifted

FLAT = "all joints at one depth"
CHEN_ROW = "losses of Chen et al. alone"
TEACHER_ROW, TEMPORAL_ROW = "teacher, single frames", "teacher, 27 frames"
BOUND_ROW, TEMPORAL_BOUND_ROW = "bound: 3D truth, single frames", "bound: 3D truth, 27 frames"

Lifts = Callable[[Trials], Float[Tensor, "tracks frames joints 3"]]


@dataclass(frozen=True)
class Group:
    """Trainings that belong together: one protocol, one seed, one folder."""

    protocol: Protocol
    seed: int
    steps: int
    out: Path

    @property
    def folder(self) -> Path:
        """Where its results are kept."""
        return self.out / f"{self.protocol.key}_{self.seed}"

    def settings(self, **more: object) -> dict[str, object]:
        """All that its results depend on."""
        return {"protocol": asdict(self.protocol), "seed": self.seed, "steps": self.steps, **more}


def measured(lifts: Lifts, material: Material) -> dict[str, Figures]:
    """Errors in all conditions."""
    return {name: errors(lifts(trials), trials) for name, trials in material.trials.items()}


def by(network: LifterNetwork) -> Lifts:
    """Lift with a network."""
    return lambda trials: lifted(network.cpu(), trials)


def flat_row(group: Group, material: Material) -> dict[str, Any]:
    """Measure the baseline that knows no depth."""
    settings = group.settings(what="flat")
    return cell(
        group.folder / "flat.json",
        settings,
        lambda _: {"minutes": 0.0, "rows": {FLAT: measured(flat, material)}},
    )


def taught_row(name: str, key: str, recipe: Recipe, group: Group, material: Material) -> dict:
    """Train and measure a teacher; its checkpoint stays beside the result."""

    def work(folder: Path) -> dict:
        done = teach(recipe, material.clips, group.seed, group.steps, folder)
        network = done.slow.cpu()
        notes = {"training": key, "steps": done.steps}
        save(group.folder / f"{key}.ckpt", network, done.poses.learned(), notes)
        return _result(name, done, measured(by(network), material))

    return cell(group.folder / f"{key}.json", group.settings(recipe=asdict(recipe)), work)


def bound_row(name: str, key: str, recipe: Recipe, group: Group, material: Material) -> dict:
    """Train and measure the same network with 3D truth."""

    def work(folder: Path) -> dict:
        done = supervise(recipe, material.clips, group.seed, group.steps, folder)
        return _result(name, done, measured(by(done.slow), material))

    return cell(group.folder / f"{key}.json", group.settings(bound=asdict(recipe)), work)


def _result(name: str, done: Any, figures: dict[str, Figures]) -> dict:
    return {
        "minutes": done.seconds / 60,
        "rows": {name: figures},
        "history": done.history[-1:],
    }


def all_rows(group: Group, material: Material) -> list[dict]:
    """Train and measure all that the table shows of one protocol and seed."""
    return [
        flat_row(group, material),
        taught_row(TEACHER_ROW, "single", SINGLE, group, material),
        bound_row(BOUND_ROW, "bound", SINGLE, group, material),
        taught_row(CHEN_ROW, "chen", CHEN, group, material),
        taught_row(TEMPORAL_ROW, "temporal", TEMPORAL, group, material),
        bound_row(TEMPORAL_BOUND_ROW, "bound_temporal", TEMPORAL, group, material),
    ]
