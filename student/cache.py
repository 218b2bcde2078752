"""Crops of every person of a data set, cut once and kept as plain arrays.

A shard becomes two files, named by its checksum: `KEY.npy`, squares of uint8 pixels that are read
by memory map, and `KEY.npz`, the labels in the camera frame. The squares are larger than the
network's crops, which leaves room to move, turn and scale them.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from hmr.camera_frame import in_camera
from hmr.crops import MARGIN, crop, place_in_image, square_around
from hmr.params import Params
from hmr.progress import track
from hmr.record import write_atomically
from hmr.sample import Box, Person, Sample
from hmr.shards import Shard, finished_shards, read_shard

ROOM = 1.25
"""Side of a kept square over the side of the crop that prediction would cut."""
MOST_HIDDEN, MOST_OUTSIDE, SMALLEST = 0.95, 0.9, 20.0
"""Who is left out: hidden or outside the image beyond these shares; boxes below these pixels."""
LAYOUT = 1
"""Changes whenever this file writes other values."""


@dataclass(frozen=True)
class Crops:
    """The people of one shard."""

    pixels: UInt8[np.ndarray, "n size size 3"]
    """RGB squares."""
    image: np.ndarray
    """Key of each person's image."""
    place: Float[np.ndarray, "n 3"]
    """Where each square lies in its image (`hmr.crops.place_in_image`)."""
    pelvis: Float[np.ndarray, "n 3"]
    """Position of the pelvis joint in the camera frame."""
    trust: Float[np.ndarray, " n"]
    """1 for exact labels, less for pseudo ground truth."""
    occlusion: Float[np.ndarray, " n"]
    """0 where unknown."""
    params: Params
    """In the camera frame."""


def crops_of(data: Path, cache: Path, size: int) -> list[Crops]:
    """Read the crops of a data set; shards not met before are cut first."""
    shards = finished_shards(data)
    missing = [shard for shard in shards if not _stem(cache, shard, size).exists()]
    for shard in track(missing, f"cutting crops of {data.name}") if missing else ():
        _cut(data / shard.name, _stem(cache, shard, size), size)
    found = [_read(_stem(cache, shard, size)) for shard in shards]
    return [crops for crops in found if len(crops.trust)]


def person_box(sample: Sample, i: int) -> Box | None:
    """Box of all that is in the image of a person, hidden or not; None for those to leave out."""
    person = sample.people[i]
    if (person.occlusion or 0) > MOST_HIDDEN or (person.truncation or 0) > MOST_OUTSIDE:
        return None
    box = person.bbox_amodal or person.bbox_visible or _around(sample, i)
    return box if max(box[2] - box[0], box[3] - box[1]) >= SMALLEST else None


def _around(sample: Sample, i: int) -> Box:
    low, high = sample.joints_2d[i].min(0), sample.joints_2d[i].max(0)
    x0, y0 = np.maximum(low, 0).tolist()
    x1, y1 = np.minimum(high, [sample.width, sample.height]).tolist()
    return x0, y0, x1, y1


def _stem(cache: Path, shard: Shard, size: int) -> Path:
    return cache / f"{shard.sha256[:24]}-{size}-{LAYOUT}.npz"


def _cut(shard: Path, labels: Path, size: int) -> None:
    rows = [row for sample in read_shard(shard) for row in _people(sample, size)]
    pixels, rest = [row.pop("pixels") for row in rows], rows
    squares = np.stack(pixels) if pixels else np.zeros((0, size, size, 3), np.uint8)
    columns = {name: np.stack([row[name] for row in rest]) for name in (rest[0] if rest else ())}
    # The labels come last: where they exist, the squares are whole.
    write_atomically(labels.with_suffix(".npy"), _bytes(np.save, squares))
    write_atomically(labels, _bytes(np.savez, **columns))


def _bytes(save, *arrays: np.ndarray, **named: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    save(buffer, *arrays, **named)
    return buffer.getvalue()


def _people(sample: Sample, size: int) -> Iterator[dict]:
    params, pelvis = in_camera(sample)
    disk, K = params.to_disk(), sample.camera.K.double().numpy()
    assert sample.image is not None
    for i, person in enumerate(sample.people):
        box = person_box(sample, i)
        if box is None or not bool(pelvis[i, 2] > 0):
            continue
        square = square_around(box, MARGIN * ROOM)
        yield {
            "pixels": crop(sample.image, square, size),
            "image": np.array(sample.key),
            "place": place_in_image(K, square).astype(np.float32),
            "pelvis": pelvis[i].numpy(),
            **_scores(person),
            **{name: array[i] for name, array in disk.items()},
        }


def _scores(person: Person) -> dict[str, np.ndarray]:
    values = {"trust": person.trust, "occlusion": person.occlusion or 0.0}
    return {name: np.array(value, np.float32) for name, value in values.items()}


def _read(labels: Path) -> Crops:
    pixels = np.load(labels.with_suffix(".npy"), mmap_mode="r")
    arrays = dict(np.load(labels))
    names = ("image", "place", "pelvis", "trust", "occlusion")
    if not len(pixels):
        empty, three = np.zeros(0, np.float32), np.zeros((0, 3), np.float32)
        return Crops(pixels, np.zeros(0, "U1"), three, three, empty, empty, Params.rest(0))
    params = Params.from_disk(arrays, str(labels))
    return Crops(pixels, **{name: arrays[name] for name in names}, params=params)
