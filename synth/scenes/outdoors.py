"""Plazas, parks and courts: a ground, things on it, houses or trees behind."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from synth.scenes import collisions, enclosures, plants, solids
from synth.scenes.builder import Builder, Place
from synth.scenes.buildings import DEEP, house, walls
from synth.scenes.frames import Frame, around, before
from synth.scenes.plants import PLANTS
from synth.scenes.prints import STOREY
from synth.scenes.shapes import at, rounded_box, sheet
from synth.scenes.solids import Solid
from synth.scenes.things import THINGS, Thing

Rng = np.random.Generator
SIDE = 240.0
"""Of the square of ground, in metres."""
STANDING: dict[str, Callable[[Rng], Thing]] = {
    **THINGS,
    **PLANTS,
    "far_tree": partial(plants.tree, fine=False),
}
"""What may stand about outdoors."""


def plaza(builder: Builder, things: int) -> Place:
    """A paved square between houses."""
    rng = builder.rng
    made_of = str(rng.choice(["paving", "paving", "cobbles"]))
    ground(builder, made_of)
    if rng.random() < 0.6:
        _bands(builder, "paving" if made_of == "cobbles" else "cobbles")
    shares = {"bench": 2, "planter": 2, "bollards": 1, "pillar": 1, "lamp": 1, "panel": 1}
    shares |= {"column": 1, "cafe_table": 2, "fountain": 1, "tree": 1, "low_wall": 1, "bin": 1}
    scatter(builder, shares, things)
    ahead = builder.view.far + float(rng.uniform(8, 27))
    far = {"far_tree": 2.0, "lamp": 2.0, "column": 1.0, "planter": 1.0}
    scatter(builder, far, 5, 1.0, 2.2, behind=ahead)
    backs(builder, ("house", "house", "trees"), ahead)
    return Place(sitting=0.05, seats=str(rng.choice(["stool", "bench", "block", "chair"])))


def park(builder: Builder, things: int) -> Place:
    """A lawn with a path, beds, hedges and trees."""
    rng = builder.rng
    ground(builder, "grass")
    path = around(builder.view, float(rng.uniform(0, np.pi)))
    wide, aside = float(rng.uniform(1.8, 3.2)), float(rng.normal(0, 1.5))
    made_of = str(rng.choice(["gravel", "paving", "asphalt"]))
    builder.add([(strip(path, aside, 0.0, wide, 140.0, 0.004), made_of)], "path", False)
    edges = [
        path.put(solids.box((0.08, 0.05, 90.0), -0.02), aside + side * (wide / 2 + 0.04), 0.0)
        for side in (-1, 1)
    ]
    builder.add([(solids.joined(edges), "concrete")], "edging", False)
    shares = {"tree": 3, "bench": 2, "hedge": 1.5, "bush": 2, "flowers": 1, "bin": 0.5, "lamp": 0.7}
    scatter(builder, shares, things)
    ahead = builder.view.far + float(rng.uniform(8, 27))
    far = {"far_tree": 4.0, "conifer": 1.0, "bush": 2.0, "hedge": 1.0, "lamp": 0.5}
    scatter(builder, far, 8, 1.0, 2.6, behind=ahead)
    kinds = ("trees", "trees", "trees", "house")
    backs(builder, kinds, ahead, shops=False)
    return Place(sitting=0.1, seats=str(rng.choice(["bench", "bench", "chair"])))


def court(builder: Builder, things: int) -> Place:
    """A yard between walls, or between houses that look onto it."""
    rng = builder.rng
    ground(builder, str(rng.choice(["paving", "cobbles", "tiles"])))
    yard = enclosures.lay_out(builder, widest=8.0)
    if rng.random() < 0.5:
        _houses_around(builder, yard)
    else:
        made_of = str(rng.choice(["brick", "plaster", "concrete"]))
        high = float(rng.uniform(2.8, 5.0))
        enclosures.raise_walls(builder, yard, high, made_of, casts_shadow=True)
        coping = [
            wall.frame.put(rounded_box((wall.long + 0.6, 0.1, 0.4), 0.02, high), 0.0, -0.12)
            for wall in yard.walls
        ]
        builder.add([(solids.joined(coping), "concrete")], "coping")
    for wall in yard.walls[1:]:
        if (x := wall.claim(rng, 1.2)) is not None:
            enclosures.hang(builder, wall, enclosures.doorway(), "door", x)
        for make in (plants.hedge, plants.planter, THINGS["bench"], plants.bush)[: 2 + things // 2]:
            enclosures.against(builder, wall, make(rng), 0.05)
    shares = {"cafe_table": 3, "pillar": 2, "crates": 1, "planter": 2, "bench": 1, "tree": 1}
    scatter(builder, shares, things, within=yard)
    seats = str(rng.choice(["stool", "chair", "bench", "block"]))
    return Place((yard.floor(),), (), 0.08, seats, brighten=1.35)


def _houses_around(builder: Builder, yard: enclosures.Yard) -> None:
    """Fronts of houses for walls."""
    high = STOREY * float(builder.rng.integers(2, 5))
    for wall in yard.walls:
        size = (wall.long + 2 * enclosures.THICK, high, enclosures.THICK)
        z = -enclosures.THICK / 2
        plinth = wall.frame.put(solids.box((wall.long, 0.5, 0.05)), 0.0, 0.025)
        ledge = wall.frame.put(solids.box((wall.long, 0.3, 0.3), high - 0.3), 0.0, 0.1)
        front = wall.frame.put(walls(*size), 0.0, z)
        builder.add([(front, "facade"), (plinth, "plaster"), (ledge, "plaster")], "house")
        builder.obstacles.append(wall.frame.block(collisions.box(size), 0.0, z))


def ground(builder: Builder, made_of: str) -> None:
    """Lay the ground all around."""
    builder.add([(solids.plane(SIDE), made_of)], "ground", casts_shadow=False)


def strip(frame: Frame, x: float, z: float, wide: float, long: float, y: float) -> Solid:
    """Lay a level piece of ground around a place, along z."""
    low, high = z - long / 2, z + long / 2
    corners = [(-wide / 2, y, low), (-wide / 2, y, high), (wide / 2, y, high), (wide / 2, y, low)]
    uv = [(a, c) for a, _, c in corners]
    return frame.put(at(sheet(corners, uv), x, 0.0, 0.0), 0.0, 0.0)


def _bands(builder: Builder, made_of: str) -> None:
    """Bands of another stone across the square."""
    rng, frame = builder.rng, around(builder.view, float(builder.rng.uniform(0, np.pi)))
    step, wide = float(rng.uniform(4, 7)), float(rng.uniform(0.4, 0.9))
    lines = [strip(frame, float(x), 0.0, wide, 90.0, 0.003) for x in np.arange(-8, 9) * step]
    builder.add([(solids.joined(lines), made_of)], "bands", casts_shadow=False)


def scatter(
    builder: Builder,
    shares: Mapping[str, float | int],
    count: int,
    start: float = 0.0,
    end: float = 1.0,
    within: enclosures.Yard | None = None,
    behind: float = np.inf,
) -> None:
    """Stand things about, apart from each other and from the camera.

    Args:
        builder: The environment.
        shares: How likely each of `STANDING` is.
        count: Of things.
        start: Where they begin, as a share of the crowd's ground from near to far.
        end: Where they end.
        within: Walls that they stay between.
        behind: How far from the camera what closes the view begins.
    """
    rng, view = builder.rng, builder.view
    names, likely = list(shares), np.array(list(shares.values()), float)
    for _ in range(count):
        thing = STANDING[str(rng.choice(names, p=likely / likely.sum()))](rng)
        for _ in range(12):
            share = rng.uniform(start, end)
            ahead = view.near + share * (view.far - view.near)
            # Nothing grows into the houses.
            ahead = min(ahead, behind - thing.reach - 0.6)
            place = view.ground(ahead, rng.uniform(-1, 1) * view.slope * ahead)
            if builder.free(place, thing) and _inside(within, place, thing.reach):
                own = before(view).own(place)
                yaw = float(rng.uniform(0, 2 * np.pi))
                builder.stand(thing, before(view), *own, yaw)
                break


def _inside(yard: enclosures.Yard | None, place: np.ndarray, margin: float) -> bool:
    return yard is None or bool(yard.floor(margin + 0.1).holds(place))


def backs(builder: Builder, kinds: tuple[str, ...], ahead: float, shops: bool = True) -> None:
    """Close the view behind the crowd from side to side, with houses or rows of trees."""
    rng, view = builder.rng, builder.view
    frame = before(view)
    half = 1.45 * view.slope * ahead + 6.0
    trees = [plants.tree(rng, fine=False) for _ in range(2)] + [plants.conifer(rng)]
    green = solids.joined(
        [at(plants.hedge_row(rng, 8.0, 1.6, 1.2, 0.25), x, 0.0, 0.0) for x in (-4.0, 4.0)]
    )
    x = -half
    while x < half:
        if str(rng.choice(kinds)) == "house":
            bays = int(rng.integers(2, 6))
            parts = house(rng, bays, shops and rng.random() < 0.8)
            z = ahead + rng.uniform(0, 2.5) + DEEP / 2
            placed = [
                (frame.put(part, x + bays * STOREY / 2, z, 0.0, np.pi), m) for part, m in parts
            ]
            builder.add(placed, "house")
            x += bays * STOREY + float(rng.choice([0.0, 0.0, rng.uniform(2, 6)]))
        else:
            _grove(builder, frame, x + 8.0, ahead + 4.0, trees, green)
            x += 16.0


def _grove(
    builder: Builder, frame: Frame, x: float, z: float, trees: list[Thing], green: Solid
) -> None:
    """A group of trees before a hedge, 16 m wide."""
    rng = builder.rng
    parts = [(frame.put(green, x, z + 3.0), "leaves")]
    for along in np.arange(-6, 8, 4.2):
        tree = trees[int(rng.integers(len(trees)))]
        place = x + float(along + rng.normal(0, 0.5)), z + float(rng.uniform(-2.5, 2.5))
        yaw = float(rng.uniform(0, 2 * np.pi))
        parts += [(frame.put(part, *place, 0.0, yaw), made_of) for part, made_of in tree.parts]
    builder.add(parts, "trees")
