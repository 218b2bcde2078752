"""The table of people of a set, with the columns that cards and viewers ask for."""

from pathlib import Path

import numpy as np
import pandas
from jaxtyping import Float

from hmr.errors import InputError
from hmr.sample import FIRST_ENVIRONMENT_ID
from hmr.shards import PEOPLE, count_images, read_people

WORDS = ("image", "shard", "age", "gender", "environment")
NUMBERS = ("occlusion", "truncation")


def read_table(folder: Path) -> pandas.DataFrame:
    """Read the table of people and add what an older or an imported one may lack, as unknown.

    Added too: `size`, the height of the box in pixels; `by_person` and `by_environment`, whether
    such things hide the person. Occlusion that nobody knows is NaN.

    Raises:
        InputError: There is no table, or it lists more images than the manifest.
    """
    table = read_people(folder)
    for name in WORDS:
        table[name] = table[name].astype(str) if name in table else "unknown"
    for name in NUMBERS:
        values = table[name] if name in table else np.full(len(table), np.nan)
        table[name] = pandas.to_numeric(pandas.Series(values, index=table.index), errors="coerce")
    ids = table["occluders"].tolist() if "occluders" in table else [None] * len(table)
    table["occluders"] = [() if given is None else tuple(map(int, given)) for given in ids]
    first = FIRST_ENVIRONMENT_ID
    table["by_person"] = [any(i < first for i in given) for given in table["occluders"]]
    table["by_environment"] = [any(i >= first for i in given) for given in table["occluders"]]
    table["size"] = box_heights(table)
    listed, images = len(set(table["image"].tolist())), count_images(folder)
    if listed > images:
        raise InputError(
            f"{folder / PEOPLE}: lists {listed} images, the manifest {images}; make the set again"
        )
    return table


def box_heights(people: pandas.DataFrame) -> Float[np.ndarray, " people"]:
    """Height of each person's amodal box, or visible box where that is unknown, in pixels.

    NaN where there is neither.
    """
    heights = np.full(len(people), np.nan)
    for name in ("bbox_visible", "bbox_amodal"):
        for row, box in enumerate(people[name].tolist() if name in people else []):
            if box is not None and len(box) == 4:
                heights[row] = box[3] - box[1]
    return heights
