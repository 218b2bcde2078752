"""Environments: a ground, things on it, what closes the view, and the light."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from synth.people.seats import Seat
from synth.render.lights import Light, Lighting, Sky, sunlit
from synth.render.scene import FIRST_ENVIRONMENT_ID, Surface
from synth.scenes import solids
from synth.scenes.collisions import Placed
from synth.scenes.floors import Floor, Perch
from synth.scenes.materials import Material, material
from synth.scenes.seating import furniture
from synth.scenes.solids import Solid
from synth.scenes.things import THINGS, Thing
from synth.scenes.viewpoints import Viewpoint
from synth.splits import draw

Rng = np.random.Generator
MATERIALS = 40
"""Variants of each material."""
GROUND_SIDE = 240.0
"""Of the square of ground, in metres."""


@dataclass(frozen=True)
class Kind:
    """What environments of a kind are made of."""

    grounds: tuple[str, ...]
    things: dict[str, float]
    backs: tuple[str, ...]
    """What closes the view: "house", "wall", "tree"."""
    distance: tuple[float, float]
    """From the end of the crowd's ground to what closes the view, in metres."""


KINDS = {
    "plaza": Kind(
        ("paving", "concrete"),
        {
            "bench": 2.0,
            "bollards": 1.0,
            "planter": 2.0,
            "pillar": 1.0,
            "lamp": 1.0,
            "panel": 1.0,
            "low_wall": 1.0,
        },
        ("house", "house", "tree"),
        (6.0, 25.0),
    ),
    "street": Kind(
        ("asphalt", "paving"),
        {"bollards": 2.0, "lamp": 1.0, "panel": 1.0, "crates": 1.0, "low_wall": 1.0, "tree": 1.0},
        ("house",),
        (3.0, 12.0),
    ),
    "park": Kind(
        ("grass", "grass", "gravel"),
        {"tree": 3.0, "bench": 2.0, "low_wall": 1.0, "table": 1.0, "planter": 1.0},
        ("tree", "tree", "tree", "house"),
        (5.0, 30.0),
    ),
    "court": Kind(
        ("wood", "concrete", "paving"),
        {"table": 3.0, "pillar": 2.0, "crates": 1.0, "panel": 2.0, "planter": 1.0, "bench": 1.0},
        ("wall",),
        (1.5, 5.0),
    ),
}
SKIES = {
    "clear": (Sky(), 3.4, (22, 62), 1.0),
    "hazy": (Sky((0.34, 0.43, 0.6), (0.74, 0.77, 0.8), (0.27, 0.26, 0.24)), 2.3, (25, 60), 1.0),
    "overcast": (Sky((0.62, 0.65, 0.7), (0.78, 0.8, 0.82), (0.3, 0.3, 0.29)), 0.5, (40, 75), 1.1),
    "low_sun": (Sky((0.2, 0.3, 0.56), (0.9, 0.72, 0.55), (0.25, 0.21, 0.18)), 3.0, (13, 24), 1.0),
}
"""Sky, strength of the sun, range of its height in degrees, exposure."""


@dataclass(frozen=True)
class Environment:
    """Everything but people, and the light."""

    name: str
    surfaces: tuple[Surface, ...]
    obstacles: tuple[Placed, ...]
    lighting: Lighting
    exposure: float
    seats: str
    """The style of people's seats, a key of `seating.STYLES`."""
    seat_materials: tuple[tuple[str, int], ...]
    """Kind and variant of each material that seats are made of."""
    floors: tuple[Floor, ...] = ()
    """Where people may stand; everywhere at height 0 if there are none."""
    perches: tuple[Perch, ...] = ()
    """Where those who sit should sit as long as there is room; anywhere on the floor then."""
    sitting: float = 0.05
    """Share of people who sit."""

    def seat(
        self, seat: Seat, yaw: float, shift: Float[np.ndarray, "3"], number: int
    ) -> tuple[Surface, ...]:
        """Make the surfaces of somebody's seat, one element whose id comes after all others.

        Args:
            seat: The room that the sitter leaves, around their own origin.
            yaw: The sitter's turn about +y.
            shift: Where the sitter is, after the turn.
            number: Tells seats apart, from 0.
        """
        element = max(surface.id for surface in self.surfaces) + 1 + number
        looks = dict(self.seat_materials)
        return tuple(
            _surface(
                f"seat_{made_of}",
                element,
                part.moved(yaw, shift),
                material(made_of, looks[made_of]),
            )
            for part, made_of in furniture(self.seats, seat)
        )

    def stool(self, solid: Solid, number: int) -> Surface:
        """Make the surface of somebody's seat of a shape of its own."""
        element = max(surface.id for surface in self.surfaces) + 1 + number
        made_of, variant = self.seat_materials[0]
        return _surface("stool", element, solid, material(made_of, variant))


def draw_environment(
    rng: Rng, split: str, view: Viewpoint, things: Sequence[int], kinds: Sequence[str]
) -> Environment:
    """Build an environment around what a camera sees.

    Args:
        rng: Source of all choices.
        split: Which split's materials are used.
        view: The camera.
        things: Least and greatest number of things among the crowd.
        kinds: Keys of `KINDS`, each as likely.
    """
    name = str(rng.choice(kinds))
    builder = _Builder(rng, split)
    kind = KINDS[name]
    ground = solids.plane(GROUND_SIDE)
    builder.add([(ground, str(rng.choice(kind.grounds)))], "ground", casts_shadow=False)
    obstacles = _scatter(builder, kind, view, things)
    for solid, made_of in _backs(rng, kind, view):
        builder.add([(solid, made_of)], "back")
    sky_name = str(rng.choice(list(SKIES), p=[0.35, 0.25, 0.25, 0.15]))
    lighting, exposure = _light(rng, sky_name)
    style = str(rng.choice(["stool", "chair", "bench", "block"]))
    made_of = ("wood", "metal", "plastic", "concrete")
    looks = tuple((kind, draw(rng, f"material/{kind}", split, MATERIALS)) for kind in made_of)
    surfaces, placed = tuple(builder.surfaces), tuple(obstacles)
    return Environment(f"{name}/{sky_name}", surfaces, placed, lighting, exposure, style, looks)


class _Builder:
    """Collects surfaces and numbers the elements they belong to."""

    def __init__(self, rng: Rng, split: str):
        self.rng, self._split = rng, split
        self.surfaces: list[Surface] = []
        self._next = FIRST_ENVIRONMENT_ID

    def add(self, parts: list[tuple[Solid, str]], name: str, casts_shadow: bool = True) -> None:
        """Add one element, made of several materials."""
        for solid, made_of in parts:
            variant = draw(self.rng, f"material/{made_of}", self._split, MATERIALS)
            look = material(made_of, variant)
            surface = _surface(f"{name}_{made_of}", self._next, solid, look, casts_shadow)
            self.surfaces.append(surface)
        self._next += 1


def _surface(
    name: str, element: int, solid: Solid, look: Material, casts_shadow: bool = True
) -> Surface:
    return Surface(
        name,
        element,
        solid.vertices,
        solid.faces,
        uv=(solid.uv / look.metres).astype(np.float32),
        texture=look.tile,
        roughness=look.roughness,
        casts_shadow=casts_shadow,
    )


def _scatter(builder: _Builder, kind: Kind, view: Viewpoint, count: Sequence[int]) -> list[Placed]:
    """Stand things among the crowd's ground, apart from each other and from the camera."""
    rng, placed, circles = builder.rng, [], []
    names, shares = list(kind.things), np.array(list(kind.things.values()))
    for _ in range(int(rng.integers(count[0], count[1] + 1))):
        thing = THINGS[str(rng.choice(names, p=shares / shares.sum()))](rng)
        place = _free_place(rng, view, thing, circles)
        if place is None:
            continue
        yaw = float(rng.uniform(0, 2 * np.pi))
        circles.append((place, thing.radius))
        shift = np.array([place[0], 0, place[1]])
        builder.add([(solid.moved(yaw, shift), m) for solid, m in thing.parts], thing.kind)
        placed += [obstacle.at(yaw, place) for obstacle in thing.obstacles]
    return placed


def _free_place(
    rng: Rng, view: Viewpoint, thing: Thing, circles: list[tuple[Float[np.ndarray, "2"], float]]
) -> Float[np.ndarray, "2"] | None:
    for _ in range(12):
        ahead = rng.uniform(max(0.75 * view.near, 1.2 + thing.radius), view.far)
        place = view.ground(ahead, rng.uniform(-0.95, 0.95) * view.slope * ahead)
        if all(np.linalg.norm(place - p) > thing.radius + r + 0.4 for p, r in circles):
            return place
    return None


def _backs(rng: Rng, kind: Kind, view: Viewpoint) -> list[tuple[Solid, str]]:
    """Close the view behind the crowd from side to side."""
    distance = view.far + 2.0 + rng.uniform(*kind.distance)
    if kind.backs == ("wall",):
        return _walls(rng, view, distance)
    made, aside = [], -1.35 * view.slope * distance
    while aside < 1.35 * view.slope * distance:
        what, wide = str(rng.choice(kind.backs)), rng.uniform(5, 16)
        ahead = distance + rng.uniform(0, 8)
        if what == "house":
            place = view.ground(ahead + 5, aside + wide / 2)
            made.append((_house(rng, wide, view, place), "facade"))
            aside += wide + rng.choice([0.0, rng.uniform(1, 6)])
        else:
            thing = THINGS["tree"](rng)
            place = view.ground(ahead, aside)
            shift = np.array([place[0], 0, place[1]])
            made += [(part.moved(0.0, shift), made_of) for part, made_of in thing.parts]
            aside += rng.uniform(1.5, 4)
    return made


def _house(rng: Rng, wide: float, view: Viewpoint, place: Float[np.ndarray, "2"]) -> Solid:
    storeys = int(rng.integers(2, 6))
    solid = solids.box((wide, 3.2 * storeys, 10.0))
    return solid.moved(view.heading, np.array([place[0], 0, place[1]]))


def _walls(rng: Rng, view: Viewpoint, distance: float) -> list[tuple[Solid, str]]:
    """Three walls around a court that lies open to the camera and to the sky."""
    high, made_of = (
        rng.uniform(3.2, 6.0),
        str(rng.choice(["brick", "plaster", "concrete"])),
    )
    half = view.slope * (view.far + 1.0) + rng.uniform(0.8, 3)
    back = solids.box((2 * half, high, 0.4))
    place = view.ground(distance, 0.0)
    walls = [back.moved(view.heading, np.array([place[0], 0, place[1]]))]
    for side in (-1, 1):
        place = view.ground(distance / 2, side * half)
        wall = solids.box((0.4, high, distance + 2.0))
        walls.append(wall.moved(view.heading, np.array([place[0], 0, place[1]])))
    return [(wall, made_of) for wall in walls]


def _light(rng: Rng, name: str) -> tuple[Lighting, float]:
    sky, strength, height, exposure = SKIES[name]
    up = np.radians(rng.uniform(*height))
    around = rng.uniform(0, 2 * np.pi)
    direction = (np.cos(up) * np.sin(around), -np.sin(up), np.cos(up) * np.cos(around))
    warm = rng.uniform(0.78, 0.92) if name == "low_sun" else rng.uniform(0.92, 1.0)
    colour = (1.0, float(warm), float(warm**2))
    x, y, z = (float(c) for c in direction)
    sun = Light((x, y, z), colour, float(strength * rng.uniform(0.85, 1.15)))
    return sunlit(sun, sky), float(exposure * rng.uniform(0.85, 1.15))
