"""Where people may be: in the picture, with both soles on one floor."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from synth.scenes.floors import Floor
from synth.scenes.viewpoints import Viewpoint

Rng = np.random.Generator
IN_FRAME = 0.93
"""People stand within this share of the picture's width."""
BEYOND = 1.5
"""How far behind the crowd's ground people may be moved, in metres."""
WAIST = 1.0
"""Height, in metres, of what must be in the picture where floors lie at several heights."""
NARROW = 0.45
"""Who stands on a floor of less than twice this looks along or across it, in metres."""
EDGE = 0.005
"""How far soles stay from a floor's edge, in metres."""
GRID = 8
"""Points along each side of a floor that tell how much of it is in the picture."""
TRIES = 40
"""Places tried on floors before any will do."""


@dataclass(frozen=True)
class Ground:
    """The ground that people stand on, as far as a camera sees it."""

    view: Viewpoint
    area: float | None = None
    """Square metres around the origin that all must keep to; what the camera sees if None."""
    floors: tuple[Floor, ...] = ()
    """Where one may stand; anywhere at height 0 if there are none."""

    def allows(self, place: Float[np.ndarray, "2"], height: float = 0.0) -> bool:
        """Tell whether somebody there is in the picture, and on the ground they must keep to."""
        if self.area is not None:
            return bool((np.abs(place) <= np.sqrt(self.area) / 2).all())
        view = self.view
        offset = place - view.foot
        ahead = float(offset @ view.forward)
        aside = abs(float(view.forward[0] * offset[1] - view.forward[1] * offset[0]))
        seen = view.near <= ahead <= view.far + BEYOND and aside <= IN_FRAME * view.slope * ahead
        return seen and (not self.floors or bool(view.shows(place[None], height + WAIST)[0]))

    @property
    def size(self) -> float:
        """Square metres that people may stand on, furniture or not."""
        if self.floors:
            return sum(floor.area * self._share(floor) for floor in self.floors)
        if self.area is not None:
            return float(self.area)
        near, far = self.view.near, self.view.far + BEYOND
        return IN_FRAME * self.view.slope * (far**2 - near**2)

    def _share(self, floor: Floor) -> float:
        """Find how much of a floor is in the picture."""
        return float(np.mean([self.allows(place, floor.centre[1]) for place in _grid(floor)]))

    def offers(self, place: Float[np.ndarray, "2"]) -> bool:
        """Tell whether a point is where somebody may be."""
        height = self.height(place[None])
        return height is not None and self.allows(place, height)

    def somewhere(self, rng: Rng) -> Float[np.ndarray, "2"]:
        """Draw a place for the middle of a group."""
        if not self.floors:
            return self._seen(rng)
        sizes = np.array([floor.area for floor in self.floors])
        place = np.zeros(2)
        for attempt in range(TRIES):
            if attempt < TRIES // 3:
                place = self._seen(rng)
            else:
                place = _on(rng, self.floors[rng.choice(len(sizes), p=sizes / sizes.sum())])
            if self.offers(place):
                break
        return place

    def _seen(self, rng: Rng) -> Float[np.ndarray, "2"]:
        if self.area is not None:
            return rng.uniform(-0.5, 0.5, 2) * np.sqrt(self.area)
        view = self.view
        # The nearer the denser: there people hide others.
        ahead = view.near + (view.far - view.near) * rng.beta(1.2, 1.7)
        return view.ground(ahead, rng.uniform(-1, 1) * 0.8 * view.slope * ahead)

    def under(self, soles: Float[np.ndarray, "n 2"]) -> Floor | None:
        """Find the highest floor that holds all of some soles."""
        holding = [floor for floor in self.floors if floor.holds(soles, EDGE).all()]
        return max(holding, key=lambda floor: floor.centre[1], default=None)

    def height(self, soles: Float[np.ndarray, "n 2"]) -> float | None:
        """Find how high somebody with such soles stands; None if they cannot."""
        if not self.floors:
            return 0.0
        floor = self.under(soles)
        return None if floor is None else floor.centre[1]

    def turned(self, rng: Rng, place: Float[np.ndarray, "2"], yaw: float) -> float:
        """Turn somebody so that their feet fit on a step."""
        floor = self.under(place[None]) if self.floors else None
        if floor is None or min(floor.half) > NARROW:
            return yaw
        return floor.yaw + float(rng.integers(4)) * np.pi / 2 + float(rng.normal(0, 0.08))


def _on(rng: Rng, floor: Floor) -> Float[np.ndarray, "2"]:
    return floor.place(rng.uniform(-1, 1, 2))


def _grid(floor: Floor) -> Float[np.ndarray, "n 2"]:
    """Spread points evenly over a floor."""
    steps = (np.arange(GRID) + 0.5) / GRID * 2 - 1
    return np.array([floor.place(np.array([a, b])) for a in steps for b in steps])
