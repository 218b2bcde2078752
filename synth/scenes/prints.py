"""Pictures on things, from 0 to 1 across: goods, books, posters, doors, fronts of houses."""

import numpy as np

from synth.scenes.patterns import (
    LARGE,
    Colour,
    Field,
    Number,
    Rng,
    Tile,
    grain,
    grey,
    paint,
    painted,
    squares,
    toned,
    within,
)
from synth.scenes.stones import Made

Span = tuple[Number, Number]
"""From where to where."""
GOODS = 8
"""Packages along a side of the print of goods."""
FRONT = 384
"""Pixels along the prints of houses."""
STOREY = 3.2
"""Height of a storey and width of a bay of houses, in metres."""


def goods(rng: Rng) -> Made:
    """Labels of packages, `GOODS` by `GOODS` of them."""
    cell = LARGE // GOODS
    tile = np.zeros((LARGE, LARGE, 3))
    for i in range(GOODS):
        for j in range(GOODS):
            rows, columns = (slice(k * cell, (k + 1) * cell) for k in (i, j))
            tile[rows, columns] = _package(rng, cell)
    return tile, 1.0, 0.45


def _package(rng: Rng, side: int) -> Tile:
    y, x = squares(side)
    tile = toned(_loud(rng), 1 + 0.06 * (y - 0.5))
    low = rng.uniform(0.1, 0.6)
    tile = painted(tile, _box(x, y, (-1, 2), (low, low + rng.uniform(0.1, 0.35)), side), _loud(rng))
    left, top = rng.uniform(0.12, 0.3), rng.uniform(0.15, 0.5)
    label = _box(x, y, (left, 1 - left), (top, top + 0.22), side)
    tile = painted(tile, label, grey(rng, 0.8, 0.95))
    letters = _box(x, y, (left + 0.06, 0.94 - left), (top + 0.06, top + 0.14), side)
    return painted(tile, letters * (np.sin(x * rng.uniform(40, 70)) > -0.4), 0.5 * paint(rng))


def _loud(rng: Rng) -> Colour:
    return grey(rng, 0.75, 0.92) if rng.random() < 0.25 else np.clip(1.15 * paint(rng), 0, 0.92)


def _box(x: Field, y: Field, across: Span, down: Span, side: int) -> Field:
    return within(x, *across, side=side) * within(y, *down, side=side)


def books(rng: Rng) -> Made:
    """Backs of books in a row of 0.8 m."""
    y, x = squares()
    edges = np.sort(rng.choice(np.arange(1, 39), 23, replace=False)) / 39
    book = np.searchsorted(edges, x[0])
    colours = np.array([0.9 * paint(rng) for _ in range(24)])
    bands, tops = rng.uniform(0.1, 0.8, 24), rng.uniform(0.05, 0.2, 24)
    bounds = np.concatenate([[0], edges, [1]])
    near = np.minimum(x[0] - bounds[book], bounds[book + 1] - x[0]) * 256
    tile = colours[book][None] * (1 - 0.5 * np.exp(-near / 1.2))[None, :, None] + 0 * y[..., None]
    band = np.abs((y * 3) % 1 - bands[book]) < tops[book] / 2
    return painted(tile, 0.6 * band, grey(rng, 0.75, 0.9)), 0.8, 0.7


def picture(rng: Rng) -> Made:
    """A painting: a landscape, or shapes."""
    y, x = squares()
    tile = toned(paint(rng), 1 + 0.3 * (0.5 - y))
    if rng.random() < 0.5:
        for level in np.sort(rng.uniform(0.35, 0.9, 4)):
            hills = level + 0.05 * np.sin(2 * np.pi * (x + rng.random()) * rng.integers(1, 4))
            tile = painted(tile, np.clip((y - hills) * 100, 0, 1), 0.9 * paint(rng))
    else:
        for _ in range(7):
            away = np.hypot(x - rng.random(), y - rng.random())
            tile = painted(tile, within(away, -1, rng.uniform(0.08, 0.3)), paint(rng))
    return tile * (1 + 0.04 * grain(rng, 2.0))[..., None], 1.0, 0.8


def poster(rng: Rng) -> Made:
    """A bill: a ground, a picture, lines of letters."""
    y, x = squares()
    tile = toned(_loud(rng), 1 + 0.15 * (0.5 - y))
    away = np.hypot(x - rng.uniform(0.3, 0.7), 1.3 * (y - rng.uniform(0.3, 0.5)))
    tile = painted(tile, within(away, -1, rng.uniform(0.18, 0.3)), _loud(rng))
    ink = grey(rng, 0.05, 0.2) if rng.random() < 0.5 else grey(rng, 0.85, 0.97)
    for row, high in ((0.08, 0.1), (0.72, 0.05), (0.8, 0.03), (0.86, 0.03)):
        broken = np.sin(x * rng.uniform(50, 90) + 3 * np.sin(17 * x)) > -0.5
        wide = rng.uniform(0.5, 0.85) / 2
        tile = painted(
            tile, within(x, 0.5 - wide, 0.5 + wide) * within(y, row, row + high) * broken, ink
        )
    return tile, 1.0, 0.5


def outlook(rng: Rng) -> Made:
    """What one sees through a window by day: sky, trees, a lawn or houses."""
    y, _ = squares()
    sky = np.array([0.78, 0.88, 0.97]) + (y[..., None] - 0.3) * np.array([0.25, 0.12, 0.0])
    trees = 0.62 + 0.04 * grain(rng, 24.0)[0]
    tile = painted(sky, np.clip((y - trees) * 60, 0, 1), np.array([0.5, 0.58, 0.44]))
    tile = painted(tile, np.clip((y - 0.84) * 60, 0, 1), np.array([0.66, 0.7, 0.56]))
    return np.clip(tile * (1 + 0.02 * grain(rng, 3.0))[..., None], 0, 0.98), 1.0, 0.15


def door(rng: Rng) -> Made:
    """A door with panels and a handle."""
    y, x = squares()
    base = grey(rng, 0.6, 0.9) if rng.random() < 0.5 else np.array([0.5, 0.34, 0.22])
    look = np.ones_like(x)
    for low, high in ((0.08, 0.45), (0.55, 0.92)):
        outer = within(x, 0.16, 0.84) * within(y, low, high)
        inner = within(x, 0.19, 0.81) * within(y, low + 0.014, high - 0.014)
        look += (inner - outer) * 0.18 * np.where(y < (low + high) / 2, 1, -0.7)
    tile = toned(base, look * (1 + 0.02 * grain(rng, (30.0, 2.0))))
    return painted(tile, _box(x, y, (0.06, 0.13), (0.5, 0.515), 256), np.full(3, 0.35)), 1.0, 0.5


def facade(rng: Rng) -> Made:
    """Two storeys of two bays: windows with frames, sills, curtains; sills cast shadows."""
    y, x = squares(FRONT)
    level, place = (2 * y) % 1, (2 * x) % 1
    number = (np.floor(2 * y) * 2 + np.floor(2 * x)).astype(int)
    base = _front(rng)
    look = 1 + 0.02 * grain(rng, 2.0, FRONT) + 0.012 * grain(rng, (90.0, 12.0), FRONT)
    tile = toned(base, look)
    half, top, low = rng.uniform(0.17, 0.28), rng.uniform(0.14, 0.22), rng.uniform(0.66, 0.74)
    trim = grey(rng, 0.7, 0.9)
    side = FRONT // 2
    if rng.random() < 0.6:
        ledge = within(level, 0.955, 0.985, side=side)
        tile = painted(
            painted(tile, 0.3 * within(level, 0.985, 1.03, side=side), base * 0.4), ledge, trim
        )
    box = (0.5 - half, 0.5 + half)
    tile = painted(
        tile, _box(place, level, (box[0] - 0.035, box[1] + 0.035), (top - 0.04, low), side), trim
    )
    tile = painted(
        tile,
        _box(place, level, box, (top, low), side),
        _glass(rng, place, level, number, box, (top, low)),
    )
    sill = _box(place, level, (box[0] - 0.06, box[1] + 0.06), (low, low + 0.03), side)
    shade = _box(place, level, (box[0] - 0.05, box[1] + 0.05), (low + 0.03, low + 0.06), side)
    return painted(painted(tile, sill, trim * 1.05), 0.45 * shade, base * 0.4), 2 * STOREY, 0.75


def _glass(
    rng: Rng,
    x: Field,
    y: Field,
    number: np.ndarray,
    across: Span,
    down: Span,
) -> Tile:
    """Glass with the sky in it, curtains, bars, and the shadow of the wall above."""
    side = FRONT // 2
    u, v = (x - across[0]) / (across[1] - across[0]), (y - down[0]) / (down[1] - down[0])
    tile = toned(np.array([0.24, 0.3, 0.36]), 1.6 - v + 0.06 * grain(rng, 50.0, FRONT))
    drawn = rng.random(4)[number] * 0.35
    curtain = (np.minimum(u, 1 - u) < drawn) * (0.8 + 0.15 * np.sin(u * 70))
    tile = painted(tile, 0.75 * curtain, grey(rng, 0.6, 0.75))
    frame = grey(rng, 0.75, 0.92) if rng.random() < 0.7 else grey(rng, 0.15, 0.35)
    bars = within(u, 0.47, 0.53, side=side / 3) + within(v, 0.3, 0.34, side=side / 2)
    rim = 1 - within(u, 0.06, 0.94, side=side / 3) * within(v, 0.04, 0.96, side=side / 2)
    tile = painted(tile, np.clip(bars + rim, 0, 1), frame)
    return tile * (1 - 0.4 * within(v, -1, 0.08, 8.0))[..., None]


def _front(rng: Rng) -> Colour:
    """Plaster of houses: white, sand, ochre, rose, grey, brick."""
    hues = [[0.8, 0.78, 0.73], [0.76, 0.68, 0.54], [0.74, 0.6, 0.42], [0.72, 0.56, 0.5]]
    hues += [[0.6, 0.6, 0.6], [0.55, 0.33, 0.26], [0.62, 0.66, 0.62], [0.6, 0.64, 0.7]]
    return (
        np.array(hues[int(rng.integers(8))]) * rng.uniform(0.9, 1.08) * (1 + rng.normal(0, 0.02, 3))
    )


def shopfront(rng: Rng) -> Made:
    """Ground floors, two rows of two bays: shop windows under a board, and doors."""
    y, x = squares(FRONT)
    level, place, side = (2 * y) % 1, (2 * x) % 1, FRONT // 2
    number = (np.floor(2 * y) * 2 + np.floor(2 * x)).astype(int)
    tile = toned(0.9 * _front(rng), 1 + 0.03 * grain(rng, 3.0, FRONT))
    boards = np.array([0.8 * paint(rng) for _ in range(4)])[number]
    tile = painted(tile, within(level, 0.08, 0.24, side=side), boards)
    words = np.sin(place * 95 + 4 * np.sin(13 * place)) > -0.3
    ink = _box(place, level, (0.25, 0.75), (0.13, 0.19), side)
    tile = painted(tile, ink * words, grey(rng, 0.85, 0.95))
    doors = number % 2 == int(rng.integers(2))
    tile = np.where(
        doors[..., None], _entrance(rng, tile, place, level), _window(rng, tile, place, level)
    )
    return tile, 2 * STOREY, 0.6


def _entrance(rng: Rng, tile: Tile, x: Field, y: Field) -> Tile:
    side, leaf = FRONT // 2, 0.8 * paint(rng)
    tile = painted(tile, _box(x, y, (0.28, 0.72), (0.28, 1.1), side), grey(rng, 0.6, 0.85))
    tile = painted(tile, _box(x, y, (0.31, 0.69), (0.31, 1.1), side), leaf)
    pane = _box(x, y, (0.35, 0.48), (0.36, 0.72), side) + _box(
        x, y, (0.52, 0.65), (0.36, 0.72), side
    )
    tile = painted(tile, pane, np.array([0.2, 0.24, 0.27]))
    return painted(tile, _box(x, y, (0.495, 0.505), (0.31, 1.1), side), leaf * 0.4)


def _window(rng: Rng, tile: Tile, x: Field, y: Field) -> Tile:
    """A shop window: goods in a dark room, the sky in the glass."""
    side, frame = FRONT // 2, grey(rng, 0.15, 0.5)
    tile = painted(tile, _box(x, y, (0.06, 0.94), (0.28, 0.86), side), frame)
    shown = toned(np.array([0.42, 0.46, 0.5]), 1.3 - 0.7 * y + 0.06 * grain(rng, 40.0, FRONT))
    shapes = grain(rng, (40.0, 22.0), FRONT) > 0.7
    shown = painted(shown, 0.7 * shapes * within(y, 0.5, 0.8, 6.0), 0.7 * paint(rng))
    tile = painted(tile, _box(x, y, (0.085, 0.915), (0.3, 0.84), side), shown)
    tile = painted(tile, _box(x, y, (0.49, 0.51), (0.28, 0.86), side), frame)
    return painted(tile, 0.5 * within(y, 0.92, 1.2, side=side), np.full(3, 0.22))
