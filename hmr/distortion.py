"""Lens distortion by OpenCV's five numbers k1, k2, p1, p2, k3.

A ray (x, y, 1) of the camera frame is drawn where a lens without fault would draw
(x', y', 1), with r2 = x^2 + y^2:

    x' = x (1 + k1 r2 + k2 r2^2 + k3 r2^3) + 2 p1 x y + p2 (r2 + 2 x^2)
    y' = y (1 + k1 r2 + k2 r2^2 + k3 r2^3) + p1 (r2 + 2 y^2) + 2 p2 x y

Brown, "Decentering Distortion of Lenses", 1966. Far from the axis the polynomial may
turn round and draw two rays at one place; only what lies nearer the axis has an inverse.
"""

import torch
from jaxtyping import Float
from torch import Tensor

NAMES = ("k1", "k2", "p1", "p2", "k3")
"""The numbers in OpenCV's order."""
STEPS = 12
"""Newton's steps to invert; each doubles the digits that are right."""


def distort(
    rays: Float[Tensor, "*batch n 2"], numbers: Float[Tensor, "*#batch 5"]
) -> Float[Tensor, "*batch n 2"]:
    """Find where the rays (x, y, 1) are drawn."""
    k1, k2, p1, p2, k3 = numbers.unsqueeze(-2).unbind(-1)
    x, y = rays.unbind(-1)
    r2 = x * x + y * y
    radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
    across = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x)
    down = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y
    return torch.stack([across, down], -1)


def slopes(
    rays: Float[Tensor, "*batch n 2"], numbers: Float[Tensor, "*#batch 5"]
) -> tuple[Float[Tensor, "*batch n"], Float[Tensor, "*batch n"], Float[Tensor, "*batch n"]]:
    """Find how what is drawn moves with its ray: dx'/dx, dx'/dy (which is dy'/dx) and dy'/dy."""
    k1, k2, p1, p2, k3 = numbers.unsqueeze(-2).unbind(-1)
    x, y = rays.unbind(-1)
    r2 = x * x + y * y
    radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
    growth = 2 * (k1 + r2 * (2 * k2 + 3 * r2 * k3))
    across = radial + growth * x * x + 2 * p1 * y + 6 * p2 * x
    mixed = growth * x * y + 2 * p1 * x + 2 * p2 * y
    down = radial + growth * y * y + 6 * p1 * y + 2 * p2 * x
    return across, mixed, down


def undistort(
    drawn: Float[Tensor, "*batch n 2"], numbers: Float[Tensor, "*#batch 5"]
) -> Float[Tensor, "*batch n 2"]:
    """Find the rays (x, y, 1) that are drawn at these places, by Newton's method.

    Where the lens draws nothing, the answer means nothing: `distort` does not take it back.
    """
    rays = drawn
    for _ in range(STEPS):
        a, b, c = slopes(rays, numbers)
        u, v = (drawn - distort(rays, numbers)).unbind(-1)
        step = torch.stack([c * u - b * v, a * v - b * u], -1)
        step = step / (a * c - b * b).unsqueeze(-1)
        rays = rays + step
        if not step.numel() or step.abs().max() < 4 * torch.finfo(rays.dtype).eps:
            break
    return rays
