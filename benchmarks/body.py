"""The body's figures: how true it is to Anny's people, what a bend costs it, how fast it is posed.

python benchmarks/body.py [people]
"""

import json
import sys
import time
from collections.abc import Callable

import numpy as np
import smplx
import torch
from jaxtyping import Float
from rich.console import Console
from rich.table import Table
from scipy.spatial.transform import Rotation

from hmr.body import BUILT, Body, load_body
from hmr.joints import COCO_17, SMPLX_BODY_22
from hmr.open_body import GENDERS, ensure
from hmr.open_body.anny_source import AnnySource
from hmr.open_body.build import KID_FILE, prepare
from hmr.open_body.measure.accuracy import BodyFile, measure
from hmr.open_body.measure.limbs import Limb
from hmr.params import Params

LIMBS = {
    "elbow": ("left_elbow", "left_wrist", 0.08, (0.0, -1.0, 0.0)),
    "knee": ("left_knee", "left_ankle", 0.11, (1.0, 0.0, 0.0)),
}
"""Joint, end of its bone, reach of the stretch measured (m), axis about which it bends."""
BEND_DEG = 120.0
AGES = {"adult": 0.0, "kid weight 0.5": 0.5, "kid weight 1": 1.0}


def accuracy() -> dict[str, dict[str, float]]:
    """Mean errors of each gender's file, over 1,000 adults and 500 children it has not seen."""
    common = prepare(AnnySource())
    rows = {}
    for gender in GENDERS:
        file = ensure(BUILT, gender)
        found = measure(BodyFile.load(file, file.with_name(KID_FILE)), common, gender)
        rows[gender] = {
            "adults, 10 betas": found.adults_mm.mean(),
            "worst adult": found.adults_mm.max(),
            "children, 10 betas + kid weight": found.children_mm.mean(),
            "worst child": found.children_mm.max(),
            "joints of adults": found.adult_joints_mm.mean(),
            "joints of children": found.child_joints_mm.mean(),
            "worst joint of adults": found.adult_joints_mm.max(),
            "MB on disk": file.stat().st_size / 2**20,
        }
    return {gender: {k: round(float(v), 2) for k, v in row.items()} for gender, row in rows.items()}


def posed(
    body: Body, joint: str, rotation: Float[np.ndarray, " 3"], kid: float
) -> tuple[Float[np.ndarray, "v 3"], Float[np.ndarray, "55 3"]]:
    """One person with one joint of the body turned by a rotation vector."""
    rest = Params.rest(1)
    turn = torch.from_numpy(Rotation.from_rotvec(rotation).as_matrix()).float()
    pose = rest.body_pose.clone()
    pose[0, SMPLX_BODY_22.index(joint) - 1] = turn
    changed = {"body_pose": pose, "kid_weight": torch.tensor([kid])}
    output = body(Params(**{**vars(rest), **changed}))
    return output.vertices[0].numpy(), output.joints[0].numpy()


def bends() -> dict[str, dict[str, float]]:
    """Percent of volume and thickness that limbs keep when bent, before and after correctives."""
    corrected, linear = Body(load_body().file), Body(load_body().file)
    linear.layer.posedirs.zero_()
    rows = {}
    for part, (joint, end, reach, axis) in LIMBS.items():
        limb = Limb.around(joint, end, reach, *posed(linear, joint, np.zeros(3), 0.0), linear.faces)
        for age, kid in AGES.items():
            rest = posed(linear, joint, np.zeros(3), kid)
            row = {}
            for name, body in (("linear", linear), ("corrected", corrected)):
                bent = posed(body, joint, np.radians(BEND_DEG) * np.array(axis), kid)
                row[f"volume, {name}"] = 100 * limb.volume(bent[0]) / limb.volume(rest[0])
                row[f"thickness, {name}"] = 100 * limb.thickness(*bent) / limb.thickness(*rest)
            rows[f"{part}, {age}"] = {key: round(value, 1) for key, value in row.items()}
    return rows


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


def speeds(people: int) -> dict[str, float]:
    """People a second of each way to pose them."""
    body, params = load_body(), Params.rest(people)
    with torch.inference_mode():
        return {
            "smplx, one at a time": people / seconds(one_by_one(people)),
            "Body, batched": people / seconds(lambda: body(params)),
            "Body.keypoints, COCO 17": people / seconds(lambda: body.keypoints(params, COCO_17)),
        }


def show(title: str, rows: dict[str, dict[str, float]]) -> None:
    """Print rows of named figures as a table."""
    table = Table("", *next(iter(rows.values())), title=title)
    for name, row in rows.items():
        table.add_row(name, *(f"{value:g}" for value in row.values()))
    Console(width=140).print(table)


def main() -> None:
    """Print what the body is worth."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    errors, kept, rates = accuracy(), bends(), speeds(people)
    base = rates["smplx, one at a time"]
    show("mean error for unseen people (mm)", errors)
    show(f"kept of a limb bent by {BEND_DEG:g} degrees (%)", kept)
    ratios = {
        name: {"people / s": round(r), "ratio": round(r / base, 1)} for name, r in rates.items()
    }
    show(f"posing {people} people", ratios)
    figures = {"people": people, **{k: round(v, 1) for k, v in rates.items()}}
    print(json.dumps({**figures, "errors_mm": errors, "bends_percent": kept}))


if __name__ == "__main__":
    main()
