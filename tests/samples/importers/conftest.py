from pathlib import Path

import numpy as np
import pytest
import torch

from hmr.cameras import project
from hmr.sample import Sample
from hmr.shards import read_samples
from samples.doctor import examine
from samples.exporters import FORMATS
from samples.importers.writing import write_import


@pytest.fixture(scope="session")
def exported(data, tmp_path_factory):
    """Folders of the shared set in the layouts that imports read."""
    base = tmp_path_factory.mktemp("exports")
    for format in ("coco", "neuralannot", "agora", "bedlam"):
        FORMATS[format](data, base / format, None)
    return base


@pytest.fixture(scope="session")
def imported(exported, tmp_path_factory):
    """What comes back of them: folder of samples, and what was counted, by layout."""
    base, found = tmp_path_factory.mktemp("imports"), {}
    for name in ("coco", "neuralannot", "agora", "bedlam"):
        format = "coco" if name == "neuralannot" else name
        tally = write_import(exported / name, None, base / name, format, images_a_shard=2)
        found[name] = base / name, tally
    return found


def pairs(folder: Path, samples):
    """Each imported person beside the one they came from: sample, row, sample, row."""
    by_key = {sample.key: sample for sample in samples}
    for found in read_samples(folder):
        source = by_key[found.key]
        numbers = [person.person_id for person in source.people]
        for row, person in enumerate(found.people):
            yield found, row, source, numbers.index(person.person_id)


def reprojection(found: Sample, row: int, source: Sample, other: int) -> float:
    """Mean distance, in pixels, of imported 3D joints through the imported camera from labels."""
    pixels = project(torch.from_numpy(found.joints_3d[row]), found.camera).numpy()
    return float(np.linalg.norm(pixels - source.joints_2d[other], axis=1).mean())


def findings(folder: Path) -> list[str]:
    return [str(finding) for finding in examine(folder)]
