"""The rows of the table: networks trained on a protocol, and their errors in all conditions."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from benchmarks.teacher.cells import Figures, cell
from benchmarks.teacher.parametric import by_body, distil, tune
from benchmarks.teacher.protocols import Material, Protocol
from benchmarks.teacher.recipes import CHEN, FRAMES, SINGLE, TEMPORAL, Recipe, learner_of, supervise
from hmr.body import load_body
from hmr.training import Training, train
from teacher.lifter import LifterNetwork
from teacher.measure import Trials, errors, flat, lifted

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
DISTILLED, TUNED = 2 / 3, 1 / 3
"""Steps of distilling and of tuning, as shares of the teacher's."""

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
    """Train and measure a teacher; all that it has learned stays beside the result."""

    def work(folder: Path) -> dict:
        learner = learner_of(recipe, material.clips, group.seed, group.steps)
        train(learner, folder)
        group.folder.mkdir(parents=True, exist_ok=True)
        torch.save(learner.state_dict(), group.folder / f"{key}.pt")
        return _result(learner, {name: measured(by(learner.slow), material)})

    return cell(group.folder / f"{key}.json", group.settings(recipe=asdict(recipe)), work)


def tuned_rows(key: str, recipe: Recipe, group: Group, material: Material) -> dict:
    """Distil a parametric network from the teacher of that key, then tune both."""

    def work(folder: Path) -> dict:
        learner = learner_of(recipe, material.clips, group.seed, group.steps)
        learner.load_state_dict(torch.load(group.folder / f"{key}.pt", weights_only=True))
        learner.steps, body = group.steps, load_body()
        distiller = distil(learner, body, round(group.steps * DISTILLED), folder / "distil")
        first = measured(by_body(distiller.slow, body), material)
        tuner = tune(learner, distiller, body, round(group.steps * TUNED), folder / "tune")
        rows = {
            PARAMETRIC_ROW: first,
            TUNED_ROW: measured(by(tuner.slow.lifter), material),
            TUNED_PARAMETRIC_ROW: measured(by_body(tuner.slow.parametric, body), material),
        }
        each = {"distil": distiller.seconds / 60, "tune": tuner.seconds / 60}
        return {**_result(tuner, rows), "minutes": sum(each.values()), "minutes_each": each}

    settings = group.settings(recipe=asdict(recipe), distilled=DISTILLED, tuned=TUNED)
    return cell(group.folder / f"{key}_parametric.json", settings, work)


def bound_row(name: str, key: str, recipe: Recipe, group: Group, material: Material) -> dict:
    """Train and measure the same network with 3D truth."""

    def work(folder: Path) -> dict:
        done = supervise(recipe, material.clips, group.seed, group.steps, folder)
        return _result(done, {name: measured(by(done.slow), material)})

    return cell(group.folder / f"{key}.json", group.settings(bound=asdict(recipe)), work)


def _result(done: Training, rows: dict[str, dict[str, Figures]]) -> dict:
    return {"minutes": done.seconds / 60, "rows": rows, "history": done.history[-1:]}


def all_rows(group: Group, material: Material) -> list[dict]:
    """Train and measure all that the table shows of one protocol and seed."""
    return [
        flat_row(group, material),
        taught_row(TEACHER_ROW, "single", SINGLE, group, material),
        tuned_rows("single", SINGLE, group, material),
        bound_row(BOUND_ROW, "bound", SINGLE, group, material),
        taught_row(CHEN_ROW, "chen", CHEN, group, material),
        taught_row(TEMPORAL_ROW, "temporal", TEMPORAL, group, material),
        bound_row(TEMPORAL_BOUND_ROW, "bound_temporal", TEMPORAL, group, material),
    ]
