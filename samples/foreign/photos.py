"""The pictures that a file names: there, whole, of the right size, and each only once."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from hmr.progress import track
from samples.finding import Finding, one_line
from samples.pictures import fault_of

Size = tuple[int | None, int | None]
"""Width and height; None where the file does not say."""


def check_pictures(images: Path, sizes: Mapping[str, Size]) -> Iterator[Finding]:
    """Look at every picture.

    Args:
        images: Folder that the names start from; names that lead out of it are not followed.
        sizes: What each picture must measure, by name.
    """
    met: dict[str, str] = {}
    for name, size in track(list(sizes.items()), "pictures"):
        where = one_line(name)[:80]
        data = _bytes(images, name)
        if isinstance(data, str):
            yield Finding("picture", where, data)
            continue
        fault = fault_of(data, size)
        if fault:
            yield Finding("picture", where, fault)
        first = met.setdefault(hashlib.sha256(data).hexdigest(), where)
        if first != where:
            yield Finding("duplicate", where, f"the same picture as {first}")


def _bytes(images: Path, name: str) -> bytes | str:
    try:
        path = (images / name).resolve()
        if not path.is_relative_to(images.resolve()):
            return "its name leads out of the folder of images"
        return path.read_bytes()
    except FileNotFoundError:
        return f"is missing in {images}"
    except (OSError, ValueError) as error:
        return f"cannot be read ({one_line(error)})"
