"""A page in the browser: the image with its labels, and the 3D scene with its camera."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import roma
import torch

from hmr.body import load_body
from hmr.drawing import colour_of
from hmr.errors import InputError
from hmr.label_drawing import describe, draw_labels
from hmr.sample import Sample
from hmr.shards import read_people
from samples.archive import Record, all_records

try:
    import viser
except ImportError:
    raise InputError("viser is not installed; pip install 'throng[view]'") from None

PANEL_WIDTH = 760
"""Width of the labelled image in the page, in pixels."""


def start(
    data: Path, port: int = 8080, host: str = "127.0.0.1", body_path: str | None = None
) -> "Viewer":
    """Serve a page for a data set and return at once.

    Raises:
        InputError: The data set is broken or empty, or the port is taken.
    """
    records = all_records(data)
    if not records:
        raise InputError(f"{data}: holds no image to show")
    server = viser.ViserServer(host=host, port=port, label=data.name, verbose=False)
    if server.get_port() != port:
        server.stop()
        raise InputError(f"port {port} is taken; add port=NUMBER")
    return Viewer(server, data, records, body_path)


class Viewer:
    """One page; everyone who opens it sees the same image."""

    def __init__(
        self,
        server: viser.ViserServer,
        data: Path,
        records: list[Record],
        body_path: str | None = None,
    ):
        self.server = server
        self._records = {record.key: record for record in records}
        self._most_hidden = _most_hidden(data)
        self._body_path = body_path
        self._keys = list(self._records)
        server.scene.set_up_direction("+y")
        server.gui.configure_theme(
            control_layout="fixed", control_width="large", show_share_button=False
        )
        self._controls = _controls(server, len(records))
        self._connect()
        self.show()

    @property
    def key(self) -> str:
        """Key of the image on show."""
        return self._keys[int(self._controls.number.value) - 1]

    def show(self) -> None:
        """Show the chosen image, its labels and its scene."""
        sample = self.draw()
        self._controls.words.content = _words(sample)
        _show_scene(self.server, sample, self._body_path)

    def draw(self) -> Sample:
        """Draw the chosen image with the chosen labels."""
        sample = self._records[self.key].sample()
        flags = {name: box.value for name, box in self._controls.layers.items()}
        size = (PANEL_WIDTH, round(sample.height * PANEL_WIDTH / sample.width))
        picture = cv2.resize(draw_labels(sample, **flags), size, interpolation=cv2.INTER_AREA)
        self._controls.picture.image = picture
        return sample

    def keep(self, hidden_percent: int) -> None:
        """Keep only images in which somebody is hidden by at least this much."""
        chosen = [k for k in self._records if self._most_hidden.get(k, 0) * 100 >= hidden_percent]
        self._controls.kept.content = f"{len(chosen)} of {len(self._records)} images"
        if not chosen:
            return
        self._keys = chosen
        self._controls.number.max = max(len(chosen), 1)
        self._controls.number.value = 1
        self.show()

    def step(self, by: int) -> None:
        """Go to a later or earlier image."""
        place = int(self._controls.number.value) - 1 + by
        self._controls.number.value = place % len(self._keys) + 1

    def _connect(self) -> None:
        controls = self._controls
        controls.number.on_update(lambda _: self.show())
        controls.least.on_update(lambda _: self.keep(controls.least.value))
        controls.steps.on_click(lambda _: self.step(1 if controls.steps.value == "next" else -1))
        for box in controls.layers.values():
            box.on_update(lambda _: self.draw() and None)


@dataclass(frozen=True)
class Controls:
    """What the panel holds."""

    number: viser.GuiSliderHandle
    steps: viser.GuiButtonGroupHandle
    least: viser.GuiSliderHandle
    kept: viser.GuiMarkdownHandle
    layers: Mapping[str, viser.GuiCheckboxHandle]
    picture: viser.GuiImageHandle
    words: viser.GuiMarkdownHandle


def _controls(server: viser.ViserServer, images: int) -> Controls:
    gui = server.gui
    return Controls(
        picture=gui.add_image(np.full((8, 8, 3), 255, np.uint8), format="jpeg", jpeg_quality=88),
        number=gui.add_slider("image", 1, max(images, 2), 1, 1, disabled=images < 2),
        steps=gui.add_button_group("", ("previous", "next")),
        least=gui.add_slider("somebody hidden by at least, %", 0, 100, 5, 0),
        kept=gui.add_markdown(f"{images} images"),
        layers={name: gui.add_checkbox(name, True) for name in ("masks", "skeletons", "boxes")},
        words=gui.add_markdown(""),
    )


def _words(sample: Sample) -> str:
    head = f"**{sample.key}**, {sample.width}x{sample.height}, {sample.environment}, "
    lines = [head + f"seed {sample.seed}, {sample.licence}", ""]
    lines += [f"- {describe(person)}; {person.age}, {person.gender}" for person in sample.people]
    return "\n".join(lines)


@torch.no_grad()
def _show_scene(server: viser.ViserServer, sample: Sample, body_path: str | None) -> None:
    scene = server.scene
    with server.atomic():
        _remove(server, ("/people", "/camera"))
        scene.add_grid("/ground", 30, 30, plane="xz", cell_size=1, section_size=5)
        for row, person in enumerate(sample.people):
            body = load_body(body_path, person.gender)
            vertices = body(sample.params.index([row])).vertices[0].numpy()
            name = f"/people/{person.person_id}"
            scene.add_mesh_simple(name, vertices, body.faces, color=colour_of(row))
        _show_camera(server, sample)


def _remove(server: viser.ViserServer, names: Sequence[str]) -> None:
    for name in names:
        server.scene.remove_by_name(name)


def _show_camera(server: viser.ViserServer, sample: Sample) -> None:
    camera = sample.camera
    centre = camera.centre.double().numpy()
    x, y, z, w = roma.rotmat_to_unitquat(camera.R.mT.double()).tolist()
    server.scene.add_camera_frustum(
        "/camera",
        fov=2 * float(np.arctan(sample.height / 2 / float(camera.K[1, 1]))),
        aspect=sample.width / sample.height,
        scale=0.3,
        color=(60, 60, 60),
        image=None if sample.image is None else np.ascontiguousarray(sample.image[::2, ::2]),
        wxyz=(w, x, y, z),
        position=centre,
    )
    forward, right = camera.R[2].double().numpy(), camera.R[0].double().numpy()
    middle = sample.joints_3d.reshape(-1, 3).mean(0) if len(sample.people) else centre + 4 * forward
    # Behind the camera, above it and to its side, so that the frustum shows too.
    _stand(server, centre - 1.5 * forward + 1.2 * right + np.array([0, 1.2, 0]), middle)


def _stand(server: viser.ViserServer, position: np.ndarray, look_at: np.ndarray) -> None:
    """Put whoever opens the page, or has it open, at a place in the scene."""
    server.initial_camera.up = np.array([0.0, 1.0, 0.0])
    views = [server.initial_camera, *(client.camera for client in server.get_clients().values())]
    for view in views:
        view.position = position
        view.look_at = look_at


def _most_hidden(data: Path) -> dict[str, float]:
    most: dict[str, float] = {}
    for row in read_people(data).to_dict("records"):
        # Where nobody labelled occlusion it is NaN, which is larger than nothing.
        if (share := row["occlusion"]) is not None and share > most.get(row["image"], 0.0):
            most[row["image"]] = float(share)
    return most
