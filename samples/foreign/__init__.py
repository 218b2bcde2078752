"""Checks of files in other layouts: BEDLAM and CameraHMR npz, HumanData npz, COCO json.

What a file is, its content says, not its name.
"""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from hmr.errors import InputError
from hmr.unpickling import load_npz
from samples.finding import Finding, one_line
from samples.foreign import bedlam, coco, humandata

KNOWN = "BEDLAM or CameraHMR npz, HumanData npz, COCO json"


def examine(
    path: Path, images: Path | None = None, body_path: str | None = None
) -> Iterator[Finding]:
    """Go through a file and yield every finding.

    Args:
        path: The file.
        images: Folder that the image names in the file start from; pictures are not looked
            at when left out.
        body_path: Body file; the open body when left out.

    Raises:
        InputError: The file cannot be read, or is in no layout known here.
    """
    if images is not None and not images.is_dir():
        raise InputError(f"images: {images} is no folder")
    if _first_bytes(path) == b"PK":
        arrays = load_npz(path)
        for layout in (bedlam, humandata):
            if layout.KEYS.issubset(arrays):
                return layout.examine(arrays, path, images, body_path)
        found = ", ".join(sorted(arrays)[:6])
        raise InputError(f"{path}: holds {one_line(found)[:100]}; known are {KNOWN}")
    content = _json(path)
    if isinstance(content, Mapping) and "annotations" in content:
        return coco.examine(content, path, images)
    raise InputError(f"{path}: json without 'annotations'; known are {KNOWN}")


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(2)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_bytes(), parse_int=_whole)
    except (ValueError, RecursionError, MemoryError) as error:
        reason = one_line(error)[:100]
        raise InputError(f"{path}: neither npz nor JSON ({reason}); known are {KNOWN}") from None


def _whole(digits: str) -> int | float:
    # Thousands of digits are refused by int(); nobody means them.
    return int(digits) if len(digits) < 300 else math.inf
