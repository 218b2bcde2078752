"""Plants: trees, bushes, hedges, beds, pots."""

from collections.abc import Callable

import numpy as np

from synth.scenes import collisions, solids
from synth.scenes.shapes import at, bar, foliage, lathe, rounded_box
from synth.scenes.solids import Solid
from synth.scenes.things import Thing

Rng = np.random.Generator


def tree(rng: Rng, fine: bool = True) -> Thing:
    """A trunk that branches into a crown above people's heads.

    Args:
        rng: Source of all choices.
        fine: With as many leaves as one sees from near by.
    """
    stem, radius = rng.uniform(2.7, 3.4), rng.uniform(0.1, 0.2)
    crown = rng.uniform(1.3, 2.3)
    lean = rng.normal(0, 0.12, 2)
    shape = [(1.7, 0.0), (1.15, 0.15), (1.0, 0.5), (0.8, stem), (0.45, stem + 0.9)]
    wood = [lathe([(r * radius, y) for r, y in shape], 10)]
    clumps = []
    for way in (np.arange(6 if fine else 3) + rng.uniform(0, 0.7)) / (6 if fine else 3) * 2 * np.pi:
        out, up = crown * rng.uniform(0.4, 0.7), stem + rng.uniform(0.45, 1.7)
        tip = (float(out * np.sin(way) + lean[0]), float(up), float(out * np.cos(way) + lean[1]))
        wood.append(bar((0.0, stem - 0.3, 0.0), tip, 0.35 * radius, 6))
        size = crown * rng.uniform(0.42, 0.62) * np.array([1, 0.8, 1])
        clumps.append(_leaves(rng, size, np.array(tip) + np.array([0, 0.35, 0]), fine))
    top = np.array([lean[0], stem + 1.5, lean[1]])
    clumps.append(_leaves(rng, crown * np.array([0.7, 0.75, 0.7]), top, fine))
    obstacle = collisions.box((3.2 * radius, stem, 3.2 * radius))
    parts = ((solids.joined(wood), "bark"), (solids.joined(clumps), "leaves"))
    return Thing("tree", parts, (obstacle,), 0.4)


def _leaves(rng: Rng, size: np.ndarray, centre: np.ndarray, fine: bool) -> Solid:
    count, leaf = (int(200 * min(size.max(), 1.2)), 0.13) if fine else (64, 0.26)
    inside = solids.blob(
        rng, tuple((0.7 if fine else 0.62) * size), 0.0, rough=0.14, rings=5, sides=8
    )
    dark = at(inside, *(float(c) for c in centre)).tinted((0.52, 0.54, 0.47))
    return solids.joined([dark, foliage(rng, size, centre, count, leaf)])


def conifer(rng: Rng) -> Thing:
    """A fir."""
    high, wide = rng.uniform(4, 7), rng.uniform(1.0, 1.5)
    trunk = lathe([(0.16, 0.0), (0.1, 1.2)], 8)
    tiers = []
    for share in np.linspace(0, 0.85, 6):
        size = np.array([wide * (1 - share), 0.16 * high, wide * (1 - share)])
        centre = np.array([0, 0.2 * high + share * 0.75 * high, 0])
        tiers.append(_leaves(rng, size, centre, False).tinted((0.62, 0.72, 0.66)))
    parts = ((trunk, "bark"), (solids.joined(tiers), "leaves"))
    obstacle = collisions.box((2.5 * wide, high, 2.5 * wide))
    return Thing("conifer", parts, (obstacle,), wide)


def bush(rng: Rng) -> Thing:
    """A bush as high as a person's hip or chest."""
    wide, high = rng.uniform(0.45, 0.8), rng.uniform(0.35, 0.65)
    size = np.array([wide, high, wide])
    leaves = solids.joined(
        [
            _leaves(
                rng,
                size * share,
                np.array([*place, 0]).take([0, 2, 1]) * wide + [0, 0.95 * high, 0],
                True,
            )
            for share, place in (
                (0.85, (0.0, 0.0)),
                (0.6, (0.4, 0.2)),
                (0.6, (-0.35, 0.3)),
                (0.55, (0.0, -0.4)),
            )
        ]
    )
    obstacle = collisions.box((1.9 * wide, 1.9 * high, 1.9 * wide))
    return Thing("bush", ((_grounded(leaves), "leaves"),), (obstacle,), wide)


def hedge(rng: Rng) -> Thing:
    """A clipped hedge."""
    long, high, deep = rng.uniform(1.6, 3.2), rng.uniform(0.7, 1.2), rng.uniform(0.45, 0.6)
    obstacle = collisions.box((long + 0.1, high + 0.08, deep + 0.12))
    return Thing("hedge", ((hedge_row(rng, long, high, deep), "leaves"),), (obstacle,), long / 2)


def hedge_row(rng: Rng, long: float, high: float, deep: float, dense: float = 1.0) -> Solid:
    """Make a box of leaves; far away fewer do."""
    inside = solids.box((long, high, deep)).tinted((0.62, 0.66, 0.58))
    size = np.array([long, high, deep]) / 2
    count = int(dense * min(160 * (long * high + deep * long), 900))
    leaf = foliage(rng, np.ones(3), np.zeros(3), count, 0.075)
    # From a ball to a box: each leaf moves out along its longest axis, until it meets a side.
    own = leaf.vertices.reshape(-1, 4, 3)
    middle = own.mean(1)
    way = rng.uniform(-1, 1, middle.shape)
    axis = rng.choice(3, len(way), p=_sides(size))
    way[np.arange(len(way)), axis] = np.sign(way[np.arange(len(way)), axis])
    way[:, 1] = np.where(axis == 1, 1, way[:, 1])
    places = way * size + [0, size[1], 0]
    corners = (own - middle[:, None] + places[:, None]).reshape(-1, 3)
    normals = np.zeros_like(places)
    normals[np.arange(len(way)), axis] = way[np.arange(len(way)), axis]
    bent = normals * 1.0 + 0.45 * rng.normal(size=normals.shape)
    bent /= np.linalg.norm(bent, axis=1, keepdims=True)
    made = Solid(
        np.maximum(corners, 0).astype(np.float32),
        leaf.faces,
        leaf.uv,
        np.repeat(rng.uniform(0.7, 1.0, (count, 1)) * np.ones(3), 4, 0).astype(np.float32),
        np.repeat(bent, 4, 0).astype(np.float32),
    )
    return solids.joined([inside, made])


def _sides(size: np.ndarray) -> np.ndarray:
    area = np.array([size[1] * size[2], size[0] * size[2], size[0] * size[1]])
    return area / area.sum()


def planter(rng: Rng) -> Thing:
    """A box with bushes."""
    wide, deep, high = rng.uniform(0.8, 1.6), rng.uniform(0.5, 0.8), rng.uniform(0.4, 0.65)
    rim = rounded_box((wide, high, deep), 0.02)
    earth = solids.box((wide - 0.1, 0.02, deep - 0.1), high - 0.005)
    clumps = [
        _leaves(
            rng,
            np.array([0.36, 0.34, 0.3]) * rng.uniform(0.8, 1.2),
            np.array([x, high + 0.3, 0]),
            True,
        )
        for x in np.linspace(-wide / 2 + 0.3, wide / 2 - 0.3, 2 if wide < 1.2 else 3)
    ]
    material = str(rng.choice(["concrete", "wood", "metal"]))
    # Foliage reaches beyond the box.
    obstacle = collisions.box((wide + 0.2, high + 0.7, deep + 0.2))
    parts = ((rim, material), (earth, "soil"), (solids.joined(clumps), "leaves"))
    return Thing("planter", parts, (obstacle,), float(np.hypot(wide, deep) / 2))


def flowers(rng: Rng) -> Thing:
    """A round bed of flowers with a stone edge."""
    radius = rng.uniform(0.8, 1.5)
    edge = lathe(
        [(radius, 0.0), (radius, 0.14), (radius - 0.12, 0.14), (radius - 0.12, 0.05), (0.0, 0.09)],
        24,
    )
    green = foliage(
        rng, np.array([radius - 0.15, 0.3, radius - 0.15]), np.array([0, 0.16, 0]), 700, 0.06
    )
    bloom = foliage(
        rng, np.array([radius - 0.2, 0.34, radius - 0.2]), np.array([0, 0.2, 0]), 500, 0.04
    )
    parts = (
        (edge, "concrete"),
        (_grounded(green), "leaves"),
        (_grounded(bloom).tinted(tuple(rng.uniform(0.3, 1.0, 3))), "plain"),
    )
    obstacle = collisions.box((2 * radius, 0.5, 2 * radius))
    return Thing("flowers", parts, (obstacle,), radius)


def pot_plant(rng: Rng) -> Thing:
    """A plant in a pot, indoors."""
    radius, high = rng.uniform(0.14, 0.22), rng.uniform(0.25, 0.45)
    pot = lathe(
        [
            (0.75 * radius, 0.0),
            (radius, high),
            (0.85 * radius, high),
            (0.8 * radius, high - 0.04),
            (0.0, high - 0.04),
        ]
    )
    blades = []
    tall = rng.uniform(0.5, 1.0)
    for way in rng.uniform(0, 2 * np.pi, 16):
        blades.append(_blade(rng, float(way), tall * rng.uniform(0.6, 1.1), high))
    obstacle = collisions.box((0.95 * tall, high + tall, 0.95 * tall))
    parts = ((pot, "plastic"), (solids.joined(blades), "leaves"))
    return Thing("plant", parts, (obstacle,), 0.4)


def _blade(rng: Rng, way: float, long: float, up: float) -> Solid:
    """A long leaf that bends outward."""
    steps = np.linspace(0, 1, 6)
    out, high = 0.5 * long * steps**1.6, up + long * (steps - 0.45 * steps**2.5)
    wide = 0.055 * np.sin(np.pi * (0.12 + 0.86 * steps)) + 0.004
    spine = np.stack([out * np.sin(way), high, out * np.cos(way)], 1)
    aside = np.array([np.cos(way), 0, -np.sin(way)])
    vertices = np.concatenate([spine - wide[:, None] * aside, spine + wide[:, None] * aside])
    i = np.arange(5)
    faces = np.concatenate([np.stack([i, i + 6, i + 7], 1), np.stack([i, i + 7, i + 1], 1)])
    uv = np.stack([np.tile(wide, 2), np.tile(steps * long, 2)], 1)
    made = Solid(vertices.astype(np.float32), faces.astype(np.int32), uv.astype(np.float32))
    return made.tinted(rng.uniform(0.7, 1.0) * np.ones(3))


def _grounded(solid: Solid) -> Solid:
    vertices = solid.vertices.copy()
    vertices[:, 1] = np.maximum(vertices[:, 1], 0)
    lowest = vertices[:, 1].min()
    vertices[:, 1] -= lowest
    return Solid(vertices, solid.faces, solid.uv, solid.colours, solid.normals)


PLANTS: dict[str, Callable[[Rng], Thing]] = {
    function.__name__: function for function in (tree, conifer, bush, hedge, planter, flowers)
}
