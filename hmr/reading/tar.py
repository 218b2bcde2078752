"""Single records out of a tar shard, without reading through what lies before them."""

import tarfile
from dataclasses import dataclass
from pathlib import Path

from hmr.errors import InputError

Extent = tuple[int, int]
"""Where a file's bytes start in the shard, and how many there are."""


@dataclass(frozen=True)
class Tar:
    """A shard, and where each file of each record lies in it."""

    path: Path
    records: dict[str, dict[str, Extent]]

    def read(self, key: str, endings: tuple[str, ...]) -> dict[str, bytes]:
        """Read some files of a record; those that it lacks are left out.

        Raises:
            InputError: There is no such record, or the shard cannot be read.
        """
        if key not in self.records:
            raise InputError(f"{self.path}: the table of people names record {key}, which it lacks")
        extents = self.records[key]
        try:
            with self.path.open("rb") as file:
                return {name: _bytes(file, extents[name]) for name in endings if name in extents}
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read ({error.strerror})") from None


def open_tar(path: Path, size: int) -> Tar:
    """Find the records of a shard that the manifest says is of this size, in bytes.

    Raises:
        InputError: It is missing, of another size, or no tar file.
    """
    try:
        found = path.stat().st_size
        if found != size:
            raise InputError(f"{path}: broken: {found} bytes, but the manifest says {size}")
        records: dict[str, dict[str, Extent]] = {}
        with tarfile.open(path) as tar:
            for member in tar:
                key, _, ending = Path(member.name).name.partition(".")
                records.setdefault(key, {})[ending] = (member.offset_data, member.size)
        return Tar(path, records)
    except FileNotFoundError:
        raise InputError(f"{path}: the manifest lists this shard but it is missing") from None
    except (tarfile.TarError, EOFError, OSError) as error:
        raise InputError(f"{path}: truncated or no tar file ({error})") from None


def _bytes(file, extent: Extent) -> bytes:
    file.seek(extent[0])
    return file.read(extent[1])
