"""Workers of one machine: whatever becomes of them, every image comes once or one line says why."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hmr.errors import InputError
from synth.engine import local
from synth.engine.dataset import make_dataset
from synth.engine.local import Local
from tests.synth.engine.stand_in import Fault, Painting, PaintingEngine, files_of
from tests.synth.small_crowd import small

SETTINGS = small(images=7, shard_images=2)


@pytest.fixture(scope="module")
def whole(body, tmp_path_factory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("whole")
    make_dataset(SETTINGS, out, PaintingEngine(body))
    return files_of(out)


@pytest.fixture
def faulty(monkeypatch):
    """Have workers paint, and go wrong as told."""

    def told(**fault) -> None:
        monkeypatch.setattr(local, "_work", Painting(Fault(**fault)))

    return told


def test_a_dead_worker_is_told_about_and_its_image_tried_again(faulty, whole, tmp_path, capsys):
    faulty(image=3, kind="kill", once=str(tmp_path / "struck"))
    assert make_dataset(SETTINGS, tmp_path / "out", Local(2)).whole
    told = capsys.readouterr().out
    assert "image 3 of shard-000001.tar (killed by signal 9); trying again, 1 of 3" in told
    assert files_of(tmp_path / "out") == whole


@pytest.mark.slow
def test_an_image_that_kills_every_worker_stops_the_run_and_is_named(faulty, whole, tmp_path):
    faulty(image=6, kind="kill")
    with pytest.raises(InputError, match=r"image 6 of shard-000003\.tar: 4 workers died"):
        make_dataset(SETTINGS, tmp_path, Local(2))
    done = list(tmp_path.glob("*.tar"))
    assert {path.name: path.read_bytes() for path in done}.items() <= whole.items()


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("input", InputError, r"shirt\.obj: not a mesh"),
        ("os", InputError, r"image 4: .*sky\.hdr"),
        ("memory", InputError, r"image 4: memory is used up"),
        ("bug", RuntimeError, r"image 4 of seed 3: a bug"),
    ],
)
@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_what_is_wrong_with_an_image_is_told_by_name(
    faulty, monkeypatch, body, tmp_path, kind, error, words, workers
):
    from synth.engine import engines
    from tests.synth.engine import stand_in

    faulty(image=4, kind=kind)
    painter = stand_in.Painter(body, SETTINGS, Fault(4, kind))
    monkeypatch.setattr(engines.ImageMaker, "__init__", stand_in.painting_init(painter))
    with pytest.raises(error, match=words):
        make_dataset(SETTINGS, tmp_path, Local(workers))


PARENT = """
import sys, pathlib
from synth.engine import local
from synth.engine.dataset import make_dataset
from tests.synth.engine.stand_in import Painting
from tests.synth.small_crowd import small
if __name__ == "__main__":
    local._work = Painting(None, 0.5, "{pids}")
    settings = small(images=40, shard_images=2)
    make_dataset(settings, pathlib.Path("{out}"), local.Local(2))
"""


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _until(true, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_when_their_parent_is_gone(tmp_path, how):
    script, pids = tmp_path / "parent.py", tmp_path / "pids"
    pids.mkdir()
    script.write_text(PARENT.format(out=tmp_path / "out", pids=pids))
    root = str(Path(__file__).resolve().parents[3])
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert _until(lambda: len(list(pids.iterdir())) == 2)
        workers = [int(path.name) for path in pids.iterdir()]
        assert all(map(_alive, workers))
        if how == signal.SIGINT:
            os.killpg(parent.pid, how)
        else:
            parent.send_signal(how)
        parent.wait(30)
        assert _until(lambda: not any(map(_alive, workers)), 10)
    finally:
        parent.kill()


def test_fewer_than_one_worker_is_named():
    with pytest.raises(InputError, match=r"engine\.workers=0"):
        Local(0)
