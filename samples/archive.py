"""Records of a shard by place, so that any one of them is read without the others."""

import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from hmr.errors import InputError
from hmr.records import decode
from hmr.sample import Sample
from hmr.shards import finished_shards, read_manifest


@dataclass(frozen=True)
class Record:
    """Where the files of one image lie in a shard."""

    shard: Path
    key: str
    parts: dict[str, tuple[int, int]]
    """Offset and size in bytes of each file, by its ending."""

    def read(self) -> dict[str, bytes]:
        """Read all files."""
        with self.shard.open("rb") as file:
            return {ending: _slice(file, *place) for ending, place in self.parts.items()}

    def sample(self, with_image: bool = True) -> Sample:
        """Read the record as a sample.

        Raises:
            InputError: A file is missing or broken; names it.
        """
        try:
            return decode(self.key, self.read(), str(self.shard), with_image)
        except (BadZipFile, zlib.error, EOFError) as error:
            raise InputError(f"{self.shard}: record {self.key} is broken ({error})") from None


def records_of(shard: Path) -> Iterator[Record]:
    """Find the records of a shard, in order, without reading their contents.

    Raises:
        InputError: The shard is missing, truncated or no tar file.
    """
    try:
        with tarfile.open(shard) as tar:
            yield from _grouped(shard, tar)
        # tarfile takes a file cut between two members for whole.
        _check_end(shard)
    except FileNotFoundError:
        raise InputError(f"{shard}: the manifest lists this shard but it is missing") from None
    except (tarfile.TarError, EOFError, OSError) as error:
        raise InputError(f"{shard}: truncated or no tar file ({error})") from None


def all_records(data: Path) -> list[Record]:
    """Find the records of all finished shards of a data set."""
    read_manifest(data)
    return [r for shard in finished_shards(data) for r in records_of(data / shard.name)]


def chosen_folder(data: object) -> Path:
    """Check that one folder of samples was named.

    Raises:
        InputError: None was, or several.
    """
    if not isinstance(data, str | Path):
        given = "none given" if data is None else "this stage takes one folder"
        raise InputError(f"data: {given}; add data=DIR, a folder made by stage=synth or fit")
    read_manifest(Path(data))
    return Path(data)


def _grouped(shard: Path, tar: tarfile.TarFile) -> Iterator[Record]:
    key, parts = "", {}
    for member in tar:
        name, _, ending = Path(member.name).name.partition(".")
        if parts and name != key:
            yield Record(shard, key, parts)
            parts = {}
        key = name
        parts[ending] = (member.offset_data, member.size)
    if parts:
        yield Record(shard, key, parts)


def _check_end(shard: Path) -> None:
    with shard.open("rb") as file:
        file.seek(-min(1024, shard.stat().st_size), 2)
        if file.read().strip(b"\0"):
            raise InputError(f"{shard}: truncated (no end-of-archive mark)")


def _slice(file, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)
