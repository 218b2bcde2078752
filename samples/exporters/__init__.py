"""Samples in the layouts that the field's tools read."""

from collections.abc import Callable, Mapping
from pathlib import Path

from samples.exporters import coco, neuralannot

Exporter = Callable[[Path, Path, str | None], Mapping[str, object]]
"""Takes the data set, the output folder and the body file; returns counts."""

FORMATS: Mapping[str, Exporter] = {"coco": coco.export, "neuralannot": neuralannot.export}
