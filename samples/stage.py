"""`stage=export`, `stage=doctor`, `stage=view`, `stage=card`: one function each."""

import time
from collections import Counter
from pathlib import Path

from rich.table import Table

from hmr.errors import InputError
from hmr.progress import console, say
from hmr.record import write_metrics
from hmr.shards import count_images, read_manifest
from samples.archive import chosen_folder
from samples.doctor import examine
from samples.exporters import FORMATS


def export(out: str, data: str | None, format: str, body_path: str | None = None) -> None:
    """Write samples in another layout.

    Args:
        out: Folder for the export.
        data: Folder of samples.
        format: Name of the layout, a key of `FORMATS`.
        body_path: Body file; the open body when left out.

    Raises:
        InputError: There is no such format, or the data are missing or broken.
    """
    if format not in FORMATS:
        raise InputError(f"format: there is no '{format}'; choose one of {', '.join(FORMATS)}")
    counts = FORMATS[format](chosen_folder(data), Path(out), body_path)
    write_metrics(Path(out), {"format": format, **counts})
    say(f"wrote {out}: " + ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in counts.items()))


def doctor(data: str | None, body_path: str | None = None) -> None:
    """Check every file and label of a data set, and print one line a finding.

    Raises:
        InputError: There is a finding, or no data set.
    """
    folder = chosen_folder(data)
    kinds: Counter[str] = Counter()
    for finding in examine(folder, body_path):
        say(str(finding))
        kinds[finding.kind] += 1
    people = read_manifest(folder).get("people", "?")
    if not kinds:
        say(f"{folder}: {count_images(folder)} images, {people} people, nothing wrong")
        return
    shown = Table(header_style="bold")
    shown.add_column("kind")
    shown.add_column("findings", justify="right")
    for kind, count in kinds.most_common():
        shown.add_row(kind, str(count))
    console.print(shown)
    total = sum(kinds.values())
    raise InputError(f"doctor: {total} finding{'s' if total > 1 else ''} in {folder}")


def card(data: str | None, subset: int = 256) -> None:
    """Write a data set's card, README.md and plots, into its folder.

    Args:
        data: Folder of samples.
        subset: Images whose labels are opened; people are counted in the whole set.

    Raises:
        InputError: The data are missing or broken.
    """
    folder = chosen_folder(data)
    from samples.card import write_card

    write_card(folder, subset)
    say(f"wrote {folder}/README.md, {folder}/card/")


def view(
    data: str | None, port: int = 8080, host: str = "127.0.0.1", body_path: str | None = None
) -> None:
    """Show a data set in the browser until interrupted.

    Raises:
        InputError: viser is not installed, or the data are missing.
    """
    folder = chosen_folder(data)
    from samples.viewer import start

    start(folder, port, host, body_path)
    say(f"http://{host}:{port} shows {folder}; stop with Ctrl-C")
    while True:
        time.sleep(1)
