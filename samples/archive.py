"""The records of a whole data set, and the folder that a stage was given."""

from pathlib import Path, PurePosixPath

from hmr.archive import Record, records_of
from hmr.errors import InputError
from hmr.shards import finished_shards, read_manifest


def all_records(data: Path) -> list[Record]:
    """Find the records of all finished shards of a data set.

    Raises:
        InputError: A shard is missing, truncated or no tar file, or does not lie in the folder.
    """
    read_manifest(data)
    names = [shard.name for shard in finished_shards(data)]
    strange = [name for name in names if PurePosixPath(name).name != name]
    if strange:
        raise InputError(f"{data}: refused shard {strange[0]!r} of its manifest, a path elsewhere")
    return [record for name in names for record in records_of(data / name)]


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
