"""Exact labels of a rendered scene: who is seen, who hides whom, which joints show.

Everything follows from three renders that agree pixel for pixel: the id map of
the whole scene, its depth, and each person's depth alone.

- **Visible** are the pixels whose id is the person's; **amodal** those that the
  person covers when alone, inside the frame. Body, clothes and hair share one
  id, so nobody is hidden by their own clothes. Visible lies within amodal.
- **Occlusion** is 1 - visible / amodal; 0 for a person without a pixel in the frame.
- **Occluders**: who owns the hidden pixels, as shares of the amodal pixels; they
  add up to the occlusion.
- **Truncation** is the share of the full silhouette outside the frame. The full
  silhouette is cut where it leaves three times the frame (one frame more on each
  side) and where it comes nearer than 5 cm to the camera's plane; a person
  without any silhouette is truncated wholly.
- **Joint visibility** looks at the pixel that contains the joint's projection.
  ``OUTSIDE``: it is not in the image, or the joint is behind the camera.
  ``BY_PERSON``, ``BY_ENVIRONMENT``: the first surface there is another's and nearer
  than the joint. ``SELF``: the person's own first surface lies nearer than the joint
  by more than the flesh over that joint (`FLESH`), so some other part is in between;
  its depth is taken between the pixels' centres, where it has no jump there.
  ``VISIBLE``: all else. Whoever comes first along the ray counts: a joint behind the
  own arm and a passer-by is hidden by the passer-by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, Int8, UInt16

from hmr.cameras import Camera, to_camera, to_pixels
from hmr.joints import SMPLX_55
from hmr.sample import (
    BY_ENVIRONMENT,
    BY_PERSON,
    FIRST_ENVIRONMENT_ID,
    OUTSIDE,
    SELF,
    VISIBLE,
    Box,
    Occluder,
    Rle,
    box_of,
)
from synth.alone import Alone, render_alone
from synth.lens import Lens, lens_of
from synth.render.frustum import NEAR
from synth.render.passes import Passes
from synth.render.renderer import Renderer
from synth.render.scene import Scene, of_person
from synth.run_lengths import encode_part

FLESH: Mapping[str, float] = {
    **{"pelvis": 0.20, "hip": 0.16, "spine": 0.20, "collar": 0.16, "shoulder": 0.12},
    **{"neck": 0.12, "head": 0.14, "jaw": 0.12, "eye": 0.05},
    **{"knee": 0.10, "ankle": 0.08, "foot": 0.06, "elbow": 0.08, "wrist": 0.06},
}
"""How deep a joint may lie under the skin, by the word its name holds.

Between the median and the 90th percentile, over all directions, of what lies between the
joint and the skin of the open body at rest, with room for clothes.
"""
FLESH_OF_FINGERS = 0.035


JUMP = 0.1
"""Between neighbouring pixels, in metres: one part of the body is before another."""
ROUNDING = 1e-3
"""By how much two renders of one depth may differ, in metres."""


@dataclass(frozen=True)
class Labels:
    """One person's labels, as `hmr.sample.Person` holds them, and their joints' visibility."""

    person_id: int
    occlusion: float
    truncation: float
    occluders: tuple[Occluder, ...]
    """The one who hides most comes first."""
    bbox_visible: Box | None
    bbox_amodal: Box | None
    """Around the part inside the frame; None when there is none."""
    mask_visible: Rle
    mask_amodal: Rle
    joint_visibility: Int8[np.ndarray, " joints"]


def label_people(
    renderer: Renderer,
    scene: Scene,
    camera: Camera,
    passes: Passes,
    joints: Mapping[int, Float[torch.Tensor, "joints 3"]],
    names: Sequence[str] = SMPLX_55,
) -> tuple[Labels, ...]:
    """Label the people of a rendered scene.

    Args:
        renderer: Draws each person alone; of any size.
        scene: What was rendered.
        camera: From where; if it has distortion, the passes went through its lens.
        passes: What came out.
        joints: By person_id, in the world frame; who is left out gets no labels.
        names: What the joints are called.
    """
    height, width = passes.ids.shape
    lens = lens_of(camera, width, height)
    labels = []
    for person_id, of_joints in joints.items():
        surfaces = of_person(scene.surfaces, person_id)
        alone = render_alone(renderer, surfaces, camera, (width, height), lens)
        seen = visibility(person_id, passes, alone, of_joints, names, camera, lens)
        labels.append(label(person_id, passes, alone, seen))
    return tuple(labels)


def label(
    person_id: int, passes: Passes, alone: Alone, joint_visibility: Int8[np.ndarray, " joints"]
) -> Labels:
    """Compare a person alone with the whole scene, where the person alone would be."""
    (height, width), (h, w) = passes.ids.shape, alone.depth.shape
    part = (slice(alone.y, alone.y + h), slice(alone.x, alone.x + w))
    ids, visible = passes.ids[part], passes.ids[part] == person_id + 1
    # Where the scene shows nothing, or what lies behind the person, only rounding at the
    # outline can have put them.
    before = (ids > 0) & (passes.depth[part] < alone.depth + ROUNDING)
    amodal = ((alone.depth > 0) & before) | visible
    area, seen = int(np.count_nonzero(amodal)), int(np.count_nonzero(visible))
    at, size = (alone.x, alone.y), (width, height)
    return Labels(
        person_id,
        occlusion=1 - seen / area if area else 0.0,
        truncation=alone.truncation,
        occluders=hidden_by(ids[amodal & ~visible], area),
        bbox_visible=moved(box_of(visible), *at),
        bbox_amodal=moved(box_of(amodal), *at),
        mask_visible=encode_part(visible, *at, size),
        mask_amodal=encode_part(amodal, *at, size),
        joint_visibility=joint_visibility,
    )


def moved(box: Box | None, x: int, y: int) -> Box | None:
    """Find a box in the image that was found in a part of it."""
    return None if box is None else (box[0] + x, box[1] + y, box[2] + x, box[3] + y)


def hidden_by(before: UInt16[np.ndarray, " n"], area: int) -> tuple[Occluder, ...]:
    """List who owns the hidden pixels, as shares of an area, the greatest first."""
    ids, counts = np.unique(before, return_counts=True)
    found = sorted(zip(counts.tolist(), ids.tolist(), strict=True), reverse=True)
    return tuple(
        Occluder(i if i >= FIRST_ENVIRONMENT_ID else i - 1, count / area) for count, i in found
    )


def visibility(
    person_id: int,
    passes: Passes,
    alone: Alone,
    joints: Float[torch.Tensor, "joints 3"],
    names: Sequence[str],
    camera: Camera,
    lens: Lens | None = None,
) -> Int8[np.ndarray, " joints"]:
    """Tell for each joint whether it is seen, or what hides it."""
    in_camera = to_camera(joints, camera)
    z = in_camera[:, 2].numpy(force=True)
    pixels = to_pixels(in_camera, camera.K, camera.distortion).numpy(force=True)
    height, width = passes.ids.shape
    inside = (z > NEAR) & (pixels >= 0).all(1) & (pixels < [width, height]).all(1)
    if lens is not None:
        rays = (in_camera[:, :2] / in_camera[:, 2:]).double().numpy(force=True)
        inside &= lens.shows(rays)
    u, v = np.where(inside[:, None], pixels, 0).astype(int).T

    first, own = passes.ids[v, u], depth_between(alone, np.where(inside[:, None], pixels, 0))
    others = (first > 0) & (first != person_id + 1) & (passes.depth[v, u] < z)
    by_other = np.where(first < FIRST_ENVIRONMENT_ID, BY_PERSON, BY_ENVIRONMENT)
    flesh = np.array([flesh_over(name) for name in names])
    by_self = (own > 0) & (z - own > flesh)
    cases = [~inside, others, by_self]
    return np.select(cases, [OUTSIDE, by_other, SELF], VISIBLE).astype(np.int8)


def depth_between(alone: Alone, pixels: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, " n"]:
    """Find the depth of the person alone at positions in the image; 0 beside them.

    Between the four pixels' centres around it, as on a plane; at a jump or an outline that of
    the pixel that holds it.
    """
    u, v = np.floor(pixels - 0.5).astype(int).T
    x, y = (pixels - 0.5 - np.stack([u, v], 1)).T
    four = np.stack([depth_at(alone, u + i, v + j) for j in (0, 1) for i in (0, 1)])
    shares = np.stack([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y])
    even = (four.min(0) > 0) & (np.ptp(four, axis=0) < JUMP)
    # One over the depth is linear in the image of a plane.
    between = 1 / (shares / np.where(even, four, 1)).sum(0)
    return np.where(even, between, depth_at(alone, *np.floor(pixels).astype(int).T))


def depth_at(
    alone: Alone, u: Int[np.ndarray, " n"], v: Int[np.ndarray, " n"]
) -> Float32[np.ndarray, " n"]:
    """Find the depth of the person alone at columns and rows of the image; 0 beside them."""
    height, width = alone.depth.shape
    depth = np.zeros(len(u), np.float32)
    x, y = u - alone.x, v - alone.y
    within = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    depth[within] = alone.depth[y[within], x[within]]
    return depth


@cache
def flesh_over(joint: str) -> float:
    """Find how deep a joint may lie under the skin and still count as seen, in metres."""
    part = next((depth for word, depth in FLESH.items() if word in joint), None)
    return FLESH_OF_FINGERS if part is None else part
