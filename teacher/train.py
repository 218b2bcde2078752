"""stage=teacher: trains the lifter from 2D projections of motion."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from hmr.motion.clip import Clip
from hmr.motion.generator import generate_clips
from hmr.motion.load import load_clips, motion_mark, sources, split_of
from hmr.progress import say
from hmr.record import write_json, write_metrics
from hmr.training import mark_of, train
from teacher.augmentation import Augmentation
from teacher.learner import Budget, Learner
from teacher.lift import read_checkpoint, save
from teacher.lifter import Design, LifterNetwork
from teacher.losses import Weights
from teacher.measure import TEACHER, Trials, compare, lifted, table, trials_of
from teacher.projection import Cameras, Sampling, project_clips
from teacher.sheet import lift_sheet

CHECKPOINT = "teacher.ckpt"
GENERATED = 200
"""Clips of the built-in generator where there is no other motion."""
DRAWN = 6
"""Test poses on the sheet of lifts."""


@dataclass(frozen=True)
class Projection:
    """How motion becomes 2D poses."""

    tracks: int = 50_000
    """Pairs of 2D poses to learn from."""
    gap: float = 0.5
    """Longest time between the two poses of a pair, in seconds."""
    generated: int | None = None
    """Clips of the built-in generator; left out: none if there is motion, else `GENERATED`."""
    generated_frames: int = 60


def run(
    out: str,
    motion: Sequence[str] = (),
    test_motion: Sequence[str] = (),
    seed: int = 0,
    projection: Projection | None = None,
    cameras: Cameras | None = None,
    design: Design | None = None,
    critic: Design | None = None,
    budget: Budget | None = None,
    augmentation: Augmentation | None = None,
    weights: Weights | None = None,
) -> dict:
    """Train a teacher, or go on with one whose training was cut short.

    Args:
        out: Folder of the run: `teacher.ckpt`, `metrics.json`, `history.json`, `lifts.png`.
        motion: Folders, files or glob patterns of motion to learn from; the generator when empty.
        test_motion: Likewise, to measure on; when empty a share of the clips is held out.
        seed: Of everything random.
        projection: How motion becomes 2D poses.
        cameras: Where cameras stand.
        design: The lifter's size.
        critic: The critic's size.
        budget: How long to train, and how.
        augmentation: How 2D poses are changed.
        weights: Weights of the losses.

    Raises:
        InputError: A folder is missing or holds no motion, or `out` holds another run's teacher.
    """
    projection, cameras, budget = (
        projection or Projection(),
        cameras or Cameras(),
        budget or Budget(),
    )
    design, critic = design or Design(), critic or Design()
    augmentation, weights = augmentation or Augmentation(), weights or Weights()
    if not (budget.minutes or budget.steps):
        raise InputError("lifter.minutes and lifter.steps are both empty; set one of them")
    learned, tested = sources(motion), sources(test_motion)
    parts = [
        asdict(p) for p in (projection, cameras, design, critic, augmentation, weights, budget)
    ]
    mark = mark_of([parts, motion_mark(learned), motion_mark(tested), seed])
    folder = Path(out)
    if finished := _finished(folder, mark):
        say(f"{folder / CHECKPOINT}: trained already\n{finished['table']}")
        return finished
    clips, kept = gather(learned, tested, projection, seed)
    sampling = Sampling(projection.tracks, gap=projection.gap)
    poses = project_clips(clips, sampling, cameras, np.random.default_rng([seed, 3]))
    learner = Learner(poses, seed, design, critic, budget, augmentation, weights)
    train(learner, folder / "checkpoints" / mark)
    return finish(learner, folder, mark, trials_of(kept, cameras, seed), len(poses))


def gather(
    learned: Sequence[Path], tested: Sequence[Path], projection: Projection, seed: int
) -> tuple[list[Clip], list[Clip]]:
    """Read the clips to learn from and those to measure on."""
    clips = load_clips(learned) if learned else []
    count = projection.generated
    if count is None:
        count = 0 if clips else GENERATED
    if count:
        say(f"making {count} clips of motion")
        rng = np.random.default_rng([seed, 5])
        clips = clips + generate_clips(rng, count, projection.generated_frames)
    if tested:
        return clips, load_clips(tested)
    return held_out(clips)


def held_out(clips: Sequence[Clip]) -> tuple[list[Clip], list[Clip]]:
    """Set aside the clips whose names fall outside the train split, for ever the same.

    Raises:
        InputError: There is but one clip.
    """
    if len(clips) < 2:
        raise InputError("motion: one clip alone leaves none to measure on; give test_motion too")
    kept = [clip for clip in clips if split_of(clip.name) != "train"]
    if not kept or len(kept) == len(clips):
        kept = [clips[-1]]
    names = {clip.name for clip in kept}
    return [clip for clip in clips if clip.name not in names] or list(clips[:-1]), kept


def finish(learner: Learner, out: Path, mark: str, trials: Trials, tracks: int) -> dict:
    """Measure the teacher, keep it, and say what came of it."""
    network = learner.slow.cpu()
    rows = compare(network, trials)
    gain = 1 - rows[TEACHER]["pa_mpjpe_mm"] / rows["flat"]["pa_mpjpe_mm"]
    metrics = {
        "training": mark,
        **rows,
        "pa_mpjpe_below_flat": gain,
        "test_poses": len(trials),
        "tracks": tracks,
        "steps": learner.steps,
        "minutes": learner.seconds / 60,
        "table": f"{table(rows, len(trials))}\nPA-MPJPE is {gain:.1%} below the flat baseline's",
    }
    save(
        out / CHECKPOINT,
        network,
        learner.poses.learned(),
        {"training": mark, "steps": learner.steps},
    )
    write_json(out / "history.json", learner.history)
    draw(network, trials, out / "lifts.png")
    write_metrics(out, metrics)
    say(metrics["table"])
    return metrics


def draw(network: LifterNetwork, trials: Trials, path: Path) -> None:
    """Draw some test poses, evenly spread, with their lifts and the truth."""
    rows = np.linspace(0, len(trials) - 1, min(DRAWN, len(trials))).astype(int)
    joints, shown, truth, points = (
        poses.flatten(0, 1)[rows].numpy()
        for poses in (trials.joints, trials.visible, trials.truth, lifted(network, trials))
    )
    points = np.where(shown[..., None] > 0, points, np.nan)
    lift_sheet(path, joints, points, truth, shown)


def _finished(out: Path, mark: str) -> dict | None:
    """Find this training's result in the folder, or none."""
    path = out / "metrics.json"
    if not (path.exists() and (out / CHECKPOINT).exists()):
        return None
    if read_checkpoint(out / CHECKPOINT)["notes"]["training"] != mark:
        raise InputError(f"{out / CHECKPOINT}: trained with other settings; set another out")
    return json.loads(path.read_text())
