"""AGORA's cameras (Patel et al., CVPR 2021), which its tools know by the names of images.

Its world is Unreal's: centimetres, x forward, y right, z up, left-handed. Here it is
turned at once into metres, x right, y down, z forward ("their world" below). A
body is posed in its own frame, then turned over, turned about the vertical by
Yaw - 90 degrees and moved; the camera takes its place away, then yaw, then pitch.
No camera rolls, and focal length, pitch and often the place follow from the name.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.cameras import SENSOR_WIDTH_MM
from hmr.rotations import about

SENSOR_HEIGHT_MM = 20.25
LOW = "_1280x720"
"""Stands before the ending of images and masks of that size; names in the tables lack it."""
OVER = torch.diag(torch.tensor([1.0, -1.0, -1.0], dtype=torch.float64))
"""From a body's own axes to theirs."""
EYE_HEIGHT_CM = 170.0
"""The tools lift cameras of open scenes, whose places stand in the table, by this much."""


@dataclass(frozen=True)
class Rig:
    """A camera as the tools take it from an image's name."""

    focal_mm: float
    pitch_deg: float
    yaw_deg: float
    place_cm: tuple[float, float, float]
    """In Unreal's world."""

    def view(self) -> Float[Tensor, "3 3"]:
        """Rotation from their world to the camera."""
        return turn("x", self.pitch_deg) @ turn("y", -self.yaw_deg)

    def centre(self) -> Float[Tensor, "3"]:
        """Where the camera stands in their world."""
        return from_unreal(torch.tensor(self.place_cm, dtype=torch.float64))

    def intrinsics(self, width: int, height: int) -> Float[Tensor, "3 3"]:
        """Intrinsics for an image size, in pixels."""
        K = torch.eye(3, dtype=torch.float64)
        K[0, 0] = self.focal_mm / SENSOR_WIDTH_MM * width
        K[1, 1] = self.focal_mm / SENSOR_HEIGHT_MM * height
        K[0, 2], K[1, 2] = width / 2, height / 2
        return K


RIGS: Mapping[str, Rig] = {
    "hdri": Rig(50.0, 0.0, 0.0, (0.0, 0.0, 170.0)),
    "cam00": Rig(18.0, 30.0, 135.0, (400.0, -275.0, 265.0)),
    "cam01": Rig(18.0, 30.0, -135.0, (400.0, 225.0, 265.0)),
    "cam02": Rig(18.0, 30.0, -45.0, (-490.0, 170.0, 265.0)),
    "cam03": Rig(18.0, 30.0, 45.0, (-490.0, -275.0, 265.0)),
    "ag2": Rig(28.0, 15.0, 0.0, (0.0, 0.0, 170.0)),
}
"""By the part of an image's name that gives a camera away, in the order in which it is sought."""


def rig_of(name: str, row: Mapping[str, object]) -> Rig:
    """Find the camera of an image from its name, else from the table's row."""
    for mark, rig in RIGS.items():
        if mark in name:
            return rig
    x, y, z, yaw = (float(row[key]) for key in ("camX", "camY", "camZ", "camYaw"))  # pyright: ignore
    return Rig(28.0, 0.0, yaw, (x, y, z + EYE_HEIGHT_CM))


def mark_for(K: Float[np.ndarray, "3 3"], width: int, height: int) -> str | None:
    """Find the mark whose camera has these intrinsics; None where none has."""
    for mark in ("hdri", "cam00", "ag2"):
        if np.abs(RIGS[mark].intrinsics(width, height).numpy() - K).max() < 1e-4 * width:
            return mark
    return None


def body_turn(yaw_deg: float) -> Float[Tensor, "3 3"]:
    """Rotation from a body's own axes to their world."""
    return turn("y", yaw_deg - 90) @ OVER


def heading(turned: Float[Tensor, "3 3"]) -> float:
    """Find the Yaw, in degrees, that leaves least to the body's own rotation.

    Args:
        turned: Rotation from the body at rest to their world.
    """
    upright = turned @ OVER
    angle = torch.atan2(upright[0, 2] - upright[2, 0], upright[0, 0] + upright[2, 2])
    return float((torch.rad2deg(angle) + 90 + 180) % 360 - 180)


def from_unreal(points: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 3"]:
    """Take Unreal's centimetres to their world."""
    x, y, z = (points / 100).unbind(-1)
    return torch.stack([y, -z, x], -1)


def to_unreal(points: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 3"]:
    """Take points of their world to Unreal's centimetres."""
    x, y, z = (points * 100).unbind(-1)
    return torch.stack([z, x, -y], -1)


def turn(axis: str, angle_deg: float) -> Float[Tensor, "3 3"]:
    """Rotate about an axis by degrees."""
    return about(axis, torch.deg2rad(torch.tensor(angle_deg, dtype=torch.float64)))


def mask_name(image: str, person: int, low: bool) -> str:
    """Name the mask of a person, from 1, or of everybody, 0, as the tools look for it.

    Args:
        image: Name in the table, with its ending.
        person: Number of the person in the table's lists, from 1.
        low: Whether the image is 1280x720.
    """
    parts = image.removesuffix(".png").split("_")
    number, parts = int(parts[-1]), parts[:-1]
    camera = [parts.pop()] if "archviz" in image else []
    folder = "_".join(image.split("_")[:5])
    words = [*parts, "mask", *camera, f"{number:06d}", f"{person:05d}"]
    return f"{folder}/{'_'.join(words)}{LOW if low else ''}.png"
