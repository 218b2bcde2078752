"""Poses by the book: drawing many at once is far cheaper than one by one."""

from functools import lru_cache

from hmr.motion.generator import random_pose
from hmr.params import Params
from synth.splits import rng_of

BOOK = 256
"""Poses in a book."""
BOOKS = 100_000
"""How many books there are; each belongs to one split."""


@lru_cache(maxsize=2)
def open_book(number: int) -> Params:
    """Make the poses of a book, or find them if it is still open."""
    return random_pose(rng_of("poses", number), BOOK)
