"""Where people stand: in groups, each facing as its kind of group does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from synth.scenes.collisions import Obstacle, Placed
from synth.scenes.viewpoints import Viewpoint

Rng = np.random.Generator
TRIES = 24
"""Places tried for a person before somebody else takes their turn."""
IN_FRAME = 0.93
"""People stand within this share of the picture's width."""


@dataclass(frozen=True)
class Slot:
    """A place in a group: where, and which way the person there looks."""

    place: Float[np.ndarray, "2"]
    yaw: float


@dataclass
class Layout:
    """Who stands where, as far as it is decided."""

    people: list[int] = field(default_factory=list)
    """Numbers of those placed."""
    slots: list[Slot] = field(default_factory=list)
    passed_over: int = 0
    """People for whom no place was found."""


def circle(rng: Rng, count: int) -> list[tuple[float, float, float]]:
    """Stand around and face the middle."""
    radius = max(0.5, 0.33 * count / np.pi * rng.uniform(1.0, 1.5))
    angles = np.arange(count) / count * 2 * np.pi + rng.uniform(0, 2 * np.pi)
    return [(radius * np.sin(a), radius * np.cos(a), a + np.pi) for a in angles]


def row(rng: Rng, count: int) -> list[tuple[float, float, float]]:
    """Stand side by side and look the same way."""
    gap = rng.uniform(0.6, 0.95)
    yaw = rng.uniform(0, 2 * np.pi)
    across = (np.arange(count) - (count - 1) / 2) * gap
    return [(a * np.cos(yaw), -a * np.sin(yaw), yaw) for a in across]


def queue(rng: Rng, count: int) -> list[tuple[float, float, float]]:
    """Stand or walk one behind the other."""
    gap = rng.uniform(0.65, 1.1)
    yaw = rng.uniform(0, 2 * np.pi)
    along = (np.arange(count) - (count - 1) / 2) * gap
    return [(a * np.sin(yaw), a * np.cos(yaw), yaw) for a in along]


def loose(rng: Rng, count: int) -> list[tuple[float, float, float]]:
    """Stand about, each looking anywhere."""
    spread = 0.5 * np.sqrt(count)
    return [(*rng.normal(0, spread, 2), rng.uniform(0, 2 * np.pi)) for _ in range(count)]


KINDS: dict[str, tuple[Callable[[Rng, int], list[tuple[float, float, float]]], float]] = {
    "circle": (circle, 0.3),
    "row": (row, 0.25),
    "queue": (queue, 0.2),
    "loose": (loose, 0.25),
}


def arrange(
    rng: Rng,
    view: Viewpoint,
    people: Sequence[Obstacle],
    wanted: int,
    things: Sequence[Placed],
    area: float | None = None,
) -> Layout | None:
    """Place people so that nobody cuts into anybody or anything.

    Args:
        rng: Source of all choices.
        view: The camera.
        people: More than are wanted: who finds no place makes way for the next.
        wanted: Number of people.
        things: What stands there already.
        area: Square metres that all must stand on; what the camera sees if None.

    Returns:
        The layout, or None when too few people found a place.
    """
    slots, layout, taken = plan(rng, view, wanted, area), Layout(), list(things)
    for number, person in enumerate(people):
        if len(layout.people) == wanted:
            break
        slot = _find(rng, view, person, slots[len(layout.people)], taken, area)
        if slot is None:
            layout.passed_over += 1
            continue
        layout.people.append(number)
        layout.slots.append(slot)
        taken.append(person.at(slot.yaw, slot.place))
    return layout if len(layout.people) == wanted else None


def plan(rng: Rng, view: Viewpoint, wanted: int, area: float | None) -> list[Slot]:
    """Divide people into groups and lay out their slots."""
    names, shares = list(KINDS), [share for _, share in KINDS.values()]
    slots: list[Slot] = []
    while len(slots) < wanted:
        count = min(int(rng.integers(1, 6)), wanted - len(slots))
        offsets = KINDS[rng.choice(names, p=shares)][0](rng, count)
        centre = _somewhere(rng, view, area)
        slots += [Slot(centre + np.array([x, z]), float(yaw)) for x, z, yaw in offsets]
    return slots


def _somewhere(rng: Rng, view: Viewpoint, area: float | None) -> Float[np.ndarray, "2"]:
    if area is not None:
        return rng.uniform(-0.5, 0.5, 2) * np.sqrt(area)
    # The nearer the denser: there people hide others.
    ahead = view.near + (view.far - view.near) * rng.beta(1.2, 1.7)
    return view.ground(ahead, rng.uniform(-1, 1) * 0.8 * view.slope * ahead)


def _find(
    rng: Rng,
    view: Viewpoint,
    person: Obstacle,
    slot: Slot,
    taken: Sequence[Placed],
    area: float | None,
) -> Slot | None:
    """Try the slot, then places ever farther from it."""
    for attempt in range(TRIES):
        shift = rng.normal(0, 0.05 + 0.06 * attempt, 2)
        found = Slot(slot.place + shift, slot.yaw + rng.normal(0, 0.25))
        placed = person.at(found.yaw, found.place)
        if not _allowed(view, placed.centre, area):
            continue
        if not any(placed.cuts_into(other) for other in taken):
            return found
    return None


def _allowed(view: Viewpoint, place: Float[np.ndarray, "2"], area: float | None) -> bool:
    """Tell whether somebody there is in the picture, and on the ground they must keep to."""
    if area is not None:
        return bool((np.abs(place) <= np.sqrt(area) / 2).all())
    offset = place - view.foot
    ahead = float(offset @ view.forward)
    aside = float(np.abs(np.cross(np.append(view.forward, 0), np.append(offset, 0))[2]))
    return bool(view.near <= ahead <= view.far + 1.5 and aside <= IN_FRAME * view.slope * ahead)
