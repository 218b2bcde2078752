"""Parked cars: a rounded body, glass, wheels, lights."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from synth.scenes import collisions, solids
from synth.scenes.shapes import at, bar, lathe, rounded_box
from synth.scenes.solids import Solid
from synth.scenes.things import Thing

Rng = np.random.Generator
Outline = list[tuple[float, float]]


@dataclass(frozen=True)
class Model:
    """Outlines of a car from its side: z ahead and y up, in metres; convex, anticlockwise."""

    body: Outline
    cabin: Outline
    wide: float
    axle: float
    """Half the distance between the axles."""


MODELS = {
    "saloon": Model(
        [
            *((-2.2, 0.3), (2.1, 0.26), (2.24, 0.42), (2.2, 0.66), (1.9, 0.78)),
            *((0.95, 0.93), (-1.5, 0.99), (-2.15, 0.95), (-2.26, 0.7)),
        ],
        [(-1.75, 0.94), (1.05, 0.88), (0.3, 1.37), (0.0, 1.42), (-0.85, 1.42), (-1.1, 1.37)],
        1.8,
        1.36,
    ),
    "hatchback": Model(
        [
            *((-1.9, 0.3), (1.9, 0.26), (2.02, 0.42), (1.98, 0.68), (1.7, 0.82)),
            *((0.95, 0.95), (-1.5, 1.02), (-1.93, 0.98), (-1.98, 0.7)),
        ],
        [(-1.86, 0.96), (1.1, 0.9), (0.35, 1.42), (0.05, 1.48), (-1.2, 1.48), (-1.5, 1.42)],
        1.74,
        1.25,
    ),
    "off_roader": Model(
        [
            *((-2.1, 0.42), (2.15, 0.38), (2.26, 0.55), (2.24, 0.9), (2.0, 1.02)),
            *((1.0, 1.1), (-1.8, 1.14), (-2.15, 1.1), (-2.2, 0.8)),
        ],
        [(-2.08, 1.06), (1.0, 1.04), (0.45, 1.62), (0.15, 1.68), (-1.65, 1.68), (-1.9, 1.62)],
        1.88,
        1.33,
    ),
}


def car(rng: Rng, fine: bool = True) -> Thing:
    """A parked car around the origin, its front towards +z; far away, less of it shows."""
    model = MODELS[str(rng.choice(list(MODELS)))]
    paint = _paint(rng)
    body = _rounded(model, fine).tinted(paint)
    roof, pillars = _roof(model)
    small = _trim(model) if fine else []
    lacquer = solids.joined([body, roof.tinted(paint), pillars.tinted(paint), *small])
    glass = _cabin(model, 0.0).tinted((0.13, 0.15, 0.17))
    parts = (
        (solids.joined([lacquer, glass, *_lights(model)]), "glossy"),
        (_wheels(model, 16 if fine else 9), "plain"),
    )
    z = np.array(model.body)[:, 0]
    high = max(point[1] for point in model.cabin) + 0.04
    long = float(z.max() - z.min())
    obstacle = collisions.box((model.wide + 0.26, high, long + 0.1))
    return Thing("car", parts, (obstacle,), float(np.hypot(long, model.wide) / 2))


def _paint(rng: Rng) -> tuple[float, float, float]:
    colours = [
        *((0.93, 0.93, 0.92), (0.05, 0.05, 0.06), (0.3, 0.31, 0.33), (0.66, 0.67, 0.69)),
        *((0.52, 0.05, 0.06), (0.08, 0.14, 0.34), (0.16, 0.25, 0.22), (0.55, 0.5, 0.42)),
    ]
    r, g, b = (float(c) for c in np.array(colours[int(rng.integers(8))]) * rng.uniform(0.85, 1.05))
    return r, g, b


def _smooth(outline: Outline, rounds: int = 2) -> Float[np.ndarray, "n 2"]:
    """Cut corners (Chaikin, 1974)."""
    points = np.array(outline)
    for _ in range(rounds):
        following = np.roll(points, -1, 0)
        points = np.stack([0.8 * points + 0.2 * following, 0.2 * points + 0.8 * following], 1)
        points = points.reshape(-1, 2)
    return points


def _rounded(model: Model, fine: bool) -> Solid:
    """Loft the body's outline across, smaller towards the sides."""
    outline = _smooth(model.body, 2 if fine else 1)
    middle, half = outline.mean(0), model.wide / 2
    steps = [(-1.0, 0.93), (-0.985, 0.97), (-0.93, 0.99), (-0.8, 1.0)]
    steps += [(-x, share) for x, share in steps[::-1]]
    rings = [_ring(middle + (outline - middle) * share, x * half) for x, share in steps]
    return _loft(rings)


def _cabin(model: Model, proud: float) -> Solid:
    outline = _smooth(model.cabin, 1)
    return _loft([_ring(outline, side * _aside(model, outline, proud)) for side in (-1, 1)])


def _aside(
    model: Model, outline: Float[np.ndarray, "n 2"], proud: float
) -> Float[np.ndarray, " n"]:
    """Sides of a cabin lean inward."""
    return model.wide / 2 - 0.07 - 0.26 * (outline[:, 1] - outline[:, 1].min()) + proud


def _roof(model: Model) -> tuple[Solid, Solid]:
    """The roof over the glass, and the pillars that carry it."""
    cabin = np.array(model.cabin)
    low, top = cabin[:, 1].min(), cabin[:, 1].max()
    upper = cabin[cabin[:, 1] > top - 0.07]
    middle = np.array([upper[:, 0].mean(), top - 0.03])
    plate = _smooth([tuple(p) for p in middle + (upper - middle) * [1.03, 1.35] + [0, 0.005]], 1)
    across = [(-1.0, 0.95), (-0.9, 1.0), (0.9, 1.0), (1.0, 0.95)]
    half = model.wide / 2 - 0.07 - 0.26 * (top - 0.06 - low) + 0.02
    roof = _loft([_ring(middle + (plate - middle) * share, x * half) for x, share in across])
    feet = [(cabin[1], upper[0]), (cabin[0], upper[-1])]
    posts = [(_on_side(model, a, low), _on_side(model, b, low)) for a, b in feet]
    centre = (upper[:, 0].mean() + 0.05, low), (upper[:, 0].mean(), top - 0.04)
    posts.append(
        (_on_side(model, np.array(centre[0]), low), _on_side(model, np.array(centre[1]), low))
    )
    bars = [
        bar((side * a[0], a[1], a[2]), (side * b[0], b[1], b[2]), 0.035, 6)
        for a, b in posts
        for side in (-1, 1)
    ]
    return roof, solids.joined(bars)


def _on_side(model: Model, point: Float[np.ndarray, "2"], low: float) -> tuple[float, float, float]:
    aside = model.wide / 2 - 0.075 - 0.26 * (float(point[1]) - low)
    return aside, float(point[1]), float(point[0])


def _trim(model: Model) -> list[Solid]:
    """Bumpers, sills, mirrors, handles, plates."""
    z = np.array(model.body)[:, 0]
    low = float(np.array(model.body)[:, 1].min())
    dark = (0.05, 0.05, 0.055)
    made = [
        at(rounded_box((model.wide * 0.86, 0.14, 0.12), 0.04), 0.0, low + 0.02, end).tinted(dark)
        for end in (float(z.max()) - 0.05, float(z.min()) + 0.05)
    ]
    belt = float(np.array(model.cabin)[:, 1].min())
    for side in (-1, 1):
        mirror = rounded_box((0.16, 0.12, 0.08), 0.03)
        made.append(at(mirror, side * (model.wide / 2 + 0.02), belt + 0.02, 0.75).tinted(dark))
        sill = solids.box((0.06, 0.1, 2 * model.axle - 0.75))
        made.append(at(sill, side * (model.wide / 2 - 0.04), low - 0.02, 0.0).tinted(dark))
        for along in (0.05, -0.85):
            handle = solids.box((0.03, 0.025, 0.15))
            made.append(
                at(handle, side * (model.wide / 2 - 0.005), belt - 0.14, along).tinted(dark)
            )
    for end, sign in ((float(z.max()), 1), (float(z.min()), -1)):
        plate = solids.box((0.5, 0.11, 0.02))
        made.append(at(plate, 0.0, low + 0.2, end + 0.008 * sign).tinted((0.9, 0.9, 0.88)))
    return made


def _lights(model: Model) -> list[Solid]:
    outline = np.array(model.body)
    front, rear = float(outline[:, 0].max()), float(outline[:, 0].min())
    level = float(np.median(outline[:, 1])) - 0.09
    made = []
    for side in (-1, 1):
        x = side * (model.wide / 2 - 0.28)
        lamp = rounded_box((0.34, 0.13, 0.16), 0.045)
        made.append(at(lamp, x, level - 0.04, front - 0.1).tinted((0.88, 0.9, 0.92)))
        made.append(at(lamp, x, level + 0.04, rear + 0.08).tinted((0.5, 0.03, 0.03)))
    return made


def _wheels(model: Model, sides: int) -> Solid:
    radius = 0.32 if model.wide < 1.85 else 0.37
    tyre = lathe(
        [(0.62, -0.1), (0.95, -0.1), (1.0, -0.07), (1.0, 0.07), (0.95, 0.1), (0.62, 0.1)], sides
    )
    rim = [(0.64, 0.085), (0.6, 0.06), (0.2, 0.075), (0.2, 0.09), (0.0, 0.09)]
    hub = lathe(rim, sides // 2 + 2)
    # The arch in the body is wider than the wheel, and ends above the ground.
    arch = lathe([(1.13, -0.16), (1.13, 0.07), (0.0, 0.07)], sides)
    sizes, made = np.array([radius, 1.0, radius]), []
    for part, up, colour in (
        (tyre, 0.0, (0.04, 0.04, 0.045)),
        (hub, 0.0, (0.5, 0.51, 0.53)),
        (arch, 0.14, (0.02, 0.02, 0.022)),
    ):
        places = (part.vertices - np.array([up, 0, 0])) * sizes
        made.append(Solid(places.astype(np.float32), part.faces, part.uv).tinted(colour))
    wheel = solids.joined(made)
    # The axle points outward on either side.
    out = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]], float)
    placed = []
    for side in (-1, 1):
        turn = out if side > 0 else np.diag([-1.0, 1.0, -1.0]) @ out
        for along in (-model.axle, model.axle):
            place = np.array([side * (model.wide / 2 - 0.092), radius, along])
            placed.append(wheel.turned(turn, place))
    return solids.joined(placed)


def _ring(
    outline: Float[np.ndarray, "n 2"], x: float | Float[np.ndarray, " n"]
) -> Float[np.ndarray, "n 3"]:
    return np.stack([np.broadcast_to(x, len(outline)), outline[:, 1], outline[:, 0]], 1)


def _loft(rings: list[Float[np.ndarray, "n 3"]]) -> Solid:
    """Skin rings from -x to +x, each anticlockwise in z and y; close both ends."""
    n, count = len(rings[0]), len(rings)
    i, k = (g.ravel() for g in np.meshgrid(np.arange(n), np.arange(count - 1)))
    a, b = k * n + i, k * n + (i + 1) % n
    skin = np.concatenate([np.stack([a, b, b + n], 1), np.stack([a, b + n, a + n], 1)])
    j = np.arange(1, n - 1)
    fan = np.stack([np.zeros(n - 2, int), j, j + 1], 1)
    faces = [skin, fan[:, ::-1] + count * n, fan + (count + 1) * n]
    vertices = np.concatenate([*rings, rings[0], rings[-1]])
    made = np.concatenate(faces)
    if _volume(vertices, made) < 0:
        made = made[:, ::-1]
    uv = vertices[:, [2, 1]] * [1, -1]
    return Solid(vertices.astype(np.float32), made.astype(np.int32), uv.astype(np.float32))


def _volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return float((a * np.cross(b, c)).sum())
