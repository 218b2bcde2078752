"""Posing people: our batched body and its keypoint path beside one `smplx` call a person.

python benchmarks/body.py [people]
"""

import json
import sys
import time
from collections.abc import Callable

import smplx
import torch
from rich.console import Console
from rich.table import Table

from hmr.body import load_body
from hmr.joints import COCO_17
from hmr.params import Params


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Best time of some runs, after one that warms up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def one_by_one(people: int) -> Callable[[], object]:
    """A loop that calls the official package for one person at a time."""
    body = load_body()
    model = smplx.create(str(body.file), "smplx", use_pca=False, flat_hand_mean=True)
    poses = 0.1 * torch.randn(people, 1, 63)
    return lambda: [model(body_pose=pose) for pose in poses]


def main() -> None:
    """Print people a second of each way."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    body, params = load_body(), Params.rest(people)
    with torch.inference_mode():
        rates = {
            "smplx, one at a time": people / seconds(one_by_one(people)),
            "Body, batched": people / seconds(lambda: body(params)),
            "Body.keypoints, COCO 17": people / seconds(lambda: body.keypoints(params, COCO_17)),
        }
    base = rates["smplx, one at a time"]
    table = Table("way", "people / s", "ratio")
    for name, rate in rates.items():
        table.add_row(name, f"{rate:.0f}", f"{rate / base:.1f}")
    Console().print(table)
    print(json.dumps({"people": people, **{k: round(v, 1) for k, v in rates.items()}}))


if __name__ == "__main__":
    main()
