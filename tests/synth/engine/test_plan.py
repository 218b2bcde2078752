"""Parts of a plan, pieces of work, and who takes them."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmr.errors import InputError
from run import compose
from synth.engine.dataset import make_dataset
from synth.engine.engines import RETRIES, Line
from synth.engine.plan import IMAGES_A_BOOK, IMAGES_A_LIGHT, images_of, part_of
from tests.synth.engine.stand_in import PaintingEngine, files_of
from tests.synth.small_crowd import small


def test_parts_are_half_open():
    assert part_of("2:5", 8) == range(2, 5)
    assert part_of("0:8", 8) == part_of(None, 8) == part_of(":", 8) == range(8)
    assert part_of("6:", 8) == range(6, 8) and part_of(":3", 8) == range(3)


@pytest.mark.parametrize(
    "words", ["5", 5, "a:b", "3:2", "2:2", "0:9", "-1:3", "1:2:3", "", "1.5:2"]
)
def test_what_is_no_part_is_told_in_one_line(words):
    with pytest.raises(InputError, match=r"synth\.shards=.*such as synth\.shards=0:10") as told:
        part_of(words, 8)
    assert "\n" not in str(told.value)


def test_the_command_line_hands_parts_over_as_written():
    words = ["stage=synth", "out=nowhere", "synth.shards=10:20"]
    assert part_of(compose(words).stage.shards, 30) == range(10, 20)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 160), st.integers(1, 12), st.integers(1, 9), st.data())
def test_every_image_is_handed_out_once_and_pieces_keep_to_their_shard(n, size, workers, data):
    plan = small(images=n, shard_images=size)
    wanted = data.draw(st.sets(st.integers(0, plan.shards - 1)))
    images = images_of(plan, sorted(wanted))
    line, found = Line(plan, images, workers), []
    last = {worker: None for worker in range(workers)}
    while line.waits():
        worker = data.draw(st.integers(0, workers - 1))
        found.append(line.take(last[worker]))
        last[worker] = found[-1][-1]
    assert sorted(image for piece in found for image in piece) == images
    assert all(len({i // size for i in piece}) == 1 for piece in found)
    assert all(len({i // IMAGES_A_LIGHT for i in piece}) == 1 for piece in found)
    # The last pieces are single, so that workers end together.
    assert all(len(piece) == 1 for piece in found[-workers:])


def test_workers_stay_with_their_books_and_share_the_last():
    line = Line(small(images=3 * IMAGES_A_BOOK, shard_images=10), range(3 * IMAGES_A_BOOK), 2)
    last, books = {0: None, 1: None}, {0: set(), 1: set()}
    while line.waits():
        for worker in (0, 1):
            if line.waits():
                last[worker] = line.take(last[worker])[-1]
                books[worker].add(last[worker] // IMAGES_A_BOOK)
    assert books == {0: {0, 2}, 1: {1, 2}}


def test_what_dead_workers_leave_goes_first_and_not_for_ever(capsys):
    line = Line(small(images=40, shard_images=10), range(40), workers=2)
    first = line.take()
    for _ in range(RETRIES):
        line.put_back(first[1:], "killed by signal 9")
        assert line.take() == first[1:]
    with pytest.raises(InputError, match=r"image 1 of shard-000000\.tar: 4 workers died"):
        line.put_back(first[1:], "killed by signal 9")
    line.put_back((), "exit code 1")
    assert capsys.readouterr().out.count("trying again") == RETRIES


PLAN = small(images=7, shard_images=2)


@pytest.fixture(scope="module")
def engine(body):
    return PaintingEngine(body, np.random.default_rng(5))


def test_three_jobs_in_one_folder_equal_one_run(engine, tmp_path):
    make_dataset(PLAN, tmp_path / "one", engine)
    done = [
        make_dataset(PLAN, tmp_path / "jobs", engine, part).whole
        for part in (range(2, 3), range(0, 2), range(3, 4))
    ]
    assert done == [False, False, True]
    assert files_of(tmp_path / "jobs") == files_of(tmp_path / "one")


def test_jobs_at_the_same_time_equal_one_run_too(engine, tmp_path):
    class Entwined:
        """Lets another job run from start to end after the first image of this one."""

        def make(self, plan, images):
            for number, image in enumerate(engine.make(plan, images)):
                if number == 1:
                    other = make_dataset(PLAN, tmp_path / "jobs", engine, range(2, 4))
                    assert not other.whole
                yield image

    make_dataset(PLAN, tmp_path / "one", engine)
    assert make_dataset(PLAN, tmp_path / "jobs", Entwined(), range(0, 2)).whole
    assert files_of(tmp_path / "jobs") == files_of(tmp_path / "one")


def test_a_job_that_was_killed_before_it_listed_is_joined_by_a_later_run(engine, tmp_path):
    class Killed:
        def make(self, plan, images):
            yield from list(engine.make(plan, images))[:-1]
            (tmp_path / "jobs" / "manifest.json").unlink()
            raise SystemExit

    make_dataset(PLAN, tmp_path / "one", engine)
    with pytest.raises(SystemExit):
        make_dataset(PLAN, tmp_path / "jobs", Killed(), range(0, 3))
    make_dataset(PLAN, tmp_path / "jobs", engine, range(3, 4))
    assert make_dataset(PLAN, tmp_path / "jobs", engine).whole
    assert files_of(tmp_path / "jobs") == files_of(tmp_path / "one")


def test_a_job_leaves_what_others_are_writing(engine, tmp_path):
    theirs = tmp_path / ".shard-000003.tar.host.7.tmp"
    mine = tmp_path / ".shard-000000.tar.host.7.tmp"
    for path in (theirs, mine):
        path.write_bytes(b"half")
    make_dataset(PLAN, tmp_path, engine, range(0, 2))
    assert theirs.exists() and not mine.exists()


def test_planning_opens_no_graphics_library():
    heavy = "pyrender", "OpenGL", "roma", "torch._dynamo", "ray"
    code = f"import sys, synth.stage; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
