"""Labels beside rays cast into the same scenes' GLB files, by code that shares nothing.

OMP_NUM_THREADS=1 python benchmarks/labels.py [scenes] [people] [words of the command line ...]

makes scenes of every kind of environment with `synth.save_glb=true`, reads them back from disk,
and compares every person and joint. Words such as `camera.kind=free` go to `stage=synth`.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int64
from rich.console import Console
from rich.table import Table

import run
from benchmarks.rays import World, box_around, centres, first_hits, read
from hmr.errors import InputError
from hmr.joints import SMPLX_55
from hmr.progress import track
from hmr.sample import (
    BY_ENVIRONMENT,
    BY_PERSON,
    FIRST_ENVIRONMENT_ID,
    OUTSIDE,
    SELF,
    VISIBLE,
    Person,
    Sample,
    decode_mask,
)
from hmr.shards import read_samples
from synth.labels import flesh_over
from synth.scenes.environments import KINDS as BUILT

KINDS = (*BUILT, "map")
"""Of environment; photos have no place in a file of meshes but for their ground."""
LARGE = 400
"""Pixels of a person, hidden ones too, from which on occlusion is compared."""
BAND = 2
"""Pixels around a silhouette within which a joint's visibility is not judged."""
EDGE = 0.05
"""Where the own depth jumps by more, one part is before another: a silhouette too. In metres."""


@dataclass
class Found:
    """What was compared."""

    people: int = 0
    small: int = 0
    """People of fewer pixels than `LARGE`, who are not compared."""
    occlusion: list[float] = field(default_factory=list)
    """Differences in points (hundredths), one a person."""
    shares: list[float] = field(default_factory=list)
    """The greatest difference of an occluder's share, in points, one a person."""
    not_nested: int = 0
    """People with a visible pixel that is not amodal."""
    in_front: int = 0
    """Images whose nearest person has nothing before them, by rays."""
    in_front_hidden: int = 0
    """Those of them whose label says otherwise."""
    joints: Counter[tuple[int, int]] = field(default_factory=Counter)
    """By label and what rays say, outside the silhouettes' band."""
    at_own_edges: Counter[tuple[int, int]] = field(default_factory=Counter)
    """The same in the band where one part of the own body is before another, and in no other."""
    in_band: int = 0
    """In the band of where one's outline, or somebody else's, is."""
    kinds: set[str] = field(default_factory=set)

    def figures(self) -> dict[str, float | int]:
        """Summarise."""
        return {
            "kinds_of_environment": len(self.kinds),
            "people_compared": len(self.occlusion),
            "people_too_small": self.small,
            "occlusion_median_points": float(np.median(self.occlusion or [0])),
            "occlusion_worst_points": max(self.occlusion, default=0.0),
            "shares_median_points": float(np.median(self.shares or [0])),
            "shares_worst_points": max(self.shares, default=0.0),
            "people_whose_visible_leaves_amodal": self.not_nested,
            "nearest_with_nothing_before": self.in_front,
            "nearest_labelled_hidden": self.in_front_hidden,
            "joints_compared": sum(self.joints.values()),
            "joint_agreement": agreement(self.joints),
            "joints_at_own_edges": sum(self.at_own_edges.values()),
            "joint_agreement_with_own_edges": agreement(self.joints + self.at_own_edges),
            "joints_in_band": self.in_band,
        }


def agreement(joints: Counter[tuple[int, int]]) -> float:
    """Find the share of joints on which label and rays agree."""
    alike = sum(n for (label, ray), n in joints.items() if label == ray)
    return alike / max(sum(joints.values()), 1)


def compare(samples: Iterable[Sample]) -> Found:
    """Compare the labels of samples that hold their GLB with rays."""
    found = Found()
    for sample in samples:
        assert sample.glb is not None
        world = read(sample.glb)
        found.kinds.add(sample.environment.split("/")[0])
        whole = centres((0, 0, world.width, world.height))
        owners, depth = first_hits(world, world.everything, whole)
        owners, depth = (m.reshape(world.height, world.width) for m in (owners, depth))
        alone = {p.person_id: cover(world, p.person_id) for p in sample.people}
        for row, person in enumerate(sample.people):
            _compare_person(found, person, owners, alone[person.person_id])
            _compare_joints(found, world, sample, row)
        _compare_nearest(found, sample, owners, depth, alone)
    return found


def cover(world: World, person_id: int) -> Bool[np.ndarray, "h w"]:
    """Find the pixels that a person covers when alone."""
    body = world.people[person_id]
    x0, y0, x1, y1 = box = box_around(world, body)
    mask = np.zeros((world.height, world.width), bool)
    mask[y0:y1, x0:x1] = (first_hits(world, body, centres(box))[0] > 0).reshape(y1 - y0, x1 - x0)
    return mask


def _compare_person(
    found: Found,
    person: Person,
    owners: Int64[np.ndarray, "h w"],
    amodal: Bool[np.ndarray, "h w"],
) -> None:
    assert person.mask_visible and person.mask_amodal and person.occlusion is not None
    found.people += 1
    leaves = decode_mask(person.mask_visible) & ~decode_mask(person.mask_amodal)
    found.not_nested += bool(leaves.any())
    area = int(amodal.sum())
    if area <= LARGE:
        found.small += 1
        return
    hidden = owners[amodal & (owners != person.person_id + 1)]
    found.occlusion.append(100 * abs(person.occlusion - len(hidden) / area))
    rays = {i if i >= FIRST_ENVIRONMENT_ID else i - 1: n / area for i, n in Counter(hidden).items()}
    labels = {o.id: o.share for o in person.occluders or ()}
    differences = [abs(rays.get(i, 0) - labels.get(i, 0)) for i in {*rays, *labels}]
    found.shares.append(100 * float(max(differences, default=0.0)))


def _compare_nearest(
    found: Found,
    sample: Sample,
    owners: Int64[np.ndarray, "h w"],
    depth: Float[np.ndarray, "h w"],
    alone: dict[int, Bool[np.ndarray, "h w"]],
) -> None:
    seen = {p: float(depth[owners == p + 1].min()) for p in alone if (owners == p + 1).any()}
    if not seen:
        return
    nearest = min(seen, key=lambda person_id: seen[person_id])
    if (owners[alone[nearest]] == nearest + 1).all():
        found.in_front += 1
        label = next(p for p in sample.people if p.person_id == nearest)
        found.in_front_hidden += label.occlusion != 0


def _compare_joints(found: Found, world: World, sample: Sample, row: int) -> None:
    """Cast at each joint and at a square of pixels around it."""
    person = sample.people[row].person_id
    pixels, z = world.pixels(sample.joints_3d[row])
    inside = (z > world.near) & (pixels >= 0).all(1) & (pixels < [world.width, world.height]).all(1)
    offsets = np.stack(np.meshgrid(*[np.arange(-BAND, BAND + 1.0)] * 2), -1).reshape(-1, 2)
    around = (np.where(inside[:, None], pixels, 0)[:, None] + offsets).reshape(-1, 2)
    shape = (len(pixels), len(offsets))
    first, before = (a.reshape(shape) for a in first_hits(world, world.everything, around))
    mine, own = (a.reshape(shape) for a in first_hits(world, world.people[person], around))
    at = len(offsets) // 2
    band = (first != first[:, [at]]).any(1) | (mine != mine[:, [at]]).any(1)
    flesh = np.array([flesh_over(name) for name in SMPLX_55])
    other = (first[:, at] > 0) & (first[:, at] != person + 1) & (before[:, at] < z)
    what = np.where(first[:, at] < FIRST_ENVIRONMENT_ID, BY_PERSON, BY_ENVIRONMENT)
    under = (mine[:, at] > 0) & (z - own[:, at] > flesh)
    rays = np.select([~inside, other, under], [OUTSIDE, what, SELF], VISIBLE)
    labels = sample.joint_visibility[row]
    deep = np.where(np.isfinite(own), own, 0)
    edge = inside & ~band & (np.ptp(deep, axis=1) > EDGE)
    clear = ~inside | ~(band | edge)
    found.in_band += int((inside & band).sum())
    for counted, chosen in ((found.joints, clear), (found.at_own_edges, edge)):
        counted.update(zip(labels[chosen].tolist(), rays[chosen].tolist(), strict=True))


def make(folder: Path, scenes: int, people: int, words: Sequence[str] = ()) -> list[Path]:
    """Make data sets with GLB files, one for each kind of environment.

    Raises:
        InputError: They cannot be made.
    """
    kinds = list(KINDS)[: max(scenes, 1)]
    for number, kind in enumerate(kinds):
        images = scenes // len(kinds) + (number < scenes % len(kinds))
        settings = [f"synth.images={images}", f"scene.people=[5,{people}]", f"seed={number}"]
        settings += [f"scene.environments=[{kind}]", "synth.save_glb=true", f"out={folder / kind}"]
        if run.main(["stage=synth", *settings, *words]):
            raise InputError(f"benchmarks/labels.py: stage=synth failed for {kind}")
    return [folder / kind for kind in kinds]


def main() -> None:
    """Print the figures as a table and as JSON."""
    scenes, people = (int(sys.argv[i]) if len(sys.argv) > i else d for i, d in ((1, 40), (2, 15)))
    with tempfile.TemporaryDirectory() as folder:
        sets = make(Path(folder), scenes, people, sys.argv[3:])
        samples = (sample for one in sets for sample in read_samples(one))
        found = compare(track(samples, "scenes compared", scenes))
    figures = found.figures()
    table = Table("figure", "value")
    for name, value in figures.items():
        table.add_row(name.replace("_", " "), f"{value:.4g}")
    Console().print(table)
    print(json.dumps({"scenes": scenes, **figures}))


if __name__ == "__main__":
    main()
