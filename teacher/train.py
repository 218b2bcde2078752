"""stage=teacher: trains the lifter and the parametric network from 2D poses."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from hmr.motion.load import motion_mark, sources
from hmr.progress import say
from hmr.record import write_json, write_metrics
from hmr.training import mark_of
from teacher.checkpoint import read_checkpoint, save
from teacher.lifter import LifterNetwork
from teacher.material import Material, gather
from teacher.measure import Trials, errors, flat, lifted, read, table, trials_of
from teacher.recipe import Recipe, Taught, teach
from teacher.sheet import lift_sheet
from teacher.sources import poses_mark

CHECKPOINT = "teacher.ckpt"
DRAWN = 6
"""Test poses on the sheet of lifts."""


def run(
    out: str,
    motion: Sequence[str] = (),
    test_motion: Sequence[str] = (),
    keypoints: Sequence[str] | str | None = None,
    data: Sequence[str] | str | None = None,
    seed: int = 0,
    material: Material | None = None,
    recipe: Recipe | None = None,
    body_path: str | None = None,
) -> dict:
    """Train a teacher, or go on with one whose training was cut short.

    Args:
        out: Folder of the run: `teacher.ckpt`, `metrics.json`, `history.json`, `lifts.png`.
        motion: Folders, files or glob patterns of motion to learn from; only what cameras see of
            it. The built-in generator when there is neither motion nor 2D.
        test_motion: Likewise, to measure on; when empty a share of the clips is held out.
        keypoints: Files and folders of 2D poses to learn from.
        data: Folders of samples whose 2D is learned from.
        seed: Of everything random.
        material: How motion becomes 2D poses, and which 2D poses are good enough.
        recipe: Phases of the training.
        body_path: Body of the parametric network; the open body when None.

    Raises:
        InputError: A source is missing or holds nothing usable, or `out` holds another run's
            teacher.
    """
    recipe = recipe or Recipe()
    material = _with(material or Material(), recipe, [*_listed(keypoints), *_listed(data)])
    _check_budgets(recipe)
    mark = mark_of(
        [
            asdict(material),
            asdict(recipe.lifting),
            motion_mark(sources(motion)),
            motion_mark(sources(test_motion)),
            poses_mark(material.poses_2d),
            seed,
        ]
    )
    folder, whole = Path(out), mark_of([mark, repr(recipe), body_path])
    if finished := _finished(folder, whole):
        say(f"{folder / CHECKPOINT}: trained already\n{finished['table']}")
        return finished
    poses, kept = gather(material, motion, test_motion, seed)
    taught = teach(recipe, poses, seed, folder / "checkpoints", mark, body_path)
    trials = trials_of(kept, material.cameras, seed)
    return finish(taught, folder, whole, trials, len(poses))


def _with(material: Material, recipe: Recipe, poses_2d: list[str]) -> Material:
    """Film as many frames a track as the lifter looks at, two at least."""
    frames = max(2, recipe.lifting.design.frames)
    return replace(material, poses_2d=poses_2d, sampling=replace(material.sampling, frames=frames))


def _listed(paths: Sequence[str] | str | None) -> list[str]:
    return [paths] if isinstance(paths, str) else list(paths or ())


def _check_budgets(recipe: Recipe) -> None:
    try:
        recipe.lifting.design.dilations()
    except ValueError as error:
        raise InputError(f"lifter.design: {error}") from None
    phases = {
        "lifter": recipe.lifting,
        "lifter.parametric.budget": recipe.distilling,
        "lifter.tuning.budget": recipe.tuning,
    }
    for key, phase in phases.items():
        if phase is not None and not (phase.budget.minutes or phase.budget.steps):
            raise InputError(f"{key}.minutes and {key}.steps are both empty; set one of them")


def finish(taught: Taught, out: Path, mark: str, trials: Trials, tracks: int) -> dict:
    """Measure the teacher, keep it, and say what came of it."""
    rows = measured(taught, trials)
    gain = 1 - rows["teacher"]["pa_mpjpe_mm"] / rows["flat"]["pa_mpjpe_mm"]
    phases = [phase for phase in (taught.learner, taught.distiller, taught.tuner) if phase]
    metrics = {
        "training": mark,
        **rows,
        "pa_mpjpe_below_flat": gain,
        "test_poses": len(trials),
        "tracks": tracks,
        "steps": taught.learner.steps,
        "minutes": taught.minutes(),
        "table": f"{table(rows, len(trials))}\nPA-MPJPE is {gain:.1%} below the flat baseline's",
    }
    notes = {"training": mark, "steps": taught.learner.steps}
    learned = taught.learner.poses.learned()
    save(out / CHECKPOINT, taught.lifter.cpu(), learned, notes, taught.parametric)
    write_json(out / "history.json", [entry for phase in phases for entry in phase.history])
    draw(taught.lifter, trials, out / "lifts.png")
    write_metrics(out, metrics)
    say(metrics["table"])
    return metrics


def measured(taught: Taught, trials: Trials) -> dict[str, dict[str, float]]:
    """Errors of the flat baseline and of all networks, before and after they were tuned."""
    before, after = {}, {"teacher": lifted(taught.lifter.cpu(), trials)}
    if taught.distiller and taught.body:
        body = taught.body.cpu()
        if taught.tuner:
            before = {
                "teacher_before_tuning": lifted(taught.learner.slow.cpu(), trials),
                "parametric_before_tuning": read(taught.distiller.slow.cpu(), body, trials),
            }
        assert taught.parametric is not None
        after["parametric"] = read(taught.parametric.cpu(), body, trials)
    points = {"flat": flat(trials), **before, **after}
    return {name: errors(found, trials) for name, found in points.items()}


def draw(network: LifterNetwork, trials: Trials, path: Path) -> None:
    """Draw some test poses, evenly spread, with their lifts and the truth."""
    rows = np.linspace(0, len(trials) - 1, min(DRAWN, len(trials))).astype(int)
    joints, shown, truth, points = (
        poses.flatten(0, 1)[rows].numpy()
        for poses in (trials.joints, trials.visible, trials.truth, lifted(network, trials))
    )
    lift_sheet(path, joints, np.where(shown[..., None] > 0, points, np.nan), truth, shown)


def _finished(out: Path, mark: str) -> dict | None:
    """Find this training's result in the folder, or none."""
    path = out / "metrics.json"
    if not (path.exists() and (out / CHECKPOINT).exists()):
        return None
    if read_checkpoint(out / CHECKPOINT)["notes"]["training"] != mark:
        raise InputError(f"{out / CHECKPOINT}: trained with other settings; set another out")
    return json.loads(path.read_text())
