"""What a person looks like: a value drawn from an identity and an outfit."""

from dataclasses import dataclass

import numpy as np

from synth.people.fabrics import colour
from synth.people.skin import Skin, draw_skin
from synth.splits import draw, rng_of

IDENTITIES, OUTFITS, FABRICS = 1_000_000, 1_000_000, 4000
"""How many variants there are of each."""
STRANDS = 16
"""How many patterns of hair."""

HAIR_COLOURS = (
    *((22, 18, 16), (44, 30, 22), (74, 48, 30), (112, 76, 46), (164, 122, 74)),
    *((196, 164, 112), (118, 54, 30), (150, 148, 146), (206, 204, 200)),
)
HAIR_SHARES = (0.3, 0.24, 0.15, 0.1, 0.06, 0.04, 0.03, 0.05, 0.03)
HAIR = {
    **{"short": 0.26, "sleek": 0.12, "curly": 0.08, "quiff": 0.1, "buzz": 0.08},
    **{"bob": 0.13, "long": 0.15, "beanie": 0.04, "bald": 0.04},
}
WORN: dict[str, dict[str, float]] = {
    "top": {
        **{"t_shirt": 0.28, "tank_top": 0.06, "long_sleeve": 0.2, "v_neck": 0.1},
        **{"pullover": 0.14, "polo": 0.1, "jacket": 0.12},
    },
    "bottom": {
        **{"trousers": 0.44, "slim_trousers": 0.28, "shorts": 0.11},
        **{"long_shorts": 0.09, "leggings": 0.08},
    },
    "shoes": {"low_shoes": 0.78, "boots": 0.22},
}
WOVEN: dict[str, dict[str, float]] = {
    "top": {
        **{"plain": 0.5, "stripes": 0.17, "checks": 0.13, "pinstripes": 0.05},
        **{"dots": 0.06, "knit": 0.06, "camouflage": 0.03},
    },
    "bottom": {"denim": 0.42, "dark": 0.45, "plain": 0.1, "camouflage": 0.03},
    "shoes": {"dark": 0.7, "plain": 0.3},
}
FITTING = {"pullover": "knit", "leggings": "dark"}
"""What garments are mostly made of, where that differs from the others."""


@dataclass(frozen=True)
class Garment:
    """Something worn: its cut, and its cloth."""

    cut: str
    fabric: str
    variant: int
    """Number of the cloth among its fabric's."""


@dataclass(frozen=True)
class Appearance:
    """Skin, hair and clothes."""

    skin: Skin
    hair: str
    """A style of `hair.STYLES`, or "bald"."""
    strands: int
    """Seed of the hair's texture."""
    hat: tuple[float, float, float]
    """Colour of the hat, if that is what is worn."""
    clothes: dict[str, Garment]
    """By place: top, bottom, shoes."""


def draw_appearance(identity: int, outfit: int, split: str) -> Appearance:
    """Draw what a person looks like; fabrics come from the split."""
    rng = rng_of("looks", identity)
    base = np.array(HAIR_COLOURS[rng.choice(len(HAIR_COLOURS), p=HAIR_SHARES)]) / 255
    red, green, blue = (float(c) for c in np.clip(base * rng.uniform(0.8, 1.2), 0, 1))
    hair, strands = _pick(rng, HAIR), int(rng.integers(STRANDS))
    stubble = rng.choice([0.0, 0.25]) if hair == "bald" else rng.uniform(0.6, 0.85)
    skin = draw_skin(rng, (red, green, blue), float(stubble))
    rng = rng_of("outfit", outfit)
    clothes = {place: _garment(rng, place, split) for place in WORN}
    h, a, t = (float(c) for c in colour(rng))
    return Appearance(skin, hair, strands, (h, a, t), clothes)


def _garment(rng: np.random.Generator, place: str, split: str) -> Garment:
    cut = _pick(rng, WORN[place])
    fabric = _pick(rng, WOVEN[place])
    if cut in FITTING and rng.random() < 0.7:
        fabric = FITTING[cut]
    return Garment(cut, fabric, draw(rng, f"fabric/{fabric}", split, FABRICS))


def _pick(rng: np.random.Generator, shares: dict[str, float]) -> str:
    weights = np.array(list(shares.values()))
    return list(shares)[rng.choice(len(shares), p=weights / weights.sum())]
