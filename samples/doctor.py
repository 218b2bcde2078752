"""Finds what is wrong with the files and labels of data sets, and of files in other layouts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hmr.archive import Record
from hmr.errors import InputError
from hmr.progress import track
from hmr.records import decode
from hmr.sample import Sample
from samples import foreign
from samples.checks import CHECKS, check_counts
from samples.finding import Finding, one_line
from samples.frame_checks import check_picture, check_twice, check_upright
from samples.layout_checks import check_layout, is_count
from samples.mask_checks import check_masks
from samples.pictures import fault_of
from samples.set_checks import (
    check_strays,
    check_table,
    check_totals,
    facts_of,
    listed_shards,
    open_shard,
)
from samples.twins import Seen, check_paths, check_seeds

PICTURES = ("jpg", "ids.png", "depth.png", "normal.png")
ALL_CHECKS = (*CHECKS, check_masks, check_upright, check_twice, check_picture)


def examine_all(
    data: Sequence[Path], images: Path | None = None, body_path: str | None = None
) -> Iterator[Finding]:
    """Go through data sets and files that should share no image, and yield every finding.

    Args:
        data: Folders of samples, and files in other layouts.
        images: Folder of the pictures that the files name.
        body_path: Body file; the open body when left out.

    Raises:
        InputError: One of them is missing or nothing that is known here.
    """
    seen = Seen()
    yield from check_paths(data)
    yield from check_seeds([path for path in data if not path.is_file()])
    for path in data:
        if path.is_file():
            found = foreign.examine(path, images, body_path)
        else:
            found = examine(path, body_path, seen)
        for finding in found:
            named = finding if len(data) == 1 else replace(finding, where=f"{path}/{finding.where}")
            yield named


def examine(
    data: Path, body_path: str | None = None, seen: Seen | None = None
) -> Iterator[Finding]:
    """Go through a data set and yield every finding.

    Args:
        data: Folder of samples.
        body_path: Body file; the open body when left out.
        seen: Images of other data sets, which this one must not repeat; it is filled with
            those of this one.

    Raises:
        InputError: There is no data set, or no body.
    """
    shards, faults = listed_shards(data)
    yield from faults
    whole = not faults
    yield from check_totals(data, shards)
    yield from check_strays(data, shards)
    records: list[Record] = []
    whole = not faults
    for shard in track(shards, f"{data.name}: checksums"):
        found, faults = open_shard(data / shard.name, shard)
        records += found
        whole &= len(found) == shard.images
        yield from faults
    yield from _labels(data, records, body_path, Seen() if seen is None else seen, whole)


def check_sample(sample: Sample, body_path: str | None = None) -> Iterator[Finding]:
    """Yield what is wrong with the labels of one image."""
    # Later checks take for granted what the first two find.
    basic = [*check_layout(sample)] or [*check_counts(sample, body_path)]
    yield from basic
    if basic:
        return
    for check in ALL_CHECKS:
        yield from check(sample, body_path)


def _labels(
    data: Path, records: list[Record], body_path: str | None, seen: Seen, complete: bool
) -> Iterator[Finding]:
    keys, people = set(), {}
    for record in track(records, f"{data.name}: labels"):
        if record.key in keys:
            yield Finding("record", record.key, "the key occurs twice in the data set")
        files = record.read()
        sample, faults = _sample(record, files)
        if sample is not None:
            faults += check_sample(sample, body_path)
        yield from faults
        told = sample is not None and not any(f.kind in ("layout", "counts") for f in faults)
        complete &= told and record.key not in keys
        people |= facts_of(sample) if sample is not None and told else {}
        keys.add(record.key)
        if "jpg" in files:
            yield from seen.meet((data, record.key), files["jpg"], sample if told else None)
    yield from check_table(data, people, complete)


def _sample(record: Record, files: Mapping[str, bytes]) -> tuple[Sample | None, list[Finding]]:
    """Decode a record without those of its pictures that are broken."""
    faults = dict(_picture_faults(files))
    named = [(f"{record.key}.{ending}", fault) for ending, fault in faults.items()]
    findings = [Finding("picture", record.key, f"{name} {fault}") for name, fault in named]
    whole = {ending: data for ending, data in files.items() if ending not in faults}
    try:
        sample = decode(record.key, whole, str(record.shard), with_image="jpg" in whole)
    except InputError as error:
        text = one_line(str(error).partition(": ")[2])
        return None, [*findings, Finding("record", record.key, text)]
    return sample, findings


def _picture_faults(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    size = _told_size(files)
    if "jpg" not in files:
        yield "jpg", "is missing"
    for ending in PICTURES:
        # OpenCV tells when a PNG breaks off, but believes the size that it claims.
        fault = fault_of(files[ending], size, ending == "jpg") if ending in files else None
        if fault:
            yield ending, fault


def _told_size(files: Mapping[str, bytes]) -> tuple[int | None, int | None]:
    """Width and height in a record's header; None where it does not say."""
    try:
        header = json.loads(files["json"])
        width, height = header["width"], header["height"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return None, None
    return (width, height) if is_count(width) and is_count(height) else (None, None)
