"""Pictures as data URIs, so that a page needs no file beside it."""

import base64
from pathlib import Path

import cv2
import numpy as np

from hmr.drawing import Image
from hmr.errors import InputError

QUALITY = 86
WIDTH, WIDE = 900, 1600
"""Widest a picture gets, in pixels: in half the page's width, and in all of it."""


def read_picture(path: Path) -> Image:
    """Read a picture as RGB."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise InputError(f"{path}: not a picture; make it again")
    return np.asarray(picture)[..., ::-1]


def picture_uri(picture: Image, wide: bool = False) -> str:
    """Encode a picture as JPEG, no wider than the page shows it."""
    scale = min(1.0, (WIDE if wide else WIDTH) / picture.shape[1])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    small = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return _uri("image/jpeg", data.tobytes())


def svg_uri(svg: str) -> str:
    """Wrap an SVG drawing."""
    return _uri("image/svg+xml", svg.encode())


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
