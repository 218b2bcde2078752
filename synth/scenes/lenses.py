"""Lenses in numbers: where they draw a pinhole's pixels, and which ones fold the image."""

import numpy as np
import torch
from jaxtyping import Bool, Float, Float64
from scipy.interpolate import RectBivariateSpline

from hmr.distortion import distort, slopes, undistort
from hmr.errors import InputError

GRID = 8
"""Pixels between the places where a lens is solved for."""


def check_lens(
    K: Float[np.ndarray, "3 3"], numbers: Float[np.ndarray, "5"], width: int, height: int
) -> None:
    """Refuse a lens that draws two rays at one place of the image, or none at some.

    Raises:
        InputError: It does.
    """
    drawn = rays_of(border(width, height), K)
    rays = undistort(torch.from_numpy(drawn), torch.from_numpy(numbers))
    back = distort(rays, torch.from_numpy(numbers))
    reached = torch.isfinite(rays).all() and np.abs(back.numpy() - drawn).max() < 1e-6
    if not (reached and unfolded(rays.numpy(), numbers).all()):
        raise InputError(
            f"{named(numbers)}: folds the image at a focal length of {K[0, 0]:.0f} pixels; "
            "choose smaller numbers or a longer focal length"
        )


def border(width: int, height: int) -> Float64[np.ndarray, "n 2"]:
    """List the pixels' corners around an image's edge."""
    u, v = np.arange(width + 1.0), np.arange(height + 1.0)
    rows = [np.stack([u, np.full_like(u, y)], 1) for y in (0, height)]
    return np.concatenate([*rows, *(np.stack([np.full_like(v, x), v], 1) for x in (0, width))])


def unfolded(
    rays: Float[np.ndarray, "n 2"], numbers: Float[np.ndarray, "5"]
) -> Bool[np.ndarray, " n"]:
    """Tell which rays lie before the place where the lens's picture turns round."""
    a, b, c = (s.numpy() for s in slopes(torch.from_numpy(rays), torch.from_numpy(numbers)))
    return (a * c - b * b > 0) & (a > 0) & ((rays**2).sum(-1) < turn(numbers))


def turn(numbers: Float[np.ndarray, "5"]) -> float:
    """Find the squared distance from the axis where the radial part stops growing."""
    k1, k2, _, _, k3 = numbers
    roots = np.roots([7 * k3, 5 * k2, 3 * k1, 1])
    real = roots[np.abs(roots.imag) < 1e-9].real
    return float(min(real[real > 0], default=np.inf))


def straight(
    pixels: Float64[np.ndarray, "*n 2"],
    K: Float[np.ndarray, "3 3"],
    numbers: Float[np.ndarray, "5"],
) -> Float64[np.ndarray, "*n 2"]:
    """Find where a pinhole of the same K would draw what the lens draws at these pixels."""
    drawn = torch.from_numpy(rays_of(pixels.reshape(-1, 2), K))
    rays = undistort(drawn, torch.from_numpy(numbers)).numpy()
    return (rays @ K[:2, :2].T + K[:2, 2]).reshape(pixels.shape)


def straight_centres(
    width: int, height: int, K: Float[np.ndarray, "3 3"], numbers: Float[np.ndarray, "5"]
) -> Float64[np.ndarray, "h w 2"]:
    """Find where a pinhole would draw all of an image's pixel centres.

    Found on a grid and interpolated by cubic splines, to a thousandth of a pixel.
    """
    u, v = (np.linspace(0.5, n - 0.5, max(n // GRID, 8)) for n in (width, height))
    knots = straight(np.stack(np.meshgrid(u, v), -1), K, numbers)
    every = np.arange(height) + 0.5, np.arange(width) + 0.5
    return np.stack([RectBivariateSpline(v, u, knots[..., i])(*every) for i in (0, 1)], -1)


def rays_of(
    pixels: Float64[np.ndarray, "n 2"], K: Float[np.ndarray, "3 3"]
) -> Float64[np.ndarray, "n 2"]:
    """Find x and y of the pinhole's rays (x, y, 1) through pixels."""
    return np.linalg.solve(K[:2, :2], (pixels - K[:2, 2]).T).T


def centres(x: int, y: int, width: int, height: int) -> Float64[np.ndarray, "h w 2"]:
    """List the centres of a rectangle's pixels."""
    v, u = np.mgrid[y : y + height, x : x + width] + 0.5
    return np.stack([u, v], -1)


def named(numbers: Float[np.ndarray, "5"]) -> str:
    """Name a lens in an error."""
    return f"camera.distortion of k1, k2, p1, p2, k3 = {', '.join(f'{n:.4g}' for n in numbers)}"
