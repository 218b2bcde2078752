"""Rooms at home and in offices, and shops: walls, a ceiling, furniture."""

import numpy as np

from synth.scenes import enclosures, solids
from synth.scenes import indoor_things as indoors
from synth.scenes.builder import Builder, Place
from synth.scenes.enclosures import Yard, against, hang
from synth.scenes.floors import Perch
from synth.scenes.indoor_light import room_light
from synth.scenes.plants import pot_plant
from synth.scenes.shapes import at, lathe
from synth.scenes.solids import Solid

CLEAR = 1.15
"""From the camera up to the ceiling, at least, in metres."""


def room(builder: Builder, things: int) -> Place:
    """Furnish a living room, a dining room or an office."""
    rng = builder.rng
    yard = enclosures.lay_out(builder, widest=3.6)
    high = _height(builder, yard, 2.5)
    _shell(builder, yard, high, ("parquet", "parquet", "carpet", "tiles"), "wallpaper", "plain")
    _lamps(builder, yard, high, panels=rng.random() < 0.4)
    windows = _openings(builder, yard, high)
    enclosures.skirting(builder, yard, "plain")
    perches = _dine(builder, yard, 1 + things // 3)
    _furnish(builder, yard)
    _among(builder, yard, things)
    light = room_light(rng, windows, float(rng.uniform(0.2, 1)))
    return Place((yard.floor(),), tuple(perches), 0.3, "chair", light)


def shop(builder: Builder, things: int) -> Place:
    """Fill a shop with aisles of goods."""
    rng = builder.rng
    yard = enclosures.lay_out(builder, widest=7.0, turn=0.25)
    high = _height(builder, yard, 3.0)
    _shell(builder, yard, high, ("terrazzo", "tiles"), "plaster", "ceiling")
    _lamps(builder, yard, high, panels=True)
    hang(builder, yard.walls[2], enclosures.doorway(), "door", _door(builder, yard))
    _aisles(builder, yard, things)
    for wall in yard.walls[1:]:
        while (x := wall.claim(rng, 2.0)) is not None:
            shelves = indoors.shelving(rng, 1.96, float(rng.uniform(1.8, 2.2)), both=False)
            if builder.free(wall.frame.world(x, 0.24), shelves, -10.0):
                builder.stand(shelves, wall.frame, x, 0.24)
            if rng.random() < 0.6:
                sign = at(enclosures.front(1.5, 0.45), 0.0, 2.3, 0.02)
                hang(builder, wall, [(sign, "poster")], "sign", x)
    light = room_light(rng, [], float(rng.uniform(0, 0.25)))
    return Place((yard.floor(),), (), 0.02, "stool", light)


def _height(builder: Builder, yard: Yard, least: float) -> float:
    eye = float(builder.view.camera.centre[1])
    spacious = 0.12 * max(yard.size) + 1.4
    return max(least, spacious, eye + CLEAR) + float(builder.rng.uniform(0, 0.4))


def _shell(
    builder: Builder, yard: Yard, high: float, floors: tuple[str, ...], walls: str, above: str
) -> None:
    """Floor, walls and ceiling, which all let light through: it comes from lamps and windows."""
    wide, deep = yard.size
    slab = (wide + 0.4, 0.1, deep + 0.4)
    floor = yard.frame.put(solids.box(slab, -0.1), *yard.middle)
    builder.add([(floor, str(builder.rng.choice(floors)))], "floor", casts_shadow=False)
    enclosures.raise_walls(builder, yard, high, walls, casts_shadow=False)
    top = yard.frame.put(solids.box(slab, high), *yard.middle)
    builder.add([(top, above)], "ceiling", casts_shadow=False)


def _lamps(builder: Builder, yard: Yard, high: float, panels: bool) -> None:
    """Panels in the ceiling, or round lamps."""
    wide, deep = yard.size
    one = (
        solids.box((0.6, 0.03, 1.2))
        if panels
        else lathe([(0.0, 0.0), (0.16, 0.0), (0.22, 0.05), (0.22, 0.09), (0.0, 0.09)], 16)
    )
    made = []
    for x in np.arange(-wide / 2 + 1.2, wide / 2 - 0.8, 2.4):
        for z in np.arange(-deep / 2 + 1.2, deep / 2 - 0.8, 2.4):
            centre = yard.middle
            placed = yard.frame.put(one, centre[0] + float(x), centre[1] + float(z), high - 0.04)
            made.append(placed.tinted((1.0, 1.0, 0.98)))
    if made:
        builder.add([(solids.joined(made), "glossy")], "lamps", casts_shadow=False)


def _openings(builder: Builder, yard: Yard, high: float) -> list[float]:
    """Hang windows on some walls and a door on another; say which way windows look."""
    rng, looks = builder.rng, []
    order = rng.permutation([1, 2, 3])
    for number in order[: int(rng.integers(1, 3))]:
        wall = yard.walls[int(number)]
        wide, tall = float(rng.uniform(1.1, 2.0)), float(rng.uniform(1.2, min(1.6, high - 1.2)))
        for _ in range(int(np.clip(wall.long / 3, 1, 4))):
            if (x := wall.claim(rng, wide + 0.9)) is not None:
                hang(builder, wall, enclosures.window(rng, wide, tall), "window", x, 0.85)
                looks.append(wall.frame.yaw)
    _, number = order[0], int(order[-1])
    if (x := yard.walls[number].claim(rng, 1.1)) is not None:
        hang(builder, yard.walls[number], enclosures.doorway(), "door", x)
    return list(dict.fromkeys(looks))


def _door(builder: Builder, yard: Yard) -> float:
    return yard.walls[2].claim(builder.rng, 1.2) or 0.0


def _dine(builder: Builder, yard: Yard, tables: int) -> list[Perch]:
    """Stand tables about, with chairs and with places for those who sit."""
    rng, perches = builder.rng, []
    for _ in range(tables):
        table = indoors.table(float(rng.uniform(1.2, 2.0)), float(rng.uniform(0.8, 0.95)))
        wide, deep = (float(np.ptp(table.parts[0][0].vertices[:, k])) for k in (0, 2))
        spot = _spot(builder, yard, table, 0.75)
        if spot is None:
            continue
        x, z, yaw = *spot, float(rng.choice([0.0, np.pi / 2]))
        builder.stand(table, yard.frame, x, z, yaw)
        # Chairs around it keep other things away, too.
        builder.circles[-1] = (builder.circles[-1][0], table.radius + 0.7)
        side = yard.frame.world(x, z)
        own = type(yard.frame)(float(side[0]), float(side[1]), yard.frame.yaw + yaw)
        for along in np.arange(-wide / 2 + 0.35, wide / 2 - 0.3, 0.66):
            for way in (-1, 1):
                at_z = way * (deep / 2 + 0.24)
                turn = np.pi if way > 0 else 0.0
                if rng.random() < 0.45:
                    _chair(builder, own, float(along), at_z, turn)
                else:
                    perches.append(own.perch(float(along), at_z + 0.06 * way, turn))
    return perches


def _chair(builder: Builder, frame, x: float, z: float, yaw: float) -> None:
    rng, chair = builder.rng, indoors.chair()
    if np.linalg.norm(frame.world(x, z) - builder.view.foot) > 1.5:
        builder.stand(
            chair, frame, x, z + float(rng.normal(0, 0.04)), yaw + float(rng.normal(0, 0.1))
        )


def _furnish(builder: Builder, yard: Yard) -> None:
    """Stand furniture along the walls and hang pictures between."""
    rng = builder.rng
    for number in (2, 1, 3):
        wall = yard.walls[number]
        pieces = [indoors.sofa, indoors.bookcase, indoors.sideboard, pot_plant, indoors.floor_lamp]
        count = int(np.clip(wall.long / 1.2, 2, 9))
        for i in rng.permutation(len(pieces) * 2)[:count]:
            against(builder, wall, pieces[int(i) % len(pieces)](rng))
        for _ in range(int(np.clip(wall.long / 2.5, 1, 4))):
            parts, wide = enclosures.picture(rng)
            if (x := wall.claim(rng, wide)) is not None:
                hang(builder, wall, parts, "picture", x, float(rng.uniform(1.5, 1.7)))


def _among(builder: Builder, yard: Yard, things: int) -> None:
    """A rug on the floor; furniture that stands free among people."""
    rng = builder.rng
    wide, deep = float(rng.uniform(1.8, 3.0)), float(rng.uniform(1.4, 2.2))
    x, z = (float(rng.uniform(a + 1.5, max(b - 1.5, a + 1.6))) for a, b in (yard.x, yard.z))
    rug = yard.frame.put(_flat(wide, deep), x, max(z, 1.5), 0.006, float(rng.choice([0, 0.2])))
    builder.add([(rug, "rug")], "rug", casts_shadow=False)
    pieces = [indoors.sofa, indoors.low_table, pot_plant, indoors.sideboard, indoors.bookcase]
    for _ in range(things):
        thing = pieces[int(rng.integers(len(pieces)))](rng)
        if (spot := _spot(builder, yard, thing, 0.3)) is not None:
            builder.stand(thing, yard.frame, *spot, float(rng.uniform(0, 2 * np.pi)))


def _flat(wide: float, deep: float) -> Solid:
    """A level piece that looks up, a print across it."""
    corners = np.array([[-wide, 0, -deep], [-wide, 0, deep], [wide, 0, deep], [wide, 0, -deep]]) / 2
    uv = np.array([[0, 0], [0, 1], [1, 1], [1, 0]], np.float32)
    return Solid(corners.astype(np.float32), np.array([[0, 1, 2], [0, 2, 3]], np.int32), uv)


def _spot(
    builder: Builder, yard: Yard, thing: indoors.Thing, margin: float
) -> tuple[float, float] | None:
    """Find room for a thing on the floor, from walls, other things and the camera."""
    edge = thing.reach + margin
    if min(yard.size) <= 2 * edge:
        return None
    for _ in range(14):
        x = float(builder.rng.uniform(yard.x[0] + edge, yard.x[1] - edge))
        z = float(builder.rng.uniform(yard.z[0] + edge, yard.z[1] - edge))
        if z > 0.3 and builder.free(yard.frame.world(x, z), thing, margin):
            return x, z
    return None


def _aisles(builder: Builder, yard: Yard, things: int) -> None:
    """Rows of shelves along the shop with aisles between; a counter; bins of goods."""
    rng = builder.rng
    pitch = float(rng.uniform(2.6, 3.2))
    start = float(rng.uniform(0.35, 0.65)) * pitch
    columns = [
        *np.arange(start, yard.x[1] - 1.6, pitch),
        *np.arange(start - pitch, yard.x[0] + 1.6, -pitch),
    ]
    high = float(rng.choice([1.25, 1.4, 1.6, 1.9]))
    for x in columns:
        z = float(rng.uniform(0.8, 2.5))
        while z < yard.z[1] - 2.0:
            long = min(float(rng.uniform(1.8, 3.2)), yard.z[1] - 1.6 - z)
            shelves = indoors.shelving(rng, long, high, both=True)
            middle = yard.frame.world(float(x), z + long / 2)
            if long > 1.0 and rng.random() < 0.8 and builder.free(middle, shelves, -10.0):
                builder.stand(shelves, yard.frame, float(x), z + long / 2, np.pi / 2)
            z += long + float(rng.choice([0.0, 1.4]))
    for make in [indoors.counter, *[indoors.heap] * things]:
        thing = make(rng)
        if (spot := _spot(builder, yard, thing, 0.25)) is not None:
            builder.stand(thing, yard.frame, *spot, float(rng.choice([0.0, np.pi / 2, np.pi])))
