"""The rows of the table: networks trained on a protocol, and their errors in all conditions."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jaxtyping import Float
from torch import Tensor

from benchmarks.teacher.cells import Figures, cell
from benchmarks.teacher.protocols import Material, Protocol
from benchmarks.teacher.recipes import CHEN, FRAMES, SINGLE, TEMPORAL, Plan, supervise, taught
from hmr.body import Body
from teacher.lifter import LifterNetwork
from teacher.measure import Trials, errors, flat, lifted, read
from teacher.parametric.network import ParametricNetwork

FLAT = "all joints at one depth"
CHEN_ROW = "losses of Chen et al. alone"
TEACHER_ROW, TEMPORAL_ROW = "teacher, single frames", f"teacher, {FRAMES} frames"
PARAMETRIC_ROW = "parametric network, distilled"
TUNED_ROW = "teacher, single frames, tuned jointly"
TUNED_PARAMETRIC_ROW = "parametric network, tuned jointly"
BOUND_ROW = "bound: 3D truth, single frames"
TEMPORAL_BOUND_ROW = f"bound: 3D truth, {FRAMES} frames"
ORDER = (
    *(FLAT, CHEN_ROW, TEACHER_ROW, TEMPORAL_ROW, PARAMETRIC_ROW, TUNED_ROW, TUNED_PARAMETRIC_ROW),
    *(BOUND_ROW, TEMPORAL_BOUND_ROW),
)
CELLS = ("flat", "single", "bound", "chen", "temporal", "bound_temporal")
"""Files of a group's figures; the ablation keeps its own beside them."""
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


def by_body(network: ParametricNetwork, body: Body) -> Lifts:
    """Lift with a parametric network: the joints of its people."""
    return lambda trials: read(network.cpu(), body.cpu(), trials)


def flat_row(group: Group, material: Material) -> dict[str, Any]:
    """Measure the baseline that knows no depth."""
    settings = group.settings(what="flat")
    return cell(
        group.folder / "flat.json",
        settings,
        lambda _: {"minutes": 0.0, "rows": {FLAT: measured(flat, material)}},
    )


def taught_row(name: str, key: str, plan: Plan, group: Group, material: Material) -> dict:
    """Train and measure a teacher; if its plan has them, the networks after it too."""

    def work(folder: Path) -> dict:
        done = taught(plan, material.clips, group.seed, group.steps, folder)
        ways = {name: by(done.learner.slow)}
        if done.distiller and done.tuner and done.body:
            ways[PARAMETRIC_ROW] = by_body(done.distiller.slow, done.body)
            ways[TUNED_ROW] = by(done.tuner.slow.lifter)
            ways[TUNED_PARAMETRIC_ROW] = by_body(done.tuner.slow.parametric, done.body)
        rows = {row: measured(way, material) for row, way in ways.items()}
        each = done.minutes()
        return {"minutes": sum(each.values()), "minutes_each": each, "rows": rows}

    return cell(group.folder / f"{key}.json", group.settings(plan=asdict(plan)), work)


def bound_row(name: str, key: str, plan: Plan, group: Group, material: Material) -> dict:
    """Train and measure the same network with 3D truth."""

    def work(folder: Path) -> dict:
        done = supervise(plan, material.clips, group.seed, group.steps, folder)
        rows = {name: measured(by(done.slow), material)}
        return {"minutes": done.seconds / 60, "rows": rows}

    return cell(group.folder / f"{key}.json", group.settings(bound=asdict(plan)), work)


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
