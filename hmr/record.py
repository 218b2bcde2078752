"""What a stage leaves beside its output: config, commit, metrics."""

import errno
import json
import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPORARY = ".tmp"


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a whole file or nothing: temporary name, fsync, rename, fsync of the folder.

    Once this returns, the file outlives a power cut; killed before, it is as it was, beside
    at most a file whose name `is_temporary`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several machines may write into a shared folder, and they count their processes alike.
    temporary = path.with_name(f".{path.name}.{platform.node()}.{os.getpid()}{TEMPORARY}")
    data = content.encode() if isinstance(content, str) else content
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def is_temporary(path: Path) -> bool:
    """Tell what `write_atomically` leaves behind when it is killed."""
    return path.name.startswith(".") and path.name.endswith(TEMPORARY)


def _sync_folder(folder: Path) -> None:
    """Put a folder's list of names on the disk, so that a renamed file keeps its name."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        # Some network file systems cannot; they keep names by themselves.
        if error.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):
            raise
    finally:
        os.close(opened)


def write_json(path: Path, value: object) -> None:
    """Write JSON that strangers can read; numbers that are not finite become null."""
    write_atomically(path, json.dumps(_finite(value), indent=1, allow_nan=False) + "\n")


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not (float("-inf") < value < float("inf")):
        return None
    return value.item() if hasattr(value, "item") else value  # pyright: ignore[reportAttributeAccessIssue]


def git_commit() -> str:
    """Name the commit that the code comes from, with "+" where it has been changed since."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--abbrev=40", "--dirty=+"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return found.stdout.strip() or "unknown"


def versions() -> dict[str, str]:
    """Versions of the packages that results depend on."""
    names = ("throng", "torch", "numpy", "smplx", "pyrender", "trimesh", "kornia", "anny", "roma")
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def write_metrics(out: Path, metrics: Mapping[str, object]) -> None:
    """Write `metrics.json` into a stage's output folder."""
    write_json(out / "metrics.json", metrics)
