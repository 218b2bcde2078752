"""Where the images of a set lie, known without opening its shards.

The table of people names the images that show somebody, in the order of the set; the manifest
says how many images each shard holds. The rest shows nobody: they come after the others of
their shard, and their keys are known only once the shard is opened.
"""

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas
from jaxtyping import Bool

from hmr.archive import Record, records_of
from hmr.errors import InputError
from hmr.sample import Sample
from hmr.shards import finished_shards
from samples.people_table import read_table

OPEN_SHARDS = 32
"""Shards whose lists of records are kept."""


@dataclass(frozen=True)
class Place:
    """Where an image lies."""

    shard: str
    key: str | None
    """None for an image without people, of a shard that was never opened."""
    blank: int = 0
    """Which of the shard's images without people it is."""


class Index:
    """The images of a set, in order, and the people in them."""

    def __init__(self, folder: Path):
        """List a set.

        Raises:
            InputError: The manifest or the table of people is missing or broken.
        """
        self.people: pandas.DataFrame = read_table(folder)
        self._folder, self._lock = folder, threading.Lock()
        self._keys = {
            str(shard): list(dict.fromkeys(keys))
            for shard, keys in self.people.groupby("shard", sort=False)["image"]
        }
        self.places: list[Place] = []
        for shard in finished_shards(folder):
            keys = self._keys.get(shard.name, [])
            self.places += [Place(shard.name, key) for key in keys]
            blank = range(shard.images - len(keys))
            self.places += [Place(shard.name, None, number) for number in blank]
        self._records = lru_cache(OPEN_SHARDS)(self._list)

    def holding(self, kept: Bool[np.ndarray, " people"]) -> list[Place]:
        """List the images that show at least one of these people."""
        images = set(self.people["image"].to_numpy()[kept])
        return [place for place in self.places if place.key in images]

    def people_of(self, key: str, kept: Bool[np.ndarray, " people"]) -> set[int]:
        """List the person_ids of those of these people who are in an image."""
        here = kept & (self.people["image"].to_numpy() == key)
        return {int(number) for number in self.people["person_id"].to_numpy()[here]}

    def read(self, place: Place) -> Sample:
        """Read an image with its labels.

        Raises:
            InputError: Its shard or its record is missing or broken.
        """
        with self._lock:
            records = self._records(place.shard)
        key = place.key
        if key is None:
            blanks = self._blanks(records, place.shard)
            if place.blank >= len(blanks):
                raise InputError(
                    f"{self._folder / place.shard}: fewer images than its manifest says"
                )
            key = blanks[place.blank]
        if key not in records:
            raise InputError(f"{self._folder / place.shard}: holds no image {key}")
        return records[key].sample()

    def find(self, key: str) -> Place | None:
        """Find an image by its key; shards with images without people are opened one by one."""
        for place in self.places:
            if place.key == key:
                return place
        for shard in dict.fromkeys(place.shard for place in self.places if place.key is None):
            with self._lock:
                records = self._records(shard)
            if key in (blanks := self._blanks(records, shard)):
                return Place(shard, None, blanks.index(key))
        return None

    def _list(self, shard: str) -> dict[str, Record]:
        return {record.key: record for record in records_of(self._folder / shard)}

    def _blanks(self, records: dict[str, Record], shard: str) -> list[str]:
        peopled = set(self._keys.get(shard, ()))
        return [key for key in records if key not in peopled]
