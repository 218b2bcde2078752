"""The stage: python run.py stage=synth."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from hmr.body import load_body
from hmr.motion.load import motion_mark, sources
from hmr.progress import say
from hmr.record import write_metrics
from hmr.shards import count_images, read_people
from synth.engine.dataset import make_dataset
from synth.engine.settings import Settings
from synth.packs.pack import open_packs
from synth.scenes.occlusion_request import OcclusionRequest

OCCLUSION_EDGES = (0.0, 0.1, 0.2, 0.4, 0.7, 0.9, 1.0)
"""Edges of the histogram of occlusion."""


def run(
    out: str,
    settings: Settings,
    workers: int = 1,
    packs: Sequence[str] = (),
    motion: Sequence[str] | str = (),
) -> dict[str, object]:
    """Make a data set of crowds, or what is missing of it.

    Args:
        out: Folder of the data set.
        settings: What its images show; packs and motion are filled in here.
        workers: Number of processes.
        packs: Folders of clothes, skins and fabrics; assets/packs is one where it is.
        motion: Folders, files or glob patterns of motion that poses are taken from; the generator
            if empty.

    Raises:
        InputError: A pack, motion, map or photo does not do, or `out` holds another data set.
    """
    clips = sources(motion)
    cameras = settings.cameras
    settings.surroundings.check_files(settings.split, cameras.width, cameras.height)
    joined = open_packs(packs, lambda: load_body(settings.model_path))
    whole = replace(
        settings,
        packs=tuple((str(pack.folder.resolve()), pack.content) for pack in joined if pack.assets),
        motion=tuple(str(path.resolve()) for path in clips),
        motion_mark=motion_mark(clips),
        surroundings=settings.surroundings.resolved(),
    )
    took = make_dataset(whole, Path(out), workers)
    return _report(Path(out), dict(took), workers, settings.request)


def _report(
    out: Path, took: dict[str, int], workers: int, request: OcclusionRequest | None
) -> dict[str, object]:
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
    made = took.pop("images", 0)
    if made:
        seconds = took.pop("milliseconds") / 1000
        metrics["last_run"] = {
            "images": made,
            "workers": workers,
            "seconds": seconds,
            "seconds_per_image": seconds / made,
            **took,
        }
        write_metrics(out, metrics)
    binned = ", ".join(f"{name} %: {share:.0%}" for name, share in shares.items())
    say(f"{out}: {metrics['images']} images, {metrics['people']} people; occlusion {binned}")
    if made:
        redrawn = f"{took['people_redrawn']} people and {took['scenes_redrawn']} scenes drawn again"
        say(f"{made} images made at {seconds / made:.2f} s an image; {redrawn}")
    return metrics
