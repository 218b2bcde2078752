"""Records of a shard by place, so that any one of them is read without the others."""

import re
import tarfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile

from hmr.errors import InputError
from hmr.records import decode
from hmr.sample import Sample

KEY = re.compile(r"[^/\\\x00-\x1f]+")
"""A record's key may be any word that is one file name, on any system."""


@dataclass(frozen=True)
class Record:
    """Where the files of one image lie in a shard."""

    shard: Path
    key: str
    parts: dict[str, tuple[int, int]]
    """Offset and size in bytes of each file, by its ending."""

    def read(self, endings: Collection[str] | None = None) -> dict[str, bytes]:
        """Read all files, or those with these endings that there are."""
        with self.shard.open("rb") as file:
            return {
                ending: _slice(file, *place)
                for ending, place in self.parts.items()
                if endings is None or ending in endings
            }

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


def _grouped(shard: Path, tar: tarfile.TarFile) -> Iterator[Record]:
    key, parts = "", {}
    for member in tar:
        name, ending = _split(shard, member)
        if parts and name != key:
            yield Record(shard, key, parts)
            parts = {}
        key = name
        parts[ending] = (member.offset_data, member.size)
    if parts:
        yield Record(shard, key, parts)


def _split(shard: Path, member: tarfile.TarInfo) -> tuple[str, str]:
    """Give a member's key and ending; keys become file names, so they may not lead anywhere."""
    path = PurePosixPath(member.name)
    key, _, ending = path.name.partition(".")
    leads_out = path.is_absolute() or ".." in path.parts or not KEY.fullmatch(key)
    if leads_out or not member.isfile():
        fault = "leads out of its folder" if leads_out else "is a link or no file"
        raise InputError(f"{shard}: refused member {member.name[:100]!r}, which {fault}")
    return key, ending


def _check_end(shard: Path) -> None:
    with shard.open("rb") as file:
        file.seek(-min(1024, shard.stat().st_size), 2)
        if file.read().strip(b"\0"):
            raise InputError(f"{shard}: truncated (no end-of-archive mark)")


def _slice(file, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)
