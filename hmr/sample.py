"""A sample: one image, its camera, its people and all their labels."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int8, UInt8, UInt16
from pycocotools import mask as coco_mask

from hmr.cameras import Camera
from hmr.params import Params

OUTSIDE, SELF, BY_PERSON, BY_ENVIRONMENT, VISIBLE = range(5)
"""Values of `joint_visibility`: outside the image; hidden by the person themself, by another
person, by the environment; visible."""
FIRST_ENVIRONMENT_ID = 1000
"""Ids of the environment's elements start here; people's ids are person_id + 1."""

Rle = dict[str, object]
"""COCO run lengths: {"size": [height, width], "counts": text}."""
Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels."""


@dataclass(frozen=True)
class Occluder:
    """Who or what hides a person, and how much of them."""

    id: int
    """person_id of a person, or the id (1000 and up) of an element of the environment."""
    share: float
    """Share of the person's amodal pixels inside the frame that it hides."""


@dataclass(frozen=True)
class Keypoint:
    """A point that an annotator placed."""

    name: str
    """In the vocabulary of `hmr.joints`."""
    x: float
    """In pixels, as y."""
    y: float
    flag: int
    """COCO's: 1 hidden, 2 visible."""


@dataclass(frozen=True)
class Person:
    """The labels of one person in one image."""

    person_id: int
    age: str = "adult"
    """"adult" or "kid"."""
    gender: str = "neutral"
    kid_weight: float = 0.0
    occlusion: float | None = None
    """1 - visible / amodal pixels inside the frame; None where unknown."""
    truncation: float | None = None
    """Share of the full silhouette outside the frame; None where unknown."""
    occluders: tuple[Occluder, ...] | None = None
    bbox_visible: Box | None = None
    bbox_amodal: Box | None = None
    mask_visible: Rle | None = None
    mask_amodal: Rle | None = None
    trust: float = 1.0
    """1 for exact labels; for pseudo ground truth how far it is believed, from 0 to 1.

    At 0 the body only stands in: nobody knows it.
    """
    keypoints: tuple[Keypoint, ...] | None = None
    """What an annotator placed, where labels came from outside."""

    @property
    def has_body(self) -> bool:
        """Whether the body parameters and joints say anything about this person."""
        return self.trust > 0


@dataclass(frozen=True)
class Sample:
    """One image with everything known about it."""

    key: str
    image: UInt8[np.ndarray, "h w 3"] | None
    """RGB; None when it was left on disk."""
    camera: Camera
    """One camera for everyone in the image."""
    width: int
    height: int
    seed: int
    environment: str
    licence: str
    people: tuple[Person, ...]
    params: Params
    """One person a row, in the world frame."""
    joints_3d: Float[np.ndarray, "people 55 3"]
    """SMPL-X joints in the world frame, in metres."""
    joints_2d: Float[np.ndarray, "people 55 2"]
    """Their projections, in pixels."""
    joint_visibility: Int8[np.ndarray, "people 55"]
    ids: UInt16[np.ndarray, "h w"] | None = None
    depth: Float[np.ndarray, "h w"] | None = None
    """Along the camera's z axis, in metres; 0 where there is nothing."""
    normal: Float[np.ndarray, "h w 3"] | None = None
    """Unit normals in the camera frame; 0 where there is nothing."""
    glb: bytes | None = None
    """The scene exactly as rendered."""


def encode_mask(mask: Bool[np.ndarray, "h w"]) -> Rle:
    """Turn a mask into COCO run lengths that fit into JSON."""
    rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    counts = rle["counts"]
    text = counts if isinstance(counts, str) else counts.decode()
    return {"size": [int(n) for n in rle["size"]], "counts": text}


def decode_mask(rle: Mapping[str, object]) -> Bool[np.ndarray, "h w"]:
    """Turn COCO run lengths into a mask."""
    return coco_mask.decode(dict(rle)).astype(bool)  # pyright: ignore[reportArgumentType]


def box_of(mask: Bool[np.ndarray, "h w"]) -> Box | None:
    """Smallest box around a mask's pixels; None when it has none."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    edges = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    x0, y0, x1, y1 = (float(edge) for edge in edges)
    return x0, y0, x1, y1
