"""Augmented crops a second from sample sets: our reader beside a plain Dataset.

python benchmarks/reader.py [--data DIR] [--crops 4000] [--workers 2] [--size 224]

The plain Dataset opens the image once for every person, as most training code does; both cut and
augment by the same code, read the same files, and have as many DataLoader workers. Seconds of CPU
are of all processes together: on a busy machine they say more than the clock.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import torch
from rich.console import Console
from rich.table import Table
from torch.utils.data import DataLoader, Dataset

from hmr.progress import say, track
from hmr.reading.batch import Batch
from hmr.reading.cutting import Cut, Scissors, joined
from hmr.reading.people import People
from hmr.reading.reader import Options, Reader, warm
from hmr.reading.stream import ENDINGS
from hmr.reading.tar import open_tar
from hmr.reading.views import Augmentation
from hmr.records import decode

AIM = 400
IMAGES = 24


@dataclass
class OnePersonAtATime(Dataset):
    """Every person of some sets; each look at one reads and decodes the whole image."""

    sets: list[People]
    scissors: Scissors

    def __post_init__(self) -> None:
        self.rows = [(i, row) for i, people in enumerate(self.sets) for row in range(len(people))]
        # Where files lie is known beforehand, so that only reading and decoding count.
        self.tars = [
            [open_tar(p.folder / name, size) for name, size in zip(p.shards, p.sizes, strict=True)]
            for p in self.sets
        ]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, number: int) -> Cut:
        source, i = self.rows[number]
        people = self.sets[source]
        tar, key = self.tars[source][people.shard[i]], people.keys[people.image[i]]
        sample = decode(key, tar.read(key, ENDINGS), str(tar.path))
        return self.scissors.cut(sample, source, [(int(people.row[i]), number)])[0]


def main() -> None:
    """Print crops a second and seconds of CPU of both."""
    options = _options()
    with tempfile.TemporaryDirectory() as made:
        _compare(options, Path(options.data) if options.data else _render(Path(made)))


def _compare(options: argparse.Namespace, data: Path) -> None:
    augment = None if options.augment == "none" else options.augment
    how = Options(options.size, options.batch, options.workers, augment=augment)
    alone = Reader(data, options=how)
    sets = [data] * max(1, -(-options.crops // sum(alone.plan.sizes)))
    reader = Reader(sets, options=how)
    # Those who come first would pay for what both share.
    warm(reader.augmentation)
    rows = {
        "our reader": _measure(reader, len(reader), "our reader"),
        "one person at a time": _measure(*_plain(reader, options), "one person at a time"),
    }
    table = Table("", "crops / s", "ms of CPU a crop", "crops a second of CPU")
    for name, row in rows.items():
        cpu = row["cpu_ms"]
        table.add_row(name, f"{row['crops_per_s']:.0f}", f"{cpu:.2f}", f"{1000 / cpu:.0f}")
    Console().print(table)
    ours, plain = rows["our reader"], rows["one person at a time"]
    figures = {
        "workers": options.workers,
        "size": options.size,
        "augment": options.augment,
        "crops": sum(reader.plan.sizes),
        "people_an_image": round(sum(alone.plan.sizes) / len(alone.sets[0].keys), 1),
        "crops_per_s": round(ours["crops_per_s"], 1),
        "cpu_ms_a_crop": round(ours["cpu_ms"], 3),
        "plain_crops_per_s": round(plain["crops_per_s"], 1),
        "plain_cpu_ms_a_crop": round(plain["cpu_ms"], 3),
        "times_as_fast": round(ours["crops_per_s"] / plain["crops_per_s"], 2),
        "times_less_cpu": round(plain["cpu_ms"] / ours["cpu_ms"], 2),
        "aim": AIM,
    }
    print(json.dumps(figures))


def _plain(reader: Reader, options: argparse.Namespace) -> tuple[DataLoader, int]:
    how = reader.augmentation if options.augment == "opencv" else Augmentation(*[0.0] * 10)
    everyone = OnePersonAtATime(reader.sets, Scissors(options.size, how=how))
    loader = DataLoader(
        everyone,
        batch_size=options.batch,
        shuffle=True,
        num_workers=options.workers,
        collate_fn=joined,
        worker_init_fn=_start,
        generator=torch.Generator().manual_seed(0),
    )
    return loader, len(loader)


def _measure(batches: Iterable[Batch], count: int, name: str) -> dict[str, float]:
    """Go through an epoch."""
    clock, cpu = time.perf_counter(), _cpu()
    crops = sum(len(batch) for batch in track(batches, name, count))
    seconds, cpu = time.perf_counter() - clock, _cpu() - cpu
    return {"crops_per_s": crops / seconds, "cpu_ms": 1000 * cpu / crops}


def _cpu() -> float:
    """Seconds of CPU of this process and of those that it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in used)


def _start(_: int) -> None:
    cv2.setNumThreads(0)


def _render(out: Path) -> Path:
    say(f"rendering {IMAGES} images; name a set with --data to spare that")
    run = Path(__file__).resolve().parent.parent / "run.py"
    wanted = ["stage=synth", f"out={out}", f"synth.images={IMAGES}", "scene.people=[5,15]"]
    subprocess.run([sys.executable, str(run), *wanted], check=True)
    return out


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Crops a second from sample sets.")
    parser.add_argument("--data", help="folder of samples; 24 images are rendered when left out")
    parser.add_argument("--crops", type=int, default=4000, help="at least so many are read")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--augment", choices=("opencv", "none"), default="opencv")
    return parser.parse_args()


if __name__ == "__main__":
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    main()
