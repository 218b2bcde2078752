"""Groups as people stand and walk: pairs, circles, rows, queues, streams; each looks as its kind.

Offsets are around a group's middle: x, z and the turn about +y, in metres and radians.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from synth.people.poses import ELSE, SIT, STAND, WALK
from synth.scenes.ground import Ground

Rng = np.random.Generator
Offsets = list[tuple[float, float, float]]
ELBOW_ROOM = 0.4
"""Slots of different groups should be at least so far apart, in metres."""
CENTRES = 4
"""Places tried for a group before the best of them is taken."""


@dataclass(frozen=True)
class Slot:
    """A place in a group: where, and which way the person there looks."""

    place: Float[np.ndarray, "2"]
    yaw: float
    group: int
    slack: float
    """How exactly the place matters, in metres."""


def pair(rng: Rng, count: int) -> Offsets:
    """Talk at arm's length, face to face or half beside each other."""
    gap, yaw = rng.uniform(0.55, 0.9), rng.uniform(0, 2 * np.pi)
    open_by = rng.choice([0.0, rng.uniform(0, 0.7)])
    x, z = np.sin(yaw) * gap / 2, np.cos(yaw) * gap / 2
    both = [(-x, -z, yaw + open_by), (x, z, yaw + np.pi - open_by)]
    return both[:count]


def circle(rng: Rng, count: int) -> Offsets:
    """Stand around and face the middle."""
    radius = max(0.45, 0.33 * count / np.pi * rng.uniform(1.0, 1.4))
    angles = np.arange(count) / count * 2 * np.pi + rng.uniform(0, 2 * np.pi)
    return [(radius * np.sin(a), radius * np.cos(a), a + np.pi) for a in angles]


def row(rng: Rng, count: int) -> Offsets:
    """Stand side by side and look the same way."""
    gap, yaw = rng.uniform(0.55, 0.85), rng.uniform(0, 2 * np.pi)
    across = (np.arange(count) - (count - 1) / 2) * gap
    return [(a * np.cos(yaw), -a * np.sin(yaw), yaw) for a in across]


def queue(rng: Rng, count: int) -> Offsets:
    """Stand one behind the other, in a line that bends a little, and look ahead."""
    gap, yaw, bend = rng.uniform(0.6, 0.95), rng.uniform(0, 2 * np.pi), rng.normal(0, 0.09)
    yaws = yaw + bend * np.arange(count)
    steps = gap * np.stack([np.sin(yaws), np.cos(yaws)], 1)
    places = np.cumsum(steps, 0)
    places = places - places.mean(0)
    return [(float(x), float(z), float(y)) for (x, z), y in zip(places, yaws, strict=True)]


def stream(rng: Rng, count: int) -> Offsets:
    """Walk the same way in lanes."""
    return _lanes(rng, count, rng.uniform(0, 2 * np.pi), lambda lane: 0.0)


def opposing(rng: Rng, count: int) -> Offsets:
    """Walk in lanes; those to one side of the middle come towards the others."""
    heading = rng.uniform(0, 2 * np.pi)
    return _lanes(rng, count, heading, lambda lane: np.pi if lane < 0 else 0.0)


def _lanes(rng: Rng, count: int, yaw: float, turn: Callable[[float], float]) -> Offsets:
    lanes = max(2, round(np.sqrt(count / 1.6)))
    wide, long = rng.uniform(0.7, 0.95), rng.uniform(1.0, 1.6)
    made = []
    for i in range(count):
        lane = i % lanes - (lanes - 1) / 2
        # Nobody keeps step with the lane beside.
        along = (i // lanes - (count - 1) // lanes / 2 + 0.5 * (i % lanes % 2)) * long
        across = lane * wide
        x = across * np.cos(yaw) + along * np.sin(yaw)
        z = -across * np.sin(yaw) + along * np.cos(yaw)
        made.append((float(x), float(z), yaw + turn(lane)))
    return made


def side_by_side(rng: Rng, count: int) -> Offsets:
    """Walk together."""
    return row(rng, count)


def loose(rng: Rng, count: int) -> Offsets:
    """Be about, each looking anywhere."""
    spread = 0.55 * np.sqrt(count)
    return [(*rng.normal(0, spread, 2), rng.uniform(0, 2 * np.pi)) for _ in range(count)]


@dataclass(frozen=True)
class Kind:
    """A kind of group."""

    offsets: Callable[[Rng, int], Offsets]
    share: float
    size: tuple[int, int]
    slack: float


KINDS: dict[str, tuple[Kind, ...]] = {
    STAND: (
        Kind(pair, 0.26, (2, 2), 0.03),
        Kind(circle, 0.22, (3, 6), 0.05),
        Kind(row, 0.18, (2, 5), 0.05),
        Kind(queue, 0.18, (3, 7), 0.05),
        Kind(loose, 0.16, (1, 4), 0.12),
    ),
    WALK: (
        Kind(stream, 0.35, (3, 8), 0.1),
        Kind(opposing, 0.25, (4, 10), 0.1),
        Kind(side_by_side, 0.25, (2, 3), 0.05),
        Kind(loose, 0.15, (1, 2), 0.12),
    ),
    SIT: (
        Kind(row, 0.4, (2, 4), 0.05),
        Kind(circle, 0.3, (2, 5), 0.08),
        Kind(loose, 0.3, (1, 2), 0.12),
    ),
    ELSE: (Kind(loose, 1.0, (1, 3), 0.12),),
}
"""Groups of people who do the same."""
LARGE = 0.2
"""In large crowds, groups grow up to this share of all."""


def plan(rng: Rng, ground: Ground, doings: Sequence[str]) -> list[tuple[int, Slot]]:
    """Divide people into groups of those who do the same, and lay out their slots.

    Returns:
        Numbers of people with their slots, group by group.
    """
    slots: list[tuple[int, Slot]] = []
    group = 0
    for doing in (STAND, WALK, SIT, ELSE):
        people = [int(i) for i in rng.permutation([i for i, d in enumerate(doings) if d == doing])]
        while people:
            kind = _kind(rng, KINDS[doing], len(people))
            most = max(kind.size[1], int(LARGE * len(doings)) if kind.size[1] > 4 else 0)
            count = min(int(rng.integers(kind.size[0], most + 1)), len(people))
            members, people = people[:count], people[count:]
            placed = _laid_out(rng, ground, kind, group, count, [slot for _, slot in slots])
            slots += zip(members, placed, strict=True)
            group += 1
    return slots


def _kind(rng: Rng, kinds: Sequence[Kind], people: int) -> Kind:
    """Draw a kind of group that so many people can make."""
    able = [kind for kind in kinds if kind.size[0] <= people] or [kinds[-1]]
    shares = np.array([kind.share for kind in able])
    return able[int(rng.choice(len(able), p=shares / shares.sum()))]


def _laid_out(
    rng: Rng, ground: Ground, kind: Kind, group: int, count: int, others: Sequence[Slot]
) -> list[Slot]:
    """Lay a group out where most of its slots are free."""
    offsets = kind.offsets(rng, count)
    taken = np.array([slot.place for slot in others]).reshape(-1, 2)
    best, most = [], -1
    for _ in range(CENTRES):
        centre = ground.somewhere(rng)
        slots = [
            Slot(centre + np.array([x, z]), float(yaw), group, kind.slack) for x, z, yaw in offsets
        ]
        free = sum(_is_free(ground, slot, taken) for slot in slots)
        if free > most:
            best, most = slots, free
        if most == count:
            break
    return best


def _is_free(ground: Ground, slot: Slot, taken: Float[np.ndarray, "n 2"]) -> bool:
    apart = np.linalg.norm(taken - slot.place, axis=1)
    return ground.offers(slot.place) and bool((apart > ELBOW_ROOM).all())
