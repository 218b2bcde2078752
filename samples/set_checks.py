"""What can be wrong with the files of a data set: manifest, shards, table of people."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas

from hmr.archive import Record, records_of
from hmr.errors import InputError
from hmr.sample import Sample
from hmr.shards import MANIFEST, PEOPLE, Shard, finished_shards, read_manifest, read_people
from samples.finding import Finding, one_line
from samples.layout_checks import is_count

BETWEEN_SHARES = 1e-4
"""Most that a share may differ between the table and its record."""


def listed_shards(data: Path) -> tuple[list[Shard], list[Finding]]:
    """Read the shards that the manifest lists, and what is wrong with the list.

    Raises:
        InputError: There is no manifest, or it is none.
    """
    if not isinstance(read_manifest(data), Mapping):
        raise InputError(f"{data / MANIFEST}: not a manifest of shards")
    shards, findings = [], []
    for shard in finished_shards(data):
        fault = _shard_fault(shard)
        if fault:
            findings.append(Finding("manifest", MANIFEST, fault))
        else:
            shards.append(shard)
    names = [shard.name for shard in shards]
    for name in sorted({name for name in names if names.count(name) > 1}):
        findings.append(Finding("manifest", MANIFEST, f"lists {name} twice"))
    if not shards:
        findings.append(Finding("manifest", MANIFEST, "lists no shard"))
    return list({shard.name: shard for shard in shards}.values()), findings


def check_totals(data: Path, shards: Sequence[Shard]) -> Iterator[Finding]:
    """The manifest's totals must be those of its shards."""
    manifest = read_manifest(data)
    for name in ("images", "people", "bytes"):
        total = sum(getattr(shard, name) for shard in shards)
        if manifest.get(name, total) != total:
            text = f"says {one_line(manifest[name])[:40]} {name}, its shards hold {total}"
            yield Finding("manifest", MANIFEST, text)


def check_strays(data: Path, shards: Sequence[Shard]) -> Iterator[Finding]:
    """No shard may lie beside the list."""
    listed = {shard.name for shard in shards}
    for path in sorted(data.glob("*.tar")):
        if path.name not in listed:
            yield Finding("shard", path.name, "lies in the folder, but the manifest lacks it")


def open_shard(path: Path, shard: Shard) -> tuple[list[Record], list[Finding]]:
    """Find a shard's records and whatever is wrong with the file."""
    if not path.is_file():
        return [], [Finding("shard", shard.name, "the manifest lists it but it is missing")]
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
        findings.append(Finding("shard", shard.name, one_line(str(error).partition(": ")[2])))
    if len(records) != shard.images:
        text = f"holds {len(records)} images, {shard.images} in manifest"
        findings.append(Finding("shard", shard.name, text))
    return records, findings


def check_table(
    data: Path, people: Mapping[tuple[str, int], Mapping[str, object]], complete: bool
) -> Iterator[Finding]:
    """The table must tell of each person what the record tells.

    Args:
        data: Folder of the data set.
        people: Facts of each person who could be read (`facts_of`).
        complete: Whether everybody could be read.
    """
    try:
        table = read_people(data)
        rows = _rows(table)
    except (InputError, KeyError, TypeError, ValueError) as error:
        yield Finding("table", PEOPLE, one_line(str(error).partition(": ")[2] or error))
        return
    if complete and len(table) != len(people):
        text = f"{len(table)} rows for {len(people)} people in the records"
        yield Finding("table", PEOPLE, text)
        return
    for (key, number), facts in people.items():
        row = rows.get((key, number))
        where = f"{key} person {number}"
        if row is None:
            yield Finding("table", where, f"{PEOPLE} has no row of this person")
            continue
        for name, value in facts.items():
            if name in row and not _alike(row[name], value):
                yield Finding(
                    "table", where, f"{PEOPLE} has {name} {row[name]}, the record {value}"
                )


def facts_of(sample: Sample) -> dict[tuple[str, int], dict[str, object]]:
    """Gather what the table repeats of each person."""
    names = ("age", "gender", "kid_weight", "occlusion", "truncation", "trust")
    return {
        (sample.key, person.person_id): {name: getattr(person, name) for name in names}
        for person in sample.people
    }


def _rows(table: pandas.DataFrame) -> dict[tuple[str, int], dict]:
    keys = zip(table["image"], table["person_id"], strict=True) if len(table) else ()
    return {
        (str(image), int(person)): row
        for (image, person), row in zip(keys, table.to_dict("records"), strict=True)
    }


def _alike(stored: object, value: object) -> bool:
    missing = stored is None or (isinstance(stored, float) and bool(np.isnan(stored)))
    if value is None or missing:
        return (value is None) == missing
    if isinstance(value, str) or not isinstance(stored, int | float | np.number):
        return bool(stored == value)
    return abs(float(stored) - float(value)) <= BETWEEN_SHARES  # pyright: ignore


def _shard_fault(shard: Shard) -> str | None:
    name = shard.name
    if not isinstance(name, str) or not name.isprintable() or Path(name).name != name or not name:
        return f"a shard is called {one_line(repr(shard.name))[:60]}, which is no file name"
    for key in ("images", "people", "bytes"):
        if not is_count(getattr(shard, key)):
            value = one_line(repr(getattr(shard, key)))[:40]
            return f"{one_line(shard.name)[:60]} has {key} {value}"
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
