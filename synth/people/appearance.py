"""What a person looks like: a value drawn from an identity and an outfit."""

from dataclasses import dataclass

import numpy as np

from synth.people.outfits import Garment, draw_clothes, pick
from synth.people.skin import Skin, draw_skin
from synth.splits import rng_of

IDENTITIES, OUTFITS = 1_000_000, 1_000_000
"""How many variants there are of each."""
STRANDS = 16
"""How many patterns of hair."""
OLD = 0.16
"""Share of adults who have grown old, where nobody says who."""
FEMININE = 0.5
"""Share of people who wear their hair and clothes as women mostly do."""

HAIR_COLOURS = (
    *((22, 18, 16), (44, 30, 22), (74, 48, 30), (112, 76, 46), (164, 122, 74)),
    *((196, 164, 112), (118, 54, 30)),
)
HAIR_SHARES = (0.32, 0.27, 0.16, 0.11, 0.06, 0.05, 0.03)
GREYS = ((120, 118, 116), (160, 158, 156), (206, 204, 200), (228, 226, 222))
HAIR = {
    "feminine": {
        **{"long": 0.2, "wavy": 0.17, "bob": 0.15, "ponytail": 0.16, "bun": 0.12, "curly": 0.06},
        **{"afro": 0.05, "short": 0.06, "swept": 0.02, "crew": 0.01},
    },
    "masculine": {
        **{"short": 0.26, "crew": 0.2, "buzz": 0.14, "quiff": 0.1, "swept": 0.1, "curly": 0.08},
        **{"afro": 0.04, "long": 0.02, "bun": 0.01, "bald": 0.03, "receding": 0.02},
    },
}
WITH_AGE = {"receding": 0.35, "ring": 0.3, "bald": 0.2}
"""What men's hair becomes with age."""


@dataclass(frozen=True)
class Appearance:
    """Skin, hair and clothes."""

    skin: Skin
    hair: str
    """A style of `hair.STYLES`, or "bald"."""
    strands: int
    """Seed of the hair's texture."""
    clothes: dict[str, Garment]
    """By place: top and bottom or dress, shoes, and what else is worn (outer, hat, glasses)."""


def draw_appearance(identity: int, outfit: int, split: str, age: str = "") -> Appearance:
    """Draw what a person looks like.

    Args:
        identity: Number that decides face and hair.
        outfit: Number that decides what they wear.
        split: "train", "val" or "test": whose fabrics and makes of garments.
        age: "child", "adult" or "old"; adult or old by chance where it is left out.
    """
    rng = rng_of("looks", identity)
    feminine, grown_old = rng.random() < FEMININE, rng.random() < OLD
    age = age or ("old" if grown_old else "adult")
    level = rng.uniform(0, 9)
    shade = _hair_colour(rng, age, level)
    hair = _hair(rng, feminine, age, level)
    # Draw always, so that the rest of a person does not depend on their hair.
    stubble, strands = rng.uniform(0.6, 0.85), int(rng.integers(STRANDS))
    scalp = {"bald": 0.0, "ring": 0.08, "receding": 0.25}.get(hair, stubble)
    skin = draw_skin(rng, level, shade, float(scalp), feminine, age)
    clothes = draw_clothes(rng_of("outfit", outfit), split, feminine, age, hair)
    return Appearance(skin, hair, strands, clothes)


def _hair_colour(rng: np.random.Generator, age: str, level: float) -> tuple[float, float, float]:
    """Draw a colour: grey with age, dark where the skin is."""
    shares = np.array(HAIR_SHARES) * ([1] * 7 if level < 4 else [1, 0.7, 0.2, 0.05, 0, 0, 0.02])
    base = HAIR_COLOURS[rng.choice(len(HAIR_COLOURS), p=shares / shares.sum())]
    grey, share = GREYS[rng.integers(len(GREYS))], rng.random()
    if age == "old":
        base = grey if share < 0.8 else tuple((a + b) / 2 for a, b in zip(base, grey, strict=True))
    red, green, blue = (
        float(c) for c in np.clip(np.array(base) / 255 * rng.uniform(0.85, 1.15), 0, 1)
    )
    return red, green, blue


def _hair(rng: np.random.Generator, feminine: bool, age: str, level: float) -> str:
    shares = dict(HAIR["feminine" if feminine else "masculine"])
    shares["afro"] *= 5 if level > 6 else 0.1
    if level > 7:
        shares |= {name: 0.3 * shares[name] for name in ("wavy", "long") if name in shares}
    if age == "child":
        shares = {name: share for name, share in shares.items() if name not in WITH_AGE}
    elif age == "old" and not feminine:
        shares |= WITH_AGE
    elif age == "old":
        shares |= {"long": 0.04, "bob": 0.3, "short": 0.3, "curly": 0.2}
    return pick(rng, shares)
