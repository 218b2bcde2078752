"""Things that stand about and hide people, each a mesh and the solids nobody may enter."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from synth.scenes import collisions, solids
from synth.scenes.collisions import Obstacle
from synth.scenes.solids import Solid

Rng = np.random.Generator


@dataclass(frozen=True)
class Thing:
    """Something around the origin, on the ground."""

    kind: str
    parts: tuple[tuple[Solid, str], ...]
    """Meshes and the materials they are of."""
    obstacles: tuple[Obstacle, ...]
    radius: float
    """Of a circle around it on the ground."""


def pillar(rng: Rng) -> Thing:
    """A round or square pillar."""
    radius, height = rng.uniform(0.14, 0.3), rng.uniform(2.6, 5)
    round_one = rng.random() < 0.5
    shaft = (
        solids.cylinder(radius, height)
        if round_one
        else solids.box((2 * radius, height, 2 * radius))
    )
    foot = solids.box((2.5 * radius, 0.12, 2.5 * radius))
    material = str(rng.choice(["concrete", "plaster", "brick"]))
    obstacle = collisions.box((2.5 * radius, height, 2.5 * radius))
    return Thing("pillar", ((solids.joined([shaft, foot]), material),), (obstacle,), 1.8 * radius)


def bench(rng: Rng) -> Thing:
    """A bench, with a back or without."""
    long, high, deep = rng.uniform(1.4, 2.0), rng.uniform(0.42, 0.48), rng.uniform(0.38, 0.5)
    seat = solids.box((long, 0.06, deep), high - 0.06)
    legs = [_leg(0.08, high - 0.06, (x * (long / 2 - 0.15), 0.0), deep * 0.8) for x in (-1, 1)]
    parts, obstacles = [seat], [collisions.box((long, high, deep))]
    if rng.random() < 0.6:
        back = solids.box((long, 0.4, 0.05), high + 0.05)
        parts.append(back.moved(0.0, np.array([0, 0, -deep / 2])))
        obstacles.append(collisions.box((long, high + 0.45, deep + 0.1)))
    wooden, metal = solids.joined(parts), solids.joined(legs)
    return Thing("bench", ((wooden, "wood"), (metal, "metal")), tuple(obstacles[-1:]), long / 2)


def table(rng: Rng) -> Thing:
    """A table on four legs."""
    long, high, deep = rng.uniform(0.9, 1.8), rng.uniform(0.7, 0.78), rng.uniform(0.65, 0.9)
    top = solids.box((long, 0.04, deep), high - 0.04)
    places = [(x * (long / 2 - 0.06), z * (deep / 2 - 0.06)) for x in (-1, 1) for z in (-1, 1)]
    legs = solids.joined([_leg(0.05, high - 0.04, place, 0.05) for place in places])
    material = str(rng.choice(["wood", "metal"]))
    obstacle = collisions.box((long, high, deep))
    return Thing(
        "table", ((top, "wood"), (legs, material)), (obstacle,), float(np.hypot(long, deep) / 2)
    )


def _leg(width: float, height: float, place: tuple[float, float], deep: float) -> Solid:
    return solids.box((width, height, deep)).moved(0.0, np.array([place[0], 0, place[1]]))


def crates(rng: Rng) -> Thing:
    """A stack of boxes."""
    side = rng.uniform(0.45, 0.8)
    count = int(rng.integers(1, 3))
    stack = [
        solids.box((side, side, side), i * side).moved(rng.normal(0, 0.1), np.zeros(3))
        for i in range(count)
    ]
    obstacle = collisions.box((1.15 * side, count * side, 1.15 * side))
    return Thing("crates", ((solids.joined(stack), "wood"),), (obstacle,), 0.8 * side)


def low_wall(rng: Rng) -> Thing:
    """A wall to look over."""
    long, high, thick = rng.uniform(1.5, 3.2), rng.uniform(0.5, 1.15), rng.uniform(0.18, 0.35)
    material = str(rng.choice(["brick", "concrete", "plaster"]))
    size = (long, high, thick)
    return Thing("low_wall", ((solids.box(size), material),), (collisions.box(size),), long / 2)


def planter(rng: Rng) -> Thing:
    """A box with a bush in it."""
    wide, high = rng.uniform(0.6, 1.3), rng.uniform(0.4, 0.6)
    deep = wide * rng.uniform(0.5, 1)
    bush = solids.blob(rng, (wide * 0.5, 0.38, deep * 0.5), high + 0.25)
    pot = solids.box((wide, high, deep))
    material = str(rng.choice(["concrete", "wood", "metal"]))
    # Lumps of foliage reach beyond the pot.
    obstacle = collisions.box((wide * 1.5, high + 0.9, deep * 1.5))
    radius = float(np.hypot(wide, deep) / 2)
    return Thing("planter", ((pot, material), (bush, "leaves")), (obstacle,), radius)


def bollards(rng: Rng) -> Thing:
    """A few posts in a row."""
    count, gap, radius = int(rng.integers(2, 5)), rng.uniform(1.0, 1.5), rng.uniform(0.06, 0.12)
    across = (np.arange(count) - (count - 1) / 2) * gap
    posts = [
        solids.cylinder(radius, 0.9, tip=radius * 0.85).moved(0.0, np.array([x, 0, 0]))
        for x in across
    ]
    obstacle = collisions.box((float((count - 1) * gap + 2 * radius), 0.9, 2 * radius))
    return Thing("bollards", ((solids.joined(posts), "metal"),), (obstacle,), gap * count / 2)


def tree(rng: Rng) -> Thing:
    """A trunk with a crown above people's heads."""
    radius, stem = rng.uniform(0.1, 0.22), rng.uniform(2.5, 3.4)
    crowns = [
        solids.blob(rng, (r, r * 0.8, r), stem + rng.uniform(0.5, 1.6)).moved(
            0.0, np.array([*rng.normal(0, 0.5, 2), 0])[[0, 2, 1]]
        )
        for r in rng.uniform(0.9, 1.5, 4)
    ]
    trunk = solids.cylinder(radius, stem + 0.8, tip=radius * 0.6, sides=12)
    obstacle = collisions.box((2 * radius, stem, 2 * radius))
    return Thing("tree", ((trunk, "bark"), (solids.joined(crowns), "leaves")), (obstacle,), 0.5)


def lamp(rng: Rng) -> Thing:
    """A street lamp."""
    high = rng.uniform(3.2, 4.5)
    pole = solids.cylinder(0.06, high, tip=0.04, sides=12)
    foot, head = solids.cylinder(0.13, 0.4, sides=12), solids.cylinder(0.12, 0.3, high, tip=0.2)
    obstacle = collisions.box((0.26, high, 0.26))
    return Thing("lamp", ((solids.joined([pole, foot, head]), "metal"),), (obstacle,), 0.2)


def panel(rng: Rng) -> Thing:
    """A board on a foot, as tall as a person."""
    wide, high = rng.uniform(0.7, 1.3), rng.uniform(1.5, 2.1)
    board = solids.box((wide, high - 0.25, 0.08), 0.25)
    foot = solids.box((wide * 0.9, 0.25, 0.3))
    obstacle = collisions.box((wide, high, 0.3))
    return Thing("panel", ((board, "plaster"), (foot, "metal")), (obstacle,), wide / 2)


THINGS: dict[str, Callable[[Rng], Thing]] = {
    function.__name__: function
    for function in (
        *(pillar, bench, table, crates, low_wall, planter, bollards, tree, lamp, panel),
    )
}
