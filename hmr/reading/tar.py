"""Single records out of a tar shard, without reading through what lies before them."""

from dataclasses import dataclass
from pathlib import Path

from hmr.archive import Record, records_of
from hmr.errors import InputError


@dataclass(frozen=True)
class Tar:
    """A shard, and its records by key."""

    path: Path
    records: dict[str, Record]

    def read(self, key: str, endings: tuple[str, ...]) -> dict[str, bytes]:
        """Read some files of a record; those that it lacks are left out.

        Raises:
            InputError: There is no such record, or the shard cannot be read.
        """
        if key not in self.records:
            raise InputError(f"{self.path}: the table of people names record {key}, which it lacks")
        try:
            return self.records[key].read(endings)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read ({error.strerror})") from None


def open_tar(path: Path, size: int) -> Tar:
    """Find the records of a shard that the manifest says is of this size, in bytes.

    Raises:
        InputError: It is missing, of another size, or no tar file.
    """
    # A shard that is missing is told about where it is opened.
    found = path.stat().st_size if path.exists() else size
    if found != size:
        raise InputError(f"{path}: broken: {found} bytes, but the manifest says {size}")
    return Tar(path, {record.key: record for record in records_of(path)})
