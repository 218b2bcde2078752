"""The data card: README.md and plots in the folder of a data set.

It is written last and listed nowhere: a set is whole without it, and a run that is killed
while it writes leaves every shard as it was. The same set gives the same bytes.
"""

from pathlib import Path

import cv2
import numpy as np

from hmr.archive import Record
from hmr.drawing import Image, sheet
from hmr.label_drawing import draw_labels
from hmr.record import write_atomically
from samples.card_facts import Facts, gather
from samples.card_plots import plots
from samples.card_text import text

FOLDER = "card"
"""Folder of the plots, in the set's."""
SUBSET = 256
"""Images whose labels are opened for poses, cameras, joints and sizes of files."""
SHOWN, TILE, QUALITY = 6, (400, 225), 86
"""Sample images, the size of each in pixels, and their JPEG quality."""


def write_card(folder: Path, subset: int = SUBSET) -> None:
    """Write `README.md` and `card/` into a data set's folder.

    Args:
        folder: A data set with its manifest and table of people.
        subset: Images whose labels are opened; drawn at random, always the same of one set.

    Raises:
        InputError: The set is not whole.
    """
    folder = Path(folder)
    facts = gather(folder, subset, np.random.default_rng(0))
    for name, picture in plots(facts).items():
        write_atomically(folder / FOLDER / name, picture)
    if facts.records:
        write_atomically(folder / FOLDER / "samples.jpg", _sheet(facts))
    # The text comes last: where it is, the pictures it names are too.
    write_atomically(folder / "README.md", text(folder, facts, FOLDER))


def _sheet(facts: Facts) -> bytes:
    """Draw some images, each beside its labels, as JPEG."""
    tiles = [tile for record in _shown(facts) for tile in _pair(record)]
    whole = sheet(tiles, columns=4, tile=TILE)
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    return cv2.imencode(".jpg", np.ascontiguousarray(whole[..., ::-1]), options)[1].tobytes()


def _shown(facts: Facts) -> list[Record]:
    """Choose images with people, spread over the set."""
    peopled = [r for r, s in zip(facts.records, facts.labels, strict=True) if s.people]
    chosen = peopled or list(facts.records)
    places = np.linspace(0, len(chosen) - 1, min(SHOWN, len(chosen))).round().astype(int)
    return [chosen[i] for i in places]


def _pair(record: Record) -> tuple[Image, Image]:
    sample = record.sample()
    assert sample.image is not None
    return np.ascontiguousarray(sample.image), draw_labels(sample)
