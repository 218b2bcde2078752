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
  than the joint. ``SELF``: the person's own first surface there lies nearer than
  the joint by more than the flesh over that joint (`FLESH`), so some other part is
  in between. ``VISIBLE``: all else. Whoever comes first along the ray counts: a
  joint behind the own arm and a passer-by is hidden by the passer-by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Float64, Int8, Int64

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
    encode_mask,
)
from synth.render.frustum import NEAR, Window
from synth.render.passes import Passes
from synth.render.renderer import Renderer
from synth.render.scene import Scene, Surface, of_person

LARGEST_WINDOW = 4096
"""Pixels of a side; a larger silhouette is measured at reduced resolution."""

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


@dataclass(frozen=True)
class Alone:
    """A person as if nothing else were there."""

    depth: Float32[np.ndarray, "h w"]
    """Over the image; 0 outside the silhouette."""
    truncation: float


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
        renderer: The one that rendered it.
        scene: What was rendered.
        camera: From where.
        passes: What came out.
        joints: By person_id, in the world frame; who is left out gets no labels.
        names: What the joints are called.
    """
    labels = []
    for person_id, of_joints in joints.items():
        alone = render_alone(renderer, of_person(scene.surfaces, person_id), camera, passes)
        labels.append(label(person_id, passes, alone, of_joints, names, camera))
    return tuple(labels)


def label(
    person_id: int,
    passes: Passes,
    alone: Alone,
    joints: Float[torch.Tensor, "joints 3"],
    names: Sequence[str],
    camera: Camera,
) -> Labels:
    """Compare a person alone with the whole scene."""
    visible = passes.ids == person_id + 1
    # A pixel that the scene leaves empty can differ only by rounding at the outline.
    amodal = ((alone.depth > 0) & (passes.ids > 0)) | visible
    occluders = hidden_by(passes, amodal & ~visible, int(amodal.sum()))
    return Labels(
        person_id,
        occlusion=1 - visible.sum().item() / max(amodal.sum().item(), 1) if amodal.any() else 0.0,
        truncation=alone.truncation,
        occluders=occluders,
        bbox_visible=box_of(visible),
        bbox_amodal=box_of(amodal),
        mask_visible=encode_mask(visible),
        mask_amodal=encode_mask(amodal),
        joint_visibility=visibility(person_id, passes, alone, joints, names, camera),
    )


def hidden_by(passes: Passes, hidden: Bool[np.ndarray, "h w"], area: int) -> tuple[Occluder, ...]:
    """List who owns the hidden pixels, as shares of an area, the greatest first."""
    ids, counts = np.unique(passes.ids[hidden], return_counts=True)
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
) -> Int8[np.ndarray, " joints"]:
    """Tell for each joint whether it is seen, or what hides it."""
    in_camera = to_camera(joints, camera)
    z = in_camera[:, 2].numpy(force=True)
    pixels = to_pixels(in_camera, camera.K).numpy(force=True)
    height, width = passes.ids.shape
    inside = (z > NEAR) & (pixels >= 0).all(1) & (pixels < [width, height]).all(1)
    u, v = np.where(inside[:, None], pixels, 0).astype(int).T

    first, own = passes.ids[v, u], alone.depth[v, u]
    others = (first > 0) & (first != person_id + 1) & (passes.depth[v, u] < z)
    by_other = np.where(first < FIRST_ENVIRONMENT_ID, BY_PERSON, BY_ENVIRONMENT)
    flesh = np.array([flesh_over(name) for name in names])
    by_self = (own > 0) & (z - own > flesh)
    cases = [~inside, others, by_self]
    return np.select(cases, [OUTSIDE, by_other, SELF], VISIBLE).astype(np.int8)


def flesh_over(joint: str) -> float:
    """Find how deep a joint may lie under the skin and still count as seen, in metres."""
    part = next((depth for word, depth in FLESH.items() if word in joint), None)
    return FLESH_OF_FINGERS if part is None else part


def render_alone(
    renderer: Renderer, surfaces: Sequence[Surface], camera: Camera, passes: Passes
) -> Alone:
    """Render a person alone, inside the frame and as far beyond as they reach."""
    height, width = passes.ids.shape
    depth = np.zeros((height, width), np.float32)
    box = reach(surfaces, camera, width, height)
    inner = None if box is None else within(box, np.array([0, 0, width, height]))
    if box is None or inner is None:
        return Alone(depth, truncation=1.0)
    step = -(-int((box[2:] - box[:2]).max()) // LARGEST_WINDOW)
    full = renderer.silhouette(surfaces, camera, window_of(box, step))
    x0, y0, x1, y1 = inner - np.tile(box[:2], 2)
    part = full.depth[y0:y1, x0:x1]
    if step > 1:
        part = renderer.silhouette(surfaces, camera, window_of(inner)).depth
    depth[inner[1] : inner[3], inner[0] : inner[2]] = part
    whole = int(full.mask.sum()) * step**2
    return Alone(depth, max(1 - int((part > 0).sum()) / whole, 0.0) if whole else 1.0)


def window_of(box: Int64[np.ndarray, "4"], step: int = 1) -> Window:
    """Make a window of a box, at reduced resolution if asked."""
    width, height = (box[2:] - box[:2]).tolist()
    return Window(int(box[0]), int(box[1]), -(-width // step), -(-height // step), step)


def reach(
    surfaces: Sequence[Surface], camera: Camera, width: int, height: int
) -> Int64[np.ndarray, "4"] | None:
    """Find the box (x0, y0, x1, y1) that holds a person's silhouette, in whole pixels.

    It ends one frame beyond the image on each side, and is that large for a
    person of whom a part is behind the camera. None if all of them is behind, or beyond.
    """
    most = np.array([-width, -height, 2 * width, 2 * height])
    vertices = torch.as_tensor(np.concatenate([s.vertices for s in surfaces])).double()
    exact = Camera(camera.K.double(), camera.R.double(), camera.t.double())
    in_camera = to_camera(vertices, exact)
    front = in_camera[:, 2] > NEAR
    if not front.any():
        return None
    if not front.all():
        return most
    return within(around(to_pixels(in_camera, exact.K).numpy()), most)


def within(
    box: Int64[np.ndarray, "4"], limits: Int64[np.ndarray, "4"]
) -> Int64[np.ndarray, "4"] | None:
    """Cut a box; None if nothing is left."""
    cut = np.concatenate([np.maximum(box[:2], limits[:2]), np.minimum(box[2:], limits[2:])])
    return cut if (cut[2:] > cut[:2]).all() else None


def around(pixels: Float64[np.ndarray, "n 2"]) -> Int64[np.ndarray, "4"]:
    """Find the whole pixels around positions."""
    far = 1e9  # Keeps a grazing projection within integers.
    lower, upper = np.floor(pixels.min(0)), np.ceil(pixels.max(0))
    return np.clip(np.concatenate([lower, upper]), -far, far).astype(np.int64)
