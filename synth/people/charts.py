"""Texture coordinates for shells: cylinders around trunk, arms and legs.

Texture is laid in rest pose, in metres of cloth. A cylinder closes behind
(trunk, legs) or below (arms), where clothes have their seams too, and its
circumference is a whole number of tiles, so patterns meet there.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from synth.people.anatomy import Anatomy

TILE = 0.25
"""Side of one tile of cloth, in metres."""


@dataclass(frozen=True)
class Charts:
    """Where the cylinders are."""

    shoulder: float
    """From this |x| on it is an arm."""
    crotch: float
    """Below this y it is a leg."""
    trunk_z: float
    arm: tuple[float, float]
    """y and z of the arms' axes."""
    leg: tuple[float, float]
    """|x| and z of the legs' axes."""


def charts_of(anatomy: Anatomy) -> Charts:
    """Lay the cylinders along a body's bones."""
    shoulder, elbow, hip, knee = (anatomy.at(n) for n in ("shoulder", "elbow", "hip", "knee"))
    crotch = hip[1] - 0.2 * (hip[1] - knee[1])
    arm = (shoulder + elbow) / 2
    return Charts(
        shoulder=float(shoulder[0] * 1.05),
        crotch=float(crotch),
        trunk_z=float(anatomy.at("spine2")[2]),
        arm=(float(arm[1]), float(arm[2])),
        leg=(float(knee[0]), float((hip[2] + knee[2]) / 2)),
    )


def unwrap(
    vertices: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"], charts: Charts
) -> tuple[Int[np.ndarray, " r"], Int[np.ndarray, "f 3"], Float[np.ndarray, "r 2"]]:
    """Give each corner its place in the texture; vertices double where charts meet.

    Returns:
        The vertex behind each drawn vertex, faces over drawn vertices, texture coordinates.
    """
    centre = vertices[faces].mean(1)
    chart = np.where(np.abs(centre[:, 0]) > charts.shoulder, 0, 1)
    chart = np.where(centre[:, 1] < charts.crotch, 2, chart)
    sign = np.where((centre[:, 0] < 0) & (chart != 1), -1.0, 1.0)
    corner = vertices[faces]
    options = [
        _around_arm(corner, sign, charts),
        _around_trunk(corner, charts),
        _around_leg(corner, sign, charts),
    ]
    turns, along, tiles = (np.choose(chart[:, None], part) for part in zip(*options, strict=True))
    turns = turns - np.round(turns - turns[:, :1])
    uv = np.stack([turns * tiles, along / TILE], -1)
    # Corners of one vertex stay together while chart and turn agree.
    island = np.broadcast_to((chart * 2 + (sign < 0))[:, None], faces.shape)
    turned = np.round(turns * 1000).astype(np.int64)
    keys = np.stack([faces, island, turned], -1).reshape(-1, 3)
    unique, first, number = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return unique[:, 0], number.reshape(faces.shape), uv.reshape(-1, 2)[first]


Corners = Float[np.ndarray, "f 3 3"]
Chart = tuple[Float[np.ndarray, "f 3"], Float[np.ndarray, "f 3"], Float[np.ndarray, "f 3"]]


def _around_arm(corner: Corners, sign: Float[np.ndarray, " f"], charts: Charts) -> Chart:
    y, z = corner[..., 1] - charts.arm[0], corner[..., 2] - charts.arm[1]
    angle = np.arctan2(z * sign[:, None], y)
    return angle / (2 * np.pi), corner[..., 0] * sign[:, None], np.full_like(y, 2.0)


def _around_trunk(corner: Corners, charts: Charts) -> Chart:
    angle = np.arctan2(corner[..., 0], corner[..., 2] - charts.trunk_z)
    return angle / (2 * np.pi), -corner[..., 1], np.full_like(angle, 4.0)


def _around_leg(corner: Corners, sign: Float[np.ndarray, " f"], charts: Charts) -> Chart:
    x = corner[..., 0] - sign[:, None] * charts.leg[0]
    angle = np.arctan2(x, corner[..., 2] - charts.leg[1])
    return angle / (2 * np.pi), -corner[..., 1], np.full_like(angle, 2.0)
