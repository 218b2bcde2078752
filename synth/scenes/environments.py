"""Environments: everything but people, and the light."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from synth.people.seats import Seat
from synth.render.lights import Light, Lighting, Sky, sunlit
from synth.render.scene import Surface
from synth.scenes.builder import Builder, Place, surface_of
from synth.scenes.collisions import Placed
from synth.scenes.floors import Floor, Perch
from synth.scenes.outdoors import court, park, plaza
from synth.scenes.rooms import room, shop
from synth.scenes.seating import furniture
from synth.scenes.streets import street
from synth.scenes.tiers import stadium, stairs
from synth.scenes.viewpoints import Viewpoint

Rng = np.random.Generator
KINDS: dict[str, Callable[[Builder, int], Place]] = {
    function.__name__: function
    for function in (plaza, street, park, court, room, shop, stairs, stadium)
}
"""Each builds its kind around what a camera sees, with so many things among people."""
SEATS_OF = ("wood", "metal", "plastic", "concrete")
"""What seats are made of."""
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
    indoors: bool = False
    """Whether it has its own light, and not that of a sky."""
    haze: float = 400.0
    """Distance at which air has taken over 63 % of what is seen, in metres."""
    brighten: float = 1.0
    """What to multiply a sky's exposure by: a yard between walls sees little of it."""
    photo: UInt8[np.ndarray, "h w 3"] | None = None
    """What is behind everything, if it is a photo."""
    sources: tuple[str, ...] = ()
    """What licences must name: whose maps and photos are shown."""

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
            surface_of(f"seat_{kind}", element, part.moved(yaw, shift), (kind, looks[kind]))
            for part, kind in furniture(self.seats, seat)
        )


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
    builder = Builder(rng, split, view)
    place = KINDS[name](builder, int(rng.integers(things[0], things[1] + 1)))
    label = name
    if place.light is None:
        sky = str(rng.choice(list(SKIES), p=[0.35, 0.25, 0.25, 0.15]))
        lighting, exposure = _light(rng, sky)
        label, light = f"{name}/{sky}", (lighting, exposure * place.brighten)
    else:
        light = place.light
    looks = tuple((kind, builder.look(kind, "seats")) for kind in SEATS_OF)
    return Environment(
        label,
        tuple(builder.surfaces),
        tuple(builder.obstacles),
        *light,
        place.seats,
        looks,
        floors=place.floors,
        perches=place.perches,
        sitting=place.sitting,
        indoors=place.light is not None,
        brighten=place.brighten,
    )


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
