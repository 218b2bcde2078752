"""An import as a whole: read image by image, written as shards, every broken file told in one line.

Importers read files of strangers by code that expects a layout. Whatever such a
file makes them raise becomes an InputError in one place, `guarded`.
"""

from collections.abc import Iterator
from itertools import chain, count, islice
from pathlib import Path
from typing import TypeVar

from hmr.errors import InputError
from hmr.record import git_commit, versions
from hmr.sample import Sample
from hmr.shards import (
    MANIFEST,
    Shard,
    finished_shards,
    write_manifest,
    write_people,
    write_shard,
)
from samples.finding import one_line
from samples.importers import FORMATS
from samples.importers.tally import Tally

Item = TypeVar("Item")


def write_import(
    data: Path,
    images: Path | None,
    out: Path,
    format: str,
    body_path: str | None = None,
    images_a_shard: int = 100,
) -> Tally:
    """Read a data set in another layout and write it as ours.

    Raises:
        InputError: A file is missing, broken or not in the layout; names it.
    """
    tally = Tally()
    samples = read_import(data, images, format, tally, body_path)
    first = next(samples, None)
    if first is None:
        raise InputError(f"{data}: shows nobody")
    # From here on the folder's old content counts for nothing.
    old = [shard.name for shard in finished_shards(out)]
    (out / MANIFEST).unlink(missing_ok=True)
    shards = list(_written(chain([first], samples), out, images_a_shard))
    for name in set(old) - {shard.name for shard in shards}:
        (out / Path(name).name).unlink(missing_ok=True)
    about = {"made_by": "stage=import", "format": format, "source": data.name}
    write_manifest(out, shards, {**about, "versions": versions(), "commit": git_commit()})
    write_people(out)
    return tally


def read_import(
    data: Path, images: Path | None, format: str, tally: Tally, body_path: str | None = None
) -> Iterator[Sample]:
    """Read a data set in another layout, one sample an image.

    Raises:
        InputError: A file is missing, broken or not in the layout; names it.
    """
    if not data.exists():
        raise InputError(f"data: {data} is no file and no folder")
    return guarded(FORMATS[format](data, images, tally, body_path), data, format)


def guarded(items: Iterator[Item], where: Path, format: str) -> Iterator[Item]:
    """Yield the items of a reader; whatever breaks it is told in one line.

    Raises:
        InputError: The reader failed.
    """
    while True:
        try:
            item = next(items)
        except StopIteration:
            return
        except InputError:
            raise
        except Exception as error:  # Strangers' files break their readers in any way.
            said = one_line(f"{type(error).__name__}: {error}")[:200]
            raise InputError(f"{where}: does not fit the layout of {format} ({said})") from None
        yield item


def _written(samples: Iterator[Sample], out: Path, images_a_shard: int) -> Iterator[Shard]:
    for index in count():
        first = next(samples, None)
        if first is None:
            return
        # Read while it is written, so that no shard's pictures lie in memory together.
        rest = islice(samples, images_a_shard - 1)
        yield write_shard(out, index, chain([first], rest))
