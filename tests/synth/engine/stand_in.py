"""A stand-in for what makes images: quick, with bytes that follow from the image's number."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from hmr.sample import Sample
from hmr.shards import pack, shard_name
from hmr.threads import single_thread
from synth.engine.engines import ImageDone
from synth.engine.scene_maker import Made
from synth.engine.settings import Settings
from tests.sample_factory import make_sample

PEOPLE = 2


def files_of(folder: Path) -> dict[str, bytes]:
    """Read every shard, and the table of people."""
    paths = [*sorted(folder.glob("*.tar")), folder / "people.parquet"]
    return {path.name: path.read_bytes() for path in paths}


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong when an image is made."""

    image: int
    kind: str
    """"input", "bug", "os", "memory", or "kill": the worker dies."""
    once: str | None = None
    """A file: the fault comes only while it is not there."""

    def strike(self, index: int) -> None:
        """Go wrong, if this is the image."""
        if index != self.image or (self.once and Path(self.once).exists()):
            return
        if self.once:
            Path(self.once).touch()
        match self.kind:
            case "input":
                raise InputError("shirt.obj: not a mesh")
            case "os":
                raise FileNotFoundError(2, "No such file or directory", "sky.hdr")
            case "memory":
                raise MemoryError
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
        raise ZeroDivisionError("a bug")


class Painter:
    """Paints instead of rendering; in the place of `SceneMaker`."""

    def __init__(self, body, settings: Settings, fault: Fault | None = None, seconds: float = 0):
        self._body, self._settings = body, settings
        self._fault, self._seconds = fault, seconds

    def make(self, index: int) -> Made:
        """Paint an image, as `SceneMaker` would make it."""
        return Made(self.sample(index), 0, 0)

    def sample(self, index: int) -> Sample:
        """Paint an image."""
        if self._fault:
            self._fault.strike(index)
        time.sleep(self._seconds)
        made = make_sample(self._body, index, PEOPLE, 64, 48, self._settings.seed)
        return replace(made, key=f"{index:08d}")


class PaintingEngine:
    """Makes images in this process, in any order that is asked for; the same one only once."""

    def __init__(self, body, order: np.random.Generator | None = None, fault: Fault | None = None):
        self._body, self._order, self._fault = body, order, fault
        self.made: list[int] = []
        self._painted: dict[tuple[int, int], Sample] = {}

    def make(self, settings: Settings, images: Sequence[int]) -> Iterator[ImageDone]:
        """Make images and yield each once."""
        painter = Painter(self._body, settings, self._fault)
        turns = list(images) if self._order is None else self._order.permutation(images).tolist()
        for index in turns:
            self.made.append(index)
            key = (settings.seed, index)
            if key not in self._painted:
                # As workers do: the last bits of a sum depend on how many threads make it.
                with single_thread():
                    self._painted[key] = painter.sample(index)
            name = shard_name(index // settings.shard_images)
            yield ImageDone(index, pack(self._painted[key], name), 0, 0)


def painting_init(painter: Painter):
    """Make an `ImageMaker.__init__` that takes a painter instead of a renderer."""

    def initialise(maker, settings: Settings) -> None:
        maker._settings, maker._maker = settings, painter

    return initialise


@dataclass(frozen=True)
class Painting:
    """The work of a local worker that paints; a class, since it is pickled."""

    fault: Fault | None = None
    seconds: float = 0.0
    pids: str | None = None
    """A folder for files named by the workers' process ids."""

    def __call__(self, settings: Settings, pipe, speaks: bool) -> None:
        from hmr.body import load_body
        from synth.engine import engines, local

        if self.pids:
            (Path(self.pids) / str(os.getpid())).touch()
        painter = Painter(load_body(), settings, self.fault, self.seconds)
        engines.ImageMaker.__init__ = painting_init(painter)
        local._work(settings, pipe, speaks)
