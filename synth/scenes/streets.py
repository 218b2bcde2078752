"""Streets: a road with kerbs and markings, pavements, parked cars, houses."""

from dataclasses import dataclass

import numpy as np

from synth.scenes import solids
from synth.scenes.builder import Builder, Place
from synth.scenes.buildings import DEEP, house
from synth.scenes.cars import car
from synth.scenes.frames import Frame, around
from synth.scenes.outdoors import SIDE, STANDING, ground, strip
from synth.scenes.prints import STOREY
from synth.scenes.shapes import rounded_box

KERB = 0.1
"""Height of a pavement over the road, in metres."""
WIDEST = 9.0
"""Pavement, in metres."""
NEARBY = 14.0
"""How far away a car shows its handles, in metres."""
WHITE = (0.86, 0.86, 0.83)


@dataclass(frozen=True)
class Section:
    """A street across: z runs along it, x to its left."""

    frame: Frame
    road: tuple[float, float]
    """From where to where along x the road goes."""
    left: float
    """Width of the pavement at its left."""
    right: float
    eye: tuple[float, float]
    """X and z of the camera."""

    def line(self, side: int) -> float:
        """Where the houses of a side begin, 1 for the left."""
        return self.road[1] + self.left if side > 0 else self.road[0] - self.right

    def built(self, side: int) -> bool:
        """Tell whether a side has houses: not where they would stand before the camera's back."""
        return side * (self.line(side) - self.eye[0]) > 1.6


def street(builder: Builder, things: int) -> Place:
    """A street along the view or across it."""
    rng = builder.rng
    section = _lay_out(builder)
    ground(builder, "asphalt")
    _pavements(builder, section)
    _markings(builder, section)
    for side in (-1, 1):
        _parked(builder, section, side)
    _stand(builder, section, things)
    for side in (-1, 1):
        if section.built(side):
            _houses(builder, section, side)
    _end(builder, section)
    return Place(_floors(section), (), 0.03, str(rng.choice(["block", "stool", "bench"])))


def _lay_out(builder: Builder) -> Section:
    rng, view = builder.rng, builder.view
    turn = float(rng.choice([-1, 1])) * float(
        rng.uniform(0.08, 0.5) if rng.random() < 0.7 else rng.uniform(1.25, np.pi / 2)
    )
    frame = around(view, turn)
    wide = float(rng.uniform(6.0, 8.5))
    # The crowd's middle is on the road or on one of the pavements.
    shift = float(rng.uniform(-0.75, 0.75)) * wide
    road, eye = (shift - wide / 2, shift + wide / 2), frame.own(view.foot)
    left, right = (float(w) for w in rng.uniform(2.6, 4.5, 2))
    # Houses stand behind the camera's back, if the pavement need not be too wide for that.
    widths = [max(left, eye[0] - road[1] + 2.0), max(right, road[0] - eye[0] + 2.0)]
    left, right = (
        wide_enough if wide_enough < WIDEST else drawn
        for wide_enough, drawn in zip(widths, (left, right), strict=True)
    )
    return Section(frame, road, left, right, eye)


def _pavements(builder: Builder, section: Section) -> None:
    for side, wide in ((1, section.left), (-1, section.right)):
        edge = section.road[1] if side > 0 else section.road[0]
        # Where there are no houses the pavement goes on behind the camera.
        broad = wide + 0.5 if section.built(side) else SIDE / 2 - abs(edge)
        slab = solids.box((broad - 0.14, KERB, SIDE * 0.75))
        kerb = solids.box((0.14, KERB, SIDE * 0.75))
        middle = edge + side * (0.14 + (broad - 0.14) / 2)
        parts = [
            (section.frame.put(slab, middle, 0.0), "paving"),
            (section.frame.put(kerb, edge + side * 0.07, 0.0), "concrete"),
        ]
        builder.add(parts, "pavement", casts_shadow=False)


def _markings(builder: Builder, section: Section) -> None:
    """A broken line in the middle, lines along the kerbs, at times a crossing."""
    rng, frame = builder.rng, section.frame
    middle, edges = sum(section.road) / 2, ((section.road[0], 2.1), (section.road[1], -2.1))
    crossing = float(rng.uniform(-3, 3)) if rng.random() < 0.5 else 200.0
    dashes = [float(z) for z in np.arange(-60, 61, 7.5) if abs(z - crossing) > 3.6]
    lines = [strip(frame, middle, z, 0.12, 3.0, 0.004) for z in dashes]
    # Lines end before a crossing and go on behind it.
    for low, high in ((-60.0, min(crossing - 2.0, 60.0)), (min(crossing + 2.0, 60.0), 60.0)):
        if high > low:
            place, long = (low + high) / 2, high - low
            lines += [strip(frame, x + off, place, 0.08, long, 0.004) for x, off in edges]
    if abs(crossing) < 60:
        bars = np.arange(section.road[0] + 0.5, section.road[1] - 0.4, 1.0)
        lines += [strip(frame, float(x), crossing, 0.5, 3.0, 0.006) for x in bars]
    white = solids.joined(lines).tinted(np.array(WHITE) * rng.uniform(0.85, 1.0))
    builder.add([(white, "plain")], "markings", casts_shadow=False)


def _parked(builder: Builder, section: Section, side: int) -> None:
    """Cars along a kerb, with gaps."""
    rng, frame = builder.rng, section.frame
    edge = section.road[1] if side > 0 else section.road[0]
    models = [[car(rng, fine) for _ in range(2)] for fine in (True, False)]
    z = max(section.eye[1] - 4.0, -28.0) + float(rng.uniform(0, 6))
    end = z + 48.0
    while z < end:
        x = edge - side * (1.08 + float(rng.uniform(0, 0.12)))
        place = frame.world(x, z)
        far = float(np.linalg.norm(place - builder.view.foot))
        thing = models[int(far > NEARBY)][int(rng.integers(2))]
        if rng.random() < (0.42 if abs(z) < 6 else 0.75) and far > thing.radius + 1.8:
            builder.stand(thing, frame, x, z, 0.0 if side < 0 else np.pi)
        z += float(rng.uniform(5.3, 6.4))


def _stand(builder: Builder, section: Section, things: int) -> None:
    """Lamps and trees along the kerbs; things on pavements and on the road among people."""
    rng, view = builder.rng, builder.view
    names = ["bollards", "lamp", "panel", "bin", "cones", "bench", "tree", "column", "planter"]
    for number in range(things + 6):
        name = (
            names[int(rng.integers(len(names)))]
            if number < things
            else ["lamp", "far_tree"][number % 2]
        )
        thing = STANDING[name](rng)
        for _ in range(10):
            side = int(rng.choice([-1, 1]))
            edge = section.road[1] if side > 0 else section.road[0]
            x = edge + side * (0.35 + thing.radius)
            # Nothing grows into the houses.
            if section.built(side) and abs(section.line(side) - x) < thing.reach + 0.1:
                continue
            reach = view.far - view.near if number < things else 40.0
            z = float(rng.uniform(-0.5, 0.6)) * reach
            if builder.free(section.frame.world(x, z), thing):
                builder.stand(thing, section.frame, x, z, side * np.pi / 2, KERB)
                break


def _houses(builder: Builder, section: Section, side: int) -> None:
    """A row of houses along a pavement, as far as the camera may see."""
    rng, frame = builder.rng, section.frame
    z = section.eye[1] - 14.0
    end = z + 110.0
    while z < end:
        bays = int(rng.integers(3, 7))
        parts = house(rng, bays)
        x = section.line(side) + side * (DEEP / 2 + float(rng.choice([0.0, 0.0, 0.3])))
        yaw = -side * np.pi / 2
        middle = z + bays * STOREY / 2
        builder.add([(frame.put(part, x, middle, 0.0, yaw), m) for part, m in parts], "house")
        z += bays * STOREY + float(rng.choice([0.0, 0.0, 0.0, 3.0]))


def _end(builder: Builder, section: Section) -> None:
    """A house across the street's far end, which may be at either end of its z."""
    z = section.eye[1] + 100.0
    parts = house(builder.rng, 14)
    placed = [(section.frame.put(part, 0.0, z, 0.0, np.pi), made_of) for part, made_of in parts]
    builder.add(placed, "house")


def _floors(section: Section) -> tuple:
    """The road, and the pavements up to the houses."""
    frame, long = section.frame, 45.0
    floors = [
        frame.floor(
            sum(section.road) / 2, 0.0, ((section.road[1] - section.road[0]) / 2 - 0.1, long)
        )
    ]
    for side, wide in ((1, section.left), (-1, section.right)):
        edge = section.road[1] if side > 0 else section.road[0]
        broad = wide if section.built(side) else 40.0
        middle = edge + side * (0.1 + (broad - 0.3) / 2)
        floors.append(frame.floor(middle, 0.0, ((broad - 0.3) / 2, long), KERB))
    return tuple(floors)


def railing(long: float) -> solids.Solid:
    """A railing along x: posts, a rail, bars."""
    bars = [rounded_box((long, 0.05, 0.05), 0.015, 0.98), solids.box((long, 0.03, 0.03), 0.12)]
    for x in np.arange(-long / 2 + 0.06, long / 2, 0.13):
        bars.append(solids.box((0.018, 0.86, 0.018), 0.13).moved(0.0, np.array([x, 0, 0])))
    for x in np.linspace(-long / 2 + 0.03, long / 2 - 0.03, max(2, round(long / 1.6) + 1)):
        bars.append(solids.box((0.05, 1.0, 0.05)).moved(0.0, np.array([x, 0, 0])))
    return solids.joined(bars)
