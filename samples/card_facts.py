"""What a data card tells about a set, gathered without opening every image.

People are counted in `people.parquet`, all of them. Poses, cameras, joints and the sizes of
files are read from a random subset of images, so that the card of a large set takes no longer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas
import roma
from jaxtyping import Float, Int8

from hmr.archive import Record, records_of
from hmr.cameras import SENSOR_WIDTH_MM
from hmr.errors import InputError
from hmr.joints import SMPLX_BODY_22
from hmr.sample import Sample
from hmr.shards import count_images, finished_shards, read_manifest
from samples.people_table import read_table

NEEDED = ("json", "npz")
"""Files of a record that hold the labels."""


@dataclass(frozen=True)
class Facts:
    """A set of samples in numbers."""

    manifest: Mapping
    people: pandas.DataFrame
    """One row a person of the whole set (`samples.people_table`)."""
    images: int
    records: tuple[Record, ...]
    """The random subset, in the order of the set."""
    labels: tuple[Sample, ...]
    """Its labels, without images."""


@dataclass(frozen=True)
class Cameras:
    """Cameras of the subset, one number an image, and how far its people stand."""

    focal_mm: Float[np.ndarray, " images"]
    """On a sensor 36 mm wide."""
    height: Float[np.ndarray, " images"]
    """Above the plane y = 0 of the world, metres; NaN where the world is the camera's frame."""
    pitch_deg: Float[np.ndarray, " images"]
    """Positive looks down; NaN where the world is the camera's frame."""
    distance: Float[np.ndarray, " people"]
    """From the camera to the pelvis of each person, metres."""


def gather(folder: Path, images: int, rng: np.random.Generator) -> Facts:
    """Read a set's manifest, its table of people, and the labels of a random subset of images.

    Raises:
        InputError: A file is missing or broken.
    """
    manifest, people = read_manifest(folder), read_table(folder)
    records = _subset(folder, images, rng)
    labels = tuple(
        replace(r, parts={e: p for e, p in r.parts.items() if e in NEEDED}).sample(False)
        for r in records
    )
    return Facts(manifest, people, count_images(folder), records, labels)


def _subset(folder: Path, images: int, rng: np.random.Generator) -> tuple[Record, ...]:
    total, found, before = count_images(folder), [], 0
    wanted = set(rng.permutation(total)[:images].tolist())
    for shard in finished_shards(folder):
        places = [i for i in range(shard.images) if before + i in wanted]
        before += shard.images
        if places:
            records = list(records_of(folder / shard.name))
            if len(records) != shard.images:
                raise InputError(
                    f"{folder / shard.name}: holds {len(records)} images, its manifest says "
                    f"{shard.images}; run stage=doctor"
                )
            found += [records[i] for i in places]
    return tuple(found)


def people_an_image(facts: Facts) -> np.ndarray:
    """Number of people in every image of the set, images without people too."""
    counts = facts.people.groupby("image").size().to_numpy() if len(facts.people) else []
    return np.concatenate([np.asarray(counts, int), np.zeros(facts.images - len(counts), int)])


def hidden_by(facts: Facts) -> dict[str, int]:
    """Count the people that nobody, other people, the environment, or both hide."""
    known = np.isfinite(facts.people["occlusion"].to_numpy())
    hiders = ("by_person", "by_environment")
    person, thing = (facts.people[name].to_numpy(bool)[known] for name in hiders)
    counts = {
        "nobody": ~person & ~thing,
        "people": person & ~thing,
        "environment": thing & ~person,
        "both": person & thing,
    }
    return {name: int(mask.sum()) for name, mask in counts.items() if mask.any()}


def kinds_of(environments: Sequence[str]) -> dict[str, int]:
    """Count environments by kind, the part of their name before "/"; the most first."""
    counts = Counter(name.partition("/")[0] for name in environments)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def cameras(facts: Facts) -> Cameras:
    """Take the cameras of the subset apart."""
    focal, height, pitch, distance = [], [], [], [np.zeros(0)]
    for sample in facts.labels:
        camera, R = sample.camera, sample.camera.R.double().numpy()
        focal.append(float(camera.K[0, 0]) / sample.width * SENSOR_WIDTH_MM)
        # Where the world is the camera's own frame nobody knows which way is up.
        known = not np.allclose(R, np.eye(3))
        height.append(float(camera.centre[1]) if known else np.nan)
        pitch.append(np.rad2deg(np.arcsin(np.clip(-R[2, 1], -1, 1))) if known else np.nan)
        pelvis = sample.joints_3d[:, 0].astype(np.float64)
        distance.append(np.linalg.norm(pelvis - camera.centre.double().numpy(), axis=-1))
    focal, height, pitch = (np.array(values, np.float64) for values in (focal, height, pitch))
    return Cameras(focal, height, pitch, np.concatenate(distance))


def joint_visibility(facts: Facts) -> Int8[np.ndarray, "people 22"]:
    """Collect how each body joint of the subset's people is seen."""
    body = len(SMPLX_BODY_22)
    rows = [sample.joint_visibility[:, :body] for sample in facts.labels]
    return np.concatenate([np.zeros((0, body), np.int8), *rows])


def joint_turns_deg(facts: Facts) -> Float[np.ndarray, "people 21"]:
    """Angle by which each body joint of the subset's people is turned from the T-pose."""
    turns = [np.zeros((0, 21))]
    for sample in facts.labels:
        vectors = roma.rotmat_to_rotvec(sample.params.body_pose.double())
        turns.append(np.rad2deg(vectors.norm(dim=-1).numpy()))
    return np.concatenate(turns)


def body_joints(facts: Facts) -> Float[np.ndarray, "people 22 3"]:
    """Joints of the subset's people with y up: the world's, or the camera's turned over."""
    body, joints = len(SMPLX_BODY_22), [np.zeros((0, len(SMPLX_BODY_22), 3))]
    for sample in facts.labels:
        found = sample.joints_3d[:, :body].astype(np.float64)
        flat = np.allclose(sample.camera.R.numpy(), np.eye(3))
        joints.append(found * np.array([1, -1, -1]) if flat else found)
    return np.concatenate(joints)


def mean_bytes(facts: Facts) -> dict[str, float]:
    """Mean size of each file of an image, in bytes, by its ending, over the subset."""
    sums: Counter[str] = Counter()
    for record in facts.records:
        sums.update({ending: size for ending, (_, size) in record.parts.items()})
    return {ending: sums[ending] / len(facts.records) for ending in sorted(sums)}


def licences(facts: Facts) -> dict[str, int]:
    """Count the subset's images by licence."""
    return dict(sorted(Counter(sample.licence for sample in facts.labels).items()))
