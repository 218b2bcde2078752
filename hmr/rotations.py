"""Rotations: axis-angle on disk, matrices in memory, 6D in networks.

Matrices act on column vectors from the left. All conversions are ``roma``'s;
this file only fixes which variant the project uses. It is imported by who first
turns something: with it comes torch's compiler, more than a second of every start.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def axis_angle_to_matrix(axis_angle: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 3 3"]:
    """Turn rotation vectors, in radians, into matrices."""
    import roma

    return roma.rotvec_to_rotmat(axis_angle)


def matrix_to_axis_angle(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 3"]:
    """Turn matrices into rotation vectors, in radians, of angle at most pi."""
    import roma

    return roma.rotmat_to_rotvec(matrix)


def matrix_to_6d(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 6"]:
    """Take the first two columns, one after the other (Zhou et al., CVPR 2019)."""
    return matrix[..., :2].mT.flatten(-2)


def matrix_from_6d(six: Float[Tensor, "*batch 6"]) -> Float[Tensor, "*batch 3 3"]:
    """Orthonormalise two columns into a rotation (Gram-Schmidt; Zhou et al., CVPR 2019)."""
    import roma

    return roma.special_gramschmidt(six.unflatten(-1, (2, 3)).mT)


def about(axis: str, angle: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch 3 3"]:
    """Rotate by an angle, in radians, about the named axis ("x", "y" or "z")."""
    direction = torch.eye(3, dtype=angle.dtype, device=angle.device)["xyz".index(axis)]
    return axis_angle_to_matrix(angle.unsqueeze(-1) * direction)


def geodesic(
    a: Float[Tensor, "*batch 3 3"], b: Float[Tensor, "*batch 3 3"]
) -> Float[Tensor, "*batch"]:
    """Angle between two rotations, in radians, from 0 to pi."""
    import roma

    return roma.rotmat_geodesic_distance(a, b)


def degrees(value: float) -> float:
    """Turn degrees into radians, where a published value is printed in degrees."""
    return math.radians(value)
