"""What the page lets one change: which image, which labels, which people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas
import viser

from samples.viewer.filters import ANY, OCCLUDERS, WHOLE, Filters, environments
from samples.viewer.pictures import PREDICTED, Layers
from samples.viewer.scene import BODIES, RENDERED
from samples.viewer.words import block, legend

PICTURE_PANEL, CONTROL_PANEL = 700, 330
"""Widths of the panels, in pixels of the page."""
LABELS = {
    "visible": "visible masks",
    "amodal": "amodal masks",
    "skeletons": "skeletons",
    "boxes": "amodal boxes",
    "words": "number and hidden share",
    "predicted": "predictions",
}
EVERYBODY = "everybody"


@dataclass(frozen=True)
class Controls:
    """Everything on the page that shows or takes a value."""

    picture: viser.GuiImageHandle
    closeup: viser.GuiImageHandle
    headline: viser.GuiHtmlHandle
    details: viser.GuiHtmlHandle
    number: viser.GuiSliderHandle
    steps: viser.GuiButtonGroupHandle
    key: viser.GuiTextHandle
    go: viser.GuiButtonHandle
    person: viser.GuiDropdownHandle
    layers: Mapping[str, viser.GuiCheckboxHandle]
    scene: viser.GuiDropdownHandle
    stand: viser.GuiButtonGroupHandle
    filters: Mapping[str, Any]
    reset: viser.GuiButtonHandle
    kept: viser.GuiHtmlHandle


def build(server: viser.ViserServer, people: pandas.DataFrame, predicted: bool) -> Controls:
    """Lay the page out.

    Args:
        server: The page.
        people: The set's people, whose values the filters offer.
        predicted: Whether there are predictions to show.
    """
    gui = server.gui
    gui.configure_theme(show_share_button=False, show_logo=False, brand_color=(47, 111, 187))
    panel = gui.add_panel()
    with panel.add_tab("image"):
        made: dict[str, Any] = {"headline": gui.add_html("")}
        made["picture"] = _image(gui)
        gui.add_html(legend(PREDICTED if predicted else None))
        made["details"] = gui.add_html("")
        made["closeup"] = _image(gui, visible=False)
    panel.dock_left()
    panel.set_width(PICTURE_PANEL)
    gui.main_panel.dock_right()
    gui.main_panel.set_width(CONTROL_PANEL)
    with gui.add_folder("Image"):
        made |= _navigation(gui)
    with gui.add_folder("Keep people who are"):
        made |= _filters(gui, people)
    with gui.add_folder("Labels"):
        made["layers"] = _layers(gui, predicted)
    with gui.add_folder("Scene"):
        made["scene"] = gui.add_dropdown("show", (BODIES, RENDERED), visible=False)
        made["stand"] = gui.add_button_group("stand", ("behind the camera", "at the camera"))
    return Controls(**made)


def _image(gui: viser.GuiApi, visible: bool = True) -> viser.GuiImageHandle:
    blank = np.full((8, 8, 3), 255, np.uint8)
    return gui.add_image(blank, format="jpeg", jpeg_quality=90, visible=visible)


def _navigation(gui: viser.GuiApi) -> dict[str, Any]:
    return {
        "number": gui.add_slider("image", 1, 2, 1, 1),
        "steps": gui.add_button_group("", ("previous", "next"), hint="keys P and N"),
        "key": gui.add_text("key", ""),
        "go": gui.add_button("go to key"),
        "person": gui.add_dropdown("person", (EVERYBODY,)),
    }


def _filters(gui: viser.GuiApi, people: pandas.DataFrame) -> dict[str, Any]:
    known = people["size"].to_numpy(np.float64)
    most = float(np.ceil(np.nanmax(known, initial=1.0))) if np.isfinite(known).any() else 1.0
    ages = (ANY, *sorted(set(people["age"])))
    made = {
        "occlusion": gui.add_multi_slider("hidden, %", 0, 100, 1, (0, 100)),
        "occluder": gui.add_dropdown("hidden by", OCCLUDERS),
        "occluder_id": gui.add_number("id", 0, min=0, step=1, visible=False),
        "age": gui.add_dropdown("of age", ages),
        "size": gui.add_multi_slider("tall, px", 0, int(most), 1, (0, int(most))),
        "environment": gui.add_dropdown("in", environments(people)),
    }
    return {"filters": made, "kept": gui.add_html(block("")), "reset": gui.add_button("keep all")}


def _layers(gui: viser.GuiApi, predicted: bool) -> dict[str, viser.GuiCheckboxHandle]:
    usual = Layers()
    return {
        name: gui.add_checkbox(
            label, getattr(usual, name), visible=name != "predicted" or predicted
        )
        for name, label in LABELS.items()
    }


def filters_of(controls: Controls) -> Filters:
    """Read the filters."""
    given = {name: handle.value for name, handle in controls.filters.items()}
    low, high = given["occlusion"]
    size = controls.filters["size"]
    whole = tuple(given["size"]) == (size.min, size.max)
    return Filters(
        occlusion=WHOLE if (low, high) == (0, 100) else (float(low), float(high)),
        occluder=given["occluder"],
        occluder_id=int(given["occluder_id"]),
        age=given["age"],
        size=None if whole else (float(given["size"][0]), float(given["size"][1])),
        environment=given["environment"],
    )


def loosen(controls: Controls) -> None:
    """Set the filters so that everybody is kept."""
    filters = controls.filters
    filters["occlusion"].value = (0, 100)
    filters["size"].value = (filters["size"].min, filters["size"].max)
    for name in ("occluder", "age", "environment"):
        filters[name].value = ANY


def layers_of(controls: Controls) -> Layers:
    """Read which labels are wanted."""
    return Layers(**{name: bool(box.value) for name, box in controls.layers.items()})


def name_people(controls: Controls, names: Sequence[str]) -> None:
    """Offer the people of an image, nobody chosen."""
    controls.person.options = (EVERYBODY, *names)
    controls.person.value = EVERYBODY
