"""Small but valid sample sets, painted without a graphics context, for every room's tests."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Int8, UInt8, UInt16

from hmr.body import Body
from hmr.cameras import Camera, intrinsics, looking, project, to_camera
from hmr.joints import SMPLX_BODY_22
from hmr.params import Params
from hmr.rotations import about, axis_angle_to_matrix
from hmr.sample import (
    BY_ENVIRONMENT,
    BY_PERSON,
    FIRST_ENVIRONMENT_ID,
    OUTSIDE,
    SELF,
    VISIBLE,
    Occluder,
    Person,
    Sample,
    box_of,
    encode_mask,
)
from hmr.shards import write_manifest, write_people, write_shard

WALL = FIRST_ENVIRONMENT_ID
DEFAULT_PER_SHARD = 2


def make_samples(
    body: Body,
    count: int = 2,
    people: int = 3,
    width: int = 160,
    height: int = 120,
    seed: int = 0,
) -> list[Sample]:
    """Make images of people who stand on the ground and hide each other, with every label."""
    return [make_sample(body, i, people, width, height, seed) for i in range(count)]


def write_set(folder: Path, samples: Sequence[Sample], per_shard: int = DEFAULT_PER_SHARD) -> Path:
    """Write samples as a finished data set and return its folder."""
    parts = [samples[i : i + per_shard] for i in range(0, len(samples), per_shard)]
    shards = [write_shard(folder, i, part) for i, part in enumerate(parts)]
    write_manifest(folder, shards, {"seed": 0, "made_by": "tests/sample_factory.py"})
    write_people(folder)
    return folder


def make_sample(body: Body, index: int, people: int, width: int, height: int, seed: int) -> Sample:
    """Make one image; the same index and seed give the same one."""
    rng = np.random.default_rng([seed, index])
    K = intrinsics(1.1 * width, width, height)
    position = torch.tensor([0.0, rng.uniform(1.2, 1.8), 4.2])
    camera = looking(position, rng.uniform(-0.05, 0.05), rng.uniform(0.05, 0.15), 0.0, K)
    params = _standing(body, _people(rng, people))
    with torch.no_grad():
        output = body(params)
    ids, whole = _paint(output.vertices, body.faces, camera, width, height, rng)
    joints_2d = np.stack([project(joints, camera).numpy() for joints in output.joints])
    return Sample(
        key=f"{index:06d}",
        image=_photo(ids, rng),
        camera=camera,
        width=width,
        height=height,
        seed=seed,
        environment="wall" if (ids == WALL).any() else "empty",
        licence="Apache-2.0",
        people=tuple(_person(i, ids, mask) for i, mask in enumerate(whole)),
        params=params,
        joints_3d=output.joints.numpy(),
        joints_2d=joints_2d,
        joint_visibility=_visibility(joints_2d, ids),
        ids=ids,
    )


def _people(rng: np.random.Generator, n: int) -> Params:
    """Draw adults side by side, some in front of others, in easy poses."""

    def floats(*shape: int, scale: float = 1.0) -> torch.Tensor:
        return torch.from_numpy(rng.normal(0, scale, shape).astype(np.float32))

    turns = floats(n, 21, 3, scale=0.12)
    for name, angle in (("left_shoulder", -1.1), ("right_shoulder", 1.1)):
        turns[:, SMPLX_BODY_22.index(name) - 1, 2] += angle
    place = np.c_[np.linspace(-0.5, 0.5, n) if n > 1 else [0.0], np.zeros(n)]
    place += rng.uniform([-0.2, -0.9], [0.2, 0.9], (n, 2))
    transl = torch.zeros(n, 3)
    transl[:, [0, 2]] = torch.from_numpy(place.astype(np.float32))
    rest = Params.rest(n)
    fields = {name: getattr(rest, name) for name in Params.__dataclass_fields__}
    fields |= {"betas": floats(n, 10, scale=0.7), "transl": transl}
    fields |= {"body_pose": axis_angle_to_matrix(turns)}
    fields |= {"global_orient": about("y", floats(n, scale=0.8))}
    return Params(**fields)


def _standing(body: Body, params: Params) -> Params:
    """Lift people until the lowest vertex touches the ground."""
    with torch.no_grad():
        lowest = body(params).vertices[..., 1].amin(-1)
    fields = {name: getattr(params, name) for name in Params.__dataclass_fields__}
    fields["transl"] = params.transl - lowest.unsqueeze(-1) * torch.tensor([0.0, 1.0, 0.0])
    return Params(**fields)


def _paint(
    vertices: Float[torch.Tensor, "people vertices 3"],
    faces: Int[np.ndarray, "faces 3"],
    camera: Camera,
    width: int,
    height: int,
    rng: np.random.Generator,
) -> tuple[UInt16[np.ndarray, "h w"], list[Bool[np.ndarray, "h3 w3"]]]:
    """Paint people, far to near, then a wall before the lower left.

    Each person is also painted alone, on a canvas that reaches beyond the frame.
    """
    pixels = [project(person, camera).numpy() for person in vertices]
    depth = to_camera(vertices, camera)[..., 2].mean(-1).numpy()
    whole = [_silhouette(p[faces], width, height) for p in pixels]
    amodal = [mask[height : 2 * height, width : 2 * width] for mask in whole]
    ids = np.zeros((height, width), np.uint16)
    for i in np.argsort(-depth):
        ids[amodal[i]] = i + 1
    if rng.random() < 0.7:
        ids[int(height * rng.uniform(0.65, 0.8)) :, : int(width * rng.uniform(0.3, 0.6))] = WALL
    return ids, whole


def _silhouette(
    triangles: Float[np.ndarray, "faces 3 2"], width: int, height: int
) -> Bool[np.ndarray, "h3 w3"]:
    """Paint onto a canvas three times as wide and high, the image in its middle."""
    canvas = np.zeros((3 * height, 3 * width), np.uint8)
    for triangle in np.rint((triangles + np.array([width, height]) - 0.5) * 16).astype(np.int32):
        cv2.fillConvexPoly(canvas, triangle, 1, shift=4)
    return canvas.astype(bool)


def _photo(ids: UInt16[np.ndarray, "h w"], rng: np.random.Generator) -> UInt8[np.ndarray, "h w 3"]:
    colours = {i: rng.uniform(30, 225, 3) for i in np.unique(ids).tolist()}
    image = np.zeros((*ids.shape, 3))
    for i, colour in colours.items():
        image[ids == i] = colour
    return np.clip(image + rng.normal(0, 4, image.shape), 0, 255).astype(np.uint8)


def _person(i: int, ids: UInt16[np.ndarray, "h w"], whole: Bool[np.ndarray, "h3 w3"]) -> Person:
    height, width = ids.shape
    amodal = whole[height : 2 * height, width : 2 * width]
    visible, area = ids == i + 1, max(int(amodal.sum()), 1)
    others, pixels = np.unique(ids[amodal & ~visible], return_counts=True)
    hidden_by = tuple(
        Occluder(int(other) - 1 if other < WALL else int(other), float(n) / area)
        for other, n in zip(others, pixels, strict=True)
    )
    return Person(
        person_id=i,
        occlusion=1 - int(visible.sum()) / area,
        truncation=1 - int(amodal.sum()) / int(whole.sum()),
        occluders=hidden_by,
        bbox_visible=box_of(visible),
        bbox_amodal=box_of(amodal),
        mask_visible=encode_mask(visible),
        mask_amodal=encode_mask(amodal),
    )


def _visibility(
    joints_2d: Float[np.ndarray, "people 55 2"], ids: UInt16[np.ndarray, "h w"]
) -> Int8[np.ndarray, "people 55"]:
    """Say who owns the pixel that a joint falls on."""
    size = np.array(ids.shape[::-1])
    inside = ((joints_2d >= 0) & (joints_2d < size)).all(-1)
    x, y = np.where(inside[..., None], joints_2d, 0).astype(int).transpose(2, 0, 1)
    owner, own = ids[y, x].astype(int), np.arange(1, len(joints_2d) + 1)[:, None]
    seen = np.select(
        [~inside, owner == own, owner >= WALL, owner > 0],
        [OUTSIDE, VISIBLE, BY_ENVIRONMENT, BY_PERSON],
        SELF,
    )
    return seen.astype(np.int8)
