"""Reads environment maps: .hdr (Radiance) and .exr (OpenEXR) files, linear RGB.

Maps are equirectangular, twice as wide as high, laid out as `synth.render.lights`
says. Few spoilt pixels, as stitching and half floats leave them, are mended; a
file with many is refused.
"""

from pathlib import Path

import cv2
import numpy as np
import OpenEXR
from cv2.utils import logging
from jaxtyping import Bool, Float32, UInt8

from hmr.errors import InputError
from synth.render.lights import Radiance

KINDS = (".hdr", ".exr")
LEAST_WIDTH = 64
MOST_SPOILT = 0.01
"""Share of pixels that may be mended."""
STRETCHED = 0.02
"""How far width / height may be from 2."""
BEGINNINGS = {".hdr": b"#?", ".exr": b"\x76\x2f\x31\x01"}


def read_map(path: Path) -> Radiance:
    """Read a map, the values mended and the shape checked.

    Raises:
        InputError: The file cannot be read or is no map of light; one line says why.
    """
    _check_kind(path)
    radiance = _read_exr(path) if path.suffix.lower() == ".exr" else _read_hdr(path)
    height, width = radiance.shape[:2]
    if abs(width / height - 2) > STRETCHED:
        raise InputError(
            f"{path}: {width}x{height} pixels; an equirectangular map is twice as wide as high"
        )
    if width < LEAST_WIDTH:
        raise InputError(f"{path}: {width}x{height} pixels are too few; use {LEAST_WIDTH} or more")
    return mended(radiance, str(path))


def mended(radiance: Radiance, name: str) -> Radiance:
    """Mend the few values that no light can have.

    Infinite values become the largest finite one (suns overflow half floats), others
    that are no number the mean of their neighbours, negative ones 0.

    Raises:
        InputError: Too many are spoilt, or nothing is lit; names the map.
    """
    finite = np.isfinite(radiance)
    level = float(np.abs(radiance[finite]).mean()) if finite.any() else 0.0
    spoilt = (~finite | (radiance < -0.01 * level)).any(-1)
    if spoilt.mean() > MOST_SPOILT:
        share = 100 * spoilt.mean()
        raise InputError(f"{name}: {share:.0f} % of the values are negative or no numbers")
    if level == 0:
        raise InputError(f"{name}: is black everywhere; it lights nothing")
    if finite.all():
        return np.maximum(radiance, 0)
    largest = radiance[finite].max()
    full = np.where(np.isposinf(radiance), largest, radiance)
    return np.maximum(_filled(full, np.isfinite(full)), 0).astype(np.float32)


def _filled(values: Radiance, known: Bool[np.ndarray, "h w 3"]) -> Radiance:
    """Fill gaps with the mean of what is known around them."""
    zeroed = np.where(known, values, 0).astype(np.float32)
    around = cv2.blur(zeroed, (7, 7)), cv2.blur(known.astype(np.float32), (7, 7))
    return np.where(known, values, around[0] / np.maximum(around[1], 1e-3)).astype(np.float32)


def _check_kind(path: Path) -> None:
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise InputError(f"{path}: is neither .hdr nor .exr")
    try:
        with path.open("rb") as file:
            beginning = file.read(4)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if not beginning.startswith(BEGINNINGS[kind]):
        raise InputError(f"{path}: is named {kind} but is no {kind} file")


def _read_hdr(path: Path) -> Radiance:
    decoded = _decoded(np.frombuffer(path.read_bytes(), np.uint8))
    if decoded is None or decoded.ndim != 3 or decoded.dtype != np.float32:
        raise InputError(f"{path}: is damaged or ends early; copy or download it again")
    return np.ascontiguousarray(decoded[..., ::-1])


def _decoded(data: UInt8[np.ndarray, " n"]) -> Float32[np.ndarray, "h w 3"] | None:
    """Decode without OpenCV's own lines on the terminal."""
    loud = logging.setLogLevel(0)
    try:
        return cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    finally:
        logging.setLogLevel(loud)


def _read_exr(path: Path) -> Radiance:
    try:
        channels = OpenEXR.File(str(path)).parts[0].channels
        layers = {name: np.asarray(channel.pixels) for name, channel in channels.items()}
    # The package raises whatever its C++ raises, and indexes what a broken file lacks.
    except (RuntimeError, ValueError, IndexError, TypeError, OverflowError, MemoryError):
        raise InputError(f"{path}: is damaged or ends early; copy or download it again") from None
    for name in ("RGB", "RGBA"):
        if name in layers:
            return np.ascontiguousarray(layers[name][..., :3], dtype=np.float32)
    if "Y" in layers:
        return np.repeat(layers["Y"][..., None].astype(np.float32), 3, axis=-1)
    found = ", ".join(layers) or "none"
    raise InputError(f"{path}: has the channels {found}; R, G and B are needed")
