"""Layouts: how many scenes are placed at first try, how fast, and how deep people cut each other.

python benchmarks/layout.py --scenes 1000 --people 15
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import combinations

import numpy as np
from hydra.utils import instantiate
from rich.console import Console
from rich.table import Table

from hmr.body import load_body
from hmr.progress import track
from run import compose
from synth.engine import staging
from synth.engine.settings import Settings
from synth.engine.staging import Staged, Stager
from synth.render.scene import of_person
from synth.scenes.environments import KINDS
from synth.scenes.gaps import Whole, depth, gap, whole

ATTEMPTS = 6
WARM = 12
"""Scenes staged before, so that garments are cut and the clock sees layouts alone."""
GAPS_EVERY = 10
"""Gaps are measured in every so many scenes: that is slow."""
NEAR = 1.5
"""Whose middles are farther apart than this, in metres, are no neighbours."""


class Watch:
    """Seconds of CPU by what they went into."""

    def __init__(self):
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def timed(self, name: str, function: Callable) -> Callable:
        """Make a function that is watched."""

        def watched(*args, **kwargs):
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds[name] += time.process_time() - start

        return watched


def main() -> None:
    """Print shares, seconds and depths."""
    args = _arguments()
    stager, watch = Stager(_settings(args), load_body()), Watch()
    for index in range(WARM):
        stager.stage(np.random.default_rng([args.seed + 1, index]), index)
    staging.arrange = watch.timed("arrange", staging.arrange)
    stager._dress = watch.timed("dress", stager._dress)
    stager._closet.dress = watch.timed("clothes", stager._closet.dress)
    stage = watch.timed("stage", stager.stage)
    count, depths, gaps = Counter(), [], []
    end = time.monotonic() + 60 * args.minutes
    for index in track(range(args.first, args.first + args.scenes), "scenes"):
        if time.monotonic() > end:
            break
        count["scenes"] += 1
        staged = _staged(stage, [args.seed, index], count)
        if staged is not None:
            people = _people(staged)
            count["people_redrawn"] += staged.people_redrawn
            count["pairs"] += len(people) * (len(people) - 1) // 2
            depths += [depth(one, other) for one, other in combinations(people, 2)]
            gaps += _gaps(people) if index % GAPS_EVERY == 0 else []
    _report(args, count, watch.seconds, [deep for deep in depths if deep > 0], gaps)


def _staged(stage: Callable, seed: list[int], count: Counter) -> Staged | None:
    """Stage a scene as a data set would."""
    for attempt, source in enumerate(np.random.SeedSequence(seed).spawn(ATTEMPTS)):
        staged = stage(np.random.default_rng(source), seed[1])
        if staged is not None:
            count["first_try"] += attempt == 0
            return staged
        count["scenes_redrawn"] += 1
    count["failed"] += 1
    return None


def _people(staged: Staged) -> list[Whole]:
    surfaces = staged.scene.surfaces
    return [whole(of_person(surfaces, number)) for number in range(len(staged.joints))]


def _gaps(people: list[Whole]) -> list[float]:
    """Find each person's distance to the next."""
    middles = np.array([person.vertices.mean(0)[[0, 2]] for person in people])
    apart = np.linalg.norm(middles[:, None] - middles, axis=-1)
    nearest = np.full(len(people), np.inf)
    for i, j in combinations(range(len(people)), 2):
        if apart[i, j] < NEAR:
            between = gap(people[i], people[j])
            nearest[[i, j]] = np.minimum(nearest[[i, j]], between)
    return nearest[np.isfinite(nearest)].tolist()


def _report(
    args: argparse.Namespace,
    count: Counter,
    seconds: dict[str, float],
    depths: list[float],
    gaps: list[float],
) -> None:
    tried = count["scenes"] + count["scenes_redrawn"] - count["failed"]
    figures = {
        "scenes": count["scenes"],
        "people": args.people,
        "first_try": count["first_try"] / count["scenes"],
        "scenes_redrawn": count["scenes_redrawn"],
        "scenes_failed": count["failed"],
        "people_redrawn": count["people_redrawn"],
        "stage_seconds": seconds["stage"] / tried,
        "layout_seconds": (seconds["arrange"] - seconds["clothes"]) / tried,
        "layout_ms_a_person": 1000
        * (seconds["arrange"] - seconds["clothes"])
        / tried
        / args.people,
        "pairs": count["pairs"],
        "pairs_cutting": len(depths),
        "deepest_mm": 1000 * max(depths, default=0.0),
        "median_gap": float(np.median(gaps)) if gaps else None,
    }
    table = Table("", "")
    for name, value in figures.items():
        table.add_row(name, f"{value:.4g}" if isinstance(value, float) else str(value))
    Console().print(table)
    print(json.dumps(figures))


def _settings(args: argparse.Namespace) -> Settings:
    words = [
        *(
            "stage=synth",
            "out=nowhere",
            f"seed={args.seed}",
            f"scene.people=[{args.people},{args.people}]",
        ),
        f"scene.environments=[{','.join(args.kinds)}]",
    ]
    return instantiate(compose(words).stage.settings, _convert_="all")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--people", type=int, default=15)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--kinds", nargs="+", default=tuple(KINDS))
    return parser.parse_args()


if __name__ == "__main__":
    main()
