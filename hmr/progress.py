"""Progress of long work, on terminals and in logs."""

import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

Item = TypeVar("Item")
SECONDS_BETWEEN_LINES = 10.0
console = Console()


def say(message: str) -> None:
    """Print one line of news above any bar."""
    console.print(message, highlight=False, markup=False, soft_wrap=True)


def track(items: Iterable[Item], what: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items while a bar (or, in a log, a line now and then) shows how far it is."""
    if total is None and isinstance(items, Sized):
        total = len(items)
    return _bar(items, what, total) if console.is_terminal else _lines(items, what, total)


def _bar(items: Iterable[Item], what: str, total: int | None) -> Iterator[Item]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield from progress.track(items, total=total, description=what)


def _lines(items: Iterable[Item], what: str, total: int | None) -> Iterator[Item]:
    start = last = time.monotonic()
    count = 0
    for count, item in enumerate(items, 1):
        yield item
        if time.monotonic() - last > SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            say(f"{what}: {count}/{total or '?'} after {last - start:.0f} s")
    say(f"{what}: {count} done in {time.monotonic() - start:.0f} s")
