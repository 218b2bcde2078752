"""Other layouts as samples of ours."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from hmr.sample import Sample
from samples.importers import agora, bedlam, coco
from samples.importers.tally import Tally

Importer = Callable[[Path, Path | None, Tally, str | None], Iterator[Sample]]
"""Takes the file or folder, the folder of images, where to count, and the body file."""

FORMATS: Mapping[str, Importer] = {
    "coco": coco.read_all,
    "agora": agora.read_all,
    "bedlam": bedlam.read_all,
}
