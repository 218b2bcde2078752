"""The stage: python run.py stage=synth."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from hmr.body import load_body
from hmr.motion.load import motion_mark
from hmr.progress import say
from hmr.record import write_metrics
from hmr.shards import count_images, read_people
from synth.engine.dataset import make_dataset
from synth.engine.settings import Settings
from synth.packs.pack import open_packs

OCCLUSION_EDGES = (0.0, 0.1, 0.2, 0.4, 0.7, 0.9, 1.0)
"""Edges of the histogram of occlusion."""


def run(
    out: str,
    seed: int,
    images: int,
    split: str,
    width: int,
    height: int,
    people: Sequence[int],
    things: Sequence[int],
    environments: Sequence[str],
    area: float | int | None,
    views: Sequence[Sequence[float | int]],
    elevation: float | int,
    sensor: str,
    save_glb: bool,
    save_depth: bool,
    save_normal: bool,
    model_path: str | None,
    workers: int,
    shard_images: int,
    packs: Sequence[str] = (),
    motion: Sequence[str] | str = (),
) -> dict[str, object]:
    """Make a data set of crowds, or what is missing of it.

    Args:
        out: Folder of the data set.
        seed: Decides everything that the images show, with the settings.
        images: Number of images.
        split: Whose assets are shown: "train", "val" or "test".
        width: Of the images, in pixels.
        height: Of the images, in pixels.
        people: Least and greatest number of people in an image.
        things: Least and greatest number of things among them.
        environments: Kinds of environment, each as likely.
        area: Square metres on which all stand; what the camera sees if None.
        views: Pairs of focal length in millimetres and pitch in degrees, each as likely.
        elevation: Height of the camera, in metres.
        sensor: How far pictures are degraded: "off", "mild" or "strong".
        save_glb: Keep each scene as GLB.
        save_depth: Keep depth maps.
        save_normal: Keep normal maps.
        model_path: The body file; the open body if None.
        workers: Number of processes.
        shard_images: Images in a shard.
        packs: Folders of clothes, skins and fabrics; assets/packs is one where it is.
        motion: Folders or files of motion that poses are taken from; the generator if empty.
    """
    folders = (motion,) if isinstance(motion, str) else tuple(motion)
    joined = open_packs(packs, lambda: load_body(model_path))
    settings = Settings(
        seed=seed,
        images=images,
        split=split,
        width=width,
        height=height,
        people=(people[0], people[-1]),
        things=(things[0], things[-1]),
        environments=tuple(environments),
        area=None if area is None else float(area),
        views=tuple((float(view[0]), float(view[1])) for view in views),
        elevation=float(elevation),
        sensor=sensor,
        save_glb=save_glb,
        save_depth=save_depth,
        save_normal=save_normal,
        model_path=model_path,
        shard_images=shard_images,
        packs=tuple((str(pack.folder.resolve()), pack.content) for pack in joined if pack.assets),
        motion=tuple(str(Path(folder).resolve()) for folder in folders),
        motion_mark=motion_mark(folders),
    )
    took = make_dataset(settings, Path(out), workers)
    return _report(Path(out), dict(took), workers)


def _report(out: Path, took: dict[str, int], workers: int) -> dict[str, object]:
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
