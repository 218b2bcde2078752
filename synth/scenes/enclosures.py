"""Walled places around the camera and its crowd: their walls, and what hangs on them."""

from dataclasses import dataclass

import numpy as np

from synth.scenes import collisions, solids
from synth.scenes.builder import Builder
from synth.scenes.floors import Floor
from synth.scenes.frames import Frame, before
from synth.scenes.patterns import paint
from synth.scenes.shapes import at, rounded_box
from synth.scenes.solids import Solid
from synth.scenes.things import Thing, front

THICK = 0.25
"""Of walls, in metres."""


@dataclass(frozen=True)
class Wall:
    """One side of a walled place; its frame lies in its middle and looks inward along +z."""

    frame: Frame
    long: float
    taken: list[tuple[float, float]]
    """From where to where along x something stands or hangs already."""

    def claim(self, rng: np.random.Generator, wide: float, high: float = 0.0) -> float | None:
        """Find a free place along the wall for something so wide; None if there is none."""
        room = self.long / 2 - wide / 2 - 0.15 - high
        for _ in range(10 if room > 0 else 0):
            x = float(rng.uniform(-room, room))
            low, top = x - wide / 2, x + wide / 2
            if all(top + 0.12 < a or low - 0.12 > b for a, b in self.taken):
                self.taken.append((low, top))
                return x
        return None


@dataclass(frozen=True)
class Yard:
    """A rectangle of ground with four walls: behind the camera, left, ahead, right."""

    frame: Frame
    x: tuple[float, float]
    z: tuple[float, float]
    walls: tuple[Wall, Wall, Wall, Wall]

    @property
    def size(self) -> tuple[float, float]:
        """Extent along x and z."""
        return self.x[1] - self.x[0], self.z[1] - self.z[0]

    @property
    def middle(self) -> tuple[float, float]:
        """X and z of its middle."""
        return sum(self.x) / 2, sum(self.z) / 2

    def floor(self, margin: float = 0.1) -> Floor:
        """The floor between the walls."""
        wide, deep = self.size
        return self.frame.floor(*self.middle, (wide / 2 - margin, deep / 2 - margin))


def lay_out(builder: Builder, widest: float, turn: float = 0.4) -> Yard:
    """Choose a rectangle that holds the camera and what it sees of the crowd."""
    rng, view = builder.rng, builder.view
    frame = before(view, float(rng.uniform(-turn, turn)))
    middle, end = view.ground((view.near + view.far) / 2, 0.0), view.ground(view.far, 0.0)
    (x, _), (x_end, z_end) = frame.own(middle), frame.own(end)
    half = min(view.slope * (view.near + view.far) / 2 + 0.8, widest) * rng.uniform(0.8, 1.1)
    half = max(half, 2.2)
    # The camera keeps well away from the walls.
    low = min(x - half, x_end - 1.2, -1.5) - rng.uniform(0, 0.6)
    high = max(x + half, x_end + 1.2, 1.5) + rng.uniform(0, 0.6)
    return yard(frame, (low, high), (-rng.uniform(1.6, 2.6), z_end + rng.uniform(0.8, 2.2)))


def yard(frame: Frame, x: tuple[float, float], z: tuple[float, float]) -> Yard:
    """Wall a rectangle in."""
    x = (float(x[0]), float(x[1]))
    z = (float(z[0]), float(z[1]))
    middle = (sum(x) / 2, sum(z) / 2)
    wide, deep = x[1] - x[0], z[1] - z[0]
    sides = [
        (middle[0], z[0], 0.0, wide),
        (x[1], middle[1], -np.pi / 2, deep),
        (middle[0], z[1], np.pi, wide),
        (x[0], middle[1], np.pi / 2, deep),
    ]
    walls = []
    for along, ahead, turn, long in sides:
        place = frame.world(along, ahead)
        inward = Frame(float(place[0]), float(place[1]), frame.yaw + turn)
        walls.append(Wall(inward, long, []))
    return Yard(frame, x, z, (walls[0], walls[1], walls[2], walls[3]))


def raise_walls(
    builder: Builder, yard: Yard, high: float, made_of: str, casts_shadow: bool
) -> None:
    """Build the four walls, each an element and an obstacle, corners closed."""
    for wall in yard.walls:
        size = (wall.long + 2 * THICK, high, THICK)
        solid = wall.frame.put(solids.box(size), 0.0, -THICK / 2)
        builder.add([(solid, made_of)], "wall", casts_shadow)
        builder.obstacles.append(wall.frame.block(collisions.box(size), 0.0, -THICK / 2))


def skirting(builder: Builder, yard: Yard, made_of: str, high: float = 0.1) -> None:
    """Run a board along the foot of the walls."""
    boards = [wall.frame.put(solids.box((wall.long, high, 0.02)), 0.0, 0.01) for wall in yard.walls]
    builder.add([(solids.joined(boards), made_of)], "skirting", casts_shadow=False)


def hang(
    builder: Builder,
    wall: Wall,
    parts: list[tuple[Solid, str]],
    name: str,
    x: float,
    y: float = 0.0,
) -> None:
    """Put something on a wall."""
    placed = [(wall.frame.put(part, x, 0.0, y), made_of) for part, made_of in parts]
    builder.add(placed, name, casts_shadow=False)


def window(rng: np.random.Generator, wide: float, high: float) -> list[tuple[Solid, str]]:
    """A window onto the day, with frame, sill and curtains, its lower edge at 0."""
    bars = [
        at(rounded_box((wide + 0.12, 0.07, 0.06), 0.015), 0.0, y, 0.03)
        for y in (-0.06, high - 0.01)
    ]
    posts = 2 + int(wide > 1.3) * int(rng.integers(1, 3))
    for x in np.linspace(-wide / 2 - 0.025, wide / 2 + 0.025, posts):
        bars.append(at(rounded_box((0.06, high, 0.055), 0.015), float(x), 0.0, 0.03))
    bars.append(at(rounded_box((wide + 0.3, 0.035, 0.2), 0.012), 0.0, -0.09, 0.1))
    parts = [(at(front(wide, high), 0.0, 0.0, 0.012), "outlook")]
    if rng.random() < 0.6:
        tint = 0.6 * paint(rng) + 0.3
        drapes = [
            at(drape(0.4, high + 0.75), side * (wide / 2 + 0.12), -0.55, 0.11).tinted(tint)
            for side in (-1, 1)
        ]
        rail = at(solids.box((wide + 0.8, 0.03, 0.03)), 0.0, high + 0.2, 0.11)
        parts.append((solids.joined(drapes), "plain"))
        bars.append(rail)
    return [*parts, (solids.joined(bars).tinted((0.95, 0.95, 0.93)), "plain")]


def drape(wide: float, high: float) -> Solid:
    """A curtain in folds."""
    x = np.linspace(-wide / 2, wide / 2, 29)
    z = 0.035 * np.sin(x / wide * 2 * np.pi * 5)
    low = np.stack([x, np.zeros(29), z], 1)
    i = np.arange(28)
    faces = np.concatenate([np.stack([i, i + 1, i + 30], 1), np.stack([i, i + 30, i + 29], 1)])
    vertices = np.concatenate([low, low + np.array([0, high, 0])])
    uv = np.stack([np.tile(x, 2), np.repeat([0.0, -high], 29)], 1)
    return Solid(vertices.astype(np.float32), faces.astype(np.int32), uv.astype(np.float32))


def doorway() -> list[tuple[Solid, str]]:
    """A closed door in its frame."""
    jambs = [at(rounded_box((0.09, 2.12, 0.07), 0.015), x, 0.0, 0.035) for x in (-0.49, 0.49)]
    jambs.append(at(rounded_box((1.07, 0.09, 0.07), 0.015), 0.0, 2.06, 0.035))
    knob = at(rounded_box((0.12, 0.025, 0.05), 0.01), -0.33, 1.03, 0.05)
    return [
        (at(front(0.9, 2.06), 0.0, 0.0, 0.02), "door"),
        (solids.joined(jambs).tinted((0.9, 0.9, 0.88)), "plain"),
        (knob, "steel"),
    ]


def picture(rng: np.random.Generator) -> tuple[list[tuple[Solid, str]], float]:
    """A framed picture around 0, and its width."""
    wide, high = rng.uniform(0.45, 1.2), rng.uniform(0.4, 0.8)
    frame = at(rounded_box((wide + 0.08, high + 0.08, 0.035), 0.012, -0.04), 0.0, -high / 2, 0.018)
    dark = (0.12, 0.1, 0.09) if rng.random() < 0.5 else (0.85, 0.83, 0.8)
    print_ = at(front(wide, high), 0.0, -high / 2, 0.037)
    return [(print_, "picture"), (frame.tinted(dark), "plain")], float(wide + 0.1)


def against(builder: Builder, wall: Wall, thing: Thing, gap: float = 0.03) -> float | None:
    """Stand a thing with its back to a wall; say where along it, None without room."""
    box = np.concatenate([part.vertices for part, _ in thing.parts])
    x = wall.claim(builder.rng, float(np.ptp(box[:, 0])))
    if x is None:
        return None
    z = gap - float(box[:, 2].min())
    if not builder.free(wall.frame.world(x, z), thing, -10.0):
        return None
    builder.stand(thing, wall.frame, x, z)
    return x
