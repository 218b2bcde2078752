"""What people sit on: stools, chairs, benches, seats of a stadium, blocks of stone.

Each is built around what its sitter leaves room for (`synth.people.seats.Seat`),
so that it carries them and cuts into nobody.
"""

from collections.abc import Callable

import numpy as np

from synth.people.seats import LEANED, WIDE, Seat
from synth.scenes import solids
from synth.scenes.solids import Solid

Parts = tuple[tuple[Solid, str], ...]
BEHIND = 0.045
"""Room for clothes and hair between a sitter's back and a chair's, in metres."""
FARTHEST = 0.34
"""Whose back reaches farther behind than this leans on nothing, in metres."""


def furniture(style: str, seat: Seat) -> Parts:
    """Build somebody's seat around their own origin, on the floor.

    Args:
        style: A key of `STYLES`.
        seat: The room that the sitter leaves.

    Returns:
        Meshes and the kinds of material they are of.
    """
    place = np.array([seat.x, 0, seat.z])
    return tuple((part.moved(seat.yaw, place), made_of) for part, made_of in STYLES[style](seat))


def solid_of(style: str, seat: Seat) -> Solid:
    """Build somebody's seat as one mesh, for collisions."""
    return solids.joined([part for part, _ in furniture(style, seat)])


def _stool(seat: Seat) -> Parts:
    top = solids.box((2 * WIDE, 0.045, 2 * WIDE), seat.height - 0.045)
    legs = _legs(seat.height - 0.045, WIDE - 0.025, WIDE - 0.025, -WIDE + 0.025)
    return (top, "wood"), (legs, "wood")


def _chair(seat: Seat) -> Parts:
    """Four legs, a seat, and a back of two posts and rails."""
    if (behind := _behind(seat)) is None:
        return _stool(seat)
    deep = WIDE + behind
    middle = (WIDE - behind) / 2
    top = solids.box((2 * WIDE, 0.035, deep), seat.height - 0.035)
    top = top.moved(0.0, np.array([0, 0, middle]))
    legs = _legs(seat.height - 0.035, WIDE - 0.02, WIDE - 0.03, 0.02 - behind)
    posts = [
        _at(solids.box((0.035, LEANED - 0.02, 0.03), seat.height), x, -behind - 0.015)
        for x in (0.02 - WIDE, WIDE - 0.02)
    ]
    rails = [
        _at(solids.box((2 * WIDE - 0.03, 0.07, 0.02), seat.height + up), 0.0, -behind - 0.015)
        for up in (0.16, 0.28, 0.4)
    ]
    return (top, "wood"), (solids.joined([legs, *posts, *rails]), "wood")


def _bench(seat: Seat) -> Parts:
    """Slats along a bench as long as the sitter's limbs allow, on two trestles of metal."""
    high, half = seat.height, max(seat.wide, WIDE)
    slats = [
        _at(solids.box((2 * half, 0.035, 0.08), high - 0.035), 0.0, z)
        for z in (-0.14, -0.045, 0.05)
    ]
    slats.append(_at(solids.box((2 * half, 0.035, 0.08), high - 0.035), 0.0, 0.14))
    trestles = [
        _at(solids.box((0.05, high - 0.035, 2 * WIDE - 0.06)), x, 0.0)
        for x in (0.08 - half, half - 0.08)
    ]
    if (behind := _behind(seat)) is not None:
        lean = [
            _at(solids.box((2 * half, 0.09, 0.03), high + up), 0.0, -behind - 0.02)
            for up in (0.14, 0.27, 0.4)
        ]
        slats += lean
        trestles += [
            _at(solids.box((0.05, high + 0.45, 0.03)), x, -behind - 0.05)
            for x in (0.08 - half, half - 0.08)
        ]
    return (solids.joined(slats), "wood"), (solids.joined(trestles), "metal")


def _stadium(seat: Seat) -> Parts:
    """A plastic shell on a foot of metal."""
    high = seat.height
    shell = [solids.box((2 * WIDE, 0.03, 2 * WIDE), high - 0.03)]
    lip = _at(solids.box((2 * WIDE, 0.05, 0.02), high - 0.06), 0.0, WIDE)
    if (behind := _behind(seat)) is not None:
        deep = behind - WIDE + 0.03
        if deep > 0.005:
            shell.append(
                _at(solids.box((2 * WIDE, 0.03, deep), high - 0.03), 0.0, -WIDE - deep / 2)
            )
        shell.append(_at(solids.box((2 * WIDE, 0.3, 0.025), high - 0.03), 0.0, -behind - 0.0125))
    foot = solids.box((0.06, high - 0.03, 0.16))
    return (solids.joined([*shell, lip]), "plastic"), (foot, "metal")


def _block(seat: Seat) -> Parts:
    """A block of stone."""
    return ((solids.box((2 * WIDE, seat.height, 2 * WIDE)), "concrete"),)


def _behind(seat: Seat) -> float | None:
    """Find where a back may stand behind the seat's middle; None if nowhere near."""
    return max(seat.back + BEHIND, WIDE - 0.02) if seat.back < FARTHEST else None


def _legs(high: float, aside: float, front: float, rear: float) -> Solid:
    places = [(x, z) for x in (-aside, aside) for z in (front, rear)]
    return solids.joined([_at(solids.box((0.035, high, 0.035)), x, z) for x, z in places])


def _at(solid: Solid, x: float, z: float) -> Solid:
    return solid.moved(0.0, np.array([x, 0, z]))


STYLES: dict[str, Callable[[Seat], Parts]] = {
    "stool": _stool,
    "chair": _chair,
    "bench": _bench,
    "stadium": _stadium,
    "block": _block,
}
