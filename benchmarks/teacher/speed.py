"""Poses and frames lifted a second, in batches, beside the bare network.

python -m benchmarks.teacher.speed [--poses 40000] [--threads 2]

Weights are as they start: they change no time. "Lifter" takes pixels and gives metres: joint
sets, aiming, both ways of the mirror, size, confidence. "bare network" is one call on poses that
are ready for it, without the mirror.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from benchmarks.teacher.recipes import FRAMES
from hmr.joints import COCO_17
from hmr.motion.generator import generate_clips
from teacher.lift import Lifter
from teacher.lifter import Design, LifterNetwork
from teacher.projection import Cameras, Sampling, project_clips
from teacher.spread import RELIFTS

AIM = 20_000
"""Single poses a second."""
K = np.array([[1000.0, 0, 640], [0, 1000, 360], [0, 0, 1]])
CHUNK = 8192
REPEATS = 3


def rates(poses: int) -> dict[str, float]:
    """Poses or frames a second of each way to lift."""
    rng = np.random.default_rng(0)
    clips = generate_clips(rng, 4, 60)
    plane = project_clips(clips, Sampling(poses, frames=1), Cameras(), rng)
    joints, visible = plane.joints[:, 0], plane.visible[:, 0]
    pixels = rng.normal(0, 100, (poses, len(COCO_17), 2)) + K[:2, 2]
    scores = np.ones(pixels.shape[:2])
    single = Lifter(LifterNetwork(Design()))
    along = Lifter(LifterNetwork(Design(frames=FRAMES)))

    def bare(lifter: Lifter, frames: int) -> Callable[[], object]:
        parts = list(zip(joints.split(CHUNK), visible.split(CHUNK), strict=True))
        if frames == 1:
            return lambda: [lifter.network(*part) for part in parts]
        return lambda: [lifter.network(a[None], b[None]) for a, b in parts]

    ways = {
        "single frames, bare network": bare(single, 1),
        "single frames, Lifter": lambda: single.lift(pixels, scores, K, COCO_17, relifts=0),
        f"single frames, Lifter, {RELIFTS} masked re-lifts": lambda: single.lift(
            pixels, scores, K, COCO_17
        ),
        f"{FRAMES} frames, bare network": bare(along, FRAMES),
        f"{FRAMES} frames, Lifter": lambda: along.lift_track(pixels, scores, K, COCO_17, relifts=0),
        f"{FRAMES} frames, Lifter, {RELIFTS} masked re-lifts": lambda: along.lift_track(
            pixels, scores, K, COCO_17
        ),
    }
    with torch.inference_mode():
        return {name: poses / _seconds(way) for name, way in ways.items()}


def _seconds(work: Callable[[], object]) -> float:
    """Best time of some runs, after one that warms up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main(words: Sequence[str] | None = None) -> None:
    """Print what lifting costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--poses", type=int, default=40_000)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args(words)
    torch.set_num_threads(given.threads)
    found = rates(given.poses)
    table = Table("", "poses a second", "of the bare network's", title=f"aim: {AIM} single poses")
    for name, rate in found.items():
        base = found[f"{name.split(',')[0]}, bare network"]
        table.add_row(name, f"{rate:,.0f}", f"{rate / base:.2f}")
    Console(width=120).print(table)
    rounded = {name: round(rate) for name, rate in found.items()}
    print(json.dumps({"poses": given.poses, "threads": given.threads, **rounded}))


if __name__ == "__main__":
    main()
