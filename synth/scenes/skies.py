"""Built-in surroundings: a sky, a landscape round the horizon, a ground below it.

Each is a variant of one kind and belongs to one split, as all assets do.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from synth.render.lights import Light, Lighting, harmonics, irradiance_coefficients
from synth.scenes import sky_domes
from synth.scenes.exposures import exposure_of
from synth.scenes.landscapes import LANDSCAPES, Daylight, paint
from synth.scenes.map_pixels import HEIGHT, Colours, Rng, larger, upper
from synth.scenes.painted_rooms import ROOMS, half_sides
from synth.scenes.seen_grounds import EYE_HEIGHT, ground
from synth.scenes.sky_domes import Weather
from synth.scenes.strong_lights import LIGHT_HEIGHT, light_of, shrunk
from synth.splits import draw, rng_of, split_of

VARIANTS = 200
"""Of each kind."""
STEP = 16
"""Of a dome's pixels, one in so many across and down tells how it lights the landscape."""


@dataclass(frozen=True)
class Kind:
    """Ranges of a kind of weather."""

    elevation_deg: tuple[float, float]
    """Of the sun."""
    haze: tuple[float, float]
    cover: tuple[float, float]
    puffy: tuple[float, float]
    sight: tuple[float, float]
    """Metres at which air hides 63 %."""
    exposure: float = 1.0
    """How much of a photographer's exposure it is given: a dusk that is exposed as a day looks
    like one."""


KINDS = {
    "clear": Kind((20.0, 65.0), (0.04, 0.12), (0.0, 0.06), (0.0, 0.3), (8e3, 2e4)),
    "cloudy": Kind((20.0, 65.0), (0.05, 0.15), (0.25, 0.55), (0.6, 1.0), (6e3, 15e3)),
    "veiled": Kind((20.0, 60.0), (0.08, 0.2), (0.3, 0.6), (0.0, 0.3), (5e3, 12e3)),
    "hazy": Kind((15.0, 60.0), (0.3, 0.6), (0.0, 0.2), (0.0, 0.4), (900.0, 2500.0)),
    "overcast": Kind((25.0, 65.0), (0.1, 0.3), (0.5, 0.5), (0.0, 1.0), (1500.0, 6e3)),
    "low_sun": Kind((3.5, 12.0), (0.05, 0.16), (0.0, 0.35), (0.2, 1.0), (3e3, 9e3), 0.75),
    "dusk": Kind((-7.0, -2.5), (0.08, 0.15), (0.0, 0.3), (0.0, 0.6), (4e3, 9e3), 0.5),
}
"""Kinds of weather; `painted_rooms.ROOMS` are kinds too."""


def draw_sky(rng: Rng, split: str, kinds: tuple[str, ...] = ()) -> tuple[str, Lighting, float]:
    """Draw a surrounding of a split.

    Args:
        rng: Source of the choice.
        split: Whose variants are used.
        kinds: Those wanted, each as likely; all if empty.

    Returns:
        Its name, its light, and an exposure for it.
    """
    names = kinds or (*KINDS, *ROOMS)
    kind = names[int(rng.integers(len(names)))]
    variant = draw(rng, f"sky/{kind}", split, VARIANTS)
    lighting = sky(kind, variant)
    share = KINDS[kind].exposure if kind in KINDS else 1.0
    return f"{kind}_{variant}", lighting, share * exposure_of(lighting)


def walls_of(name: str) -> tuple[float, float] | None:
    """Find how far the walls of a surrounding are along x and z; None in the open.

    Args:
        name: As `draw_sky` gives it.
    """
    kind, _, variant = name.rpartition("_")
    if kind not in ROOMS:
        return None
    x, z = half_sides(rng_of(f"sky/{kind}", int(variant)), kind)
    return float(x), float(z)


@lru_cache(maxsize=6)
def sky(kind: str, variant: int) -> Lighting:
    """Paint a variant of a kind, once as long as it is in use."""
    rng, split = rng_of(f"sky/{kind}", variant), split_of(f"sky/{kind}", variant)
    if kind in ROOMS:
        return light_of(ROOMS[kind](rng, split), eye_height=EYE_HEIGHT)
    of = KINDS[kind]
    weather = Weather(
        float(np.radians(rng.uniform(*of.elevation_deg))),
        float(rng.uniform(-np.pi, np.pi)),
        float(rng.uniform(*of.haze)),
        float(rng.uniform(*of.cover)),
        float(rng.uniform(*of.puffy)),
    )
    dome, through = _dome(rng, kind, weather)
    sun = sky_domes.sunlight(weather) * through if weather.elevation > 0 else np.zeros(3)
    return _surrounded(rng, split, weather, dome, sun, float(rng.uniform(*of.sight)))


def _dome(rng: Rng, kind: str, weather: Weather) -> tuple[Colours, float]:
    """Paint the upper half of a map without the sun's disc, and tell what of the sun shows."""
    towards, small = upper(), upper(HEIGHT // 4)
    paint = {"overcast": sky_domes.overcast, "dusk": sky_domes.dusk}.get(kind, sky_domes.clear)
    # Smooth but for the glow about the sun, which its light leaves room for.
    dome = larger(paint(small, weather), *towards.shape[:2])
    if kind == "overcast":
        return sky_domes.grey_clouds(rng, dome, towards), 0.0
    if weather.cover > 0.02:
        return sky_domes.with_clouds(rng, dome, towards, weather)
    return dome, float(weather.elevation > 0)


def _surrounded(
    rng: Rng, split: str, weather: Weather, dome: Colours, sun: np.ndarray, sight: float
) -> Lighting:
    """Add landscape and ground to a dome, and part the light."""
    shining = bool(sun.max() > 0.02 * sky_domes.SUN)
    small = dome[::STEP, ::STEP]
    above = np.concatenate([small, np.zeros_like(small)])
    sides = np.array([[0.0, 1, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1]])
    falls = harmonics(sides) @ irradiance_coefficients(above)
    direct = sun * shining
    on_ground = falls[0] + direct * max(weather.sun[1], 0)
    air = dome[-12:].mean(0)
    landscape = list(LANDSCAPES)[int(rng.integers(len(LANDSCAPES)))]
    grounds = LANDSCAPES[landscape][1]
    kind = grounds[int(rng.integers(len(grounds)))]
    below = ground(rng, kind, split, on_ground, air.mean(0), sight)
    bounced = below[len(below) // 4 :: 8, ::8].mean((0, 1)) * np.pi / 2
    night = float(np.clip(-weather.elevation / 0.05, 0, 1))
    beside = falls[1:].mean(0) + bounced
    light = Daylight(weather.sun, direct, beside, air, sight, night)
    left = paint(rng, landscape, dome, light)
    rest = np.concatenate([dome, below])
    if not shining:
        return light_of(rest, eye_height=EYE_HEIGHT)
    shown = left * sky_domes.disc(upper(), weather.sun)
    dome += shown[..., None] * (sun / (np.pi * sky_domes.SUN_ANGLE**2)).astype(np.float32)
    x, y, z = (float(-c) for c in weather.sun)
    red, green, blue = (float(c) for c in sun / sun.max())
    lamp = Light((x, y, z), (red, green, blue), float(sun.max()), sky_domes.SUN_ANGLE)
    whole = np.concatenate([dome, below])
    return Lighting(shrunk(rest, LIGHT_HEIGHT), (lamp,), whole, EYE_HEIGHT)
