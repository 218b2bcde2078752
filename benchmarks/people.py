"""People a second on one core: drawn, shaped, posed and dressed; beside bare `smplx` calls.

OMP_NUM_THREADS=1 python benchmarks/people.py [people]
"""

import json
import sys
import time

import numpy as np
import smplx
import torch
from rich.console import Console
from rich.table import Table

from hmr.body import load_body
from synth.people.crowd import draw_crowd
from synth.people.poses import open_book
from synth.people.wardrobe import Wardrobe

WARM = 40
"""People dressed before, so that garments are cut and the clock sees dressing alone."""


def main() -> None:
    """Print milliseconds of CPU for each part of making a person."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    body = load_body()
    wardrobe, rng = Wardrobe(body), np.random.default_rng(0)
    book = open_book(0, body)

    def crowd(count: int):
        return draw_crowd(rng, body, wardrobe.anatomy, "train", book, count)

    warm = crowd(WARM)
    for looks, vertices in zip(warm.looks, warm.vertices, strict=True):
        wardrobe.dress(looks, vertices, 0)
    start = time.process_time()
    drawn = crowd(people)
    middle = time.process_time()
    for looks, vertices in zip(drawn.looks, drawn.vertices, strict=True):
        wardrobe.dress(looks, vertices, 0)
    end = time.process_time()
    model = smplx.create(str(body.file), "smplx", use_pca=False, flat_hand_mean=True)
    with torch.inference_mode():
        for _ in range(people):
            model(body_pose=0.1 * torch.randn(1, 63))
    alone = time.process_time() - end
    parts = {"draw, shape, pose": middle - start, "dress": end - middle}
    parts |= {"in all": end - start, "smplx alone, one by one": alone}
    each = {name: 1000 * seconds / people for name, seconds in parts.items()}
    table = Table("part", "ms of CPU a person", "people / s")
    for name, milliseconds in each.items():
        table.add_row(name, f"{milliseconds:.1f}", f"{1000 / milliseconds:.0f}")
    Console().print(table)
    print(json.dumps({"people": people, **{name: round(ms, 2) for name, ms in each.items()}}))


if __name__ == "__main__":
    main()
