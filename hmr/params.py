"""SMPL-X parameters of any number of people.

In memory rotations are matrices; on disk they are axis-angle vectors in
radians, laid flat, under the names that `smplx` uses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.errors import InputError
from hmr.rotations import axis_angle_to_matrix, matrix_to_axis_angle

ROTATIONS: dict[str, int] = {
    "global_orient": 1,
    "body_pose": 21,
    "left_hand_pose": 15,
    "right_hand_pose": 15,
    "jaw_pose": 1,
    "leye_pose": 1,
    "reye_pose": 1,
}
"""Number of joints that each rotation parameter turns."""
VECTORS = {"betas": 10, "expression": 10, "transl": 3}


@dataclass(frozen=True)
class Params:
    """Shape, pose and place of people, in the world frame."""

    betas: Float[Tensor, "*batch shape"]
    """Shape components, in standard deviations."""
    expression: Float[Tensor, "*batch 10"]
    """Facial expression components."""
    global_orient: Float[Tensor, "*batch 3 3"]
    """Rotation of the whole body about its pelvis joint."""
    body_pose: Float[Tensor, "*batch 21 3 3"]
    """Rotations of the body's joints, each relative to its parent."""
    left_hand_pose: Float[Tensor, "*batch 15 3 3"]
    """Rotations of the left hand's joints; identity is the flat hand."""
    right_hand_pose: Float[Tensor, "*batch 15 3 3"]
    """Rotations of the right hand's joints; identity is the flat hand."""
    jaw_pose: Float[Tensor, "*batch 3 3"]
    """Rotation of the jaw."""
    leye_pose: Float[Tensor, "*batch 3 3"]
    """Rotation of the left eye."""
    reye_pose: Float[Tensor, "*batch 3 3"]
    """Rotation of the right eye."""
    transl: Float[Tensor, "*batch 3"]
    """Translation added to every vertex, in metres (not the pelvis' position)."""
    kid_weight: Float[Tensor, "*batch"]
    """Blend towards the kid template: 0 adult, 1 infant (AGORA, CVPR 2021)."""

    @property
    def batch(self) -> torch.Size:
        """Leading axes."""
        return self.transl.shape[:-1]

    @staticmethod
    def rest(*batch: int) -> "Params":
        """Mean people in T-pose at the origin."""
        turns = {
            name: torch.eye(3).expand(*batch, *((n,) if n > 1 else ()), 3, 3).clone()
            for name, n in ROTATIONS.items()
        }
        flat = {name: torch.zeros((*batch, n)) for name, n in VECTORS.items()}
        return Params(**turns, **flat, kid_weight=torch.zeros(batch))

    @staticmethod
    def from_disk(values: Mapping[str, np.ndarray], where: str = "parameters") -> "Params":
        """Read axis-angle arrays by name; rotations left out are rest.

        Raises:
            InputError: An array has the wrong size; names the key and `where`.
        """
        if "transl" not in values:
            raise InputError(f"{where}: key 'transl' is missing")
        batch = np.asarray(values["transl"]).shape[:-1]
        rest = Params.rest(*batch)
        read = {
            f.name: _read(values, f.name, getattr(rest, f.name), where)
            for f in fields(Params)
            if f.name in values
        }
        return replace(rest, **read)

    def to_disk(self) -> dict[str, np.ndarray]:
        """Write every array by name, float32, rotations as flat axis-angle vectors."""
        arrays = {f.name: getattr(self, f.name).detach().cpu() for f in fields(self)}
        for name, joints in ROTATIONS.items():
            turns = matrix_to_axis_angle(arrays[name].double())
            arrays[name] = turns.flatten(-2) if joints > 1 else turns
        return {name: array.numpy().astype(np.float32) for name, array in arrays.items()}

    def map(self, function) -> "Params":
        """Apply a function to every tensor."""
        return Params(**{f.name: function(getattr(self, f.name)) for f in fields(self)})

    def index(self, i) -> "Params":
        """Index the leading axes."""
        return self.map(lambda tensor: tensor[i])

    def to(self, *args, **kwargs) -> "Params":
        """Move or cast every tensor, as `torch.Tensor.to` does."""
        return self.map(lambda tensor: tensor.to(*args, **kwargs))

    @staticmethod
    def stack(people: Sequence["Params"]) -> "Params":
        """Stack people on a new first axis."""
        return Params(**{f.name: torch.stack(_each(people, f.name)) for f in fields(Params)})

    @staticmethod
    def cat(people: Sequence["Params"]) -> "Params":
        """Join batches of people along the first axis."""
        return Params(**{f.name: torch.cat(_each(people, f.name)) for f in fields(Params)})

    def full_pose(self) -> Float[Tensor, "*batch 55 3 3"]:
        """All 55 rotations in SMPL-X's joint order."""
        single = (self.jaw_pose, self.leye_pose, self.reye_pose)
        face = torch.stack(single, -3)
        root = self.global_orient.unsqueeze(-3)
        return torch.cat(
            [root, self.body_pose, face, self.left_hand_pose, self.right_hand_pose], -3
        )


def _each(people: Sequence[Params], name: str) -> list[Tensor]:
    return [getattr(person, name) for person in people]


def _read(values: Mapping[str, np.ndarray], name: str, like: Tensor, where: str) -> Tensor:
    array = torch.from_numpy(np.array(values[name], dtype=np.float32))
    if not torch.isfinite(array).all():
        raise InputError(f"{where}: key '{name}' holds numbers that are not finite")
    try:
        if name in ROTATIONS:
            return axis_angle_to_matrix(array.reshape(*like.shape[:-2], 3))
        return array if name == "betas" else array.reshape(like.shape)
    except RuntimeError:
        expected = tuple(like.shape)
        raise InputError(
            f"{where}: key '{name}' has shape {tuple(array.shape)}, expected axis-angle or vectors "
            f"that fill {expected}"
        ) from None
