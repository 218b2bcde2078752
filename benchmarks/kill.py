"""Kills (-9) at random moments of workers and of the parent; what comes out must be as without.

python benchmarks/kill.py --images 60 --kills 100
"""

import argparse
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from hmr.progress import say
from hmr.record import ROOT
from hmr.shards import read_manifest, receipts

QUIET = 0.02
"""Seconds between two looks."""
FAR = 0.1
"""How much more of the set than of the kills is far ahead."""


@dataclass(frozen=True)
class Plan:
    """A data set, as the command line names it."""

    out: Path
    words: tuple[str, ...]

    def start(self, log: Path) -> subprocess.Popen:
        """Start making it, or what is missing of it."""
        command = [sys.executable, str(ROOT / "run.py"), "stage=synth", f"out={self.out}"]
        with log.open("a") as told:
            return subprocess.Popen([*command, *self.words], stdout=told, stderr=told)

    def sums(self) -> dict[str, str]:
        """Checksums of every shard, of the table of people, and of each member of each shard."""
        files = [*sorted(self.out.glob("*.tar")), self.out / "people.parquet"]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def labels(self) -> dict[str, str]:
        """Checksums of every member of every shard but the pictures, by its name."""
        import tarfile

        found = {}
        for path in sorted(self.out.glob("*.tar")):
            with tarfile.open(fileobj=io.BytesIO(path.read_bytes())) as tar:
                for member in tar:
                    stream = tar.extractfile(member)
                    if stream and not member.name.endswith(".jpg"):
                        found[member.name] = hashlib.sha256(stream.read()).hexdigest()
        return found


def main() -> None:
    """Print what was killed and whether the bytes are the same."""
    args = _arguments()
    rng = np.random.default_rng(args.seed)
    folder = Path(args.out or tempfile.mkdtemp(prefix="throng-kill-"))
    folder.mkdir(parents=True, exist_ok=True)
    words = (
        *(f"seed={args.seed}", f"synth.images={args.images}", f"engine.workers={args.workers}"),
        *(f"engine.shard_images={args.shard_images}", "scene.people=[2,4]"),
        *("camera.width=128", "camera.height=72"),
    )
    calm, torn = (Plan(folder / name, words) for name in ("calm", "torn"))
    begun = time.monotonic()
    if calm.start(folder / "calm.log").wait():
        sys.exit(f"the uninterrupted run failed; see {folder / 'calm.log'}")
    seconds = time.monotonic() - begun
    say(f"{args.images} images without a kill in {seconds:.0f} s")
    killed, starts = _torn(args, torn, folder / "torn.log", rng)
    _report(args, calm, torn, killed, starts, (seconds, time.monotonic() - begun - seconds))


def _torn(
    args: argparse.Namespace, plan: Plan, log: Path, rng: np.random.Generator
) -> tuple[Counter[str], int]:
    """Make the set while killing; count what was killed, and starts of the parent."""
    killed: Counter[str] = Counter()
    starts, refused = 0, 0
    while killed.total() < args.kills or not _finished(plan):
        parent = plan.start(log)
        starts += 1
        while parent.poll() is None and killed.total() < args.kills:
            _wait(parent, _pause(args, plan, killed.total(), rng))
            if parent.poll() is None:
                # Far ahead, only the parent's death holds the set back until kills catch up.
                far = _ahead(args, plan, killed.total()) > FAR
                what = _kill(parent, rng, 1.0 if far else args.of_parent)
                killed[what] += 1
                say(f"{killed.total()} kills, {len(receipts(plan.out))} shards: {what}")
        code = parent.wait()
        # A parent may also give up over an image that cost four workers; it is started again.
        refused += code > 0
        if _finished(plan) and killed.total() < args.kills:
            sys.exit(f"made after {killed.total()} kills; ask for more images or shorter pauses")
        if refused > args.kills:
            sys.exit(f"the run cannot go on; see {log}")
    killed["gave up and started again"] = refused
    return killed, starts


def _pause(args: argparse.Namespace, plan: Plan, kills: int, rng: np.random.Generator) -> float:
    """Draw when to kill next: soon where the set grows faster than kills come."""
    shorter = float(np.clip(0.55 - 5 * _ahead(args, plan, kills), 0.15, 3.0))
    return float(rng.uniform(0, 2 * shorter * args.longest))


def _ahead(args: argparse.Namespace, plan: Plan, kills: int) -> float:
    """Tell how much more of the set is made than of the kills."""
    return len(receipts(plan.out)) * args.shard_images / args.images - kills / args.kills


def _wait(parent: subprocess.Popen, seconds: float) -> None:
    end = time.monotonic() + seconds
    while parent.poll() is None and time.monotonic() < end:
        time.sleep(QUIET)


def _kill(parent: subprocess.Popen, rng: np.random.Generator, of_parent: float) -> str:
    """Kill the parent, or any of its workers."""
    workers = _children(parent.pid)
    if not workers or rng.random() < of_parent:
        parent.kill()
        return "parent"
    try:
        os.kill(int(rng.choice(workers)), signal.SIGKILL)
    except ProcessLookupError:
        parent.kill()
        return "parent"
    return "worker"


def _children(pid: int) -> list[int]:
    """List the workers of a process; Python's keeper of semaphores is none."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes()
            except OSError:
                continue
            if b"spawn_main" in command:
                found.append(child)
    return sorted(found)


def _finished(plan: Plan) -> bool:
    """Tell whether nothing is missing."""
    if not (plan.out / "people.parquet").exists():
        return False
    manifest = read_manifest(plan.out)
    return manifest["images"] == manifest["config"]["images"]


def _report(
    args: argparse.Namespace,
    calm: Plan,
    torn: Plan,
    killed: Counter[str],
    starts: int,
    seconds: tuple[float, float],
) -> None:
    one, other = calm.sums(), torn.sums()
    labels, torn_labels = calm.labels(), torn.labels()
    figures = {
        "images": args.images,
        "shards": len(one) - 1,
        "kills": killed["worker"] + killed["parent"],
        "of_workers": killed["worker"],
        "of_the_parent": killed["parent"],
        "starts": starts,
        "gave_up": killed["gave up and started again"],
        "files_alike": sum(one[name] == other.get(name) for name in one),
        "files": len(one | other),
        "labels_alike": sum(labels[name] == torn_labels.get(name) for name in labels),
        "labels": len(labels | torn_labels),
        "left_half_written": len(list(torn.out.rglob("*.tmp"))),
        "manifest_alike": read_manifest(calm.out)["shards"] == read_manifest(torn.out)["shards"],
        "seconds_without_kills": round(seconds[0], 1),
        "seconds_with_kills": round(seconds[1], 1),
    }
    table = Table("what", "figure")
    for name, value in figures.items():
        table.add_row(name.replace("_", " "), str(value))
    Console().print(table)
    alike = one == other and labels == torn_labels and figures["manifest_alike"]
    print(json.dumps({**figures, "equal": alike}))
    sys.exit(0 if alike else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=60)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--shard-images", type=int, default=1)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument(
        "--longest", type=float, default=16.0, help="mean pause between kills, in seconds"
    )
    parser.add_argument("--of-parent", type=float, default=0.3, help="share of kills")
    parser.add_argument("--out", help="folder, kept; a temporary one if left out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
