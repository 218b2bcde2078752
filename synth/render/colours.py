"""sRGB and the light behind it (IEC 61966-2-1)."""

import numpy as np
from jaxtyping import Float, Float32

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
"""Weights of linear red, green and blue in how bright they are to the eye."""


def linear(srgb: Float[np.ndarray, "*n"]) -> Float32[np.ndarray, "*n"]:
    """Decode values from 0 to 1."""
    light = np.where(srgb > 0.04045, ((srgb + 0.055) / 1.055) ** 2.4, srgb / 12.92)
    return light.astype(np.float32)


def encoded(light: Float[np.ndarray, "*n"]) -> Float32[np.ndarray, "*n"]:
    """Encode values from 0 to 1."""
    srgb = np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, 12.92 * light)
    return srgb.astype(np.float32)


LINEAR = linear(np.arange(256) / 255)
"""Light behind each value of an 8-bit picture."""
