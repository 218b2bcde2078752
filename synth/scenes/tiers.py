"""Broad steps and stands of a stadium, which rise away from the camera."""

from dataclasses import dataclass

import numpy as np

from synth.people.seats import Seat
from synth.scenes import collisions, solids
from synth.scenes.builder import Builder, Place
from synth.scenes.floors import Floor, Perch
from synth.scenes.frames import Frame, before
from synth.scenes.outdoors import backs, ground, scatter
from synth.scenes.seating import furniture
from synth.scenes.shapes import bar, rounded_box
from synth.scenes.streets import railing
from synth.scenes.things import front
from synth.scenes.viewpoints import Viewpoint

MOST = 16
"""Tiers at the most."""
SEAT = 0.52
"""From the middle of a seat to the next, in metres."""
SUNK = 0.05
"""How far below the treads the obstacles end, so that who stands on a tread touches none."""


@dataclass(frozen=True)
class Rise:
    """Tiers one behind the other: z leads up."""

    frame: Frame
    start: float
    """Where the first riser stands, along z."""
    tread: float
    riser: float
    count: int
    half: float
    """Half the width of all tiers."""

    def front(self, tier: int) -> float:
        """Where a tier begins along z."""
        return self.start + tier * self.tread

    def height(self, tier: int) -> float:
        """How high a tier lies; tier -1 is the ground."""
        return (tier + 1) * self.riser

    @property
    def end(self) -> float:
        """Where the last tier ends."""
        return self.front(self.count)


def stairs(builder: Builder, things: int) -> Place:
    """Broad outdoor steps up to a square."""
    rng = builder.rng
    ground(builder, str(rng.choice(["paving", "cobbles"])))
    rise = _lay_out(builder, float(rng.uniform(0.75, 1.3)), float(rng.uniform(0.13, 0.2)))
    made_of = str(rng.choice(["concrete", "paving"]))
    _steps(builder, rise, made_of, nosing=True)
    lines = np.linspace(-1, 1, int(rng.integers(3, 6))) * min(rise.half * 0.8, 9.0)
    for x in lines[1:-1] + rng.normal(0, 0.5, len(lines) - 2):
        _handrail(builder, rise, float(x))
    _above(builder, rise)
    scatter_before(builder, rise, things)
    return Place(_floors(rise, [(-rise.half, rise.half)], 0.05), (), 0.15, "block")


def stadium(builder: Builder, things: int) -> Place:
    """A stand: blocks of seats, blocks to stand on, aisles between, a wall in front."""
    rng = builder.rng
    ground(builder, str(rng.choice(["pitch", "grass", "paving"])))
    rise = _lay_out(builder, float(rng.uniform(1.15, 1.3)), float(rng.uniform(0.28, 0.4)))
    _steps(builder, rise, "concrete", nosing=False)
    floors, perches = list(_floors(rise, [], 0.05)), []
    x, seats = -rise.half, bool(rng.random() < 0.5)
    while x < rise.half - 1:
        wide = float(rng.uniform(3.5, 6.0))
        block = (x, min(x + wide, rise.half))
        if seats:
            perches += _seats(builder, rise, block)
        else:
            _barriers(builder, rise, block)
        depth = rise.tread - 0.56 if seats else rise.tread - 0.08
        floors += _treads(rise, block, depth)
        aisle = (block[1], min(block[1] + 1.1, rise.half))
        floors += _treads(rise, aisle, rise.tread - 0.08)
        _aisle(builder, rise, aisle)
        x, seats = aisle[1], not seats or bool(rng.random() < 0.5)
    _front_wall(builder, rise)
    _back_wall(builder, rise)
    scatter_before(builder, rise, things)
    return Place(tuple(floors), tuple(perches), 0.55, "stadium")


def _lay_out(builder: Builder, tread: float, riser: float) -> Rise:
    """Begin the tiers a little behind the nearest people."""
    rng, view = builder.rng, builder.view
    frame = before(view, float(rng.uniform(-0.22, 0.22)))
    start = view.near + float(rng.uniform(0.15, 0.35)) * (view.far - view.near)
    start = max(start, 2.4)
    count = int(np.clip(np.ceil((view.far + 2.5 - start) / tread), 3, MOST))
    half = 1.5 * view.slope * (start + count * tread) + 4.0
    return _in_view(view, Rise(frame, start, tread, riser, count, float(half)))


def _in_view(view: Viewpoint, rise: Rise) -> Rise:
    """Make risers low enough for people on the last tier to have their heads in the picture."""
    up = _upper_edge(view)
    room = float(view.camera.centre[1]) + up * (rise.end - rise.tread / 2) - 1.35
    highest = max(room / rise.count, 0.09)
    return Rise(rise.frame, rise.start, rise.tread, min(rise.riser, highest), rise.count, rise.half)


def _upper_edge(view: Viewpoint) -> float:
    """How fast the picture's upper edge rises with the distance from the camera."""
    K, R = (m.double().numpy() for m in (view.camera.K, view.camera.R))
    ray = R.T @ np.linalg.inv(K) @ np.array([view.width / 2, 0.0, 1.0])
    level = float(np.hypot(ray[0], ray[2]))
    return float(np.clip(ray[1] / max(level, 1e-3), -1.0, 1.0))


def _steps(builder: Builder, rise: Rise, made_of: str, nosing: bool) -> None:
    """Build each tier as an element and an obstacle, and the edge that one sees it by."""
    for tier in range(rise.count):
        deep = rise.end - rise.front(tier)
        middle = rise.front(tier) + deep / 2
        step = solids.box((2 * rise.half, rise.riser, deep), rise.height(tier - 1))
        parts = [(rise.frame.put(step, 0.0, middle), made_of)]
        if nosing:
            strip = solids.box((2 * rise.half, 0.012, 0.07), rise.height(tier) - 0.009)
            parts.append((rise.frame.put(strip, 0.0, rise.front(tier) + 0.034), "cobbles"))
        builder.add(parts, "step")
        size = (2 * rise.half, rise.height(tier) - SUNK, rise.tread)
        obstacle = collisions.box(size)
        builder.obstacles.append(rise.frame.block(obstacle, 0.0, rise.front(tier) + rise.tread / 2))


def _floors(rise: Rise, blocks: list[tuple[float, float]], margin: float) -> tuple[Floor, ...]:
    """The ground before the tiers, and the treads of blocks."""
    low = 1.2
    deep = rise.start - 0.1 - low
    floors = [rise.frame.floor(0.0, low + deep / 2, (rise.half, deep / 2))]
    for block in blocks:
        floors += _treads(rise, block, rise.tread - margin)
    return tuple(floors)


def _treads(rise: Rise, block: tuple[float, float], deep: float) -> list[Floor]:
    """The part of each tread that lies so deep behind its edge."""
    x, half = sum(block) / 2, (block[1] - block[0]) / 2
    if half < 0.2:
        return []
    return [
        rise.frame.floor(x, rise.front(tier) + 0.04 + deep / 2, (half, deep / 2), rise.height(tier))
        for tier in range(rise.count)
    ]


def _handrail(builder: Builder, rise: Rise, x: float) -> None:
    """A rail up the steps."""
    slope = rise.riser / rise.tread
    low = (x, 0.95, rise.start - 0.25)
    end = rise.end - 0.4
    top = (x, 0.95 + rise.height(rise.count - 1), end)
    parts = [bar(low, top, 0.028), bar((x, 0.5, low[2]), (x, top[1] - 0.45, end), 0.016)]
    for z in np.arange(low[2], end + 0.01, 1.5):
        high = 0.95 + slope * (float(z) - low[2]) * (end - rise.start) / (end - low[2])
        foot = rise.height(int(np.floor((float(z) - rise.start) / rise.tread)))
        parts.append(bar((x, max(foot, 0.0), float(z)), (x, high, float(z)), 0.022))
    builder.add([(rise.frame.put(solids.joined(parts), 0.0, 0.0), "steel")], "railing")
    for tier in range(-1, rise.count):
        z = rise.front(tier) + rise.tread / 2 if tier >= 0 else rise.start - 0.13
        deep = rise.tread if tier >= 0 else 0.3
        obstacle = collisions.box((0.08, 1.05 + rise.riser, deep), max(rise.height(tier), 0.0))
        builder.obstacles.append(rise.frame.block(obstacle, x, z))


def _above(builder: Builder, rise: Rise) -> None:
    """The square at the top of the steps, with a balustrade; trees or houses behind it."""
    high, deep = rise.height(rise.count - 1), 60.0
    slab = solids.box((2 * rise.half, high, deep))
    builder.add([(rise.frame.put(slab, 0.0, rise.end + deep / 2), "paving")], "terrace")
    size = (2 * rise.half, high - SUNK, 4.0)
    builder.obstacles.append(rise.frame.block(collisions.box(size), 0.0, rise.end + 2.0))
    rail = railing(min(2 * rise.half, 30.0))
    if builder.rng.random() < 0.5:
        builder.add([(rise.frame.put(rail, 0.0, rise.end + 1.5, high), "metal")], "railing")
    backs(builder, ("house", "house", "trees"), rise.end + 6.0)


def scatter_before(builder: Builder, rise: Rise, things: int) -> None:
    """Stand things on the ground before the tiers."""
    view = builder.view
    deep = view.far - view.near
    room = (rise.start - 1.0 - view.near) / deep
    if room > 0.1:
        scatter(builder, {"bollards": 1, "planter": 2, "bin": 1, "bench": 1}, things, 0.0, room)


def _seats(builder: Builder, rise: Rise, block: tuple[float, float]) -> list[Perch]:
    """Rows of seats; some are left for those who come to sit."""
    rng, perches = builder.rng, []
    one = furniture("stadium", Seat(0.0, 0.0, 0.43, np.pi, 0.12))
    xs = np.arange(block[0] + SEAT / 2, block[1] - SEAT / 2 + 0.01, SEAT)
    for tier in range(rise.count):
        z, y = rise.front(tier) + rise.tread - 0.31, rise.height(tier)
        taken = rng.random(len(xs)) < 0.13
        perches += [rise.frame.perch(float(x), z, np.pi, y) for x in xs[taken]]
        if not taken.all():
            builder.add(
                [
                    (rise.frame.put(part, float(x), z, y), made_of)
                    for x in xs[~taken]
                    for part, made_of in one
                ],
                "seats",
            )
        for run in np.split(np.arange(len(xs)), np.flatnonzero(np.diff(taken)) + 1):
            if len(run) and not taken[run[0]]:
                obstacle = collisions.box((len(run) * SEAT - 0.1, 0.75, 0.45), y)
                x = float(xs[run].mean())
                builder.obstacles.append(rise.frame.block(obstacle, x, z + 0.02))
    return perches


def _barriers(builder: Builder, rise: Rise, block: tuple[float, float]) -> None:
    """Rails to lean on, in every third tier."""
    wide = block[1] - block[0] - 0.8
    if wide < 1.2:
        return
    half = wide / 2
    rail = [
        bar((-half, 1.05, 0.0), (half, 1.05, 0.0), 0.03),
        bar((-half, 0.6, 0.0), (half, 0.6, 0.0), 0.02),
    ]
    rail += [bar((x, 0.0, 0.0), (x, 1.05, 0.0), 0.03) for x in np.linspace(-half, half, 4)]
    thing = solids.joined(rail)
    for tier in range(int(builder.rng.integers(0, 3)), rise.count, 3):
        x, z, y = sum(block) / 2, rise.front(tier) + 0.08, rise.height(tier)
        builder.add([(rise.frame.put(thing, x, z, y), "metal")], "barrier")
        obstacle = collisions.box((wide, 1.1, 0.08), y)
        builder.obstacles.append(rise.frame.block(obstacle, x, z))


def _aisle(builder: Builder, rise: Rise, aisle: tuple[float, float]) -> None:
    """Half steps with painted edges."""
    wide = aisle[1] - aisle[0]
    if wide < 0.6:
        return
    edges = []
    for tier in range(rise.count):
        line = solids.box((wide - 0.1, 0.008, 0.06), rise.height(tier) - 0.004)
        edges.append(rise.frame.put(line, sum(aisle) / 2, rise.front(tier) + 0.04))
    yellow = solids.joined(edges).tinted((0.85, 0.7, 0.15))
    builder.add([(yellow, "plain")], "aisle", casts_shadow=False)


def _front_wall(builder: Builder, rise: Rise) -> None:
    """A low wall with bills between the stand and the ground."""
    high, z = 0.75, rise.start - 0.32
    long = 2 * rise.half
    wall = rounded_box((long, high, 0.14), 0.02)
    builder.add([(rise.frame.put(wall, 0.0, z), "concrete")], "front_wall")
    count = int(min(long / 3, 14))
    for x in (np.arange(count) - (count - 1) / 2) * 3.0:
        bill = front(2.94, 0.6).moved(np.pi, np.array([x, 0.07, -0.075]))
        builder.add([(rise.frame.put(bill, 0.0, z), "poster")], "boards")
    builder.obstacles.append(rise.frame.block(collisions.box((long, high, 0.16)), 0.0, z))


def _back_wall(builder: Builder, rise: Rise) -> None:
    """The wall behind the last tier, and a roof far above it."""
    base, wide = rise.height(rise.count - 1), 2 * rise.half
    wall = solids.box((wide, base + 2.8, 0.3))
    parts = [(rise.frame.put(wall, 0.0, rise.end + 0.15), "concrete")]
    band = solids.box((wide, 0.5, 0.05), base + 2.2)
    parts.append((rise.frame.put(band, 0.0, rise.end - 0.03), "metal"))
    builder.add(parts, "back_wall")
    size = (wide, base + 2.8, 0.3)
    builder.obstacles.append(rise.frame.block(collisions.box(size), 0.0, rise.end + 0.15))
    beams = []
    for x in np.arange(-rise.half + 1, rise.half, 6.0):
        post = solids.box((0.25, base + 4.6, 0.25))
        beams.append(rise.frame.put(post, float(x), rise.end + 0.45))
        reach = (float(x), base + 4.4, rise.end + 0.4), (float(x), base + 5.0, rise.end - 3.4)
        beams.append(rise.frame.put(bar(*reach, 0.1), 0.0, 0.0))
    roof = solids.box((wide, 0.12, 5.0), base + 4.75)
    builder.add([(solids.joined(beams), "metal")], "posts")
    # Light passes it: who sits under it would be in the dark, and those before it not.
    placed = rise.frame.put(roof, 0.0, rise.end - 1.6)
    builder.add([(placed, "metal")], "roof", casts_shadow=False)
