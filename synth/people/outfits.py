"""What people wear together, and what it is made of."""

from dataclasses import dataclass

import numpy as np

from synth.people.palettes import discord, palette
from synth.splits import draw, rng_of

FABRICS, MAKES = 4000, 1000
"""How many variants there are of each fabric, and makes of each cut."""
CANDIDATES = 4
"""Cloths that are looked at for one that goes with the rest."""
TOPS = {
    "feminine": {
        **{"t_shirt": 0.2, "tank_top": 0.14, "crop_top": 0.05, "long_sleeve": 0.14, "v_neck": 0.12},
        **{"blouse": 0.16, "pullover": 0.12, "shirt": 0.07, "hoodie": 0.05, "boxy_t_shirt": 0.05},
    },
    "masculine": {
        **{"t_shirt": 0.25, "boxy_t_shirt": 0.1, "tank_top": 0.04, "long_sleeve": 0.12},
        **{"polo": 0.12, "shirt": 0.16, "pullover": 0.12, "hoodie": 0.12, "v_neck": 0.04},
    },
}
BOTTOMS = {
    "feminine": {
        **{"slim_trousers": 0.28, "trousers": 0.17, "wide_trousers": 0.12, "leggings": 0.1},
        **{"shorts": 0.08, "joggers": 0.04, "pencil_skirt": 0.05, "a_line_skirt": 0.08},
        **{"pleated_skirt": 0.05, "mini_skirt": 0.03, "long_skirt": 0.07},
    },
    "masculine": {
        **{"trousers": 0.5, "slim_trousers": 0.18, "shorts": 0.12, "long_shorts": 0.1},
        **{"joggers": 0.08, "wide_trousers": 0.06},
    },
}
DRESSES = {"summer_dress": 0.4, "shirt_dress": 0.2, "long_dress": 0.2, "sheath_dress": 0.2}
OUTERS = {"jacket": 0.34, "open_jacket": 0.3, "cardigan": 0.24, "coat": 0.12}
SHARE_OF_DRESSES, SHARE_OF_OUTERS = 0.22, 0.24
SKIRTS = ("pencil_skirt", "a_line_skirt", "pleated_skirt", "mini_skirt", "long_skirt")
SHOES = {"low_shoes": 0.78, "boots": 0.22}
HATS = {"": 0.86, "cap": 0.06, "beanie": 0.05, "brimmed_hat": 0.03}
UNDER_HATS = ("bob", "long", "wavy", "short", "crew", "buzz", "receding", "ring", "bald", "swept")
GLASSES = {"": 0.8, "round_glasses": 0.06, "square_glasses": 0.09, "sunglasses": 0.05}

_SHIRTING = {
    **{"plain": 0.3, "stripes": 0.06, "pinstripes": 0.12, "checks": 0.14, "plaid": 0.2},
    **{"dots": 0.05, "floral": 0.04, "leaves": 0.05, "denim": 0.05},
}
_JERSEY = {
    **{"plain": 0.42, "heather": 0.12, "stripes": 0.18, "dots": 0.03, "shapes": 0.06},
    **{"marbled": 0.04, "leaves": 0.03, "camouflage": 0.02, "floral": 0.04, "checks": 0.02},
}
_KNITTED = {"knit": 0.6, "fair_isle": 0.12, "stripes": 0.1, "plain": 0.1, "heather": 0.08}
_SWEATS = {"plain": 0.45, "heather": 0.4, "dark": 0.1, "camouflage": 0.05}
_TROUSERS = {"denim": 0.42, "dark": 0.42, "plain": 0.08, "corduroy": 0.06, "camouflage": 0.02}
_DRESSES = {
    **{"plain": 0.26, "floral": 0.3, "dots": 0.12, "stripes": 0.1, "leaves": 0.08, "shapes": 0.05},
    **{"checks": 0.06, "marbled": 0.03},
}
_COATS = {"dark": 0.5, "plain": 0.25, "denim": 0.13, "plaid": 0.06, "corduroy": 0.06}
WOVEN: dict[str, dict[str, float]] = {
    "top": _JERSEY,
    "bottom": _TROUSERS,
    "dress": _DRESSES,
    "outer": _COATS,
    "shoes": {"dark": 0.7, "plain": 0.3},
    "hat": {"dark": 0.5, "plain": 0.35, "denim": 0.15},
    "glasses": {"wire": 1.0},
    **{name: _SHIRTING for name in ("shirt", "polo", "shirt_dress")},
    **{name: _DRESSES for name in ("blouse", "summer_dress", "long_dress")},
    **{name: _KNITTED for name in ("pullover", "cardigan")},
    **{name: _SWEATS for name in ("hoodie", "joggers")},
    "leggings": {"dark": 0.8, "plain": 0.12, "marbled": 0.08},
    "beanie": {"knit": 1.0},
    **{name: {**_DRESSES, "denim": 0.1, "dark": 0.2} for name in ("a_line_skirt", "long_skirt")},
    "pleated_skirt": {"plain": 0.4, "dark": 0.25, "plaid": 0.35},
    **{name: {"dark": 0.5, "denim": 0.3, "plain": 0.2} for name in ("pencil_skirt", "mini_skirt")},
}
"""What garments are made of, by place, or by cut where that differs."""
FIGURED = (
    *("stripes", "checks", "plaid", "dots", "floral", "leaves", "shapes", "marbled"),
    *("fair_isle", "camouflage"),
)
"""One of these is enough for an outfit."""
CALM = ("denim", "dark")
"""Goes with everything."""
WIRES = ((24, 22, 22), (60, 42, 30), (120, 112, 104), (150, 116, 70), (40, 50, 84))
LENSES = ((14, 14, 16), (38, 28, 20), (22, 34, 30))


@dataclass(frozen=True)
class Garment:
    """Something worn: its cut, its cloth, and its make."""

    cut: str
    fabric: str
    variant: int
    """Number of the cloth among its fabric's."""
    make: int = 0
    """Number of the make among the cut's: how loose, and with which folds."""


def draw_clothes(
    rng: np.random.Generator, split: str, feminine: bool, age: str, hair: str
) -> dict[str, Garment]:
    """Draw what somebody wears, by place, in colours that go together."""
    cuts = _cuts(rng, "feminine" if feminine else "masculine", age, hair)
    clothes: dict[str, Garment] = {}
    for place, cut in cuts.items():
        make = draw(rng, f"garment/{cut}", split, MAKES)
        fabric = _fabric(rng, place, cut, clothes)
        clothes[place] = Garment(cut, fabric, _variant(rng, fabric, split, clothes), make)
    return clothes


def _cuts(rng: np.random.Generator, kind: str, age: str, hair: str) -> dict[str, str]:
    """Choose what is worn."""
    cuts: dict[str, str] = {}
    if kind == "feminine" and rng.random() < SHARE_OF_DRESSES:
        cuts["dress"] = pick(rng, DRESSES)
    else:
        cuts |= {"top": pick(rng, TOPS[kind]), "bottom": pick(rng, BOTTOMS[kind])}
    cuts["shoes"] = pick(rng, SHOES)
    plain_below = "bottom" in cuts and cuts["bottom"] not in SKIRTS
    if plain_below and cuts["top"] != "hoodie" and rng.random() < SHARE_OF_OUTERS:
        cuts["outer"] = pick(rng, OUTERS)
    eyewear, headwear = pick(rng, GLASSES), pick(rng, HATS)
    if eyewear and (age != "child" or eyewear == "round_glasses"):
        cuts["glasses"] = eyewear
    if headwear and hair in UNDER_HATS:
        cuts["hat"] = headwear
    return cuts


def _fabric(rng: np.random.Generator, place: str, cut: str, clothes: dict[str, Garment]) -> str:
    shares = dict(WOVEN[cut if cut in WOVEN else place])
    if any(garment.fabric in FIGURED for garment in clothes.values()):
        calm = {name: share for name, share in shares.items() if name not in FIGURED}
        shares = calm or shares
    if sum(garment.fabric == "denim" for garment in clothes.values()):
        shares.pop("denim", None)
    return pick(rng, shares)


def _variant(rng: np.random.Generator, fabric: str, split: str, clothes: dict[str, Garment]) -> int:
    """Draw a cloth of the split that goes with the others."""
    kind = f"fabric/{fabric}"
    others = [colours_of(garment) for garment in clothes.values() if garment.fabric not in CALM]
    count = CANDIDATES if others and fabric not in CALM else 1
    drawn = [draw(rng, kind, split, FABRICS) for _ in range(count)]
    grounds = [palette(rng_of(kind, number))[0] for number in drawn]
    clash = [sum(discord(ground, other) for other in others) for ground in grounds]
    return drawn[int(np.argmin(clash))]


def colours_of(garment: Garment) -> np.ndarray:
    """Find the ground colour of a garment's cloth, sRGB from 0 to 1."""
    return palette(rng_of(f"fabric/{garment.fabric}", garment.variant))[0]


def wire_colours(garment: Garment) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Draw the colours of glasses: frame, lenses."""
    rng = rng_of("fabric/wire", garment.variant)
    frame, lens = WIRES[rng.integers(len(WIRES))], LENSES[rng.integers(len(LENSES))]
    return tuple(c / 255 for c in frame), tuple(c / 255 for c in lens)


def pick(rng: np.random.Generator, shares: dict[str, float]) -> str:
    """Choose a name by its share."""
    weights = np.array(list(shares.values()))
    return list(shares)[rng.choice(len(shares), p=weights / weights.sum())]
