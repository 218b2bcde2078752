"""Named points of the body in an image, with COCO's flags for how well they are seen."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from hmr.body import Body, load_body
from hmr.cameras import to_camera, to_pixels
from hmr.joints import SMPLX_55, mapping
from hmr.sample import OUTSIDE, VISIBLE, Sample

OUT, HIDDEN, SEEN = 0, 1, 2
"""COCO's flags: not labelled (outside the image), hidden, visible."""
SKIN = 0.02
"""A surface nearer than a point by more than this, in metres, hides it."""


@torch.no_grad()
def flagged_points(
    sample: Sample, row: int, names: Sequence[str], body_path: str | None
) -> tuple[Float[np.ndarray, "names 2"], Int[np.ndarray, " names"]]:
    """Find where the named points of a person lie, in pixels, and flag each.

    Joints of the 55 carry the flags of their labels. The others lie on the surface, where
    whatever owns their pixel and the person's own body can hide them.
    """
    body = load_body(body_path, sample.people[row].gender)
    person = sample.params.index([row])
    points = to_camera(body.keypoints(person, names)[0], sample.camera)
    pixels = to_pixels(points, sample.camera.K, sample.camera.distortion).double().numpy()
    labelled = mapping(SMPLX_55, names)
    flags = _of_labels(sample.joint_visibility[row])[labelled]
    pixels = np.where(labelled[:, None] >= 0, sample.joints_2d[row][labelled], pixels)
    free = np.flatnonzero(labelled < 0)
    if len(free):
        mesh = to_camera(body(person).vertices[0], sample.camera)
        flags[free] = _of_surface(sample, row, pixels[free], points[free, 2].numpy(), mesh, body)
    return pixels, flags


def _of_labels(visibility: Int[np.ndarray, " joints"]) -> Int[np.ndarray, " joints"]:
    flags = np.where(visibility == VISIBLE, SEEN, HIDDEN)
    return np.where(visibility == OUTSIDE, OUT, flags)


def _of_surface(
    sample: Sample,
    row: int,
    pixels: Float[np.ndarray, "n 2"],
    depth: Float[np.ndarray, " n"],
    mesh: Float[torch.Tensor, "vertices 3"],
    body: Body,
) -> Int[np.ndarray, " n"]:
    size = np.array([sample.width, sample.height])
    inside = ((pixels >= 0) & (pixels < size)).all(1) & (depth > 0)
    corners = (
        to_pixels(mesh, sample.camera.K, sample.camera.distortion).double().numpy()[body.faces]
    )
    hidden = behind(pixels, depth - SKIN, corners, mesh[:, 2].double().numpy()[body.faces])
    if sample.ids is not None:
        x, y = np.where(inside[:, None], pixels, 0).astype(int).T
        owner = sample.ids[y, x]
        # A point on the silhouette may fall on the background's side of the edge.
        hidden |= (owner != sample.people[row].person_id + 1) & (owner != 0)
    return np.where(inside, np.where(hidden, HIDDEN, SEEN), OUT)


def behind(
    pixels: Float[np.ndarray, "n 2"],
    depth: Float[np.ndarray, " n"],
    corners: Float[np.ndarray, "faces 3 2"],
    corner_depth: Float[np.ndarray, "faces 3"],
) -> Bool[np.ndarray, " n"]:
    """Tell which points have a triangle before them."""
    if not len(pixels):
        return np.zeros(0, bool)
    # Most triangles lie nowhere near the points.
    low, high = pixels.min(0), pixels.max(0)
    near = ((corners.max(1) >= low) & (corners.min(1) <= high)).all(1)
    corners, corner_depth = corners[near], corner_depth[near]
    a, b, c = (corners[:, i] for i in range(3))
    area = _cross(b - a, c - a)
    area = np.where(np.abs(area) < 1e-12, np.inf, area)
    p = pixels[:, None]
    weights = np.stack([_cross(b - p, c - p), _cross(c - p, a - p), _cross(a - p, b - p)], -1)
    weights = weights / area[:, None]
    # Along a triangle one over the depth is linear in the image.
    nearness = (weights / corner_depth).sum(-1)
    # A symmetric body has edges right behind its nose; both triangles hold such a point.
    covered = (weights > -1e-9).all(-1) & (corner_depth > 0).all(-1)
    return (covered & (nearness > 1 / depth[:, None])).any(1)


def _cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
