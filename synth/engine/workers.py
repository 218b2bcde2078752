"""Shards made by several processes, each with a graphics context of its own.

Workers are spawned, not forked: a graphics context does not survive a fork.
Every process computes with one thread, so results do not depend on their number.
"""

import contextlib
import multiprocessing
import os
import queue
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from hmr.errors import InputError
from hmr.shards import Shard, write_shard
from hmr.threads import single_thread
from synth.engine.settings import Settings

SECONDS_BETWEEN_LOOKS = 1.0
"""How often the parent looks whether its workers live."""


@dataclass(frozen=True)
class ImageDone:
    """Another image is finished, though its shard may not be."""

    index: int
    scenes_redrawn: int
    people_redrawn: int


@dataclass(frozen=True)
class Failed:
    """A worker could not go on."""

    message: str
    is_input: bool


Event = ImageDone | Shard | Failed


def make_shards(
    settings: Settings, out: Path, shards: Sequence[int], workers: int
) -> Iterator[ImageDone | Shard]:
    """Make shards, on this process or on several; yield what is done as it is done.

    Raises:
        InputError: Something the user can mend, from whichever process.
    """
    if workers > 1 and len(shards) > 1:
        yield from _in_workers(settings, out, shards, min(workers, len(shards)))
    else:
        with single_thread():
            yield from _in_turn(settings, out, shards)


def _in_turn(settings: Settings, out: Path, shards: Sequence[int]) -> Iterator[ImageDone | Shard]:
    # Imported here, so that a parent of workers opens no graphics library.
    from synth.engine.scene_maker import SceneMaker

    maker = SceneMaker(settings)
    for shard in shards:
        samples = []
        for index in settings.images_of(shard):
            made = maker.make(index)
            samples.append(made.sample)
            yield ImageDone(index, made.scenes_redrawn, made.people_redrawn)
        yield write_shard(out, shard, samples)


def _in_workers(
    settings: Settings, out: Path, shards: Sequence[int], count: int
) -> Iterator[ImageDone | Shard]:
    context = multiprocessing.get_context("spawn")
    tasks, events = context.Queue(), context.Queue()
    for shard in [*shards, *[None] * count]:
        tasks.put(shard)
    arguments = (settings, out, tasks, events)
    with _one_thread_each():
        processes = [
            context.Process(target=_work, args=arguments, daemon=True) for _ in range(count)
        ]
        for process in processes:
            process.start()
    try:
        yield from _collect(events, processes, len(shards))
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


def _collect(events, processes: Sequence, shards: int) -> Iterator[ImageDone | Shard]:
    missing = shards
    while missing:
        try:
            event: Event = events.get(timeout=SECONDS_BETWEEN_LOOKS)
        except queue.Empty:
            _look_after(processes, events)
            continue
        if isinstance(event, Failed):
            raise InputError(event.message) if event.is_input else RuntimeError(event.message)
        missing -= isinstance(event, Shard)
        yield event


def _look_after(processes: Sequence, events) -> None:
    dead = [process for process in processes if process.exitcode]
    if dead and events.empty():
        raise InputError(
            f"a worker died with exit code {dead[0].exitcode}, perhaps for lack of memory; "
            "run again with a smaller engine.workers: finished shards are kept"
        )


def _work(settings: Settings, out: Path, tasks, events) -> None:
    """Make shards until there are none left, or nobody waits for them any more."""
    torch.set_num_threads(1)
    parent = multiprocessing.parent_process()
    try:
        for shard in iter(tasks.get, None):
            for event in _in_turn(settings, out, [shard]):
                if parent is not None and not parent.is_alive():
                    return
                events.put(event)
    except InputError as error:
        events.put(Failed(str(error), is_input=True))
    except KeyboardInterrupt:
        return
    except Exception as error:
        import traceback

        events.put(Failed(f"{error}\n{traceback.format_exc()}", is_input=False))


@contextlib.contextmanager
def _one_thread_each() -> Iterator[None]:
    """Have processes that start meanwhile draw and compute with one thread."""
    names = ("LP_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
