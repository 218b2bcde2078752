"""People from another layout, given in the camera frame, as a sample of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int8, UInt8
from torch import Tensor

from hmr.body import load_body
from hmr.cameras import Camera, inside, to_pixels
from hmr.errors import InputError
from hmr.joints import SMPLX_55
from hmr.params import Params
from hmr.sample import (
    BY_ENVIRONMENT,
    BY_PERSON,
    OUTSIDE,
    SELF,
    VISIBLE,
    Box,
    Person,
    Sample,
    box_of,
    decode_mask,
)

GENDERS = ("neutral", "male", "female")
VISIBLE_FLAG = 2
"""COCO's, of points that the annotator saw."""
NEAR = 0.05
"""Joints nearer the camera's plane than this, in metres, have no pixel."""


@dataclass(frozen=True)
class Found:
    """One person of an image."""

    person: Person
    params: Params
    """In the camera frame, without batch axes."""
    visibility: Int8[np.ndarray, "55"] | None = None
    """Of the joints, where the file tells."""


@dataclass(frozen=True)
class Scene:
    """One image of another layout."""

    key: str
    image: UInt8[np.ndarray, "h w 3"]
    camera: Camera
    people: Sequence[Found]
    environment: str = "photo"
    licence: str = "as the source's own"
    grounded: bool = True
    """False where nobody knows how high the camera stands: then the lowest joint is put at 0."""


def person_params(values: Mapping[str, np.ndarray], where: str) -> Params:
    """Read one person's parameters by `smplx`'s names; more shape components than ten are cut.

    Raises:
        InputError: One has the wrong size or is not finite; names it and `where`.
    """
    betas = np.zeros(10)
    given = np.asarray(values.get("betas", betas), np.float64).reshape(-1)[:10]
    betas[: len(given)] = given
    flat = {name: np.asarray(value, np.float64).reshape(-1) for name, value in values.items()}
    flat |= {"betas": betas, "kid_weight": np.asarray(values.get("kid_weight", 0.0)).reshape(())}
    for name, size in (("transl", 3), ("global_orient", 3)):
        if name not in flat or flat[name].shape != (size,):
            raise InputError(f"{where}: key '{name}' is missing or not {size} numbers")
    return Params.from_disk(flat, where)


def gender_of(value: object, where: str) -> str:
    """Check a gender.

    Raises:
        InputError: It is none that bodies are made for.
    """
    if str(value) not in GENDERS:
        raise InputError(f"{where}: gender {str(value)[:40]!r}; bodies are {', '.join(GENDERS)}")
    return str(value)


def pelvis_at_rest(
    params: Params, genders: Sequence[str], body_path: str | None
) -> Float[Tensor, "people 3"]:
    """Where each body's pelvis is before the translation; the body turns about it."""
    return _each(params, genders, body_path, joints=["pelvis"])[:, 0] - params.transl


@torch.no_grad()
def sample_of(scene: Scene, body_path: str | None) -> Sample:
    """Make a sample: joints from the posed body, in the world that the camera tells of."""
    people = [found.person for found in scene.people]
    params = Params.stack([found.params for found in scene.people])
    genders = [person.gender for person in people]
    joints = _each(params, genders, body_path, joints=SMPLX_55)
    camera = scene.camera if scene.grounded else _on_ground(scene.camera, joints)
    rest = pelvis_at_rest(params, genders, body_path)
    world = (joints - camera.t) @ camera.R
    moved = (rest + params.transl - camera.t) @ camera.R - rest
    in_world = replace(params, global_orient=camera.R.mT @ params.global_orient, transl=moved)
    height, width = scene.image.shape[:2]
    before = (joints[..., 2] > NEAR).numpy()
    pixels = to_pixels(joints, camera.K, camera.distortion)
    pixels = torch.where(torch.isfinite(pixels), pixels, torch.full_like(pixels, -1e6))
    within = (inside(pixels, width, height) > 0).numpy() & before
    people = _with_boxes(scene, params, body_path)
    return Sample(
        key=scene.key,
        image=scene.image,
        camera=camera,
        width=width,
        height=height,
        seed=0,
        environment=scene.environment,
        licence=scene.licence,
        people=tuple(people),
        params=in_world,
        joints_3d=world.numpy(),
        joints_2d=pixels.numpy(),
        joint_visibility=_visibility(scene, people, pixels.numpy(), within),
    )


def _on_ground(camera: Camera, joints: Float[Tensor, "people 55 3"]) -> Camera:
    lowest = float((joints @ camera.R)[..., 1].min())
    return replace(camera, t=camera.R @ torch.tensor([0.0, lowest, 0.0]))


def _each(
    params: Params, genders: Sequence[str], body_path: str | None, joints: Sequence[str] | None
) -> Float[Tensor, "people points 3"]:
    """Pose everybody by the body of their gender: named joints, or all vertices."""
    found = []
    for row, gender in enumerate(genders):
        body, person = load_body(body_path, gender), params.index(row)
        found.append(body(person).vertices if joints is None else body.keypoints(person, joints))
    return torch.stack(found)


def _with_boxes(scene: Scene, params: Params, body_path: str | None) -> list[Person]:
    people = [found.person for found in scene.people]
    boxed = []
    for row, person in enumerate(people):
        visible, amodal = person.mask_visible, person.mask_amodal
        if visible is not None:
            person = replace(person, bbox_visible=box_of(decode_mask(visible)))
        if amodal is not None:
            person = replace(person, bbox_amodal=box_of(decode_mask(amodal)))
        elif person.bbox_amodal is None and person.has_body:
            own = params.index([row])
            vertices = _each(own, [person.gender], body_path, joints=None)[0]
            person = replace(person, bbox_amodal=_box(vertices, scene))
        boxed.append(person)
    return boxed


def _box(vertices: Float[Tensor, "vertices 3"], scene: Scene) -> Box | None:
    """Box of what of a body is inside the frame."""
    before = vertices[vertices[:, 2] > NEAR]
    if not len(before):
        return None
    pixels = to_pixels(before, scene.camera.K, scene.camera.distortion)
    height, width = scene.image.shape[:2]
    size = torch.tensor([width, height], dtype=pixels.dtype)
    low, high = pixels.amin(0).clamp(min=0), torch.minimum(pixels.amax(0), size)
    if not bool((high > low).all()):
        return None
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _visibility(
    scene: Scene,
    people: Sequence[Person],
    pixels: Float[np.ndarray, "people 55 2"],
    within: Bool[np.ndarray, "people 55"],
) -> Int8[np.ndarray, "people 55"]:
    """What the file tells of joints inside the frame, else who owns their pixel.

    Without masks a joint counts as visible; that of a body that stands in, as hidden.
    """
    x, y = np.where(within[..., None], pixels, 0).astype(int).transpose(2, 0, 1)
    masks = [None if p.mask_visible is None else decode_mask(p.mask_visible) for p in people]
    owners = np.zeros(scene.image.shape[:2], bool)
    for mask in masks:
        owners |= False if mask is None else mask
    flags = np.full(within.shape, VISIBLE, np.int8)
    for row, (found, mask) in enumerate(zip(scene.people, masks, strict=True)):
        if found.visibility is not None:
            flags[row] = np.where(found.visibility == OUTSIDE, SELF, found.visibility)
        elif not found.person.has_body:
            flags[row] = SELF
        elif mask is not None:
            hidden = np.where(owners[y[row], x[row]], BY_PERSON, BY_ENVIRONMENT)
            flags[row] = np.where(mask[y[row], x[row]], VISIBLE, hidden)
        if found.person.has_body:
            _as_annotated(flags[row], found.person)
    return np.where(within, flags, OUTSIDE).astype(np.int8)


def _as_annotated(flags: Int8[np.ndarray, "55"], person: Person) -> None:
    for point in person.keypoints or ():
        if point.name in SMPLX_55:
            joint = SMPLX_55.index(point.name)
            if point.flag >= VISIBLE_FLAG:
                flags[joint] = VISIBLE
            elif flags[joint] == VISIBLE:
                flags[joint] = SELF
