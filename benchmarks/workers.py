"""Two workers against one, bytes on disk a person, and starting again on a finished set.

python benchmarks/workers.py --data outputs/crowd      # a finished set of 1280x720 without depth
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas
from hydra.utils import instantiate
from rich.console import Console
from rich.table import Table

from hmr.progress import say
from hmr.record import ROOT, write_metrics
from hmr.shards import PEOPLE, Shard, finished_shards, read_manifest, shard_name, write_manifest
from run import compose
from synth.engine.folder import Folder
from synth.stage import CARD, resolved

AIMS = {"faster": 1.7, "kilobytes_a_person": 150.0, "seconds_to_start_again": 5.0}
THREADS = ("LP_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
SHARD_BYTES, PEOPLE_AN_IMAGE = 2_500_000, 10


def main() -> None:
    """Print images a second of one worker and of two, bytes a person, seconds to start again."""
    args = _arguments()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="throng-workers-", dir=args.scratch) as name:
        folder = Path(name)
        figures |= _start_again(folder / "finished", args.finished)
        if args.data is not None:
            figures |= _size(Path(args.data))
        if args.images:
            figures |= _speed(args, folder)
    table = Table("what", "figure", "aim")
    for key, value in figures.items():
        told = f"{value:.2f}" if isinstance(value, float) else str(value)
        table.add_row(key.replace("_", " "), told, str(AIMS.get(key, "")))
    Console().print(table)
    print(json.dumps(figures))


def _speed(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Make the same set by one worker and by two, their starting up included.

    `faster` is of what workers do; `faster_as_a_command` counts the command's own start and the
    card at the end too, which are the same for any number of workers.
    """
    seconds: dict[int, list[float]] = {1: [], 2: []}
    making: dict[int, list[float]] = {1: [], 2: []}
    sums = {}
    # In turns, so that other work on the machine slows both alike.
    for turn in range(args.turns):
        for workers in seconds:
            out = folder / f"{workers}-{turn}"
            words = [*args.words, f"seed={args.seed}", f"engine.workers={workers}"]
            size = [f"camera.width={args.size[0]}", f"camera.height={args.size[1]}"]
            spent = _stage([f"out={out}", f"synth.images={args.images}", *size, *words])
            say(f"{workers} workers: {args.images} images in {spent:.1f} s")
            seconds[workers].append(spent)
            metrics = json.loads((out / "metrics.json").read_text())
            making[workers].append(metrics["last_run"]["seconds"])
            shards = {shard.name: shard.sha256 for shard in finished_shards(out)}
            sums.setdefault("all", shards)
            if shards != sums["all"]:
                sys.exit(f"{out}: other checksums than with one worker")
    best = {workers: min(spent) for workers, spent in making.items()}
    return {
        "images": args.images,
        "images_a_second_1": args.images / best[1],
        "images_a_second_2": args.images / best[2],
        "faster": best[1] / best[2],
        "faster_as_a_command": min(seconds[1]) / min(seconds[2]),
        "checksums_alike": True,
    }


def _size(data: Path) -> dict[str, Any]:
    """Count the bytes of a set's shards, and of its table, a person."""
    manifest, shards = read_manifest(data), finished_shards(data)
    people = sum(shard.people for shard in shards)
    total = sum(shard.bytes for shard in shards) + (data / PEOPLE).stat().st_size
    camera = manifest["config"]["cameras"]
    return {
        "size_of_images": f"{camera['width']}x{camera['height']}",
        "people": people,
        "kilobytes_a_person": total / 1000 / people,
        "kilobytes_an_image": total / 1000 / sum(shard.images for shard in shards),
    }


def _start_again(out: Path, images: int) -> dict[str, Any]:
    """Time the stage on a set that is finished, as far as it can see: its shards are sparse."""
    words = [f"out={out}", f"synth.images={images}", "seed=1"]
    composed = compose(["stage=synth", *words])
    settings = resolved(instantiate(composed.stage.settings, _convert_="all"))
    about = Folder(out, settings).about
    shards = []
    for number in range(settings.shards):
        count = len(settings.images_of(number))
        people = count * PEOPLE_AN_IMAGE
        shards.append(Shard(shard_name(number), count, people, SHARD_BYTES, "0" * 64))
        (out / "rows").mkdir(parents=True, exist_ok=True)
        with (out / shard_name(number)).open("wb") as file:
            file.truncate(SHARD_BYTES)
    write_manifest(out, shards, about)
    _people(images).to_parquet(out / PEOPLE, index=False)
    write_metrics(out, {})
    (out / CARD).write_text("made up\n")
    computed, spent = _computed(), [_stage(words) for _ in range(3)]
    return {
        "finished_images": images,
        "finished_shards": len(shards),
        "seconds_to_start_again": min(spent),
        "of_which_cpu": (_computed() - computed) / len(spent),
    }


def _computed() -> float:
    """Seconds of CPU that this process's children took so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _people(images: int) -> pandas.DataFrame:
    rng, people = np.random.default_rng(0), images * PEOPLE_AN_IMAGE
    return pandas.DataFrame(
        {
            "image": np.repeat([f"{i:08d}" for i in range(images)], PEOPLE_AN_IMAGE),
            "person_id": np.tile(np.arange(PEOPLE_AN_IMAGE), images),
            "age": rng.choice(["adult", "kid"], people),
            "occlusion": rng.random(people),
            "truncation": rng.random(people),
            "occluders": [[1, 2]] * people,
            "bbox_visible": list(rng.random((people, 4))),
            "bbox_amodal": list(rng.random((people, 4))),
        }
    )


def _stage(words: list[str]) -> float:
    """Run stage=synth as from the command line, with one thread a worker; time it."""
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
    command = [sys.executable, str(ROOT / "run.py"), "stage=synth", *words]
    start = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return time.monotonic() - start


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100, help="0 to leave out workers")
    parser.add_argument("--size", type=int, nargs=2, default=(640, 360))
    parser.add_argument("--turns", type=int, default=2, help="the fastest counts")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--finished", type=int, default=10_000)
    parser.add_argument("--data", help="a finished data set, to see how large it is")
    parser.add_argument("--scratch", help="where to make folders")
    parser.add_argument("words", nargs="*", help="more settings, such as scene.people=[5,15]")
    return parser.parse_args()


if __name__ == "__main__":
    main()
