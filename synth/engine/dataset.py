"""A data set: what is missing of it is made, what is there is kept."""

import time
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from hmr.errors import InputError
from hmr.progress import track
from hmr.shards import Packed, write_packed
from synth.engine.engines import Engine, ImageDone
from synth.engine.folder import Folder, disk_watched
from synth.engine.plan import images_of
from synth.engine.settings import Settings

LEAST_PAUSE = 1.0
"""Seconds between two listings, at the least."""
PAUSE = 20.0
"""Between two listings, so many times the seconds that the last one took."""


@dataclass(frozen=True)
class Took:
    """What a run did."""

    whole: bool
    """Nothing of the data set is missing now."""
    images: int = 0
    """Images made, though a killed run may have left their shard unfinished."""
    scenes_redrawn: int = 0
    people_redrawn: int = 0
    seconds: float = 0.0

    def and_image(self, image: ImageDone) -> "Took":
        """Count another image."""
        return replace(
            self,
            images=self.images + 1,
            scenes_redrawn=self.scenes_redrawn + image.scenes_redrawn,
            people_redrawn=self.people_redrawn + image.people_redrawn,
        )


def make_dataset(
    settings: Settings, out: Path, engine: Engine, shards: range | None = None
) -> Took:
    """Make the shards that a folder lacks.

    Killed at any moment and called again, it ends with the same bytes.

    Args:
        settings: What the images show.
        out: The folder.
        engine: Who makes them.
        shards: Only these, while other jobs may make others in the same folder; all if None.

    Raises:
        InputError: The folder holds a data set of other settings, another run is at it, the
            disk is full, or an asset or a setting does not do.
    """
    folder, start = Folder(out, settings), time.monotonic()
    if folder.is_whole():
        return Took(whole=True)
    took = Took(whole=False)
    part = range(settings.shards) if shards is None else shards
    with disk_watched(out), folder.reserved(alone=shards is None):
        folder.tidy(part)
        folder.warn_of_other_code()
        # Listed before anything is made, so that another run sees what this folder is for.
        folder.list_done()
        missing = folder.missing(part)
        images = images_of(settings, missing)
        made = _kept(engine.make(settings, images), folder, settings, alone=shards is None)
        # Closed here, so that workers are gone before others may come in.
        with closing(made):
            for image in track(made, "images", len(images)) if images else ():
                took = took.and_image(image)
        folder.list_done()
    return replace(took, whole=folder.is_whole(), seconds=time.monotonic() - start)


def _kept(
    images: Iterator[ImageDone], folder: Folder, settings: Settings, alone: bool
) -> Generator[ImageDone, None, None]:
    """Write each shard once its images are there; pass the images on."""
    waiting: dict[int, dict[int, Packed]] = {}
    next_listing = time.monotonic()
    try:
        for image in images:
            shard = image.index // settings.shard_images
            held = waiting.setdefault(shard, {})
            held[image.index] = image.packed
            if len(held) == len(settings.images_of(shard)):
                packed = [held[index] for index in settings.images_of(shard)]
                written = write_packed(folder.out, shard, packed, folder.mark)
                folder.done[written.name] = written
                del waiting[shard]
                # Parts are listed at their end: hundreds of jobs would wait for each other.
                if alone and time.monotonic() > next_listing:
                    next_listing = _listed(folder)
            yield image
    except BaseException:
        # What stopped the run is what the user must hear; receipts hold what is done.
        with suppress(OSError, InputError):
            folder.list_done()
        raise


def _listed(folder: Folder) -> float:
    """List what is done, and say when to do so again: dearer lists come less often."""
    start = time.monotonic()
    folder.list_done()
    now = time.monotonic()
    return now + max(LEAST_PAUSE, PAUSE * (now - start))
