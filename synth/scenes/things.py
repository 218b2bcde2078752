"""Things that stand about outdoors and hide people: meshes, and the solids nobody may enter."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from synth.scenes import collisions, solids
from synth.scenes.collisions import Obstacle
from synth.scenes.shapes import at, bar, disc, lathe, rounded_box
from synth.scenes.solids import Solid

Rng = np.random.Generator
Parts = tuple[tuple[Solid, str], ...]


@dataclass(frozen=True)
class Thing:
    """Something around the origin, on the ground; what has a front has it at +z."""

    kind: str
    parts: Parts
    """Meshes and the materials they are of."""
    obstacles: tuple[Obstacle, ...]
    radius: float
    """Of a circle around what stands on the ground."""

    @cached_property
    def reach(self) -> float:
        """Radius of a circle around all of it, whatever its height."""
        across = [np.hypot(part.vertices[:, 0], part.vertices[:, 2]) for part, _ in self.parts]
        return float(max(one.max() for one in across))


def pillar(rng: Rng) -> Thing:
    """A round or square pillar with a foot and a head."""
    radius, height = rng.uniform(0.16, 0.3), rng.uniform(2.8, 4.5)
    if rng.random() < 0.5:
        outline = [(1.35, 0.0), (1.35, 0.1), (1.35, 0.1), (1.15, 0.16), (1.0, 0.26)]
        shape = [(r * radius, y) for r, y in outline]
        shape += [(0.9 * radius, height - 0.3), (1.2 * radius, height - 0.15)]
        parts = [
            lathe(shape),
            solids.box((2.7 * radius, 0.15, 2.7 * radius), height - 0.15),
        ]
    else:
        parts = [
            rounded_box((2 * radius, height, 2 * radius), 0.02),
            rounded_box((2.6 * radius, 0.3, 2.6 * radius), 0.03),
        ]
    material = str(rng.choice(["concrete", "plaster", "brick"]))
    obstacle = collisions.box((2.7 * radius, height, 2.7 * radius))
    return Thing("pillar", ((solids.joined(parts), material),), (obstacle,), 1.9 * radius)


def bench(rng: Rng) -> Thing:
    """A bench of slats, with a back or without."""
    long, high, deep = rng.uniform(1.5, 2.0), rng.uniform(0.43, 0.47), 0.44
    slats = [
        at(rounded_box((long, 0.04, 0.095), 0.01, high - 0.04), 0.0, 0.0, z)
        for z in (-0.165, -0.055, 0.055, 0.165)
    ]
    legs = [
        at(rounded_box((0.06, high - 0.04, deep - 0.06), 0.015), x * (long / 2 - 0.2), 0.0, 0.0)
        for x in (-1, 1)
    ]
    obstacles = [collisions.box((long, high, deep))]
    if rng.random() < 0.6:
        slats += [
            at(
                rounded_box((long, 0.095, 0.03), 0.01, high + up),
                0.0,
                0.0,
                -deep / 2 - 0.02 - up / 6,
            )
            for up in (0.1, 0.22, 0.34)
        ]
        legs += [
            bar(
                (x * (long / 2 - 0.2), high - 0.1, -deep / 2 + 0.03),
                (x * (long / 2 - 0.2), high + 0.42, -deep / 2 - 0.11),
                0.022,
            )
            for x in (-1, 1)
        ]
        obstacles = [collisions.box((long, high + 0.45, deep + 0.26))]
    parts = ((solids.joined(slats), "wood"), (solids.joined(legs), "metal"))
    return Thing("bench", parts, tuple(obstacles), long / 2)


def cafe_table(rng: Rng) -> Thing:
    """A round table on one leg, under a parasol or not."""
    radius, high = rng.uniform(0.35, 0.5), rng.uniform(0.7, 0.76)
    top = lathe(
        [(0.0, high - 0.03), (radius, high - 0.03), (radius, high), (radius, high), (0.0, high)]
    )
    leg = lathe([(0.24, 0.0), (0.24, 0.02), (0.05, 0.05), (0.03, high - 0.03)], 12)
    parts: list[tuple[Solid, str]] = [(top, "wood"), (leg, "metal")]
    if rng.random() < 0.5:
        pole = lathe([(0.022, high), (0.022, 2.55)], 8)
        wide = rng.uniform(1.1, 1.5)
        shade = lathe([(0.0, 2.24), (wide, 2.14), (wide, 2.18), (0.5 * wide, 2.42), (0.0, 2.58)], 8)
        parts += [(pole, "metal"), (shade, "fabric")]
    obstacle = collisions.box((2 * radius, high, 2 * radius))
    return Thing("table", tuple(parts), (obstacle,), radius)


def crates(rng: Rng) -> Thing:
    """A stack of wooden boxes with battens."""
    side, count = rng.uniform(0.45, 0.75), int(rng.integers(1, 3))
    stack = [at(_crate(side), 0.0, i * side, 0.0, float(rng.normal(0, 0.12))) for i in range(count)]
    obstacle = collisions.box((1.15 * side, count * side, 1.15 * side))
    return Thing("crates", ((solids.joined(stack), "wood"),), (obstacle,), 0.8 * side)


def _crate(side: float) -> Solid:
    inner, batten = side - 0.04, 0.07
    parts = [solids.box((inner, side - 0.02, inner), 0.01)]
    for x in (-1, 1):
        for z in (-1, 1):
            post = solids.box((batten, side, batten))
            parts.append(at(post, x * (side - batten) / 2, 0.0, z * (side - batten) / 2))
        for y in (0.0, side - batten):
            rail = solids.box((side - 0.01, batten, 0.03), y)
            parts.append(at(rail, 0.0, 0.0, x * (side - 0.03) / 2))
    return solids.joined(parts)


def low_wall(rng: Rng) -> Thing:
    """A wall to look over, with a coping."""
    long, high, thick = rng.uniform(1.5, 3.2), rng.uniform(0.5, 1.1), rng.uniform(0.2, 0.34)
    wall = solids.box((long, high - 0.07, thick))
    coping = rounded_box((long + 0.06, 0.07, thick + 0.08), 0.015, high - 0.07)
    material = str(rng.choice(["brick", "concrete", "plaster"]))
    obstacle = collisions.box((long + 0.06, high, thick + 0.08))
    return Thing("low_wall", ((wall, material), (coping, "concrete")), (obstacle,), long / 2)


def bollards(rng: Rng) -> Thing:
    """A few posts in a row."""
    count, gap, radius = int(rng.integers(2, 5)), rng.uniform(1.1, 1.5), rng.uniform(0.06, 0.1)
    across = (np.arange(count) - (count - 1) / 2) * gap
    outline = [
        (1.0, 0.0),
        (1.0, 0.72),
        (0.8, 0.74),
        (0.8, 0.78),
        (1.0, 0.8),
        (0.9, 0.88),
        (0.0, 0.95),
    ]
    post = lathe([(r * radius, y) for r, y in outline], 14)
    posts = [at(post, float(x), 0.0, 0.0) for x in across]
    obstacle = collisions.box((float((count - 1) * gap + 2 * radius), 0.95, 2 * radius))
    return Thing("bollards", ((solids.joined(posts), "metal"),), (obstacle,), gap * count / 2)


def lamp(rng: Rng) -> Thing:
    """A street lamp: a post, an arm or a lantern."""
    high = rng.uniform(3.6, 4.8)
    shape = [(0.13, 0.0), (0.13, 0.35), (0.1, 0.42), (0.06, 0.5), (0.045, high)]
    metal = [lathe(shape, 12)]
    if rng.random() < 0.5:
        glass = lathe([(0.1, high), (0.19, high + 0.38), (0.0, high + 0.38)], 6)
        metal.append(lathe([(0.23, high + 0.38), (0.23, high + 0.4), (0.0, high + 0.58)], 6))
    else:
        metal.append(bar((0.0, high - 0.05, 0.0), (0.0, high + 0.15, 0.9), 0.03))
        metal.append(at(rounded_box((0.2, 0.08, 0.5), 0.03), 0.0, high + 0.12, 0.95))
        glass = at(solids.box((0.14, 0.02, 0.36)), 0.0, high + 0.105, 0.97)
    obstacle = collisions.box((0.26, high, 0.26))
    parts = ((solids.joined(metal), "metal"), (glass.tinted((1.0, 0.97, 0.88)), "glossy"))
    return Thing("lamp", parts, (obstacle,), 0.2)


def panel(rng: Rng) -> Thing:
    """A lit case with bills, as tall as a person."""
    wide, high = rng.uniform(0.85, 1.2), rng.uniform(1.8, 2.3)
    case = rounded_box((wide + 0.1, high - 0.2, 0.14), 0.03, 0.2)
    foot = solids.box((0.6 * wide, 0.2, 0.3))
    bills = [at(front(wide, high - 0.34), 0.0, 0.28, 0.0, yaw) for yaw in (0.0, np.pi)]
    bills = [
        one.moved(0.0, np.array([0, 0, z])) for one, z in zip(bills, (0.072, -0.072), strict=True)
    ]
    obstacle = collisions.box((wide + 0.1, high, 0.3))
    parts = ((solids.joined([case, foot]), "metal"), (solids.joined(bills), "poster"))
    return Thing("panel", parts, (obstacle,), wide / 2)


def front(wide: float, high: float) -> Solid:
    """Make an upright piece that looks along +z, a print from 0 to 1 on it, standing at 0."""
    half = wide / 2
    corners = np.array([[-half, 0, 0], [half, 0, 0], [half, high, 0], [-half, high, 0]])
    uv = np.array([[0, 1], [1, 1], [1, 0], [0, 0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    return Solid(corners.astype(np.float32), faces, uv.astype(np.float32))


def column(rng: Rng) -> Thing:
    """A round column with bills around it."""
    radius, high = rng.uniform(0.45, 0.6), rng.uniform(2.4, 2.9)
    foot = lathe([(radius + 0.06, 0.0), (radius + 0.06, 0.3), (radius, 0.33)])
    roof = [(radius + 0.12, high), (radius + 0.12, high + 0.08), (0.5 * radius, high + 0.3)]
    head = lathe([(radius, high), *roof, (0.0, high + 0.42)])
    bills = lathe([(radius, 0.3), (radius, high)], 24)
    turns = bills.uv / np.array([2 * np.pi * radius / 4, high - 0.3])
    wrapped = Solid(bills.vertices, bills.faces, turns.astype(np.float32))
    obstacle = collisions.box((2 * radius + 0.12, high, 2 * radius + 0.12))
    parts = ((solids.joined([foot, head]), "metal"), (wrapped, "poster"))
    return Thing("column", parts, (obstacle,), radius + 0.06)


def fountain(rng: Rng) -> Thing:
    """A round basin of stone with a bowl in it."""
    radius = rng.uniform(1.0, 1.6)
    rim = [(radius, 0.0), (radius, 0.42), (radius + 0.06, 0.45), (radius + 0.06, 0.52)]
    inner = [(radius - 0.2, 0.52), (radius - 0.2, 0.52), (radius - 0.2, 0.1), (0.0, 0.1)]
    stem = [
        (0.3, 0.1),
        (0.22, 0.3),
        (0.14, 0.9),
        (0.2, 1.0),
        (0.62, 1.2),
        (0.62, 1.24),
        (0.0, 1.14),
    ]
    pond = disc(radius - 0.2, 0.4, 24)
    stone = solids.joined([lathe([*rim, *inner], 28), lathe(stem)])
    obstacle = collisions.box((2 * radius, 1.25, 2 * radius))
    return Thing("fountain", ((stone, "concrete"), (pond, "water")), (obstacle,), radius + 0.06)


def bin_(rng: Rng) -> Thing:
    """A litter bin."""
    radius = rng.uniform(0.2, 0.26)
    outline = [
        (0.9, 0.0),
        (1.0, 0.05),
        (1.0, 0.75),
        (1.06, 0.78),
        (1.06, 0.82),
        (0.8, 0.82),
        (0.8, 0.6),
    ]
    can = lathe([*((r * radius, y) for r, y in outline), (0.0, 0.6)])
    obstacle = collisions.box((2.1 * radius, 0.82, 2.1 * radius))
    return Thing("bin", ((can, "metal"),), (obstacle,), 1.1 * radius)


def cones(rng: Rng) -> Thing:
    """Traffic cones in a row."""
    count = int(rng.integers(2, 5))
    low = lathe([(0.13, 0.03), (0.1, 0.2)], 12).tinted((0.9, 0.3, 0.08))
    band = lathe([(0.1, 0.2), (0.075, 0.36)], 12).tinted((0.9, 0.9, 0.9))
    tip = lathe([(0.075, 0.36), (0.035, 0.6), (0.0, 0.6)], 12).tinted((0.9, 0.3, 0.08))
    foot = solids.box((0.36, 0.03, 0.36)).tinted((0.9, 0.3, 0.08))
    one = solids.joined([low, band, tip, foot])
    places = (np.arange(count) - (count - 1) / 2) * 0.9
    row = solids.joined([at(one, float(x), 0.0, float(rng.normal(0, 0.1))) for x in places])
    obstacle = collisions.box((0.9 * count - 0.4, 0.6, 0.6))
    return Thing("cones", ((row, "plain"),), (obstacle,), 0.45 * count)


THINGS: dict[str, Callable[[Rng], Thing]] = {
    function.__name__.rstrip("_"): function
    for function in (
        *(pillar, bench, cafe_table, crates, low_wall, bollards, lamp, panel, column),
        *(fountain, bin_, cones),
    )
}
"""What stands outdoors; plants come from `plants`."""
