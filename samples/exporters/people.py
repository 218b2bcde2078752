"""What most layouts ask of a data set: people in the camera frame, with boxes and named points.

Who gets a row is decided as for COCO: people of whom nothing can be seen are left
out. So are images through a lens that bends, because these layouts hold no more of
a camera than K. Both are counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from hmr.body import load_body
from hmr.camera_frame import in_camera
from hmr.errors import InputError
from hmr.joints import SMPLX_55, mapping
from hmr.params import Params
from hmr.progress import track
from hmr.record import write_atomically
from hmr.records import decode
from hmr.sample import Box, Person, Sample
from samples.archive import all_records
from samples.exporters import coco

IMAGES = "images"
FULL_POSE = (
    *("global_orient", "body_pose", "jaw_pose", "leye_pose", "reye_pose"),
    *("left_hand_pose", "right_hand_pose"),
)
"""SMPL-X's 55 joints in its own order, 165 numbers."""
UNNAMED = ""
"""Stands in a list of names for a point that no body here has."""


@dataclass
class Tally:
    """What was written and what was left out."""

    images: int = 0
    people: int = 0
    invisible_people: int = 0
    distorted_images: int = 0

    def counts(self) -> dict[str, object]:
        """Give the numbers by name."""
        return asdict(self)


@dataclass(frozen=True)
class Figure:
    """One person of an image."""

    row: int
    """Place in the sample's labels."""
    person: Person
    values: Mapping[str, np.ndarray]
    """Parameters in the camera frame, by `smplx`'s names, rotations as axis-angle."""
    box: Box
    """Around all of the person that is in the image, hidden parts too where they are known."""

    @property
    def centre(self) -> Float[np.ndarray, "2"]:
        """Middle of the box."""
        x0, y0, x1, y1 = self.box
        return np.array([(x0 + x1) / 2, (y0 + y1) / 2])

    @property
    def size(self) -> Float[np.ndarray, "2"]:
        """Width and height of the box."""
        x0, y0, x1, y1 = self.box
        return np.array([x1 - x0, y1 - y0])

    @property
    def pose(self) -> Float[np.ndarray, "165"]:
        """All rotations as one vector."""
        return np.concatenate([self.values[name] for name in FULL_POSE])

    @property
    def pose_24(self) -> Float[np.ndarray, "72"]:
        """The 24 rotations of SMPL, which has no fingers: its two hands are straight."""
        return np.concatenate([self.pose[: 22 * 3], np.zeros(6, np.float32)])

    @property
    def shape(self) -> Float[np.ndarray, "11"]:
        """Ten betas, then the weight of the kid template: what `smplx` takes with age="kid"."""
        return np.append(self.values["betas"][:10], self.values["kid_weight"])


@dataclass(frozen=True)
class Picture:
    """One image with the people that are exported."""

    shard: str
    sample: Sample
    """Without its pixels."""
    jpg: bytes
    """The very bytes of the shard."""
    params: Params
    """Everybody of the sample, in the camera frame."""
    figures: tuple[Figure, ...]

    @property
    def path(self) -> str:
        """Where the image lies in an export that keeps images in a folder."""
        return f"{IMAGES}/{self.sample.key}.jpg"

    @property
    def K(self) -> Float[np.ndarray, "3 3"]:
        """Intrinsics."""
        return self.sample.camera.K.double().numpy()

    def save(self, out: Path) -> None:
        """Write the image; nothing is compressed twice."""
        write_atomically(out / self.path, self.jpg)


@dataclass(frozen=True)
class Points:
    """Named points of the people of a picture."""

    in_camera: Float[np.ndarray, "people names 3"]
    pixels: Float[np.ndarray, "people names 2"]
    confidence: Float[np.ndarray, "people names"]
    """A person's trust (1 for exact labels), hidden or outside the image or not, since all are
    known; 0 behind the camera and for points without a name."""

    def flat(self, person: int) -> Float[np.ndarray, "names 3"]:
        """One person's pixels and confidence; zeros where that is 0."""
        return _weighed(self.pixels[person], self.confidence[person])

    def solid(self, person: int) -> Float[np.ndarray, "names 4"]:
        """One person's points in the camera frame and confidence; zeros where that is 0."""
        return _weighed(self.in_camera[person], self.confidence[person])


def pictures(data: Path, tally: Tally, what: str) -> Iterator[Picture]:
    """Read a data set image by image and count what is given and what is not."""
    for record in track(all_records(data), f"exporting to {what}"):
        files = record.read()
        sample = decode(record.key, files, str(record.shard), with_image=False)
        if sample.camera.distortion is not None and bool(sample.camera.distortion.any()):
            tally.distorted_images += 1
            continue
        if "jpg" not in files:
            raise InputError(f"{record.shard}: record {record.key} lacks {record.key}.jpg")
        params, _ = in_camera(sample)
        figures = tuple(_figures(sample, params))
        tally.images += 1
        tally.people += len(figures)
        tally.invisible_people += len(sample.people) - len(figures)
        yield Picture(record.shard.stem, sample, files["jpg"], params, figures)


@torch.no_grad()
def points_of(picture: Picture, names: Sequence[str], body_path: str | None) -> Points:
    """Find the named points of everybody in a picture.

    The 55 joints are those of the labels; the others come from the body.
    """
    sample, rows = picture.sample, [figure.row for figure in picture.figures]
    named = np.array([name != UNNAMED for name in names])
    found = np.zeros((len(rows), len(names), 3))
    for gender in sorted({figure.person.gender for figure in picture.figures}):
        chosen = [i for i, f in enumerate(picture.figures) if f.person.gender == gender]
        people = picture.params.index([rows[i] for i in chosen])
        wanted = [name for name in names if name != UNNAMED]
        points = load_body(body_path, gender).keypoints(people, wanted)
        found[np.array(chosen)[:, None], np.flatnonzero(named)] = points.double().numpy()
    labelled = mapping(SMPLX_55, names)
    known = labelled >= 0
    R, t = sample.camera.R.double().numpy(), sample.camera.t.double().numpy()
    joints = sample.joints_3d[rows].astype(np.float64) @ R.T + t
    found[:, known] = joints[:, labelled[known]]
    trust = np.array([figure.person.trust for figure in picture.figures])
    confidence = trust[:, None] * (named & (found[..., 2] > 0))
    return Points(found, _projected(found, picture.K), confidence)


def columns(rows: Sequence[Mapping[str, object]], data: Path) -> dict[str, np.ndarray]:
    """Turn one mapping a person into one array a name, numbers as float32.

    Raises:
        InputError: There is nobody.
    """
    if not rows:
        raise InputError(f"{data}: nobody can be seen through a lens without distortion")
    return {name: _column([row[name] for row in rows]) for name in rows[0]}


def about(picture: Picture, figure: Figure) -> dict[str, object]:
    """Give what Throng knows beyond the layouts, for arrays that their readers pass over."""
    person = figure.person
    return {
        "person_id": person.person_id,
        "kid_weight": person.kid_weight,
        "occlusion": np.nan if person.occlusion is None else person.occlusion,
        "truncation": np.nan if person.truncation is None else person.truncation,
        "trust": person.trust,
        "joint_visibility": picture.sample.joint_visibility[figure.row],
    }


def _figures(sample: Sample, params: Params) -> Iterator[Figure]:
    arrays = params.to_disk()
    for row in coco.seen(sample):
        person = sample.people[row]
        box = person.bbox_amodal or person.bbox_visible
        # Whoever is seen has one of the two.
        assert box is not None
        yield Figure(row, person, {name: array[row] for name, array in arrays.items()}, box)


def _projected(
    points: Float[np.ndarray, "people names 3"], K: Float[np.ndarray, "3 3"]
) -> Float[np.ndarray, "people names 2"]:
    depth = np.where(points[..., 2:] > 0, points[..., 2:], 1)
    return (points @ K.T)[..., :2] / depth


def _weighed(points: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    weight = confidence[:, None]
    return np.concatenate([np.where(weight > 0, points, 0), weight], 1)


def _column(values: list) -> np.ndarray:
    if isinstance(values[0], dict):
        column = np.empty(len(values), object)
        column[:] = values
        return column
    array = np.stack([np.asarray(value) for value in values])
    return array.astype(np.float32) if array.dtype == np.float64 else array
