"""Predicted and true people drawn over their images."""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float, Int, UInt8

from hmr.drawing import Image, draw_meshes, sheet, write_text


def draw_people(
    image: Image,
    vertices: Float[np.ndarray, "people vertices 3"],
    faces: Int[np.ndarray, "faces 3"],
    K: Float[np.ndarray, "3 3"],
) -> Image:
    """Paint meshes, given in the camera frame, over their image."""
    return draw_meshes(image, list(vertices), faces, K)


def in_rows(
    panels: Sequence[tuple[str, Image]], width: int = 800, columns: int = 2
) -> UInt8[np.ndarray, "rows columns 3"]:
    """Lay titled pictures of one image out in rows."""
    height = round(panels[0][1].shape[0] * width / panels[0][1].shape[1])
    titled = [
        write_text(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), text, (0, 0))
        for text, picture in panels
    ]
    return sheet(titled, columns)
