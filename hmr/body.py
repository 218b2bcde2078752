"""The body: SMPL-X parameters in, vertices and joints out.

A wrapper around `smplx.SMPLXLayer`, so whatever file the official package
loads works here too. Without a file the open body is built (`hmr.open_body`).
"""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import smplx
import torch
from jaxtyping import Float, Int
from smplx.lbs import batch_rigid_transform
from torch import Tensor, nn

from hmr.errors import InputError
from hmr.joints import APPROXIMATIONS, SMPLX_ALL
from hmr.params import Params
from hmr.progress import say
from hmr.record import ROOT

BUILT = ROOT / "assets" / "body"
"""Where the open body is kept once built."""
_transform: Any = batch_rigid_transform
KID_TEMPLATE = "smplx_kid_template.npy"


@dataclass(frozen=True)
class BodyOutput:
    """People as meshes and joints, in the world frame, in metres."""

    vertices: Float[Tensor, "*batch vertices 3"]
    joints: Float[Tensor, "*batch 55 3"]


class Body(nn.Module):
    """A parametric body of one gender (Pavlakos et al., SMPL-X, CVPR 2019)."""

    def __init__(self, model_path: str | Path | None = None, gender: str = "neutral"):
        """Load a body.

        Args:
            model_path: An SMPL-X `.npz`, or a folder that holds `SMPLX_<GENDER>.npz` or
                `smplx/SMPLX_<GENDER>.npz`. The open body when left out.
            gender: "neutral", "male" or "female".

        Raises:
            InputError: There is no such file, or its layout is not SMPL-X's.
        """
        super().__init__()
        self.file = find_body(model_path, gender)
        self.gender = gender
        # Any: its buffers are tensors, which its own annotations do not say.
        self.layer: Any = _load(self.file, gender)
        self.has_kid = self.layer.num_betas == 11
        self.layer.requires_grad_(False)
        layout = np.load(self.file)
        self.faces: Int[np.ndarray, "faces 3"] = np.asarray(layout["f"], dtype=np.int64)
        self.vt = np.asarray(layout["vt"], np.float32) if "vt" in layout else None
        self.ft = np.asarray(layout["ft"], np.int64) if "ft" in layout else None
        self.parents = [int(parent) for parent in self.layer.parents]
        self._keypoint_cache: dict[tuple[object, ...], _Subset] = {}

    @property
    def vertex_count(self) -> int:
        """Number of vertices."""
        return self.layer.v_template.shape[0]

    def forward(self, params: Params) -> BodyOutput:
        """Pose people, with any leading batch axes."""
        flat = _flatten(params)
        betas = self._components(flat)
        output = self.layer(
            betas=betas,
            expression=flat.expression,
            global_orient=flat.global_orient.unsqueeze(1),
            body_pose=flat.body_pose,
            left_hand_pose=flat.left_hand_pose,
            right_hand_pose=flat.right_hand_pose,
            jaw_pose=flat.jaw_pose.unsqueeze(1),
            leye_pose=flat.leye_pose.unsqueeze(1),
            reye_pose=flat.reye_pose.unsqueeze(1),
            transl=flat.transl,
            pose2rot=False,
        )
        return BodyOutput(
            output.vertices.reshape(*params.batch, -1, 3),
            output.joints[:, :55].reshape(*params.batch, 55, 3),
        )

    def keypoints(self, params: Params, names: Sequence[str]) -> Float[Tensor, "*batch names 3"]:
        """Pose only the vertices that the named joints need: hundreds of times less work."""
        flat = _flatten(params)
        key = (self.layer.v_template.device, *names)
        if key not in self._keypoint_cache:
            self._keypoint_cache[key] = _Subset.of(self, names)
        found = self._keypoint_cache[key](self, flat)
        return found.reshape(*params.batch, len(names), 3)

    def joints(self, params: Params) -> Float[Tensor, "*batch 55 3"]:
        """All 55 joints, without the mesh."""
        return self.keypoints(params, SMPLX_ALL[:55])

    def _components(self, flat: Params) -> Float[Tensor, "people shape"]:
        if not self.has_kid:
            if bool((flat.kid_weight != 0).any()):
                raise InputError(
                    f"{self.file}: kid_weight needs {KID_TEMPLATE} beside the body file"
                )
            return flat.betas[:, :10]
        return torch.cat([flat.betas[:, :10], flat.kid_weight.unsqueeze(-1)], -1)


@dataclass(frozen=True)
class _Subset:
    """The few vertices that some named joints depend on, ready to be posed."""

    weights: Float[Tensor, "names parts"]
    """Each name as a mean of 55 joints, then of the chosen vertices."""
    template: Float[Tensor, "chosen 3"]
    shape: Float[Tensor, "chosen 3 components"]
    pose: Float[Tensor, "features offsets"]
    skin: Float[Tensor, "chosen 55"]
    joint_template: Float[Tensor, "55 3"]
    joint_shape: Float[Tensor, "55 3 components"]

    @staticmethod
    def of(body: Body, names: Sequence[str]) -> "_Subset":
        table = [_parts(body, name) for name in names]
        chosen = sorted({vertex for _, vertices in table for vertex in vertices})
        weights = torch.zeros(len(names), 55 + len(chosen))
        for row, (joints, vertices) in zip(weights, table, strict=True):
            for joint, weight in joints.items():
                row[joint] = weight
            for vertex, weight in vertices.items():
                row[55 + chosen.index(vertex)] = weight
        layer = body.layer
        shape = torch.cat([layer.shapedirs, layer.expr_dirs], -1)
        regress = layer.J_regressor
        return _Subset(
            weights.to(shape.device),
            layer.v_template[chosen],
            shape[chosen],
            layer.posedirs.unflatten(1, (-1, 3))[:, chosen].flatten(1),
            layer.lbs_weights[chosen],
            regress @ layer.v_template,
            torch.einsum("jv,vkc->jkc", regress, shape),
        )

    def __call__(self, body: Body, flat: Params) -> Float[Tensor, "people names 3"]:
        components = torch.cat([body._components(flat), flat.expression], -1)
        turns = flat.full_pose()
        rest = self.joint_template + torch.einsum("bc,jkc->bjk", components, self.joint_shape)
        joints, transforms = _transform(turns, rest, body.layer.parents)
        shaped = self.template + torch.einsum("bc,vkc->bvk", components, self.shape)
        feature = (turns[:, 1:] - torch.eye(3, device=turns.device)).flatten(1)
        shaped = shaped + (feature @ self.pose).unflatten(1, (-1, 3))
        moved = torch.einsum("vj,bjkl->bvkl", self.skin, transforms)
        posed = (moved[..., :3, :3] @ shaped.unsqueeze(-1)).squeeze(-1) + moved[..., :3, 3]
        return self.weights @ torch.cat([joints, posed], 1) + flat.transl.unsqueeze(1)


def _parts(body: Body, name: str) -> tuple[dict[int, float], dict[int, float]]:
    """Say which joints and which vertices a name is a mean of."""
    layer, place = body.layer, {n: i for i, n in enumerate(SMPLX_ALL)}
    if name == "head_top":
        return {}, {int(layer.v_template[:, 1].argmax()): 1.0}
    if name not in place and name in APPROXIMATIONS:
        sources = APPROXIMATIONS[name]
        return {place[source]: 1 / len(sources) for source in sources}, {}
    index = place.get(name, len(place))
    if index < 55:
        return {index: 1.0}, {}
    if index < 76:
        return {}, {int(layer.vertex_joint_selector.extra_joints_idxs[index - 55]): 1.0}
    if index < 127:
        corners = layer.faces_tensor[layer.lmk_faces_idx[index - 76]].tolist()
        return {}, dict(zip(corners, layer.lmk_bary_coords[index - 76].tolist(), strict=True))
    raise InputError(f"the body has no joint called '{name}'")


def _flatten(params: Params) -> Params:
    axes = len(params.batch)
    return params.map(lambda tensor: tensor.flatten(0, axes - 1) if axes else tensor.unsqueeze(0))


def find_body(model_path: str | Path | None, gender: str = "neutral") -> Path:
    """Find the body file of a gender; the open body is built when no path is given."""
    if model_path is None:
        from hmr.open_body import ensure

        return ensure(BUILT, gender)
    path, name = Path(model_path), f"SMPLX_{gender.upper()}.npz"
    for candidate in (path, path / name, path / "smplx" / name):
        if candidate.is_file():
            return candidate
    raise InputError(f"{path}: no body file {name} there; set body.model_path")


def find_bodies(model_path: str | Path | None, genders: Sequence[str]) -> list[Path]:
    """Find the body files of some genders and say where they are; open bodies are built at once."""
    if model_path is None:
        from hmr.open_body import ensure

        ensure(BUILT, *genders)
    files = [find_body(model_path, gender) for gender in genders]
    say("\n".join(str(file) for file in files))
    return files


def _load(file: Path, gender: str) -> smplx.SMPLXLayer:
    kid = file.with_name(KID_TEMPLATE)
    extra = {"age": "kid", "kid_template_path": str(kid)} if kid.is_file() else {}
    try:
        # smplx prints a warning for every file of the 10 + 10 layout.
        with contextlib.redirect_stdout(io.StringIO()):
            return smplx.SMPLXLayer(
                str(file),
                gender=gender,
                use_pca=False,
                flat_hand_mean=True,
                num_betas=10,
                num_expression_coeffs=10,
                **extra,  # pyright: ignore[reportArgumentType]
            )
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{file}: not a body file in SMPL-X's npz layout ({reason})") from None


@cache
def load_body(model_path: str | None = None, gender: str = "neutral") -> Body:
    """Load a body once a process; later calls return the same one."""
    return Body(model_path, gender)
