"""Samples on disk: WebDataset tar shards, a table of people, a manifest.

A data set is a folder with `shard-000000.tar` ..., `people.parquet` (one row a
person) and `manifest.json`. A shard is listed in the manifest only once it is
whole, so what the manifest lists can be trusted.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas
from webdataset.writer import TarWriter

from hmr.errors import InputError
from hmr.record import write_atomically, write_json
from hmr.records import decode, encode
from hmr.sample import VISIBLE, Sample

MANIFEST = "manifest.json"
PEOPLE = "people.parquet"
ROWS = "rows"
"""Folder of the receipts."""


@dataclass(frozen=True)
class Shard:
    """A finished shard, as the manifest lists it."""

    name: str
    images: int
    people: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Packed:
    """An image as a shard holds it: plain values, which any process may hand on."""

    files: dict[str, str | bytes]
    """Its members, as `hmr.records.encode` makes them."""
    rows: Sequence[dict]
    """Its people, as `people.parquet` tells them."""


@dataclass(frozen=True)
class Receipt:
    """What is noted beside a shard once it is whole.

    It lets shards be listed, and people counted, by a process that did not write them.
    """

    mark: str
    """Tells what made the shard; "" where nobody asks."""
    shard: Shard
    rows: Sequence[dict]


def shard_name(index: int) -> str:
    """File name of the shard with this index."""
    return f"shard-{index:06d}.tar"


def pack(sample: Sample, shard: str) -> Packed:
    """Turn an image into what its shard holds of it."""
    return Packed(encode(sample), _rows(sample, shard))


def write_shard(folder: Path, index: int, samples: Iterable[Sample]) -> Shard:
    """Write a whole shard or nothing, its receipt beside it.

    The same samples give the same bytes: members carry no time and no owner.
    """
    return write_packed(folder, index, (pack(s, shard_name(index)) for s in samples))


def write_packed(folder: Path, index: int, images: Iterable[Packed], mark: str = "") -> Shard:
    """Write a shard of images that are packed already, and then its receipt.

    Args:
        folder: Of the data set.
        index: Of the shard.
        images: In order.
        mark: Tells what made them; see `Receipt`.
    """
    buffer, count, rows = io.BytesIO(), 0, []
    with TarWriter(buffer, mtime=0, encoder=False) as tar:
        for count, image in enumerate(images, 1):  # noqa: B007
            tar.write(image.files)
            rows += image.rows
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    shard = Shard(shard_name(index), count, len(rows), len(data), digest)
    write_atomically(folder / shard.name, data)
    # Written last: who finds a receipt finds its shard on the disk.
    receipt = {"mark": mark, "shard": asdict(shard), "rows": rows}
    write_json(_receipt_file(folder, shard.name), receipt)
    return shard


def read_receipt(folder: Path, name: str) -> Receipt | None:
    """Read what was noted when a shard was written; None where nothing usable is."""
    try:
        found = json.loads(_receipt_file(folder, name).read_text())
        return Receipt(found["mark"], Shard(**found["shard"]), found["rows"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def receipts(folder: Path) -> list[str]:
    """Names of the shards that have a receipt, in order."""
    return sorted(path.with_suffix(".tar").name for path in (folder / ROWS).glob("shard-*.json"))


def write_manifest(folder: Path, shards: Iterable[Shard], about: Mapping[str, object]) -> None:
    """List the finished shards, with what made them (config, seed, versions, commit)."""
    listed = sorted((asdict(shard) for shard in shards), key=lambda entry: entry["name"])
    totals = {key: sum(entry[key] for entry in listed) for key in ("images", "people", "bytes")}
    write_json(folder / MANIFEST, {**about, **totals, "shards": listed})


def write_people(folder: Path) -> None:
    """Join the rows of all finished shards into `people.parquet`."""
    rows: list[dict] = []
    for shard in finished_shards(folder):
        receipt = read_receipt(folder, shard.name)
        whole = receipt is not None and receipt.shard == shard
        rows += receipt.rows if receipt and whole else _rows_again(folder, shard.name)
    buffer = io.BytesIO()
    pandas.DataFrame(rows).to_parquet(buffer, index=False)
    write_atomically(folder / PEOPLE, buffer.getvalue())


def read_manifest(folder: Path) -> dict:
    """Read a data set's manifest.

    Raises:
        InputError: There is none, or it is no JSON.
    """
    path = Path(folder) / MANIFEST
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; name a folder of samples (stage=synth)") from None
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}); delete it and run the stage again") from None


def finished_shards(folder: Path) -> list[Shard]:
    """Shards that the manifest lists; none where there is no manifest yet."""
    if not (Path(folder) / MANIFEST).exists():
        return []
    try:
        return [Shard(**entry) for entry in read_manifest(folder)["shards"]]
    except (KeyError, TypeError):
        raise InputError(f"{Path(folder) / MANIFEST}: not a manifest of shards") from None


def read_people(folder: Path) -> pandas.DataFrame:
    """Read the table of people."""
    path = Path(folder) / PEOPLE
    try:
        return pandas.read_parquet(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None


def read_samples(folder: Path, with_image: bool = True) -> Iterator[Sample]:
    """Read every sample of a data set, in order."""
    read_manifest(folder)
    for shard in finished_shards(folder):
        yield from read_shard(Path(folder) / shard.name, with_image)


def read_shard(path: Path, with_image: bool = True) -> Iterator[Sample]:
    """Read the samples of one shard, in order.

    Raises:
        InputError: The shard is missing, truncated or holds a broken record; names it.
    """
    if not path.exists():
        raise InputError(f"{path}: the manifest lists this shard but it is missing")
    try:
        for key, files in _records(path):
            yield decode(key, files, str(path), with_image)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise InputError(f"{path}: truncated or no tar file ({error})") from None


def count_images(folder: Path) -> int:
    """Number of images that the manifest lists."""
    return sum(shard.images for shard in finished_shards(folder))


def _records(path: Path) -> Iterator[tuple[str, dict[str, bytes]]]:
    current, files = "", {}
    with tarfile.open(path) as tar:
        for member in tar:
            key, _, ending = os.path.basename(member.name).partition(".")
            if files and current != key:
                yield current, files
                files = {}
            stream = tar.extractfile(member)
            current, files[ending] = key, stream.read() if stream else b""
    if files:
        yield current, files


def _receipt_file(folder: Path, name: str) -> Path:
    return folder / ROWS / Path(name).with_suffix(".json").name


def _rows_again(folder: Path, name: str) -> list[dict]:
    """Make the rows of a shard whose receipt is lost."""
    samples = read_shard(folder / name, with_image=False)
    return [row for sample in samples for row in _rows(sample, name)]


def _rows(sample: Sample, shard: str) -> list[dict]:
    plain = ("person_id", "age", "gender", "kid_weight", "occlusion", "truncation", "trust")
    shared = {"image": sample.key, "shard": shard, "environment": sample.environment}
    shared |= {"width": sample.width, "height": sample.height, "seed": sample.seed}
    shared |= {"focal": float(sample.camera.K[0, 0])}
    return [
        {
            **shared,
            **{name: getattr(person, name) for name in plain},
            "occluders": [occluder.id for occluder in person.occluders or ()],
            "bbox_visible": list(person.bbox_visible or ()),
            "bbox_amodal": list(person.bbox_amodal or ()),
            "visible_joints": int((sample.joint_visibility[i] == VISIBLE).sum()),
        }
        for i, person in enumerate(sample.people)
    ]
