"""The stage: python run.py stage=synth."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from hmr.body import find_body, load_body
from hmr.motion.load import motion_mark, sources
from hmr.progress import say
from hmr.record import write_metrics
from hmr.shards import count_images, read_people
from synth.engine.dataset import Took, make_dataset
from synth.engine.engines import Engine
from synth.engine.folder import Folder
from synth.engine.local import Local
from synth.engine.plan import part_of
from synth.engine.settings import Settings
from synth.packs.pack import open_packs
from synth.scenes.occlusion_request import OcclusionRequest

CARD = "README.md"
"""What the card of a data set is called; there is none until a set is whole."""
METRICS = "metrics.json"
OCCLUSION_EDGES = (0.0, 0.1, 0.2, 0.4, 0.7, 0.9, 1.0)
"""Edges of the histogram of occlusion."""


def run(
    out: str,
    settings: Settings,
    engine: Engine | None = None,
    shards: str | int | None = None,
    packs: Sequence[str] = (),
    motion: Sequence[str] | str = (),
    card: Callable[[Path], object] | None = None,
) -> dict[str, object]:
    """Make a data set of crowds, or what is missing of it.

    Args:
        out: Folder of the data set.
        settings: What its images show; packs and motion are filled in here.
        engine: Who makes them; this process if None.
        shards: Which shards this job makes, such as "0:10"; all if None.
        packs: Folders of clothes, skins and fabrics; assets/packs is one where it is.
        motion: Folders, files or glob patterns of motion that poses are taken from; the generator
            if empty.
        card: Describes the data set in its folder, once it is whole.

    Raises:
        InputError: A pack, motion, map or photo does not do, `out` holds another data set, or
            another run is at it.
    """
    whole, folder = resolved(settings, packs, motion), Path(out)
    part = None if shards is None else part_of(shards, whole.shards)
    if not Folder(folder, whole).is_whole():
        cameras = whole.cameras
        whole.surroundings.check_files(whole.split, cameras.width, cameras.height)
        # Built here if need be, so that not every worker builds it.
        find_body(whole.model_path)
    took = make_dataset(whole, folder, engine or Local(), part)
    if not took.whole:
        return _report_part(folder, took, whole)
    metrics = _report(folder, took, whole.request)
    if card is not None and (took.images or not (folder / CARD).exists()):
        card(folder)
    return metrics


def resolved(
    settings: Settings, packs: Sequence[str] = (), motion: Sequence[str] | str = ()
) -> Settings:
    """Fill in which files a data set is made of, and what tells whether they have changed.

    Raises:
        InputError: A pack or motion does not do.
    """
    clips = sources(motion)
    joined = open_packs(packs, lambda: load_body(settings.model_path))
    return replace(
        settings,
        packs=tuple((str(pack.folder.resolve()), pack.content) for pack in joined if pack.assets),
        motion=tuple(str(path.resolve()) for path in clips),
        motion_mark=motion_mark(clips),
        surroundings=settings.surroundings.resolved(),
    )


def _report_part(out: Path, took: Took, settings: Settings) -> dict[str, object]:
    """Say how far a data set is that other jobs have parts of."""
    images = count_images(out)
    say(
        f"{out}: {took.images} images made; {images} of {settings.images} are there. Once all "
        "are, the last job lists the people, or the same command without synth.shards does"
    )
    return {"images": images, "images_made": took.images}


def _report(out: Path, took: Took, request: OcclusionRequest | None) -> dict[str, object]:
    """Say and write what the data set holds and what it took."""
    table = read_people(out)
    occlusion = table["occlusion"].to_numpy(float) if len(table) else np.zeros(0)
    counts, _ = np.histogram(occlusion, OCCLUSION_EDGES)
    edges = pairwise(OCCLUSION_EDGES)
    shares = {
        f"{100 * low:.0f}-{100 * high:.0f}": float(n / max(len(occlusion), 1))
        for (low, high), n in zip(edges, counts, strict=True)
    }
    metrics: dict[str, object] = {
        "images": count_images(out),
        "people": len(table),
        "kids": int((table["age"].to_numpy(str) == "kid").sum()) if len(table) else 0,
        "occlusion": shares,
    }
    if request is not None:
        rows = request.table(occlusion.tolist())
        metrics["asked"] = {name: {"asked": a, "got": g} for name, a, g in rows}
        told = ", ".join(f"{name} %: {g:.1%} of {a:.1%} asked" for name, a, g in rows)
        say(f"occlusion that was asked for: {told}")
    if took.images:
        metrics["last_run"] = {**asdict(took), "seconds_per_image": took.seconds / took.images}
    if took.images or not (out / METRICS).exists():
        write_metrics(out, metrics)
    binned = ", ".join(f"{name} %: {share:.0%}" for name, share in shares.items())
    say(f"{out}: {metrics['images']} images, {metrics['people']} people; occlusion {binned}")
    if took.images:
        redrawn = f"{took.people_redrawn} people and {took.scenes_redrawn} scenes drawn again"
        say(f"{took.images} images made at {took.seconds / took.images:.2f} s an image; {redrawn}")
    return metrics
