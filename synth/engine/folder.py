"""The folder of a data set that is being made: what is done, what is listed, who may write.

A shard is done once its receipt is on the disk, and the manifest is made of receipts. So a
run that is killed between the two loses nothing, and several jobs may each make a part of
one set: whoever comes last finds all receipts and joins them.
"""

import errno
import fcntl
import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

from hmr.errors import InputError
from hmr.progress import say
from hmr.record import git_commit, is_temporary, versions
from hmr.shards import (
    MANIFEST,
    PEOPLE,
    ROWS,
    Shard,
    finished_shards,
    read_manifest,
    read_receipt,
    receipts,
    shard_name,
    write_manifest,
    write_people,
)
from synth.engine.settings import Settings

RUN, JOIN = f"{ROWS}/.lock", f"{ROWS}/.join.lock"
"""Files that are locked by who makes shards, and by who writes the manifest."""
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


class Folder:
    """A data set of some settings, or the part of it that is there."""

    def __init__(self, out: Path, settings: Settings):
        """Look into a folder; nothing is written yet.

        Raises:
            InputError: It holds a data set of other settings.
        """
        self.out, self._settings, self._plan = out, settings, range(settings.shards)
        self._config = json.loads(json.dumps(asdict(settings)))
        self.mark = hashlib.sha256(json.dumps(self._config).encode()).hexdigest()[:16]
        self.done: dict[str, Shard] = {}
        self.look()

    def warn_of_other_code(self) -> None:
        """Say so where the shards that are there were made by other code, which may draw others."""
        if self.done and (self.out / MANIFEST).exists():
            before = read_manifest(self.out)
            changed = [key for key in ("commit", "versions") if before.get(key) != self.about[key]]
            if changed:
                say(
                    f"{self.out}: its first {len(self.done)} shards were made by another "
                    f"{' and other '.join(changed)} (see {MANIFEST}); the rest may not fit them"
                )

    def look(self) -> None:
        """Learn which shards are done: listed or with a receipt, and of the right size.

        Raises:
            InputError: The folder holds a data set of other settings.
        """
        self._check_settings()
        listed = finished_shards(self.out)
        self.done |= {shard.name: shard for shard in listed if self._is_there(shard)}
        for name in receipts(self.out):
            if name not in self.done:
                receipt = read_receipt(self.out, name)
                if receipt and receipt.mark == self.mark and self._is_there(receipt.shard):
                    self.done[name] = receipt.shard

    @cached_property
    def about(self) -> dict[str, object]:
        """What makes this data set, as the manifest tells it."""
        return {
            "kind": "synth",
            "split": self._settings.split,
            "seed": self._settings.seed,
            "config": self._config,
            "versions": versions(),
            "commit": git_commit(),
        }

    def missing(self, shards: range) -> list[int]:
        """List the shards that are still to be made."""
        return [number for number in shards if shard_name(number) not in self.done]

    def is_whole(self) -> bool:
        """Tell whether every shard is there, listed, and counted in the table of people."""
        if self.missing(self._plan) or not (self.out / PEOPLE).exists():
            return False
        return len(finished_shards(self.out)) == len(self._plan)

    def list_done(self) -> None:
        """List what is done, by whomever, in the manifest; join the people once all is."""
        with _locked(self.out / JOIN, fcntl.LOCK_EX):
            self.look()
            write_manifest(self.out, self.done.values(), self.about)
            if not (self.missing(self._plan) or (self.out / PEOPLE).exists()):
                write_people(self.out)

    def tidy(self, shards: range) -> None:
        """Remove what killed runs left half-written, of the shards that only this run makes."""
        everything = len(shards) == len(self._plan)
        names = {shard_name(number).removesuffix(".tar") for number in shards}
        for folder in (self.out, self.out / ROWS):
            for path in filter(is_temporary, folder.glob(".*")):
                if everything or path.name.removeprefix(".").partition(".")[0] in names:
                    path.unlink(missing_ok=True)

    @contextmanager
    def reserved(self, alone: bool) -> Iterator[None]:
        """Keep other runs out meanwhile; jobs that make parts let each other in.

        The lock is the kernel's, so that a killed run holds none.

        Raises:
            InputError: Somebody else is at it.
        """
        (self.out / ROWS).mkdir(parents=True, exist_ok=True)
        kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
        with _locked(self.out / RUN, kind | fcntl.LOCK_NB):
            (self.out / RUN).write_text(f"process {os.getpid()} on {platform.node()}")
            yield

    def _is_there(self, shard: Shard) -> bool:
        try:
            return (self.out / shard.name).stat().st_size == shard.bytes
        except OSError:
            return False

    def _check_settings(self) -> None:
        if not (self.out / MANIFEST).exists():
            return
        before: Mapping = read_manifest(self.out).get("config") or {}
        for key, value in self._config.items():
            if before.get(key) != value:
                raise InputError(
                    f"{self.out / MANIFEST}: made with {key}={before.get(key)}, not {value}; "
                    "choose another out, or delete the folder"
                )


@contextmanager
def disk_watched(out: Path) -> Iterator[None]:
    """Say in a line that the disk is full.

    Raises:
        InputError: It is.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise InputError(
            f"{out}: the disk is full; make room and run the same command again: "
            "finished shards are kept"
        ) from None


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, kind)
        except BlockingIOError:
            who = ""
            with suppress(OSError):
                who = path.read_text()
            raise InputError(
                f"{path.parent.parent}: another run is making this set ({who or 'unnamed'}); "
                "wait for it, end it, or choose another out"
            ) from None
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            say(f"{path.parent.parent}: its file system has no locks; start no second run there")
        yield
