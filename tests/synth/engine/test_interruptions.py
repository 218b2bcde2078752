"""Whatever happens to a run, the next one ends with the bytes of one that nothing happened to."""

import errno
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hmr import record, shards
from hmr.errors import InputError
from hmr.shards import read_manifest
from synth.engine import dataset
from synth.engine import folder as folders
from synth.engine.dataset import make_dataset
from synth.engine.folder import Folder
from synth.engine.plan import images_of
from tests.synth.engine.stand_in import PaintingEngine, files_of
from tests.synth.small_crowd import small

SETTINGS = small(images=7, shard_images=2)
SHARDS = 4


class KilledError(BaseException):
    """The run ends here, whatever it would like to do first."""


@pytest.fixture(scope="module")
def engine(body):
    return PaintingEngine(body, np.random.default_rng(2))


@pytest.fixture(scope="module")
def whole(body, tmp_path_factory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("whole")
    assert make_dataset(SETTINGS, out, PaintingEngine(body)).whole
    return files_of(out)


def listed(out: Path) -> list[dict]:
    return read_manifest(out)["shards"] if (out / "manifest.json").exists() else []


def assert_listed_are_whole(out: Path, whole: dict[str, bytes]) -> None:
    for entry in listed(out):
        assert (out / entry["name"]).read_bytes() == whole[entry["name"]]


def strays(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.name.endswith(".tmp")]


def test_the_order_in_which_images_come_does_not_matter(engine, whole, tmp_path):
    make_dataset(SETTINGS, tmp_path, engine)
    assert files_of(tmp_path) == whole


class _Dying:
    """`write_atomically` that dies in one of its calls, before or after the rename, leaving a mess.

    Afterwards nothing can be written any more: the process is gone.
    """

    def __init__(self, call: int, renamed: bool):
        self.left, self.renamed, self.dead = call, renamed, False

    def __call__(self, path: Path, content: bytes | str) -> None:
        if self.dead:
            raise KilledError
        if self.left == 0:
            self.dead = True
            if self.renamed:
                record.write_atomically(path, content)
            else:
                path.with_name(f".{path.name}.host.77.tmp").write_bytes(b"half")
            raise KilledError
        self.left -= 1
        record.write_atomically(path, content)


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("call", range(14))
def test_killed_at_any_write_it_goes_on_and_ends_alike(
    engine, whole, tmp_path, monkeypatch, call, renamed
):
    dying = _Dying(call, renamed)
    with monkeypatch.context() as patched:
        patched.setattr(shards, "write_atomically", dying)
        patched.setattr(shards, "write_json", _json_through(dying))
        # Every shard is listed at once, as in a slow run.
        patched.setattr(dataset, "PAUSE", 0.0)
        patched.setattr(dataset, "LEAST_PAUSE", 0.0)
        with pytest.raises(KilledError):
            make_dataset(SETTINGS, tmp_path, engine)
    assert_listed_are_whole(tmp_path, whole)
    assert make_dataset(SETTINGS, tmp_path, engine).whole
    assert files_of(tmp_path) == whole
    assert len(listed(tmp_path)) == SHARDS and not strays(tmp_path)


def _json_through(write):
    def write_json(path: Path, value: object) -> None:
        record_json = record._finite(value)
        write(path, record.json.dumps(record_json, indent=1) + "\n")

    return write_json


def test_a_shard_with_a_receipt_is_taken_though_nothing_lists_it(engine, whole, tmp_path):
    make_dataset(SETTINGS, tmp_path, engine)
    (tmp_path / "manifest.json").unlink()
    engine.made.clear()
    make_dataset(SETTINGS, tmp_path, engine)
    assert not engine.made and len(listed(tmp_path)) == SHARDS
    assert files_of(tmp_path) == whole


def test_a_receipt_of_other_settings_is_not_believed(body, engine, whole, tmp_path):
    make_dataset(small(images=7, shard_images=2, seed=9), tmp_path, PaintingEngine(body))
    (tmp_path / "manifest.json").unlink()
    (tmp_path / "people.parquet").unlink()
    make_dataset(SETTINGS, tmp_path, engine)
    assert files_of(tmp_path) == whole


@pytest.mark.parametrize(
    "harm",
    [
        lambda out: (out / "shard-000001.tar").unlink(),
        lambda out: (out / "shard-000001.tar").write_bytes(b"cut"),
        lambda out: (out / "people.parquet").unlink(),
        lambda out: [path.unlink() for path in (out / "rows").glob("*.json")],
        lambda out: (out / "rows" / "shard-000002.json").write_text("["),
        lambda out: [(out / "people.parquet").unlink(), (out / "rows/shard-000000.json").unlink()],
    ],
)
def test_what_is_lost_is_made_again(engine, whole, tmp_path, harm):
    make_dataset(SETTINGS, tmp_path, engine)
    harm(tmp_path)
    assert make_dataset(SETTINGS, tmp_path, engine).whole
    assert files_of(tmp_path) == whole


def test_rows_that_are_lost_are_read_from_the_shards_and_make_the_same_table(
    engine, whole, tmp_path
):
    make_dataset(SETTINGS, tmp_path, engine)
    for path in (tmp_path / "rows").glob("*.json"):
        path.unlink()
    (tmp_path / "people.parquet").unlink()
    engine.made.clear()
    assert make_dataset(SETTINGS, tmp_path, engine).whole
    assert not engine.made and files_of(tmp_path) == whole


def test_a_manifest_that_was_cut_is_named(engine, tmp_path):
    make_dataset(SETTINGS, tmp_path, engine)
    manifest = tmp_path / "manifest.json"
    manifest.write_text(manifest.read_text()[:200])
    with pytest.raises(InputError, match=r"manifest\.json: not JSON .*delete it"):
        make_dataset(SETTINGS, tmp_path, engine)


def test_an_interrupted_run_lists_what_it_has(body, tmp_path):
    def interrupted(settings, images):
        for number, image in enumerate(PaintingEngine(body).make(settings, images)):
            if number == 5:
                raise KeyboardInterrupt
            yield image

    class Interrupted:
        make = staticmethod(interrupted)

    with pytest.raises(KeyboardInterrupt):
        make_dataset(SETTINGS, tmp_path, Interrupted())
    assert len(listed(tmp_path)) == 2


@pytest.mark.parametrize("writes_left", range(0, 12))
def test_a_full_disk_is_one_line_and_costs_no_shard(
    engine, whole, tmp_path, monkeypatch, writes_left
):
    left = [writes_left]

    def full(path: Path, content: bytes | str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        record.write_atomically(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(shards, "write_atomically", full)
        patched.setattr(shards, "write_json", _json_through(full))
        with pytest.raises(InputError, match="the disk is full") as told:
            make_dataset(SETTINGS, tmp_path, engine)
    assert "\n" not in str(told.value)
    assert_listed_are_whole(tmp_path, whole)
    kept = shards.receipts(tmp_path)
    engine.made.clear()
    make_dataset(SETTINGS, tmp_path, engine)
    lost = [n for n in range(SHARDS) if shards.shard_name(n) not in kept]
    assert sorted(engine.made) == images_of(SETTINGS, lost)
    assert files_of(tmp_path) == whole


def test_a_write_that_fails_leaves_nothing_beside_the_old_file(tmp_path, monkeypatch):
    record.write_atomically(tmp_path / "a", "old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(record.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        record.write_atomically(tmp_path / "a", "new")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "old"


def test_files_and_their_names_are_put_on_the_disk_before_they_count(tmp_path, monkeypatch):
    synced = []
    sync = record.os.fsync

    def noting(file: int) -> None:
        synced.append(Path(f"/proc/self/fd/{file}").resolve())
        sync(file)

    monkeypatch.setattr(record.os, "fsync", noting)
    record.write_atomically(tmp_path / "a", "new")
    assert [path.name.startswith(".a.") for path in synced] == [True, False]
    assert synced[1] == tmp_path.resolve()


def test_two_runs_at_once_are_refused(engine, tmp_path):
    with (
        Folder(tmp_path, SETTINGS).reserved(alone=True),
        pytest.raises(InputError, match=r"another run is making this set \(process \d+"),
    ):
        make_dataset(SETTINGS, tmp_path, engine)


def test_a_whole_run_and_jobs_of_parts_are_not_at_it_at_once(engine, tmp_path):
    with Folder(tmp_path, SETTINGS).reserved(alone=False):
        make_dataset(SETTINGS, tmp_path, engine, range(0, 1))
        with pytest.raises(InputError, match="another run"):
            make_dataset(SETTINGS, tmp_path, engine)


def test_the_lock_of_a_killed_run_is_gone(engine, tmp_path):
    lock = tmp_path / folders.RUN
    lock.parent.mkdir()
    held = "import fcntl, os, signal; f = open({!r}, 'a'); fcntl.flock(f, fcntl.LOCK_EX)"
    die = "os.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run([sys.executable, "-c", f"{held.format(str(lock))}; {die}"], check=False)
    assert lock.exists()
    assert make_dataset(SETTINGS, tmp_path, engine).whole


def test_a_file_system_without_locks_is_no_hindrance(engine, whole, tmp_path, monkeypatch):
    def none(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(folders.fcntl, "flock", none)
    assert make_dataset(SETTINGS, tmp_path, engine).whole
    assert files_of(tmp_path) == whole


def test_a_fault_of_the_disk_that_is_no_lack_of_room_is_left_to_speak(
    engine, tmp_path, monkeypatch
):
    def broken(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(shards, "write_atomically", broken)
    with pytest.raises(OSError, match="Input/output"):
        make_dataset(SETTINGS, tmp_path, engine)


def test_other_code_is_told_about(engine, tmp_path, monkeypatch, capsys):
    make_dataset(SETTINGS, tmp_path, engine, range(0, 2))
    monkeypatch.setattr(folders, "git_commit", lambda: "f00d")
    make_dataset(SETTINGS, tmp_path, engine)
    assert "made by another commit" in capsys.readouterr().out
