"""Finds what is wrong with the files and labels of a data set."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from hmr.errors import InputError
from hmr.progress import track
from hmr.sample import Sample
from hmr.shards import MANIFEST, PEOPLE, Shard, finished_shards, read_people
from samples.archive import Record, records_of
from samples.checks import CHECKS, Finding, check_counts
from samples.mask_checks import check_masks


def examine(data: Path, body_path: str | None = None) -> Iterator[Finding]:
    """Go through a data set and yield every finding."""
    shards, people, keys = finished_shards(data), 0, set()
    if not shards:
        yield Finding("manifest", MANIFEST, "lists no shard")
    yield from _strays(data, shards)
    for shard in shards:
        found, records = _records(data / shard.name, shard)
        yield from found
        for record in track(records, shard.name):
            if record.key in keys:
                yield Finding("record", record.key, "the key occurs twice in the data set")
            keys.add(record.key)
            sample, faults = _sample(record, body_path)
            yield from faults
            people += len(sample.people) if sample else 0
    yield from _table(data, people)


def check_sample(sample: Sample, body_path: str | None = None) -> Iterator[Finding]:
    """Yield what is wrong with the labels of one image."""
    counts = list(check_counts(sample, body_path))
    yield from counts
    if counts:
        return
    for check in (*CHECKS, check_masks):
        yield from check(sample, body_path)


def _strays(data: Path, shards: list[Shard]) -> Iterator[Finding]:
    listed = {shard.name for shard in shards}
    for path in sorted(data.glob("*.tar")):
        if path.name not in listed:
            yield Finding("shard", path.name, "lies in the folder, but the manifest lacks it")


def _records(path: Path, shard: Shard) -> tuple[list[Finding], list[Record]]:
    """Find a shard's records and whatever is wrong with the file."""
    if not path.exists():
        return [Finding("shard", shard.name, "the manifest lists it but it is missing")], []
    findings, records = [], []
    size = path.stat().st_size
    if size != shard.bytes:
        findings.append(Finding("shard", shard.name, f"{size} bytes, {shard.bytes} in manifest"))
    elif _sha256(path) != shard.sha256:
        findings.append(Finding("shard", shard.name, "its contents differ from their checksum"))
    try:
        for record in records_of(path):
            records.append(record)
    except InputError as error:
        findings.append(Finding("shard", shard.name, str(error).partition(": ")[2]))
    if len(records) != shard.images:
        text = f"holds {len(records)} images, {shard.images} in manifest"
        findings.append(Finding("shard", shard.name, text))
    return findings, records


def _sample(record: Record, body_path: str | None) -> tuple[Sample | None, list[Finding]]:
    try:
        sample = record.sample()
    except InputError as error:
        return None, [Finding("record", record.key, str(error).partition(": ")[2])]
    return sample, list(check_sample(sample, body_path))


def _table(data: Path, people: int) -> Iterator[Finding]:
    try:
        rows = len(read_people(data))
    except InputError as error:
        yield Finding("table", PEOPLE, str(error).partition(": ")[2])
        return
    if rows != people:
        yield Finding("table", PEOPLE, f"{rows} rows for {people} people who can be read")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
