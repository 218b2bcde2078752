"""Samples in the layouts that the field's tools read."""

from collections.abc import Callable, Mapping
from pathlib import Path

from samples.exporters import (
    agora,
    amass,
    bedlam,
    camerahmr,
    coco,
    hmr2,
    humandata,
    multihmr,
    neuralannot,
    sam3d,
)

Exporter = Callable[[Path, Path, str | None], Mapping[str, object]]
"""Takes the data set, the output folder and the body file; returns counts."""

FORMATS: Mapping[str, Exporter] = {
    "coco": coco.export,
    "neuralannot": neuralannot.export,
    "agora": agora.export,
    "bedlam": bedlam.export,
    "camerahmr": camerahmr.export,
    "hmr2": hmr2.export,
    "humandata": humandata.export,
    "amass": amass.export,
    "multihmr": multihmr.export,
    "sam3d": sam3d.export,
}
OF_MOTIONS = ("amass",)
"""Formats that also take a folder of motions, which is no data set."""
