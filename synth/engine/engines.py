"""Engines: whatever makes images somewhere and hands them over.

An engine writes no file of the data set. It yields images in any order, packed for their
shards, and whoever asked for them keeps the folder (`synth.engine.dataset`). So workers
need no folder in common with it, and one that is killed, or outlives a killed parent, has
nothing it could damage.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from hmr.errors import InputError
from hmr.progress import say
from hmr.shards import Packed, pack, shard_name
from synth.engine.plan import IMAGES_A_BOOK, IMAGES_A_LIGHT, pieces
from synth.engine.settings import Settings

RETRIES = 3
"""How often an image is tried again whose worker died."""


@dataclass(frozen=True)
class ImageDone:
    """An image that is made, and what it took."""

    index: int
    packed: Packed
    scenes_redrawn: int
    people_redrawn: int


@runtime_checkable
class Engine(Protocol):
    """Makes images by some number of workers."""

    def make(self, settings: Settings, images: Sequence[int]) -> Iterator[ImageDone]:
        """Make images and yield each once, in any order.

        Raises:
            InputError: Something the user can mend, from whichever worker; one line.
        """
        ...


def check_workers(workers: int | None) -> None:
    """Check a number of workers; None leaves it to the engine.

    Raises:
        InputError: There cannot be so many.
    """
    if workers is not None and (not isinstance(workers, int) or workers < 1):
        raise InputError(f"engine.workers={workers}: must be 1 or more")


class ImageMaker:
    """Makes any image, in the process that it is in."""

    def __init__(self, settings: Settings):
        # Imported here, so that a parent of workers opens no graphics library.
        from synth.engine.scene_maker import SceneMaker

        self._settings, self._maker = settings, SceneMaker(settings)

    def make(self, index: int) -> ImageDone:
        """Make the image with this number.

        Raises:
            InputError: It cannot be made, and the user can mend that.
            RuntimeError: It cannot be made; names the image.
        """
        try:
            made = self._maker.make(index)
        except InputError:
            raise
        except MemoryError:
            raise InputError(
                f"image {index}: memory is used up; ask for fewer engine.workers"
            ) from None
        except OSError as error:
            raise InputError(f"image {index}: {error}") from None
        except Exception as error:
            raise RuntimeError(f"image {index} of seed {self._settings.seed}: {error}") from error
        name = shard_name(index // self._settings.shard_images)
        packed = pack(made.sample, name)
        return ImageDone(index, packed, made.scenes_redrawn, made.people_redrawn)


class Line:
    """Pieces of work that wait for a worker; those of dead workers go first.

    A worker stays with its book of poses while that has images left, so that not every
    worker makes every book. The last images are handed out one by one: then all workers
    finish at about the same time.
    """

    def __init__(self, settings: Settings, images: Sequence[int], workers: int):
        """Line up images for so many workers."""
        self._shard_images, self._workers = settings.shard_images, workers
        self._books: dict[int, deque[tuple[int, ...]]] = {}
        for piece in pieces(settings, images):
            self._books.setdefault(piece[0] // IMAGES_A_BOOK, deque()).append(piece)
        self._begun: set[int] = set()
        self._returned: deque[tuple[int, ...]] = deque()
        self._left = len(images)
        self._deaths: Counter[int] = Counter()

    def waits(self) -> bool:
        """Tell whether anything is left to hand out."""
        return self._left > 0

    def take(self, before: int | None = None) -> tuple[int, ...]:
        """Take the next images to make.

        Args:
            before: The last image that this worker made, if it made any.
        """
        last_ones = self._left <= self._workers * IMAGES_A_LIGHT
        line = self._returned or self._books[self._book(before)]
        piece = line.popleft()
        if last_ones and len(piece) > 1:
            line.appendleft(piece[1:])
            piece = piece[:1]
        self._left -= len(piece)
        return piece

    def _book(self, before: int | None) -> int:
        """Choose a book: the worker's own, else one that nobody has begun, else the fullest."""
        full = [book for book, waiting in self._books.items() if waiting]
        own = None if before is None else before // IMAGES_A_BOOK
        if own not in full:
            fresh = [book for book in full if book not in self._begun]
            own = fresh[0] if fresh else max(full, key=lambda book: len(self._books[book]))
        self._begun.add(own)
        return own

    def put_back(self, images: Sequence[int], cause: str) -> None:
        """Line up again what a worker left when it died.

        Args:
            images: What it had and did not make; it died over the first.
            cause: How it died, as part of a sentence.

        Raises:
            InputError: This image has cost too many workers.
        """
        if not images:
            return
        self._deaths[images[0]] += 1
        deaths = self._deaths[images[0]]
        where = f"image {images[0]} of {shard_name(images[0] // self._shard_images)}"
        if deaths > RETRIES:
            raise InputError(
                f"{where}: {deaths} workers died over it, the last one {cause}; if memory is "
                "short, ask for fewer engine.workers; finished shards are kept"
            )
        say(f"a worker died over {where} ({cause}); trying again, {deaths} of {RETRIES}")
        self._returned.appendleft(tuple(images))
        self._left += len(images)
