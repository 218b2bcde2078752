"""`stage=export`, `stage=import`, `stage=doctor`, `stage=view`, `stage=card`: one function each."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from hmr.errors import InputError
from hmr.progress import console, say
from hmr.record import write_metrics
from hmr.shards import count_images, finished_shards
from samples.archive import chosen_folder
from samples.doctor import examine_all
from samples.exporters import FORMATS, OF_MOTIONS
from samples.importers import FORMATS as IMPORTS
from samples.importers.writing import write_import


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
    of_motions = format in OF_MOTIONS and isinstance(data, str | Path)
    folder = Path(str(data)) if of_motions else chosen_folder(data)
    counts = FORMATS[format](folder, Path(out), body_path)
    write_metrics(Path(out), {"format": format, **counts})
    say(f"wrote {out}: " + ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in counts.items()))


def import_samples(
    out: str,
    data: str | None,
    format: str,
    images: str | None = None,
    images_a_shard: int = 100,
    body_path: str | None = None,
) -> None:
    """Read a data set in another layout and write it as samples.

    Args:
        out: Folder for the samples.
        data: File or folder in the other layout.
        format: Name of the layout, a key of `IMPORTS`.
        images: Folder of its images; beside the file, or in `images/` there, when left out.
        images_a_shard: Images in each tar shard.
        body_path: Body file; the open body when left out.

    Raises:
        InputError: There is no such format, or a file is missing or broken.
    """
    if format not in IMPORTS:
        raise InputError(f"format: there is no '{format}'; choose one of {', '.join(IMPORTS)}")
    if not isinstance(data, str):
        raise InputError(f"data: add data=PATH, a file or folder in the layout of {format}")
    folder = None if images is None else Path(images)
    tally = write_import(Path(data), folder, Path(out), format, body_path, images_a_shard)
    counts = tally.counts()
    write_metrics(Path(out), {"format": format, **counts})
    say(f"wrote {out}: " + ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in counts.items()))


def doctor(
    data: str | Sequence[str] | None, body_path: str | None = None, images: str | None = None
) -> None:
    """Check every file and label of data sets, and print one line a finding.

    Args:
        data: A folder of samples, or a file in another layout (`samples.foreign.KNOWN`), or a
            list of them; those of a list should share no image.
        body_path: Body file; the open body when left out.
        images: Folder of the pictures that such files name; without it they are not looked at.

    Raises:
        InputError: There is a finding, or nothing to check.
    """
    paths = [Path(str(path)) for path in ([data] if isinstance(data, str) else data or ())]
    if not paths:
        raise InputError("data: none given; add data=DIR or data=[DIR,...], or a file to check")
    kinds: Counter[str] = Counter()
    for finding in examine_all(paths, Path(images) if images else None, body_path):
        say(str(finding))
        kinds[finding.kind] += 1
    named = ", ".join(map(str, paths))
    if not kinds:
        say(f"{named}: {_size_of(paths)}nothing wrong")
        return
    shown = Table(header_style="bold")
    shown.add_column("kind")
    shown.add_column("findings", justify="right")
    for kind, count in kinds.most_common():
        shown.add_row(kind, str(count))
    console.print(shown)
    total = sum(kinds.values())
    raise InputError(f"doctor: {total} finding{'s' if total > 1 else ''} in {named}")


def _size_of(paths: Sequence[Path]) -> str:
    folders = [path for path in paths if path.is_dir()]
    if not folders:
        return ""
    images = sum(count_images(folder) for folder in folders)
    people = sum(shard.people for folder in folders for shard in finished_shards(folder))
    return f"{images} images, {people} people, "


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
    data: str | None,
    port: int = 8080,
    host: str = "127.0.0.1",
    body_path: str | None = None,
    predictions: str | None = None,
) -> None:
    """Show a data set in the browser until interrupted.

    Args:
        data: Folder of samples.
        port: Where the page listens.
        host: Address it listens on; "0.0.0.0" shows it to the network.
        body_path: Body file; the open body when left out.
        predictions: Folder of `stage=predict`, or one below `predictions/` of `stage=eval`.

    Raises:
        InputError: viser is not installed, the data or predictions are missing, or the port is
            taken.
    """
    folder = chosen_folder(data)
    from samples.viewer.page import start

    start(folder, port, host, body_path, Path(predictions) if predictions else None)
    say(f"http://{host}:{port} shows {folder}; stop with Ctrl-C")
    while True:
        time.sleep(1)
