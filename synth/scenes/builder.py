"""Collects an environment's surfaces, numbers its elements, and keeps things apart."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from synth.render.lights import Lighting
from synth.render.scene import FIRST_ENVIRONMENT_ID, Surface
from synth.scenes import solids
from synth.scenes.collisions import Placed
from synth.scenes.floors import Floor, Perch
from synth.scenes.frames import Frame
from synth.scenes.materials import VARIANTS, material
from synth.scenes.solids import Solid
from synth.scenes.things import Thing
from synth.scenes.viewpoints import Viewpoint
from synth.splits import draw

Rng = np.random.Generator
Parts = list[tuple[Solid, str]]
ROOM = 1.15
"""Metres around the camera that stay empty."""
VARIED = ("house", "panel", "column", "picture", "sign", "boards", "sofa", "rug", "table")
"""Elements each of which looks its own way."""
LOOKS = 3
"""Variants of a kind of material in one environment, at the most."""


@dataclass(frozen=True)
class Place:
    """What an environment's kind says of it besides its surfaces."""

    floors: tuple[Floor, ...] = ()
    perches: tuple[Perch, ...] = ()
    sitting: float = 0.05
    seats: str = "stool"
    light: tuple[Lighting, float] | None = None
    """Its own light and exposure, indoors; None under the sky."""
    brighten: float = 1.0
    """What to multiply a sky's exposure by: a yard between walls sees little of it."""


@dataclass
class Builder:
    """An environment being built around what a camera sees."""

    rng: Rng
    split: str
    view: Viewpoint
    surfaces: list[Surface] = field(default_factory=list)
    obstacles: list[Placed] = field(default_factory=list)
    circles: list[tuple[Float[np.ndarray, "2"], float]] = field(default_factory=list)
    """Where things stand, and the radius of what they take."""
    _next: int = FIRST_ENVIRONMENT_ID
    _looks: dict[str, list[int]] = field(default_factory=dict)
    _chosen: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, parts: Parts, name: str, casts_shadow: bool = True) -> None:
        """Add one element, made of several materials, each as one surface."""
        kinds = dict.fromkeys(made_of for _, made_of in parts)
        for made_of in kinds:
            solid = solids.joined([part for part, kind in parts if kind == made_of])
            look = (made_of, self.look(made_of, name))
            label = f"{name}_{made_of}"
            self.surfaces.append(surface_of(label, self._next, solid, look, casts_shadow))
        self._next += 1

    def look(self, made_of: str, name: str) -> int:
        """Choose a variant of a kind of material: the same for all of a name but a few."""
        if name in VARIED:
            return self._variant(made_of)
        if (name, made_of) not in self._chosen:
            self._chosen[name, made_of] = self._variant(made_of)
        return self._chosen[name, made_of]

    def _variant(self, made_of: str) -> int:
        known = self._looks.setdefault(made_of, [])
        if len(known) < LOOKS and (not known or self.rng.random() < 0.6):
            known.append(draw(self.rng, f"material/{made_of}", self.split, VARIANTS))
            return known[-1]
        return known[int(self.rng.integers(len(known)))]

    def stand(
        self, thing: Thing, frame: Frame, x: float, z: float, yaw: float = 0.0, y: float = 0.0
    ) -> None:
        """Stand a thing in its place, with what nobody may enter."""
        self.add(
            [(frame.put(part, x, z, y, yaw), made_of) for part, made_of in thing.parts], thing.kind
        )
        self.obstacles += [frame.block(obstacle, x, z, yaw, y) for obstacle in thing.obstacles]
        self.circles.append((frame.world(x, z), thing.radius))

    def free(self, place: Float[np.ndarray, "2"], thing: Thing, gap: float = 0.4) -> bool:
        """Tell whether a thing has room at a place, from other things and from the camera."""
        if np.linalg.norm(place - self.view.foot) < thing.reach + ROOM:
            return False
        near = (np.linalg.norm(place - p) < thing.radius + r + gap for p, r in self.circles)
        return not any(near)

    def tint(self) -> Float[np.ndarray, "3"]:
        """Draw a colour for lacquer, plastic or cloth."""
        rng = self.rng
        grey = rng.random() < 0.55
        colour = np.full(3, rng.uniform(0.06, 0.9)) if grey else rng.uniform(0.08, 0.7, 3)
        return colour * (1 + rng.normal(0, 0.02, 3))


def surface_of(
    name: str, element: int, solid: Solid, look: tuple[str, int], casts_shadow: bool = True
) -> Surface:
    """Give a mesh its looks: a kind and a variant of material."""
    made = material(*look)
    return Surface(
        name,
        element,
        solid.vertices,
        solid.faces,
        normals=solid.normals,
        colours=solid.colours,
        uv=(solid.uv / made.metres).astype(np.float32),
        texture=made.tile,
        roughness=made.roughness,
        casts_shadow=casts_shadow,
    )
