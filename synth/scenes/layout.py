"""Who stands where: in groups, on floors, in the picture; nobody cuts into anybody.

Where occlusion is asked for (`synth.scenes.occlusion_request`), each person has a bin to fall
into: places are tried, first near the person's slot in their group, then behind and beside
others, until they fall into it and nobody else falls out of theirs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from synth.people.poses import SIT
from synth.scenes.aims import Aims
from synth.scenes.collisions import Obstacle, Placed
from synth.scenes.floors import Perch
from synth.scenes.ground import Ground
from synth.scenes.groups import Slot, plan
from synth.scenes.occlusion_request import Bin
from synth.scenes.sights import Effect
from synth.scenes.solids import turn_about_y

Rng = np.random.Generator
TRIES = 18
"""Places tried near a slot, ever farther from it, before any other place will do."""
ELSEWHERE = 10
"""Places tried anywhere before somebody else takes the person's turn."""
DEEP, WIDE = (0.4, 2.2), 0.5
"""How far behind others people are tried who should be hidden, and how far beside the line of
sight the others no longer hide them, in metres."""
STEPS = 5
"""Steps aside until somebody is hidden as they should be."""
NEARBY = 1.5
"""Those behind whom somebody hides are about as near to their slot, in metres."""
SWAY = 0.12
"""How far people look from where their group looks, in radians."""


@dataclass(frozen=True, eq=False)
class Figure:
    """A dressed person around the origin, as far as a layout needs to know."""

    obstacle: Obstacle
    soles: Float[np.ndarray, "n 2"]
    """X and z of what of them, and of their seat, touches the ground."""
    points: Callable[[], tuple[Float[np.ndarray, "_ 3"], ...]]
    """Makes points all over them, and all over their seat if they have one."""
    seat: tuple[float, float, float] | None = None
    """X, z and turn of their seat, if they sit on one."""


@dataclass(frozen=True)
class Spot:
    """Where somebody is, and which way they look."""

    place: Float[np.ndarray, "3"]
    yaw: float


@dataclass
class Layout:
    """Who is where, as far as it is decided."""

    people: list[int] = field(default_factory=list)
    """Numbers of those placed."""
    spots: list[Spot] = field(default_factory=list)
    passed_over: int = 0
    """People for whom no place was found."""


def arrange(
    rng: Rng,
    ground: Ground,
    doings: Sequence[str],
    figure: Callable[[int], Figure],
    wanted: int,
    things: Sequence[Placed],
    perches: Sequence[Perch] = (),
    aims: Aims | None = None,
) -> Layout | None:
    """Place people so that nobody cuts into anybody or anything.

    Args:
        rng: Source of all choices.
        ground: Where they may be.
        doings: What each of them does (`synth.people.poses`); more than are wanted, for who finds
            no place makes way for the next.
        figure: Makes a person, by number; called only for those who are tried.
        wanted: Number of people.
        things: What stands there already.
        perches: Where those who sit should sit as long as there is room.
        aims: How hidden they should be, if that matters.

    Returns:
        The layout, or None when too few people found a place.
    """
    placing = _Placing(rng, ground, figure, list(things), list(perches), aims)
    turns = plan(rng, ground, doings[:wanted])
    if aims is not None:
        turns = _front_first(turns, ground)
    if perches:
        # Those who stand may not take the perches' room.
        turns.sort(key=lambda turn: doings[turn[0]] != SIT)
    spares = list(range(wanted, len(doings)))
    while turns:
        number, slot = turns.pop(0)
        if placing.place(number, slot, doings[number] == SIT):
            continue
        placing.layout.passed_over += 1
        if not spares:
            return None
        turns.insert(0, (spares.pop(0), slot))
    return placing.layout


def _front_first(turns: list[tuple[int, Slot]], ground: Ground) -> list[tuple[int, Slot]]:
    """Order groups by their distance: who is farther changes little for those in front."""
    ahead = [float((slot.place - ground.view.foot) @ ground.view.forward) for _, slot in turns]
    groups = np.array([slot.group for _, slot in turns])
    mean = np.bincount(groups, ahead) / np.maximum(np.bincount(groups), 1)
    return sorted(turns, key=lambda turn: mean[turn[1].group])


class _Placing:
    """Places one person after the other."""

    def __init__(
        self,
        rng: Rng,
        ground: Ground,
        figure: Callable[[int], Figure],
        taken: list[Placed],
        perches: list[Perch],
        aims: Aims | None,
    ):
        self.layout = Layout()
        self._rng, self._ground, self._figure, self._aims = rng, ground, figure, aims
        self._taken = taken
        self._free = [perches[i] for i in rng.permutation(len(perches))]

    def place(self, number: int, slot: Slot, sits: bool) -> bool:
        """Find a place for somebody; False if there is none."""
        figure = self._figure(number)
        if sits and figure.seat is not None and self._perched(number, figure):
            return True
        return self._settled(number, figure, self._spots(figure, slot))

    def _perched(self, number: int, figure: Figure) -> bool:
        """Take a free perch."""
        for perch in list(self._free):
            spot = _on_perch(figure, perch)
            if not self._ground.allows(spot.place[[0, 2]], perch.place[1]):
                self._free.remove(perch)
                continue
            if not self._feet_fit(figure, spot):
                continue
            if self._settled(number, figure, [spot]):
                self._free.remove(perch)
                return True
        return False

    def _feet_fit(self, figure: Figure, spot: Spot) -> bool:
        """Tell whether feet stay on the floor that a perch is on, if it is on one."""
        here = self._ground.under(spot.place[None, [0, 2]])
        if here is None or abs(here.centre[1] - spot.place[1]) > 1e-3:
            return True
        return self._ground.height(_turned(figure.soles, spot.yaw) + spot.place[[0, 2]]) is not None

    def _settled(self, number: int, figure: Figure, spots: Iterable[Spot]) -> bool:
        """Put somebody on the first spot that will do."""
        for spot in spots:
            effect = self._effect(figure, spot)
            if self._aims and effect and not self._aims.suits(effect):
                continue
            placed = figure.obstacle.at(spot.yaw, spot.place[[0, 2]], float(spot.place[1]))
            if any(placed.cuts_into(other) for other in self._taken):
                continue
            if any(placed.crosses(other) for other in self._taken):
                continue
            self._taken.append(placed)
            self.layout.people.append(number)
            self.layout.spots.append(spot)
            if self._aims and effect:
                self._aims.add(effect)
            return True
        return False

    def _effect(self, figure: Figure, spot: Spot) -> Effect | None:
        """Find how hidden all would be, if that matters."""
        if self._aims is None:
            return None
        turn = turn_about_y(spot.yaw).T
        clouds = [points @ turn + spot.place for points in figure.points()]
        return self._aims.sights.effect(self._aims.sights.look(*clouds))

    def _spots(self, figure: Figure, slot: Slot) -> Iterator[Spot]:
        """List where somebody may be: about their slot, where they serve the aims, anywhere."""
        rng = self._rng
        for attempt in range(TRIES):
            spread = slot.slack * (1 + 0.5 * attempt)
            place = slot.place + rng.normal(0, spread, 2)
            yield from self._standing(figure, place, slot.yaw + rng.normal(0, SWAY))
            if self._aims is not None:
                yield from self._serving(figure, slot, self._aims.wish(rng))
        for _ in range(ELSEWHERE):
            yaw = rng.uniform(-np.pi, np.pi)
            yield from self._standing(figure, self._ground.somewhere(rng), yaw)

    def _standing(self, figure: Figure, place: Float[np.ndarray, "2"], yaw: float) -> list[Spot]:
        """Stand somebody on the floor at a place, if they may be there."""
        yaw = self._ground.turned(self._rng, place, yaw)
        height = self._ground.height(_turned(figure.soles, yaw) + place)
        if height is None or not self._ground.allows(place, height):
            return []
        return [Spot(np.array([place[0], height, place[1]]), float(yaw))]

    def _serving(self, figure: Figure, slot: Slot, wish: Bin) -> Iterator[Spot]:
        """List where somebody is as hidden as a bin asks for: behind others and things."""
        if not (wish.low > 0 and self._taken):
            return
        rng = self._rng
        before = np.array([placed.centre for placed in self._taken])
        likely = np.exp(-np.linalg.norm(before - slot.place, axis=1) / NEARBY) + 1e-9
        chosen = before[rng.choice(len(before), p=likely / likely.sum())]
        sight = chosen - self._ground.view.foot
        away = max(float(np.linalg.norm(sight)), 1e-6)
        sight, deep = sight / away, float(rng.uniform(*DEEP))
        beside = rng.choice([-1, 1]) * np.array([-sight[1], sight[0]])
        hidden, yaw = rng.uniform(wish.low, wish.high), slot.yaw + rng.normal(0, SWAY)
        # Who stands so far beside the line of sight is not hidden at all.
        free = WIDE * (1 + deep / away / 2)
        aside, step = free * (1 - hidden), free / 4
        for _ in range(STEPS):
            place = chosen + sight * deep + aside * beside
            standing = self._standing(figure, place, yaw)
            effect = self._effect(figure, standing[0]) if standing else None
            if effect is None:
                return
            if wish.holds(effect.own):
                yield standing[0]
            aside, step = aside + (step if effect.own > hidden else -step), 0.6 * step


def _on_perch(figure: Figure, perch: Perch) -> Spot:
    """Put the middle of a sitter's seat on a perch."""
    x, z, facing = figure.seat or (0.0, 0.0, 0.0)
    yaw = perch.yaw - facing
    return Spot(np.array(perch.place) - turn_about_y(yaw) @ np.array([x, 0.0, z]), yaw)


def _turned(points: Float[np.ndarray, "n 2"], yaw: float) -> Float[np.ndarray, "n 2"]:
    """Turn points of the ground about +y."""
    return points @ turn_about_y(yaw)[np.ix_([0, 2], [0, 2])].T
