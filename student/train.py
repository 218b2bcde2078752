"""stage=student: trains the student on a mixture of sample sets."""

import json
import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import lightning
import numpy as np
import torch

from hmr.body import Body, load_body
from hmr.errors import InputError
from hmr.params import Params
from hmr.progress import say
from hmr.record import write_json, write_metrics
from hmr.shards import read_manifest
from hmr.threads import single_thread
from hmr.training import mark_of, train
from student.augment import Augmentation
from student.learner import Budget, Learner
from student.losses import Weights
from student.mixture import Mixture, share_out
from student.model import Student, save
from student.network import Design, Network, start_from
from student.score import errors_of, errors_of_mean, mean_person, table
from student.source import Source, gather, open_source, split

CHECKPOINT = "student.ckpt"


@dataclass(frozen=True)
class Mixing:
    """What is learned from, and what is measured on."""

    val: str | Sequence[str] | None = None
    """Folders to measure on; a share of each data set's images when left out."""
    held_out: float = 0.1
    """That share."""
    ratio: Sequence[float] | None = None
    """Share of every batch that each data set makes; by number of people when left out."""
    batch: int = 96
    """Crops a step."""
    seen_more: int = 3
    """How often a person is shown for every time that one who is mostly hidden is."""
    labels: int = 256
    """People a step of whom labels alone are learned from; head "joints" only."""
    cache: str | None = None
    """Folder of the crops; inside the stage's when left out."""
    processes: int | None = None
    """Copies that share every batch; one a core on a CPU when left out."""
    workers: int | None = None
    """Processes that draw crops; chosen by the machine when left out."""


def run(
    out: str,
    data: str | Sequence[str] | None,
    seed: int = 0,
    body_path: str | None = None,
    pretrained: str | None = None,
    mixing: Mixing | None = None,
    design: Design | None = None,
    budget: Budget | None = None,
    augmentation: Augmentation | None = None,
    weights: Weights | None = None,
) -> dict:
    """Train a student, or go on with one whose training was cut short.

    Args:
        out: Folder of the run: `student.ckpt`, `metrics.json`, `history.json`.
        data: Folders of samples to learn from.
        seed: Of weights, order and augmentation.
        body_path: A licensed SMPL-X file; the open body when left out.
        pretrained: Folder of a ResNet saved by transformers to start from.
        mixing: What is learned from, and what is measured on.
        design: What the network looks like.
        budget: How long to train, and how.
        augmentation: How crops are changed.
        weights: Weights of the losses.

    Raises:
        InputError: A data set is missing or empty, or `out` holds another training's result.
    """
    mixing, design, budget = mixing or Mixing(), design or Design(), budget or Budget()
    if not (budget.minutes or budget.steps):
        raise InputError("student.minutes and student.steps are both empty; set one of them")
    augmentation, weights = augmentation or Augmentation(), weights or Weights()
    learned, measured = _folders(data), _folders(mixing.val) if mixing.val else []
    own = replace(mixing, val=None, cache=None, workers=None, processes=None)
    parts = [asdict(part) for part in (own, design, budget, augmentation, weights)]
    sets = [[_checksums(path) for path in paths] for paths in (learned, measured)]
    mark = mark_of([parts, sets, seed, pretrained])
    if finished := _finished(folder := Path(out), mark):
        say(f"{folder / CHECKPOINT}: trained already\n{finished['table']}")
        return finished
    processes = _processes() if mixing.processes is None else mixing.processes
    lightning.seed_everything(seed, verbose=False)
    with single_thread() if processes > 1 else nullcontext():
        body = load_body(body_path).to("cuda" if torch.cuda.is_available() else "cpu")
        cache = Path(mixing.cache) if mixing.cache else folder / "cache"
        sources, kept = _open(learned, measured, mixing.held_out, cache, design.crop, body)
        shares = share_out(sources, mixing.ratio)
        mixture = Mixture(
            tuple(sources), shares, mixing.batch, seed, mixing.seen_more, mixing.labels
        )
        mean = mean_person(sources, shares)
        student = Student(_network(design, pretrained, mean), body, weights)
        workers = _workers() if mixing.workers is None else mixing.workers
        learner = Learner(student, mixture, _exact(kept), augmentation, budget, workers)
        checkpoints = folder / "checkpoints" / mark
        train(learner, checkpoints, processes, gradient_clip_val=budget.clip)
        return _finish(learner, folder, mark, kept, mean)


def _open(
    learned: list[Path], measured: list[Path], share: float, cache: Path, crop: int, body: Body
) -> tuple[list[Source], list[Source]]:
    """Read what is learned from and what is measured on."""
    sources = [open_source(path, cache, crop, body) for path in learned]
    if measured:
        return sources, [open_source(path, cache, crop, body) for path in measured]
    parts = [split(source, share) for source in sources]
    if not any(len(held) for _, held in parts):
        raise InputError(
            f"student.held_out={share}: nobody is held out to measure on; set student.val"
        )
    return [source for source, _ in parts], [held for _, held in parts]


def _folders(data: str | Sequence[str] | None) -> list[Path]:
    if not data:
        raise InputError("data is empty; set data=[DIR,...] to folders made by stage=synth or fit")
    return [Path(path) for path in ([data] if isinstance(data, str) else data)]


def _checksums(data: Path) -> list[str]:
    return [str(shard.get("sha256")) for shard in read_manifest(data).get("shards", ())]


def _finished(out: Path, mark: str) -> dict | None:
    """Find this training's result in the folder, or none."""
    path = out / "metrics.json"
    if not (path.exists() and (out / CHECKPOINT).exists()):
        return None
    metrics = json.loads(path.read_text())
    if metrics.get("training") != mark:
        raise InputError(
            f"{out / CHECKPOINT}: trained with other settings or data; set another out"
        )
    return metrics


def _network(design: Design, pretrained: str | None, mean: Params) -> Network:
    network = start_from(pretrained, design) if pretrained else Network(design)
    network.start_at(mean)
    return network


def _exact(sources: Sequence[Source]) -> Source:
    """Join the people with exact labels; all people where none has."""
    whole = gather(sources)
    exact = np.flatnonzero(whole.trust.numpy() >= 1)
    return whole.take(exact) if len(exact) else whole


def _processes() -> int:
    return 1 if torch.cuda.is_available() else len(os.sched_getaffinity(0))


def _workers() -> int:
    # On a CPU drawing crops takes a few percent of a step: processes would only be in the way.
    return min(8, (os.cpu_count() or 2) // 2) if torch.cuda.is_available() else 0


def _finish(learner: Learner, out: Path, mark: str, kept: Sequence[Source], mean: Params) -> dict:
    network, body = learner.slow, learner.student.body
    network.to(body.layer.v_template.device)
    people = _exact(kept)
    rows = {
        "student": errors_of(network, body, people).means(),
        "mean body": errors_of_mean(mean, body, people).means(),
    }
    errors = [row["pa_mpjpe_mm"] for row in rows.values()]
    metrics = {
        "training": mark,
        "held_out_people": len(people),
        **{name.replace(" ", "_"): row for name, row in rows.items()},
        "pa_mpjpe_below_mean_body": 1 - errors[0] / errors[1],
        "steps": learner.steps,
        "minutes": learner.seconds / 60,
        "crops_per_second": learner.steps * learner.mixture.batch / max(learner.seconds, 1e-9),
        "people": {source.name: len(source) for source in learner.mixture.sources},
        "table": table(rows, len(people)),
    }
    save(out / CHECKPOINT, network, {"training": mark, "steps": learner.steps})
    write_json(out / "history.json", learner.history)
    write_metrics(out, metrics)
    say(metrics["table"])
    return metrics
