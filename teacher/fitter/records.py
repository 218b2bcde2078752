"""Fits as samples: people of one photo share a camera and stand in one world.

A photo does not tell where the ground is. The world is put so that the camera looks
level and the lowest point of the people who are believed touches y = 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import numpy as np
import torch
from jaxtyping import Float, Int8, UInt8
from torch import Tensor

from hmr.body import Body
from hmr.cameras import Camera, inside, to_pixels
from hmr.joints import SMPLX_55
from hmr.keypoints import Keypoints2D
from hmr.params import Params
from hmr.records import free_key
from hmr.sample import OUTSIDE, SELF, VISIBLE, Box, Person, Sample

ENVIRONMENT = "photo"
LICENCE = "as the photo's own"
LEVEL = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
"""A camera that looks level along the world's -Z."""
TORSO = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
HEAD = ("nose", "left_eye", "right_eye", "left_ear", "right_ear", "head_top")
SHOWN_BY: dict[str, tuple[str, ...]] = {
    "pelvis": TORSO[2:],
    "neck": TORSO[:2],
    **{f"spine{i}": TORSO for i in (1, 2, 3)},
    **{f"{side}_collar": TORSO[:2] for side in ("left", "right")},
    **{f"{side}_foot": (f"{side}_big_toe",) for side in ("left", "right")},
    **{f"{side}_eye_smplhf": (f"{side}_eye",) for side in ("left", "right")},
}
"""Joints that nobody annotates, and those whose sight shows them all the same."""


@dataclass(frozen=True)
class Fitted:
    """One person of a photo."""

    keypoints: Keypoints2D
    params: Params
    """In the camera frame, without batch axes."""
    trust: float


def sample_of(
    body: Body,
    key: str,
    image: UInt8[np.ndarray, "h w 3"],
    K: Float[Tensor, "3 3"],
    people: Sequence[Fitted],
    seed: int,
) -> Sample:
    """Make the sample of one photo."""
    params = Params.stack([person.params for person in people])
    with torch.no_grad():
        posed = body(params)
        rest = body.keypoints(params, ["pelvis"])[:, 0] - params.transl
    height, width = image.shape[:2]
    believed = torch.tensor([person.trust > 0 for person in people])
    standing = posed.vertices[believed] if believed.any() else posed.vertices
    camera = Camera(K, LEVEL, torch.tensor([0.0, float(standing[..., 1].max()), 0.0]))
    joints_2d = to_pixels(posed.joints, K.expand(len(people), 3, 3))
    return Sample(
        key=key,
        image=image,
        camera=camera,
        width=width,
        height=height,
        seed=seed,
        environment=ENVIRONMENT,
        licence=LICENCE,
        people=tuple(
            _person(i, person, to_pixels(vertices, K), width, height)
            for i, (person, vertices) in enumerate(zip(people, posed.vertices, strict=True))
        ),
        params=in_world(params, rest, camera),
        joints_3d=((posed.joints - camera.t) @ camera.R).numpy(),
        joints_2d=joints_2d.numpy(),
        joint_visibility=np.stack(
            [
                _visibility(p.keypoints, j, width, height)
                for p, j in zip(people, joints_2d, strict=True)
            ]
        ),
    )


def in_world(params: Params, rest: Float[Tensor, "people 3"], camera: Camera) -> Params:
    """Take people from the camera's frame to the world.

    Args:
        params: In the camera frame.
        rest: Where each person's pelvis is before the translation; the body turns about it.
        camera: Of their image.
    """
    pelvis = (rest + params.transl - camera.t) @ camera.R
    orient = camera.R.mT @ params.global_orient
    return replace(params, global_orient=orient, transl=pelvis - rest)


def key_of(image: str, taken: set[str]) -> str:
    """Name a record after its image; a WebDataset key has no dot and no folder."""
    plain = PurePath(image.lstrip("#")).with_suffix("").as_posix()
    plain = plain.replace("/", "_").replace(".", "_") or "image"
    return free_key(plain, taken)


def _person(
    number: int, fitted: Fitted, vertices: Float[Tensor, "vertices 2"], width: int, height: int
) -> Person:
    size = torch.tensor([width, height], dtype=vertices.dtype)
    low, high = (edge.clamp(min=vertices.new_zeros(2), max=size) for edge in _ends(vertices))
    around: Box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    empty = bool((high - low).min() <= 0)
    mask = fitted.keypoints.mask
    fits = mask is not None and mask["size"] == [height, width]
    return Person(
        person_id=number,
        bbox_visible=fitted.keypoints.box or (None if empty else around),
        bbox_amodal=None if empty else around,
        mask_visible=mask if fits else None,
        trust=fitted.trust,
    )


def _ends(points: Float[Tensor, "n 2"]) -> tuple[Float[Tensor, "2"], Float[Tensor, "2"]]:
    return points.amin(0), points.amax(0)


def _visibility(
    keypoints: Keypoints2D, joints_2d: Float[Tensor, "55 2"], width: int, height: int
) -> Int8[np.ndarray, "55"]:
    """A joint is visible where its keypoint, or those that show it, are seen.

    What hides the others is not known from keypoints; they count as hidden by the person.
    """
    seen = {name for name, there in zip(keypoints.names, keypoints.seen, strict=True) if there}
    names = SMPLX_55
    shown = np.array([_is_shown(name, seen) for name in names])
    found = np.where(shown, VISIBLE, SELF).astype(np.int8)
    found[inside(joints_2d, width, height).numpy() == 0] = OUTSIDE
    return found


def _is_shown(name: str, seen: set[str]) -> bool:
    if name in ("head", "jaw"):
        return bool(seen & set(HEAD))
    needed = SHOWN_BY.get(name)
    return name in seen or (needed is not None and seen.issuperset(needed))
