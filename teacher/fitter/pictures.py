"""Fits to look at: keypoints, the mesh over the photo, and the same people from their side."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from jaxtyping import Float, UInt8

from hmr.body import Body
from hmr.drawing import Image, draw_meshes, draw_skeleton, sheet, write_text
from hmr.params import Params
from teacher.fitter.records import Fitted

HEIGHT = 480
GROUND = 246
LABEL = (70, 70, 70)
LABELLED = 6
"""People of a photo, at most, whose trust is written beside them."""


def picture(
    body: Body, image: Image, K: Float[np.ndarray, "3 3"], people: Sequence[Fitted]
) -> UInt8[np.ndarray, "h3 w3 3"]:
    """Show one photo's people as three panels."""
    scale = HEIGHT / image.shape[0]
    size = (max(1, round(image.shape[1] * scale)), HEIGHT)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    photo = np.asarray(cv2.resize(image, size, interpolation=how))
    drawn = photo
    for person in people:
        points = person.keypoints
        drawn = draw_skeleton(drawn, points.joints * scale, points.scores, points.names)
    with torch.no_grad():
        vertices = list(body(Params.stack([p.params for p in people])).vertices.double().numpy())
    K = np.diag([scale, scale, 1.0]) @ K
    over = draw_meshes(photo, vertices, body.faces, K, alpha=0.85)
    for number, person in enumerate(people if len(people) <= LABELLED else ()):
        over = _label(over, vertices[number], K, f"trust {person.trust:.2f}")
    empty = np.full_like(photo, GROUND)
    aside = draw_meshes(empty, _from_their_right(vertices), body.faces, K, alpha=1.0)
    return sheet([drawn, over, aside], columns=3)


def _from_their_right(
    people: Sequence[Float[np.ndarray, "vertices 3"]],
) -> list[Float[np.ndarray, "vertices 3"]]:
    """Turn each person by a quarter about the vertical through their own middle."""
    quarter = np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])
    return [(v - v.mean(0)) @ quarter.T + v.mean(0) for v in people]


def _label(
    image: Image, vertices: Float[np.ndarray, "vertices 3"], K: Float[np.ndarray, "3 3"], text: str
) -> Image:
    top = vertices[vertices[:, 1].argmin()] @ K.T
    corner = np.clip(top[:2] / max(top[2], 1e-3), 0, [image.shape[1] - 60, image.shape[0] - 5])
    return write_text(image, text, (int(corner[0]), int(corner[1])), LABEL)
