"""The page: what happens when something on it is changed."""

import contextlib
import errno
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from hmr.label_drawing import short_label
from hmr.sample import Sample
from samples.viewer import words
from samples.viewer.beside import Beside, Predictions
from samples.viewer.filters import GIVEN, describe, wanted
from samples.viewer.index import Index

try:
    import viser
except ImportError:
    raise InputError("viser is not installed; pip install 'throng[view]'") from None

from samples.viewer.controls import (
    EVERYBODY,
    build,
    filters_of,
    layers_of,
    loosen,
    name_people,
)
from samples.viewer.pictures import around, draw, whole
from samples.viewer.scene import clear, show_scene, stand_at_camera, stand_behind

WIDTH = 1000
"""Width of the drawn image, in pixels."""
CLOSEUP = (640, 520)
"""Most width and height of the picture of one person, in pixels."""


def start(
    data: Path,
    port: int = 8080,
    host: str = "127.0.0.1",
    body_path: str | None = None,
    predictions: Path | None = None,
) -> "Page":
    """Serve a page for a data set and return at once.

    Args:
        data: Folder of samples.
        port: Where the page listens.
        host: Address it listens on; "0.0.0.0" shows it to the network.
        body_path: Body file; the open body when left out.
        predictions: Folder with one `KEY.npz` an image, or one such file.

    Raises:
        InputError: The data set is broken or empty, the predictions are missing, or the port
            is taken.
    """
    index = Index(data)
    if not index.places:
        raise InputError(f"{data}: holds no image to show")
    found = None if predictions is None else Predictions(predictions, body_path)
    _check_address(host, port)
    server = viser.ViserServer(host=host, port=port, label=data.name, verbose=False)
    if server.get_port() != port:
        server.stop()
        raise InputError(f"port {port} is taken; add port=NUMBER")
    return Page(server, index, body_path, found)


def _check_address(host: str, port: int) -> None:
    """Try to listen; viser would take another port, or wait for ever."""
    try:
        socket.create_server((host, port)).close()
    except OverflowError:
        raise InputError(f"port {port}: must be 0 to 65535") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(f"port {port} is taken; add port=NUMBER") from None
        reason = error.strerror or error
        raise InputError(f"host {host}, port {port}: cannot listen there ({reason})") from None


class Page:
    """One page; everyone who opens it sees the same image."""

    def __init__(
        self,
        server: viser.ViserServer,
        index: Index,
        body_path: str | None = None,
        predictions: Predictions | None = None,
    ):
        self.server = server
        self._index, self._body_path, self._predictions = index, body_path, predictions
        self._places, self._at = index.places, 0
        self._kept = np.ones(len(index.people), bool)
        self._sample: Sample | None = None
        self._beside: Beside | None = None
        self._lock, self._quiet = threading.RLock(), False
        self.controls = build(server, index.people, predictions is not None)
        self._connect()
        self.keep()

    @property
    def key(self) -> str | None:
        """Key of the image on show; None when no image matches."""
        return None if self._sample is None else self._sample.key

    def keep(self) -> None:
        """Keep the images that show somebody whom the filters admit."""
        with self._alone():
            self._keep()

    def _keep(self) -> None:
        filters = filters_of(self.controls)
        self._kept = wanted(self._index.people, filters)
        everything = self._index.places
        places = everything if filters.idle else self._index.holding(self._kept)
        counts = f"{len(places):,} of {len(everything):,} images, "
        counts += f"{int(self._kept.sum()):,} of {len(self._kept):,} people"
        # An image on show that is still kept stays on show.
        here = self._places[self._at] if self._places else None
        self._places = places
        self.controls.filters["occluder_id"].visible = filters.occluder == GIVEN
        self.controls.kept.content = words.block(f"<b>{counts}</b>", describe(filters))
        if not places:
            self._show_nothing("no image matches; widen the filters")
        else:
            self.open(places.index(here) if here in places else 0)

    def open(self, at: int) -> None:
        """Show an image by its number among those that are kept."""
        with self._alone():
            if self._places:
                self._open(at % len(self._places))

    def _open(self, at: int) -> None:
        self._at = at
        self._sync_number()
        try:
            self._sample = self._index.read(self._places[self._at])
            self._beside = None
            if self._predictions is not None:
                self._beside = self._predictions.beside(self._sample)
        except InputError as error:
            self._show_nothing(str(error))
            return
        people = [f"{i}: person {short_label(p)}" for i, p in enumerate(self._sample.people)]
        name_people(self.controls, people)
        self.controls.scene.visible = self._sample.glb is not None
        self.controls.key.value = self._sample.key
        self.draw()
        self.show_scene()
        stand_behind(self.server, self._sample)

    def step(self, by: int) -> None:
        """Go to a later or earlier image; behind the last comes the first."""
        self.open(self._at + by)

    def go_to(self, key: str) -> None:
        """Show the image with this key, if there is one that the filters keep."""
        place = self._index.find(key.strip())
        if place in self._places:
            self.open(self._places.index(place))
            return
        reason = "is not in this set" if place is None else "is left out by the filters"
        self.controls.headline.content = words.notice(f"image {key.strip()!r} {reason}")

    def draw(self) -> None:
        """Draw the image with the labels that are wanted, and say what is known."""
        sample, chosen, controls = self._sample, self._chosen(), self.controls
        if sample is None:
            return
        layers, beside = layers_of(controls), self._beside
        controls.picture.image = draw(sample, layers, whole(sample, WIDTH), chosen, beside)
        near = None if chosen is None else around(sample, chosen, *CLOSEUP)
        if near is not None:
            controls.closeup.image = draw(sample, layers, near, chosen, beside)
        controls.picture.visible, controls.closeup.visible = True, near is not None
        controls.headline.content = words.headline(sample)
        if chosen is None:
            kept = self._index.people_of(sample.key, self._kept)
            controls.details.content = words.everybody(sample, beside, kept)
        else:
            controls.details.content = words.somebody(sample, chosen, beside)

    def show_scene(self) -> None:
        """Put the image's scene on show, without moving who looks at it."""
        if self._sample is None:
            return
        beside = self._beside if self.controls.layers["predicted"].value else None
        how, chosen = self.controls.scene.value, self._chosen()
        try:
            show_scene(self.server, self._sample, how, chosen, beside, self._body_path)
        except InputError as error:
            self.controls.headline.content = words.notice(str(error))

    def _chosen(self) -> int | None:
        name = self.controls.person.value
        return None if name == EVERYBODY else int(name.partition(":")[0])

    def _show_nothing(self, why: str) -> None:
        self._sample = self._beside = None
        name_people(self.controls, ())
        self.controls.picture.visible = self.controls.closeup.visible = False
        self.controls.headline.content = words.notice(why)
        self.controls.details.content = ""
        clear(self.server)

    def _sync_number(self) -> None:
        number, count = self.controls.number, len(self._places)
        number.disabled = count < 2
        # A slider needs two ends, and its value between them all the while.
        number.max = max(count, 2, self._at + 1)
        number.value = self._at + 1

    def _follow_number(self) -> None:
        # A slider that is drawn along asks for many images; only where it stops is of interest.
        if int(self.controls.number.value) - 1 != self._at:
            self.open(int(self.controls.number.value) - 1)

    def _stand(self) -> None:
        if self._sample is not None:
            at_camera = self.controls.stand.value == "at the camera"
            if at_camera:
                stand_at_camera(self.server, self._sample)
            else:
                stand_behind(self.server, self._sample, self._chosen())

    def _connect(self) -> None:
        controls = self.controls
        for handle in controls.filters.values():
            handle.on_update(self._when(self.keep))
        controls.number.on_update(self._when(self._follow_number))
        forward = {"next": 1, "previous": -1}
        controls.steps.on_click(self._when(lambda: self.step(forward[controls.steps.value])))
        controls.go.on_click(self._when(lambda: self.go_to(controls.key.value)))
        controls.reset.on_click(self._when(self._keep_all))
        for box in controls.layers.values():
            box.on_update(self._when(self.draw))
        controls.layers["predicted"].on_update(self._when(self.show_scene))
        controls.person.on_update(self._when(self._choose))
        controls.scene.on_update(self._when(self.show_scene))
        controls.stand.on_click(self._when(self._stand))
        commands = self.server.gui.add_command
        commands("next image", hotkey="N").on_trigger(self._when(lambda: self.step(1)))
        commands("previous image", hotkey="P").on_trigger(self._when(lambda: self.step(-1)))

    def _choose(self) -> None:
        self.draw()
        self.show_scene()
        if self._sample is not None:
            stand_behind(self.server, self._sample, self._chosen())

    def _keep_all(self) -> None:
        loosen(self.controls)
        self.keep()

    def _when(self, act: Callable[[], None]) -> Callable[[object], None]:
        """Act once on what a visitor did; what the page itself sets in answer starts nothing."""

        def answer(_event: object) -> None:
            with self._alone() as first:
                if first:
                    act()

        return answer

    @contextlib.contextmanager
    def _alone(self) -> Iterator[bool]:
        with self._lock:
            first, self._quiet = not self._quiet, True
            try:
                yield first
            finally:
                self._quiet = not first
