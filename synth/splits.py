"""Which assets belong to train, val and test.

An asset (an identity, a pose, a fabric, an outfit, a ground, a sky) is the
variant of its kind with a number, and everything about it follows from that
number. The number's hash says which split it belongs to, so what a test image
shows is in no training image, whatever the seeds.
"""

import hashlib

import numpy as np

from hmr.errors import InputError

SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}


def split_of(kind: str, variant: int) -> str:
    """Name the split that a variant belongs to."""
    place = _hash(kind, variant) % 10_000 / 10_000
    for name, share in SHARES.items():
        if place < share:
            return name
        place -= share
    return "test"


def draw(rng: np.random.Generator, kind: str, split: str, count: int = 1_000_000) -> int:
    """Draw one of a kind's first `count` variants among those of a split."""
    if split not in SHARES:
        raise InputError(f"synth.split={split}: choose {', '.join(SHARES)}")
    while True:
        variant = int(rng.integers(count))
        if split_of(kind, variant) == split:
            return variant


def rng_of(kind: str, variant: int) -> np.random.Generator:
    """Randomness that makes an asset: the same whenever the variant is drawn."""
    return np.random.default_rng(np.random.SeedSequence([_hash(kind, 0), variant]))


def _hash(kind: str, variant: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{kind}/{variant}".encode()).digest()[:8], "little")
