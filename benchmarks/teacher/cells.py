"""Results that are kept: a long measurement that is killed goes on where it was."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from hmr.errors import InputError
from hmr.progress import say
from hmr.record import write_json
from hmr.training import mark_of

Item = TypeVar("Item")
Figures = dict[str, float]


def cell(
    path: Path, settings: Mapping[str, object], work: Callable[[Path], Mapping[str, object]]
) -> dict:
    """Find a result, or work it out and keep it.

    Args:
        path: File of the result.
        settings: All that it depends on.
        work: Takes a folder for checkpoints, which is deleted once the result is there.

    Raises:
        InputError: The file holds the result of other settings.
    """
    mark = mark_of(settings)
    if path.exists():
        kept = json.loads(path.read_text())
        if kept["mark"] != mark:
            raise InputError(f"{path}: a result of other settings; set another --out")
        return kept
    checkpoints = path.parent / "checkpoints" / f"{path.stem}_{mark}"
    say(f"{path}: not there yet")
    found = {"mark": mark, "settings": dict(settings), **work(checkpoints)}
    write_json(path, found)
    shutil.rmtree(checkpoints, ignore_errors=True)
    return json.loads(path.read_text())


def part_of(items: Sequence[Item], part: str) -> list[Item]:
    """Take a share of the work: "0/2" is the first of two.

    Raises:
        InputError: The share is none.
    """
    number, _, count = part.partition("/")
    if not (number.isdigit() and count.isdigit() and int(number) < int(count)):
        raise InputError(f"--part {part}: write NUMBER/COUNT, from 0/2 on")
    return list(items)[int(number) :: int(count)]
