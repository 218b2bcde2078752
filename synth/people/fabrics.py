"""Fabrics: procedural tiles of cloth, in sRGB, that repeat without a seam.

A tile is a quarter of a metre wide (`charts.TILE`), so a pixel is two
millimetres; sizes of patterns below are in centimetres of cloth.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from jaxtyping import Float, Float32, UInt8

from synth.people.palettes import neutral, palette, varied

SIDE = 128
"""Pixels along a tile."""
Rng = np.random.Generator
Colours = Float[np.ndarray, "3 3"]
Tile = Float[np.ndarray, "h w 3"]
Share = Float[np.ndarray, "h w"]
DENIMS = ((52, 74, 112), (84, 112, 150), (34, 44, 66), (120, 146, 176), (40, 42, 48))


def plain(rng: Rng, colours: Colours) -> Tile:
    """One colour."""
    return np.broadcast_to(colours[0], (SIDE, SIDE, 3))


def dark(rng: Rng, colours: Colours) -> Tile:
    """One quiet colour, as trousers have."""
    return np.broadcast_to(neutral(rng), (SIDE, SIDE, 3))


def heather(rng: Rng, colours: Colours) -> Tile:
    """Yarn of mixed shades, as sweatshirts have."""
    flecks = np.roll(grain(), rng.integers(SIDE, size=2), (0, 1))
    flecks = (flecks + np.roll(flecks, 1, 1) + np.roll(flecks, 2, 1)) / 3
    return colours[0] * (1 + 0.16 * flecks[..., None])


def stripes(rng: Rng, colours: Colours) -> Tile:
    """Stripes around the body, 1 to 8 cm from one to the next."""
    return _mixed(colours, _bands(rng, (3, 4, 5, 6, 8, 12, 16))[:, None] * np.ones(SIDE))


def pinstripes(rng: Rng, colours: Colours) -> Tile:
    """Thin stripes along the body, 1 to 3 cm apart."""
    place = np.arange(SIDE) / SIDE * rng.choice([8, 12, 16, 24]) % 1
    return _mixed(colours, 0.7 * (place < rng.uniform(0.12, 0.3))[None, :] * np.ones((SIDE, 1)))


def checks(rng: Rng, colours: Colours) -> Tile:
    """Gingham: equal bands both ways, 1 to 3 cm wide."""
    bands = np.arange(SIDE) / SIDE * rng.choice([4, 6, 8, 12]) % 1 < 0.5
    return _mixed(colours, 0.5 * (bands[:, None] + 1.0 * bands[None, :]))


def plaid(rng: Rng, colours: Colours) -> Tile:
    """Tartan: bands of three colours both ways, woven into each other."""
    sett = np.zeros(SIDE, int)
    place = np.arange(SIDE) / SIDE * rng.choice([1, 2, 3]) % 1
    for _ in range(rng.integers(2, 4)):
        start, wide = rng.random(), rng.uniform(0.03, 0.2)
        sett[(place - start) % 1 < wide] = rng.integers(1, 3)
    yarn = colours[sett]
    twill = ((np.arange(SIDE)[:, None] + np.arange(SIDE)) // 2 % 2)[..., None]
    return np.where(twill, yarn[:, None] * 0.75 + yarn * 0.25, yarn[:, None] * 0.25 + yarn * 0.75)


def dots(rng: Rng, colours: Colours) -> Tile:
    """Dots in rows, 1 to 6 cm apart."""
    count, radius = rng.choice([4, 6, 8, 12]), rng.uniform(0.14, 0.3)
    place = np.arange(SIDE) / SIDE * count
    row = np.floor(place)[:, None]
    across = (place[None, :] + 0.5 * (row % 2)) % 1 - 0.5
    down = (place % 1)[:, None] - 0.5
    return _mixed(colours, np.clip((radius - np.hypot(across, down)) * SIDE / count + 0.5, 0, 1))


def denim(rng: Rng, colours: Colours) -> Tile:
    """Blue cloth with a diagonal weave."""
    i = np.arange(SIDE)
    weave = 0.05 * np.cos((i[:, None] + i) * np.pi / 2) + 0.09 * grain()
    return varied(rng, DENIMS[rng.integers(len(DENIMS))]) * (1 + weave[..., None])


def corduroy(rng: Rng, colours: Colours) -> Tile:
    """Ridges along the body, 4 mm apart."""
    ridge = 0.5 + 0.5 * np.cos(np.arange(SIDE) * np.pi)
    return neutral(rng) * (0.8 + 0.25 * ridge[None, :, None] * np.ones((SIDE, 1, 1)))


def knit(rng: Rng, colours: Colours) -> Tile:
    """Ribs of a pullover, 8 mm to 2 cm wide."""
    count = rng.choice([12, 16, 24, 32])
    place = np.arange(SIDE) / SIDE * 2 * np.pi
    ribs = 0.5 + 0.5 * np.cos(place * count)
    stitch = 0.5 + 0.5 * np.cos(place[:, None] * 32 + np.pi * np.cos(place * count))
    return colours[0] * (0.76 + 0.18 * ribs[None, :, None] + 0.1 * stitch[..., None])


def fair_isle(rng: Rng, colours: Colours) -> Tile:
    """A knitted pattern in bands of zigzags and diamonds."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    band, across = y * 4, np.abs((x * 8) % 1 - 0.5) * 2
    wave = np.abs((band % 1) - 0.5) * 2
    shares = [np.abs(across - wave) < 0.22, (across + wave) < 0.55, np.abs(wave - 0.9) < 0.08]
    chosen = rng.permutation(3)[np.floor(band).astype(int) % 3]
    figure = np.choose(chosen, shares)
    return _mixed(colours, figure.astype(float))


def floral(rng: Rng, colours: Colours) -> Tile:
    """Scattered flowers with leaves, 2 to 6 cm across."""
    tile = np.broadcast_to(colours[0], (SIDE, SIDE, 3)).copy()
    petals = _far(colours[0], colours[1])
    leaf, heart = np.array([0.25, 0.38, 0.22]) * rng.uniform(0.7, 1.3), np.array([0.85, 0.7, 0.25])
    for _ in range(int(rng.integers(10, 26))):
        size, count = rng.uniform(0.04, 0.11), rng.integers(4, 7)
        radius, angle = _polar(rng)
        spin = rng.uniform(0, 2 * np.pi)
        tile[radius < 1.5 * size * np.abs(np.cos(angle + spin)) ** 9] = leaf
        tile[radius < size * (0.62 + 0.38 * np.cos(count * angle + spin))] = petals
        tile[radius < 0.24 * size] = heart
    return tile


def leaves(rng: Rng, colours: Colours) -> Tile:
    """Long leaves in two shades, as on holiday shirts."""
    tile = np.broadcast_to(colours[0], (SIDE, SIDE, 3)).copy()
    shades = [_far(colours[0], colours[1]), _far(colours[0], colours[2])]
    for _ in range(int(rng.integers(8, 16))):
        radius, angle = _polar(rng)
        size, spin = rng.uniform(0.1, 0.22), rng.uniform(0, 2 * np.pi)
        blade = size * np.clip(np.cos(angle - spin), 0, 1) ** 5
        tile[radius < blade] = shades[rng.integers(2)]
    return tile


def shapes(rng: Rng, colours: Colours) -> Tile:
    """Abstract discs, rings and bars."""
    tile = np.broadcast_to(colours[0], (SIDE, SIDE, 3)).copy()
    others = [_far(colours[0], colours[1]), _far(colours[0], colours[2])]
    for _ in range(int(rng.integers(6, 18))):
        radius, angle = _polar(rng)
        size, kind, spin = rng.uniform(0.03, 0.12), rng.integers(3), rng.uniform(0, np.pi)
        bar = (np.abs(radius * np.sin(angle - spin)) < 0.2 * size) & (radius < 1.6 * size)
        inside = [radius < size, np.abs(radius - size) < 0.25 * size, bar][kind]
        tile[inside] = others[rng.integers(2)]
    return tile


def marbled(rng: Rng, colours: Colours) -> Tile:
    """Colours that run into each other, as in tie-dye."""
    field = _periodic(rng, 3) + 0.3 * _periodic(rng, 9)
    low, high = np.clip(field + 0.5, 0, 1)[..., None], np.clip(field - 0.4, 0, 1)[..., None]
    tile = colours[0] + (_far(colours[0], colours[1]) - colours[0]) * low
    return tile + (colours[2] - tile) * high


def camouflage(rng: Rng, colours: Colours) -> Tile:
    """Patches of three quiet colours."""
    levels = np.digitize(_periodic(rng, 5), [-0.4, 0.4])
    earth = np.stack([(84, 90, 62), (120, 112, 84), (48, 46, 38)]) / 255
    sand = np.stack([(170, 156, 124), (134, 118, 90), (96, 84, 66)]) / 255
    return (earth if rng.random() < 0.6 else sand)[levels] * rng.uniform(0.85, 1.15)


FABRICS: dict[str, Callable[[Rng, Colours], Tile]] = {
    function.__name__: function
    for function in (
        *(plain, dark, heather, stripes, pinstripes, checks, plaid, dots, denim, corduroy),
        *(knit, fair_isle, floral, leaves, shapes, marbled, camouflage),
    )
}


def weave(rng: Rng, fabric: str) -> UInt8[np.ndarray, "h w 3"]:
    """Make a tile of a fabric in colours of its own."""
    colours = palette(rng)
    return _woven(rng, FABRICS[fabric](rng, colours), 0.022)


def hair(rng: Rng) -> UInt8[np.ndarray, "h w 3"]:
    """Strands that run down, in grey."""
    strands = _periodic(rng, 40, 2) * 0.6 + _periodic(rng, 14, 2) * 0.4
    return _woven(rng, 0.72 * (1 + 0.3 * strands[..., None]) * np.ones(3), 0.05)


@cache
def grain() -> Float32[np.ndarray, "h w"]:
    """Noise of yarn, drawn once: every cloth takes it from another corner."""
    return np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32)


def _woven(rng: Rng, tile: Tile, strength: float) -> UInt8[np.ndarray, "h w 3"]:
    noise = np.roll(grain(), rng.integers(SIDE, size=2), (0, 1))[..., None] * strength
    return (np.clip(tile * (1 + noise) + noise * 0.1, 0, 1) * 255).astype(np.uint8)


def _far(ground: Float[np.ndarray, "3"], other: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    """Move a colour away from its ground until it can be told from it."""
    gap = float((other - ground).mean())
    if abs(gap) > 0.16:
        return other
    lighter = float(ground.mean()) < 0.5
    return np.clip(other + (0.3 if lighter else -0.3), 0.02, 0.96)


def _mixed(colours: Colours, share: Share) -> Tile:
    return colours[0] + (_far(colours[0], colours[1]) - colours[0]) * share[..., None]


def _bands(rng: Rng, repeats: tuple[int, ...]) -> Float[np.ndarray, " n"]:
    """One period or more of broad and thin bands, 0 or 1 or between."""
    place = np.arange(SIDE) / SIDE * int(rng.choice(repeats)) % 1
    broad = place < rng.uniform(0.25, 0.55)
    thin = (place > 0.75) & (place < 0.84)
    return np.where(broad, 1.0, np.where(thin, rng.choice([0.0, 0.8]), 0.0))


def _polar(rng: Rng) -> tuple[Share, Share]:
    """Distance, in tiles, and direction of every pixel from a random place, around the edges."""
    x, y = rng.random(2)
    place = (np.arange(SIDE) + 0.5) / SIDE
    across, down = ((place - c + 0.5) % 1 - 0.5 for c in (x, y))
    return np.hypot(across, down[:, None]), np.arctan2(down[:, None], across)


def _periodic(rng: Rng, across: int, down: int | None = None, waves: int = 14) -> Share:
    """A smooth field that repeats, about -1 to 1, with so many features each way."""
    down = across if down is None else down
    x = np.arange(SIDE) / SIDE * 2 * np.pi
    kx, ky = rng.integers(-across, across + 1, waves), rng.integers(-down, down + 1, waves)
    phase = rng.uniform(0, 2 * np.pi, waves)
    # cos(a + b) in two products, which costs a fraction of the cosines of every pixel.
    a, b = kx[:, None] * x, ky[:, None] * x + phase[:, None]
    field = np.cos(b).T @ np.cos(a) - np.sin(b).T @ np.sin(a)
    return field / np.sqrt(waves / 2) / 1.5
