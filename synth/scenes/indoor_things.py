"""Furniture: tables, sofas, shelves, lamps, counters; fronts look along +z."""

import numpy as np

from synth.people.seats import Seat
from synth.scenes import collisions, solids
from synth.scenes.patterns import paint
from synth.scenes.prints import GOODS
from synth.scenes.seating import furniture
from synth.scenes.shapes import at, bar, lathe, rounded_box
from synth.scenes.solids import Solid
from synth.scenes.things import Thing, front

Rng = np.random.Generator


def table(long: float, deep: float, high: float = 0.74) -> Thing:
    """A table whose top is apart from its legs, so that knees fit under it."""
    top = rounded_box((long, 0.04, deep), 0.012, high - 0.04)
    apron = [
        at(solids.box((long - 0.16, 0.07, 0.02), high - 0.11), 0.0, 0.0, z * (deep / 2 - 0.07))
        for z in (-1, 1)
    ]
    places = [(x * (long / 2 - 0.07), z * (deep / 2 - 0.07)) for x in (-1, 1) for z in (-1, 1)]
    legs = [at(rounded_box((0.065, high - 0.04, 0.065), 0.01), x, 0.0, z) for x, z in places]
    pieces = [solids.box((long, 0.11, deep), high - 0.11), *legs]
    obstacle = collisions.of_meshes([(p.vertices.astype(np.float64), p.faces) for p in pieces])
    parts = ((solids.joined([top, *apron, *legs]), "wood"),)
    return Thing("table", parts, (obstacle,), float(np.hypot(long, deep) / 2))


def chair() -> Thing:
    """A chair nobody sits on."""
    parts = furniture("chair", Seat(0.0, 0.0, 0.45, 0.0, 0.12))
    return Thing("chair", parts, (collisions.box((0.44, 0.95, 0.44)),), 0.3)


def sofa(rng: Rng) -> Thing:
    """A sofa with cushions."""
    seats = int(rng.integers(2, 4))
    long, deep = 0.72 * seats + 0.4, 0.88
    base = rounded_box((long, 0.26, deep), 0.05, 0.06)
    parts = [base, at(rounded_box((long, 0.46, 0.24), 0.07, 0.3), 0.0, 0.0, -deep / 2 + 0.12)]
    for i in range(seats):
        x = (i - (seats - 1) / 2) * 0.72
        parts.append(at(rounded_box((0.7, 0.16, deep - 0.26), 0.06, 0.3), x, 0.0, 0.1))
        parts.append(at(rounded_box((0.66, 0.4, 0.16), 0.07, 0.44), x, 0.0, -deep / 2 + 0.28))
    for side in (-1, 1):
        arm = rounded_box((0.2, 0.56, deep), 0.07, 0.06)
        parts.append(at(arm, side * (long / 2 - 0.1), 0.0, 0.0))
    legs = [
        at(solids.box((0.06, 0.07, 0.06)), x * (long / 2 - 0.1), 0.0, z * (deep / 2 - 0.1))
        for x in (-1, 1)
        for z in (-1, 1)
    ]
    pillows = [
        at(rounded_box((0.42, 0.36, 0.13), 0.06, 0.47), x * (long / 2 - 0.45), 0.0, -0.05, 0.3 * x)
        for x in (-1, 1)
    ]
    tint = paint(rng)
    made = (
        (solids.joined(parts), "fabric"),
        (solids.joined(legs), "wood"),
        (solids.joined(pillows).tinted(tint), "plain"),
    )
    obstacle = collisions.box((long, 0.82, deep))
    return Thing("sofa", made, (obstacle,), float(np.hypot(long, deep) / 2))


def bookcase(rng: Rng) -> Thing:
    """Shelves with books, vases and gaps."""
    wide, high, deep = rng.uniform(0.8, 1.6), rng.uniform(1.3, 2.1), 0.32
    boards, filled = int(high / 0.36), []
    frame = [at(solids.box((wide, high, 0.02)), 0.0, 0.0, -deep / 2 + 0.01)]
    for side in (-1, 1):
        frame.append(at(solids.box((0.03, high, deep)), side * (wide / 2 - 0.015), 0.0, 0.0))
    gap = (high - 0.1) / boards
    ornaments = []
    for level in range(boards + 1):
        y = 0.07 + level * gap
        frame.append(solids.box((wide - 0.04, 0.025, deep - 0.01), y - 0.025))
        if level == boards:
            continue
        x = -wide / 2 + 0.04
        while x < wide / 2 - 0.12:
            run = min(float(rng.uniform(0.12, 0.4)), wide / 2 - 0.04 - x)
            if rng.random() < 0.78:
                tall = gap * rng.uniform(0.6, 0.86)
                row = solids.box((run, tall, rng.uniform(0.18, 0.24)), y)
                row = Solid(row.vertices, row.faces, row.uv + np.float32(rng.random()))
                filled.append(at(row, x + run / 2, 0.0, 0.0))
            elif rng.random() < 0.5:
                vase = lathe([(0.05, y), (0.08, y + 0.1), (0.035, y + 0.2), (0.05, y + 0.24)], 12)
                ornaments.append(at(vase, x + run / 2, 0.0, 0.02).tinted(paint(rng)))
            x += run + 0.01
    parts = [(solids.joined(frame), "wood"), (solids.joined(filled), "books")]
    if ornaments:
        parts.append((solids.joined(ornaments), "glossy"))
    return Thing(
        "shelf",
        tuple(parts),
        (collisions.box((wide, high, deep)),),
        float(np.hypot(wide, deep) / 2),
    )


def sideboard(rng: Rng) -> Thing:
    """A low cupboard with doors, a lamp and things on it."""
    wide, high, deep = rng.uniform(1.1, 1.8), rng.uniform(0.6, 0.85), 0.42
    body = rounded_box((wide, high - 0.1, deep), 0.012, 0.1)
    doors = int(rng.integers(2, 5))
    fronts = [
        at(
            rounded_box((wide / doors - 0.02, high - 0.16, 0.02), 0.006, 0.13),
            x,
            0.0,
            deep / 2 + 0.008,
        )
        for x in (np.arange(doors) - (doors - 1) / 2) * wide / doors
    ]
    legs = [
        at(solids.box((0.04, 0.1, 0.04)), x * (wide / 2 - 0.06), 0.0, z * (deep / 2 - 0.06))
        for x in (-1, 1)
        for z in (-1, 1)
    ]
    vase = lathe([(0.05, high), (0.09, high + 0.12), (0.04, high + 0.26), (0.06, high + 0.3)], 14)
    vase = at(vase, -0.3 * wide, 0.0, 0.0).tinted(paint(rng))
    screen = at(rounded_box((0.36, 0.28, 0.03), 0.01, high), 0.25 * wide, 0.0, -0.08, 0.2)
    parts = (
        (solids.joined([body, *fronts, *legs]), "wood"),
        (solids.joined([vase, screen.tinted((0.12, 0.12, 0.13))]), "glossy"),
    )
    obstacle = collisions.box((wide, high + 0.3, deep + 0.04))
    return Thing("sideboard", parts, (obstacle,), float(np.hypot(wide, deep) / 2))


def floor_lamp(rng: Rng) -> Thing:
    """A lamp on a stem with a shade of cloth."""
    high = rng.uniform(1.4, 1.7)
    stem = lathe([(0.15, 0.0), (0.15, 0.02), (0.015, 0.04), (0.012, high)], 12)
    shade = lathe(
        [(0.2, high - 0.06), (0.14, high + 0.22), (0.13, high + 0.22), (0.19, high - 0.06)], 20
    )
    obstacle = collisions.box((0.4, high + 0.22, 0.4))
    parts = ((stem, "metal"), (shade.tinted((1.0, 0.95, 0.82)), "plain"))
    return Thing("lamp", parts, (obstacle,), 0.2)


def low_table(rng: Rng) -> Thing:
    """A low table with a bowl and magazines."""
    long, deep, high = rng.uniform(0.8, 1.1), rng.uniform(0.5, 0.6), 0.4
    top = rounded_box((long, 0.035, deep), 0.012, high - 0.035)
    shelf = solids.box((long - 0.12, 0.02, deep - 0.12), 0.14)
    legs = [
        at(solids.box((0.05, high - 0.03, 0.05)), x * (long / 2 - 0.05), 0.0, z * (deep / 2 - 0.05))
        for x in (-1, 1)
        for z in (-1, 1)
    ]
    bowl = lathe([(0.05, high), (0.14, high + 0.07), (0.13, high + 0.07), (0.0, high + 0.02)], 16)
    paper = at(solids.box((0.22, 0.02, 0.3), high), -0.28, 0.0, 0.02, 0.4)
    small = [bowl.tinted(paint(rng)), paper.tinted(paint(rng))]
    parts = ((solids.joined([top, shelf, *legs]), "wood"), (solids.joined(small), "plain"))
    return Thing("low_table", parts, (collisions.box((long, high + 0.08, deep)),), long / 2)


def shelving(rng: Rng, long: float, high: float, both: bool) -> Thing:
    """A shop's shelves full of goods, on one side or on both, along x."""
    deep = 0.8 if both else 0.45
    back = 0.0 if both else -deep / 2 + 0.02
    steel = [at(solids.box((long, high, 0.04)), 0.0, 0.0, back), solids.box((long, 0.14, deep))]
    levels = np.linspace(0.14, high - 0.32, max(2, round((high - 0.4) / 0.34)))
    goods, sides = [], (1, -1) if both else (1,)
    for side in sides:
        for y in levels:
            reach = deep / 2 if both else deep
            middle = side * deep / 4 if both else 0.0
            board = solids.box((long, 0.025, reach - 0.02), float(y) - 0.025)
            steel.append(at(board, 0.0, 0.0, middle))
            row = _row(rng, long - 0.06, float(y), 0.3, reach - 0.1)
            turned = row.moved(0.0 if side > 0 else np.pi, np.array([0, 0, middle]))
            goods.append(turned)
            tag = solids.box((long, 0.035, 0.008), float(y) - 0.03)
            face = middle + side * (reach / 2 - 0.006)
            steel.append(at(tag, 0.0, 0.0, face).tinted((1.0, 0.93, 0.75)))
    for x in (-1, 1):
        steel.append(at(solids.box((0.03, high, deep)), x * (long / 2 - 0.015), 0.0, 0.0))
    parts = ((solids.joined(steel), "steel"), (solids.joined(goods), "goods"))
    obstacle = collisions.box((long, high, deep))
    return Thing("shelves", parts, (obstacle,), float(np.hypot(long, deep) / 2))


def _row(rng: Rng, long: float, bottom: float, gap: float, deep: float) -> Solid:
    """Packages side by side, several of each kind, their labels to +z."""
    boxes, x = [], -long / 2
    while x < long / 2 - 0.06:
        wide, tall = rng.uniform(0.08, 0.2), gap * rng.uniform(0.5, 0.93)
        cell = rng.integers(GOODS, size=2)
        for _ in range(int(rng.integers(2, 6))):
            if x + wide > long / 2 or rng.random() < 0.05:
                break
            size = (wide - 0.006, tall, deep * rng.uniform(0.75, 0.95))
            boxes.append((x + wide / 2, *size, *cell))
            x += wide
        x += 0.01
    return _packages(np.array(boxes), bottom)


def _packages(boxes: np.ndarray, bottom: float) -> Solid:
    """Make boxes of (x, width, height, depth, row, column) at once."""
    unit = solids.box((1.0, 1.0, 1.0))
    size = boxes[:, None, 1:4]
    places = (
        unit.vertices[None] * size
        + np.stack([boxes[:, 0], np.full(len(boxes), bottom), np.zeros(len(boxes))], 1)[:, None]
    )
    own = unit.uv + 0.5
    corner = boxes[:, None, [5, 4]]
    uv = (corner + 0.04 + 0.92 * own[None]) / GOODS
    faces = unit.faces[None] + len(unit.vertices) * np.arange(len(boxes))[:, None, None]
    return Solid(
        places.reshape(-1, 3).astype(np.float32),
        faces.reshape(-1, 3).astype(np.int32),
        uv.reshape(-1, 2).astype(np.float32),
    )


def counter(rng: Rng) -> Thing:
    """A till on a counter."""
    long, high, deep = rng.uniform(1.6, 2.4), 0.95, 0.65
    body = rounded_box((long, high - 0.05, deep), 0.02)
    top = rounded_box((long + 0.06, 0.05, deep + 0.06), 0.015, high - 0.05)
    till = at(rounded_box((0.4, 0.1, 0.38), 0.03, high), 0.3, 0.0, -0.05)
    screen = at(rounded_box((0.34, 0.26, 0.03), 0.01, high + 0.16), 0.3, 0.0, -0.1)
    stem = bar((0.3, high + 0.05, -0.1), (0.3, high + 0.2, -0.1), 0.02)
    dark = [part.tinted((0.14, 0.14, 0.15)) for part in (till, screen, stem)]
    bill = at(front(0.9 * long, 0.6), 0.0, 0.18, deep / 2 + 0.004)
    parts = (
        (body, "plastic"),
        (top, "wood"),
        (solids.joined(dark), "plain"),
        (bill, "poster"),
    )
    obstacle = collisions.box((long + 0.06, high + 0.4, deep + 0.06))
    return Thing("counter", parts, (obstacle,), float(np.hypot(long, deep) / 2))


def heap(rng: Rng) -> Thing:
    """A bin of goods on special offer."""
    wide, high = rng.uniform(0.8, 1.1), 0.75
    bin_ = rounded_box((wide, high, wide), 0.02)
    spots, pieces = np.linspace(-wide / 2 + 0.15, wide / 2 - 0.15, 4), []
    for x in spots:
        for z in spots:
            cell = rng.integers(GOODS, size=2)
            one = _packages(np.array([[0.0, 0.16, 0.12, 0.2, *cell]]), high - 0.03)
            up, yaw = float(rng.uniform(-0.03, 0.03)), float(rng.uniform(0, 6))
            pieces.append(at(one, float(x), up, float(z), yaw))
    parts = ((bin_, "metal"), (solids.joined(pieces), "goods"))
    return Thing("heap", parts, (collisions.box((wide, high + 0.14, wide)),), 0.71 * wide)
