"""The engine of one machine: this process, or several, each with a graphics context of its own.

Workers are spawned, not forked: a graphics context does not survive a fork. Every process
computes with one thread, so results do not depend on their number. Each has a pipe of its
own: one that is killed while it sends something breaks that pipe and no other.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import connection

from hmr.errors import InputError
from synth.engine.engines import ImageDone, ImageMaker, Line, check_workers
from synth.engine.settings import Settings

THREADS = ("LP_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What tells libraries how many threads to draw and compute with."""


@dataclass(frozen=True)
class Failed:
    """A worker could not go on."""

    message: str
    is_input: bool


@dataclass(frozen=True)
class Local:
    """Makes images on this machine."""

    workers: int | None = 1
    """Processes; one a core if None. A single one is this process itself."""

    def __post_init__(self) -> None:
        check_workers(self.workers)

    def make(self, settings: Settings, images: Sequence[int]) -> Iterator[ImageDone]:
        """Make images and yield each once; see `synth.engine.engines.Engine`."""
        workers = min(self.workers or os.cpu_count() or 1, len(images))
        if workers > 1:
            yield from _in_workers(settings, images, workers)
        elif images:
            yield from _here(settings, images)


def _here(settings: Settings, images: Sequence[int]) -> Iterator[ImageDone]:
    from hmr.threads import single_thread

    with single_thread():
        maker = ImageMaker(settings)
        for image in images:
            yield maker.make(image)


class _Worker:
    """A process, and the pipe to it."""

    def __init__(self, settings: Settings, speaks: bool):
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        arguments = (settings, theirs, speaks)
        self.process = context.Process(target=_work, args=arguments, daemon=True)
        with _quiet_surroundings():
            self.process.start()
        # Only the worker holds its end now, so the pipe ends with it.
        theirs.close()
        self.images: tuple[int, ...] = ()
        self.last: int | None = None

    def hand(self, images: tuple[int, ...]) -> None:
        """Give it work; if it is dead, that shows when its answer is read."""
        self.images = images
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.pipe.send(images)

    def answer(self) -> ImageDone | None:
        """Read what it made, or that it is dead.

        Raises:
            InputError: Something the user can mend.
            RuntimeError: Something else is wrong.
        """
        try:
            event: ImageDone | Failed = self.pipe.recv()
        except (EOFError, OSError):
            return None
        if isinstance(event, Failed):
            raise InputError(event.message) if event.is_input else RuntimeError(event.message)
        self.images, self.last = self.images[1:], event.index
        return event

    def end(self) -> str:
        """End it, and say how it ended."""
        self.process.join(timeout=1)
        self.process.kill()
        self.process.join()
        self.pipe.close()
        code = self.process.exitcode or 0
        return f"exit code {code}" if code >= 0 else f"killed by signal {-code}"


def _in_workers(settings: Settings, images: Sequence[int], count: int) -> Iterator[ImageDone]:
    line, missing = Line(settings, images, count), len(images)
    team: list[_Worker] = []
    try:
        while missing:
            while len(team) < count and line.waits():
                team.append(_Worker(settings, speaks=not team))
                team[-1].hand(line.take())
            for worker in team:
                if not worker.images and line.waits():
                    worker.hand(line.take(worker.last))
            for worker, made in _answers(team):
                if made is None:
                    team.remove(worker)
                    line.put_back(worker.images, worker.end())
                else:
                    missing -= 1
                    yield made
    finally:
        for worker in team:
            worker.process.kill()
        for worker in team:
            worker.end()


def _answers(team: Sequence[_Worker]) -> Iterator[tuple[_Worker, ImageDone | None]]:
    """Wait until workers have something to say, and yield it; None of those that died."""
    speaking = connection.wait([worker.pipe for worker in team])
    for worker in [worker for worker in team if worker.pipe in speaking]:
        yield worker, worker.answer()


def _work(settings: Settings, pipe: connection.Connection, speaks: bool) -> None:
    """Make images until nobody asks for more."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _serve(settings, pipe, speaks)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except InputError as error:
        pipe.send(Failed(str(error), is_input=True))
    except Exception as error:
        import traceback

        pipe.send(Failed(f"{error}\n{traceback.format_exc()}", is_input=False))


def _serve(settings: Settings, pipe: connection.Connection, speaks: bool) -> None:
    import torch

    from hmr.progress import console

    torch.set_num_threads(1)
    # What all of them would say, one says.
    console.quiet = not speaks
    maker = ImageMaker(settings)
    while True:
        for image in pipe.recv():
            pipe.send(maker.make(image))


def _end_with_parent() -> None:
    """End this process as soon as nobody waits for it, whatever it is doing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


@contextlib.contextmanager
def _quiet_surroundings() -> Iterator[None]:
    """Have processes that start meanwhile use one thread, and leave Ctrl-C to their parent."""
    before = {name: os.environ.get(name) for name in THREADS}
    main = threading.current_thread() is threading.main_thread()
    heeded = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if main and heeded is not None:
            signal.signal(signal.SIGINT, heeded)
