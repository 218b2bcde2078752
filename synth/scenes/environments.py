"""Environments: everything but people, and the light."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from synth.people.seats import Seat
from synth.render.lights import Lighting
from synth.render.scene import Surface
from synth.scenes.bounce import over_ground
from synth.scenes.builder import Builder, Place, surface_of
from synth.scenes.collisions import Placed
from synth.scenes.floors import Floor, Perch
from synth.scenes.outdoors import court, park, plaza
from synth.scenes.rooms import room, shop
from synth.scenes.seating import furniture
from synth.scenes.skies import draw_sky
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
OUTDOORS = ("clear", "cloudy", "veiled", "hazy", "overcast", "low_sun")
"""Skies over what is built in the open."""


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
    haze: float = 400.0
    """Distance at which air has taken over 63 % of what is seen, in metres."""
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
    rng: Rng,
    split: str,
    view: Viewpoint,
    things: Sequence[int],
    kinds: Sequence[str],
    light_rng: Rng | None = None,
) -> Environment:
    """Build an environment around what a camera sees.

    Args:
        rng: Source of all choices.
        split: Which split's materials are used.
        view: The camera.
        things: Least and greatest number of things among the crowd.
        kinds: Keys of `KINDS`, each as likely.
        light_rng: Source of the sky, if it is to be another.
    """
    light_rng = rng if light_rng is None else light_rng
    name = str(rng.choice(kinds))
    builder = Builder(rng, split, view)
    place = KINDS[name](builder, int(rng.integers(things[0], things[1] + 1)))
    label, light = name, place.light
    if light is None:
        sky, lighting, exposure = draw_sky(light_rng, split, OUTDOORS)
        label, light = f"{name}/{sky}", (over_ground(lighting), exposure * place.brighten)
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
    )
