"""The plan: which shards a run makes, and which images are made one after the other.

Everything follows from the settings, so every process and machine plans the same.
"""

from collections.abc import Iterable
from itertools import groupby

from hmr.errors import InputError
from synth.engine.settings import Settings

IMAGES_A_LIGHT = 5
"""Consecutive images whose maps of light are the same, and are best made by the same worker."""
IMAGES_A_BOOK = 50
"""Consecutive images that take their poses from the same book, which is dear to make."""
EXAMPLE = "name the first and the one after the last, such as synth.shards=0:10"


def part_of(words: str | int | None, shards: int) -> range:
    """Read `synth.shards`, which may leave out either end.

    Args:
        words: Such as "0:10", "10:" or ":10"; all shards if None.
        shards: How many there are.

    Raises:
        InputError: That is no part of the plan.
    """
    if words is None:
        return range(shards)
    first, colon, last = str(words).partition(":")
    numbers = [end.strip() for end in (first or "0", last or str(shards))]
    if not colon or not all(end.isdecimal() for end in numbers):
        raise InputError(f"synth.shards={words}: {EXAMPLE}")
    start, stop = map(int, numbers)
    if not start < stop <= shards:
        raise InputError(
            f"synth.shards={words}: the data set has {shards} shards, 0:{shards}; {EXAMPLE}"
        )
    return range(start, stop)


def images_of(settings: Settings, shards: Iterable[int]) -> list[int]:
    """List the images of some shards, in order."""
    return [image for shard in shards for image in settings.images_of(shard)]


def pieces(settings: Settings, images: Iterable[int]) -> list[tuple[int, ...]]:
    """Cut images into what is handed to a worker at once: neighbours that share their light."""
    return [
        tuple(group)
        for _, group in groupby(images, lambda i: (i // settings.shard_images, i // IMAGES_A_LIGHT))
    ]
