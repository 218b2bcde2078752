"""A requested distribution of occlusion, and what a set of scenes shows; writes no data set.

PYOPENGL_PLATFORM=egl python benchmarks/occlusion.py --images 300 --people 10 15
"""

import argparse
import json
import time

import numpy as np
from hydra.utils import instantiate
from rich.console import Console
from rich.table import Table

from hmr.body import load_body
from hmr.progress import track
from run import compose
from synth.engine.attempts import draw_scene
from synth.engine.meter import Meter
from synth.engine.settings import Settings
from synth.engine.staging import Stager
from synth.render.renderer import Renderer
from synth.scenes.environments import KINDS
from synth.scenes.occlusion_request import OcclusionRequest

ASKED = "0-20:.4,20-40:.3,40-70:.2,70-90:.1"
ATTEMPTS = 6


def main() -> None:
    """Print what was asked for and what came, seconds an image, and scenes drawn again."""
    args = _arguments()
    pairs = (part.split(":") for part in args.asked.split(","))
    request = OcclusionRequest.of({name: float(share) for name, share in pairs})
    request.check(args.people)
    meter = Meter(Renderer(640, 360))
    stager = Stager(_settings(args), load_body(), request, meter.depths)
    found, redrawn, failed, start = [], 0, 0, time.process_time()
    for index in track(range(args.first, args.first + args.images), "images"):
        sources = np.random.SeedSequence([args.seed, index]).spawn(ATTEMPTS)
        drawn = draw_scene(stager, index, sources, request, meter)
        failed += drawn is None
        if drawn is not None:
            found += meter.occlusions(drawn.staged)
            redrawn += drawn.redrawn
    seconds = (time.process_time() - start) / args.images
    _report(request, found, {"seconds": seconds, "redrawn": redrawn, "failed": failed})


def _settings(args: argparse.Namespace) -> Settings:
    low, high = args.people
    words = [
        *("stage=synth", "out=nowhere", f"seed={args.seed}", f"scene.people=[{low},{high}]"),
        f"scene.environments=[{','.join(args.kinds)}]",
    ]
    return instantiate(compose(words).stage.settings, _convert_="all")


def _report(request: OcclusionRequest, found: list[float], took: dict[str, float]) -> None:
    table = Table("hidden, %", "asked", "got")
    rows = request.table(found)
    for name, asked, got in rows:
        table.add_row(name, f"{asked:.1%}", f"{got:.1%}")
    console = Console()
    console.print(table)
    console.print(
        f"{len(found)} people; {took['seconds']:.2f} s of CPU an image; "
        f"{took['redrawn']} scenes drawn again, {took['failed']} not found"
    )
    bins = {name: {"asked": asked, "got": got} for name, asked, got in rows}
    worst = max(abs(asked - got) for _, asked, got in rows)
    print(json.dumps({"bins": bins, "worst": worst, "people": len(found), **took}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--people", type=int, nargs=2, default=(5, 15))
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--kinds", nargs="+", default=tuple(KINDS))
    parser.add_argument("--asked", default=ASKED)
    return parser.parse_args()


if __name__ == "__main__":
    main()
