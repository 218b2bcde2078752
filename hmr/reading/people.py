"""The people of a set that are to be read, found from its tables alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas
from jaxtyping import Float, Int

from hmr.errors import InputError
from hmr.reading.query import select
from hmr.shards import PEOPLE, finished_shards, read_manifest, read_people

_NEEDED = ("image", "shard", "person_id", "truncation", "bbox_visible", "bbox_amodal")


@dataclass(frozen=True)
class People:
    """The chosen people of one set, in the order in which they lie on disk."""

    folder: Path
    shards: tuple[str, ...]
    """Names of the set's finished shards."""
    sizes: tuple[int, ...]
    """Their sizes in bytes, as the manifest lists them."""
    keys: tuple[str, ...]
    """Keys of the images that hold chosen people."""
    shard: Int[np.ndarray, " people"]
    image: Int[np.ndarray, " people"]
    """Which of `keys` shows each person."""
    row: Int[np.ndarray, " people"]
    """Which of all the people in the image it is."""
    person_id: Int[np.ndarray, " people"]

    def __len__(self) -> int:
        return len(self.row)


def open_people(folder: str | Path, query: str | None = None) -> People:
    """Find the people of a set that a condition holds for.

    People of whom nothing is inside the image are left out.

    Args:
        folder: Of the samples.
        query: As in `hmr.reading.query`. Beside the columns of the table of people it may name
            `box_width` and `box_height`, in pixels, of the part inside the image.

    Raises:
        InputError: The set is missing, damaged or empty, or the condition is at fault.
    """
    folder = Path(folder)
    read_manifest(folder)
    shards = finished_shards(folder)
    table = _table(folder, [shard.name for shard in shards])
    chosen = select(table, query, str(folder))
    place = {shard.name: i for i, shard in enumerate(shards)}
    number, names = pandas.factorize(chosen["shard"] + "/" + chosen["image"])
    return People(
        folder,
        tuple(place),
        tuple(shard.bytes for shard in shards),
        tuple(str(name).partition("/")[2] for name in names),
        np.array([place[name] for name in chosen["shard"]]),
        number.astype(np.int64),
        chosen["row"].to_numpy(np.int64),
        chosen["person_id"].to_numpy(np.int64),
    )


def _table(folder: Path, shards: Sequence[str]) -> pandas.DataFrame:
    table, path = read_people(folder), folder / PEOPLE
    if not len(table):
        raise InputError(f"{path}: holds no people; nobody can be read from this set")
    if missing := [name for name in _NEEDED if name not in table]:
        raise InputError(f"{path}: column {missing[0]} is missing; write the set again")
    if strange := sorted(set(table["shard"]) - set(shards)):
        raise InputError(f"{path}: names {strange[0]}, which the manifest does not list")
    row = table.groupby(["shard", "image"], sort=False).cumcount()
    amodal, visible = (_boxes(list(table[name])) for name in ("bbox_amodal", "bbox_visible"))
    box = np.where(np.isnan(amodal), visible, amodal)
    wide, high = (box[:, 2:] - box[:, :2]).T
    table = table.assign(row=row, box_width=wide, box_height=high)
    # Where truncation is known and boxes are missing, nothing of the person is in the image.
    outside = np.isnan(wide) & table["truncation"].notna().to_numpy()
    if outside.all():
        raise InputError(f"{path}: nobody in this set is inside an image")
    place = {name: i for i, name in enumerate(shards)}
    order = np.argsort([place[name] for name in table["shard"]], kind="stable")
    return table.iloc[order[~outside[order]]]


def _boxes(column: list) -> Float[np.ndarray, "people 4"]:
    unknown = [np.nan] * 4
    return np.array([box if len(box) == 4 else unknown for box in column], float)
