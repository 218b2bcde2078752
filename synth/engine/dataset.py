"""A data set: what is missing of it is made, what is there is kept."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from hmr.errors import InputError
from hmr.progress import track
from hmr.record import git_commit, versions
from hmr.shards import (
    MANIFEST,
    Shard,
    finished_shards,
    read_manifest,
    shard_name,
    write_manifest,
    write_people,
)
from synth.engine.settings import Settings
from synth.engine.workers import ImageDone, make_shards


def make_dataset(settings: Settings, out: Path, workers: int) -> Counter[str]:
    """Make the shards that a folder lacks.

    Returns:
        What it took this time: images, scenes_redrawn, people_redrawn, milliseconds.

    Raises:
        InputError: The folder holds a data set of other settings.
    """
    about = _about(settings, out)
    done = {shard.name: shard for shard in finished_shards(out) if (out / shard.name).exists()}
    missing = [n for n in range(settings.shards) if shard_name(n) not in done]
    took: Counter[str] = Counter()
    if not missing and (out / "people.parquet").exists():
        return took
    write_manifest(out, done.values(), about)
    start = time.monotonic()
    images = sum(len(settings.images_of(shard)) for shard in missing)
    events = make_shards(settings, out, missing, workers)
    for image in track(_list_shards(events, out, done, about), "images", images):
        took.update(
            images=1,
            scenes_redrawn=image.scenes_redrawn,
            people_redrawn=image.people_redrawn,
        )
    write_people(out)
    took["milliseconds"] = int(1000 * (time.monotonic() - start))
    return took


def _list_shards(
    events: Iterator[ImageDone | Shard], out: Path, done: dict[str, Shard], about: dict
) -> Iterator[ImageDone]:
    """Put each finished shard into the manifest; pass on the images."""
    for event in events:
        if isinstance(event, Shard):
            done[event.name] = event
            write_manifest(out, done.values(), about)
        else:
            yield event


def _about(settings: Settings, out: Path) -> dict:
    """Say what makes this data set; it must be what made the part that is there."""
    config = json.loads(json.dumps(asdict(settings)))
    about = {
        "kind": "synth",
        "split": settings.split,
        "seed": settings.seed,
        "config": config,
        "versions": versions(),
        "commit": git_commit(),
    }
    if not (out / MANIFEST).exists():
        return about
    before = read_manifest(out).get("config", {})
    for key in config:
        if before.get(key) != config[key]:
            raise InputError(
                f"{out / MANIFEST}: made with {key}={before.get(key)}, not {config[key]}; "
                "choose another out, or delete the folder"
            )
    return about
