"""The engine of many machines: a Ray cluster.

Workers are Ray actors, one a CPU, on whatever nodes there are. They send finished images
back, and this process writes them: no folder need be shared. What they read (the body
file, packs, motion, maps, photos) must lie at the same paths on every node.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from hmr.errors import InputError
from hmr.progress import say
from hmr.record import ROOT
from synth.engine.engines import RETRIES, ImageDone, ImageMaker, Line, check_workers
from synth.engine.local import THREADS
from synth.engine.settings import Settings

START = "start one with `ray start --head`, or set engine.address"

SECONDS_TO_ANSWER = 10.0


class Actor:
    """A worker, in a process of its own somewhere."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def start(self) -> list[ImageDone]:
        """Read what all images share."""
        import torch

        from hmr.progress import console

        torch.set_num_threads(1)
        console.quiet = True
        self._maker = ImageMaker(self._settings)
        return []

    def make(self, images: Sequence[int]) -> list[ImageDone]:
        """Make images."""
        return [self._maker.make(image) for image in images]


@dataclass(frozen=True)
class Cluster:
    """Makes images on a Ray cluster."""

    address: str | None = "auto"
    """Of the cluster: "auto" finds the one that this machine belongs to; None starts one of
    this machine alone."""
    workers: int | None = None
    """Actors; as many as the cluster has room for if None. More may be asked for than it has
    now: they start when nodes join."""
    cpus: float | int = 1
    """CPUs that an actor takes."""

    def __post_init__(self) -> None:
        check_workers(self.workers)
        if not isinstance(self.cpus, float | int) or self.cpus <= 0:
            raise InputError(f"engine.cpus={self.cpus}: must be a number above 0")

    def make(self, settings: Settings, images: Sequence[int]) -> Iterator[ImageDone]:
        """Make images and yield each once; see `synth.engine.engines.Engine`."""
        if not images:
            return
        ray = _ray()
        with _joined(ray, self.address):
            workers = min(self._room(ray), len(images))
            nodes = sum(bool(node["Alive"]) for node in ray.nodes())
            say(f"Ray: {workers} workers on a cluster of {nodes} nodes")
            yield from _Team(ray, settings, self.cpus).make(images, workers)

    def _room(self, ray: Any) -> int:
        room = int(ray.cluster_resources().get("CPU", 0) / self.cpus)
        if self.workers is None and room < 1:
            raise InputError(
                f"engine.cpus={self.cpus:g}: the cluster has no node with as many; "
                "let nodes join, or set engine.workers"
            )
        return self.workers or room


class _Team:
    """Actors, and what each of them is at."""

    def __init__(self, ray: Any, settings: Settings, cpus: float | int):
        self._ray, self._settings = ray, settings
        # Retries are counted here: an actor that lives for days may lose more than a few nodes.
        self._class = ray.remote(num_cpus=cpus, max_restarts=0, max_task_retries=0)(Actor)
        self._at: dict[Any, tuple[Any, tuple[int, ...]]] = {}
        self._idle: list[tuple[Any, int | None]] = []
        self._lost_starts = 0

    def make(self, images: Sequence[int], workers: int) -> Iterator[ImageDone]:
        """Make images and yield each once.

        Raises:
            InputError: Something the user can mend, or an image costs too many actors.
        """
        line, missing = Line(self._settings, images, workers), len(images)
        for _ in range(workers):
            self._start()
        try:
            while missing:
                made = self._next(line, workers)
                missing -= len(made)
                yield from made
                while self._idle and line.waits():
                    actor, last = self._idle.pop()
                    work = line.take(last)
                    self._at[actor.make.remote(work)] = (actor, work)
        finally:
            for actor, _ in [*self._idle, *self._at.values()]:
                self._ray.kill(actor)

    def _start(self) -> None:
        """Start an actor; it gets work once it is there, for it may wait for a node to join."""
        actor = self._class.remote(self._settings)
        self._at[actor.start.remote()] = (actor, ())

    def _next(self, line: Line, workers: int) -> list[ImageDone]:
        """Wait for an actor to answer, and replace it if it is dead."""
        (answer,), _ = self._ray.wait(list(self._at))
        actor, work = self._at.pop(answer)
        try:
            made = self._ray.get(answer)
        except self._ray.exceptions.RayTaskError as error:
            raise _told(error) from None
        except self._ray.exceptions.RayError as error:
            cause = str(error).partition("\n")[0]
            line.put_back(work, cause)
            self._lost_starts += not work
            if self._lost_starts > RETRIES + workers:
                raise InputError(f"Ray: workers die as they start: {cause}") from None
            self._start()
            return []
        self._lost_starts = 0
        self._idle.append((actor, work[-1] if work else None))
        return made


def _told(error: Any) -> Exception:
    """Take a worker's exception out of Ray's wrapping."""
    cause = getattr(error, "cause", None)
    return InputError(str(cause)) if isinstance(cause, InputError) else RuntimeError(str(error))


def _ray() -> Any:
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    try:
        return import_module("ray")
    except ModuleNotFoundError:
        raise InputError("engine=ray: Ray is not installed; pip install 'throng[ray]'") from None


def _check_address(address: str | None) -> None:
    """See that somebody listens there: Ray itself would wait for minutes, and then abort.

    Raises:
        InputError: Nobody does.
    """
    # Where Ray keeps what "auto" finds; what is left of a dead cluster lies there too.
    kept = Path(os.getenv("RAY_TMPDIR", "/tmp")) / "ray" / "ray_current_cluster"
    found = address
    if address == "auto":
        found = os.getenv("RAY_ADDRESS") or (kept.read_text() if kept.exists() else None)
    host, _, port = (found or "").strip().rpartition("://")[2].rpartition(":")
    if not (host and port.isdecimal()):
        return
    try:
        socket.create_connection((host, int(port)), timeout=SECONDS_TO_ANSWER).close()
    except OSError as error:
        raise InputError(
            f"engine.address={address}: no Ray cluster answers at {host}:{port} "
            f"({error.strerror or error}); {START}"
        ) from None


@contextmanager
def _joined(ray: Any, address: str | None) -> Iterator[None]:
    """Be a part of the cluster meanwhile; a program that already is one stays it."""
    if ray.is_initialized():
        yield
        return
    _check_address(address)
    variables = {**dict.fromkeys(THREADS, "1"), "PYOPENGL_PLATFORM": "egl"}
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.getenv("PYTHONPATH")]))
    try:
        ray.init(
            address=address,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="ERROR",
            runtime_env={"env_vars": variables},
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"engine.address={address}: no Ray cluster ({reason}); {START}") from None
    try:
        yield
    finally:
        ray.shutdown()
