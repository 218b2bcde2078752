"""Builds the open body: Anny's people in SMPL-X's T-pose, skeleton, components and file layout."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, Int64

from hmr.errors import InputError
from hmr.open_body.anny_source import AnnySource, Mesh
from hmr.open_body.correctives import pose_correctives
from hmr.open_body.fingerprint import fingerprint, is_current
from hmr.open_body.layout import BodyModel, smplx_arrays
from hmr.open_body.rig import Rig, make_rig
from hmr.open_body.shape_space import expression_components, shape_components
from hmr.open_body.surface_points import vertex_order
from hmr.progress import say

GENDERS = ("neutral", "male", "female")
PEOPLE = 5000
"""Adults from which the shape components are learned."""
AVERAGE_PEOPLE = 150
"""Adults who stand for the average."""
REGRESSOR_CHILDREN = 50
"""Children who, with them, show the regressor how joints lie in bodies of every age."""
KID_YEARS = 1.0
"""Age of the kid template: kid_weight 1 is a toddler, 0.5 a child of primary school."""
SEED = 20250101
KID_FILE = "smplx_kid_template.npy"


def build(folder: Path, genders: Sequence[str] = ("neutral",), people: int = PEOPLE) -> Path:
    """Build body files in SMPL-X's layout, and return the first gender's.

    Args:
        folder: Where `smplx/SMPLX_<GENDER>.npz` and the kid template are written.
        genders: Any of "neutral", "male" and "female".
        people: How many adults to learn the shape from.

    Raises:
        InputError: A gender is unknown, or the package anny is missing.
    """
    for gender in set(genders) - set(GENDERS):
        raise InputError(f"gender '{gender}' is unknown: use one of {', '.join(GENDERS)}")
    say("open body: loading Anny (about a minute the first time)")
    common = prepare(AnnySource())
    say("open body: learning expressions")
    mesh = common.mesh
    expression = expression_components(mesh.actions, mesh.action_names, SEED)
    files = []
    for gender in genders:
        say(f"open body: drawing {people} people ({gender})")
        adults = common.source.adults_in_batches(people, gender, SEED + 1)
        vertices = np.concatenate([common.rig.t_pose(some).vertices for some in adults])
        template, shape = shape_components(vertices, mesh.faces)
        # SMPL-X gives a toddler the correctives of an adult twice as thick: they suit the middle.
        correctives = pose_correctives((template + common.kid) / 2, common.rig.bends)
        model = BodyModel(
            template, shape, expression, common.rig.weights, correctives, common.regressor,
            mesh.faces, mesh.uv, mesh.uv_faces, mesh.parts, mesh.base_vertices,
        )  # fmt: skip
        arrays = smplx_arrays(model, common.order)
        files.append(_write(body_file(folder, gender), arrays, common.kid[common.order]))
    return files[0]


@dataclass(frozen=True)
class Common:
    """What the bodies of all genders share."""

    source: AnnySource
    mesh: Mesh
    rig: Rig
    regressor: Float32[np.ndarray, "55 v"]
    order: Int64[np.ndarray, " v"]
    """Vertices in the file's order; one for all genders, since they share the kid."""
    kid: Float32[np.ndarray, "v 3"]


def prepare(source: AnnySource) -> Common:
    """Make what the bodies of all genders share."""
    mesh = source.mesh()
    average = source.adults(AVERAGE_PEOPLE, "neutral", SEED)
    rig = make_rig(mesh, average)
    regressor = rig.regressor(average + source.children(REGRESSOR_CHILDREN, "neutral", SEED))
    order = vertex_order(rig.t_pose(average).vertices.mean(0), rig.weights, mesh.base_vertices)
    kid = rig.t_pose(source.child(KID_YEARS)).vertices[0]
    return Common(source, mesh, rig, regressor, order, kid)


def ensure(folder: Path, gender: str = "neutral", *others: str) -> Path:
    """Return a gender's body file; it and others are built where missing or of an older recipe."""
    if outdated := tuple(name for name in (gender, *others) if not _is_current(folder, name)):
        build(folder, outdated)
    return body_file(folder, gender)


def _is_current(folder: Path, gender: str) -> bool:
    file = body_file(folder, gender)
    if not (file.is_file() and (folder / "smplx" / KID_FILE).is_file()):
        return False
    with np.load(file) as arrays:
        return is_current(str(arrays["recipe"]) if "recipe" in arrays else "")


def body_file(folder: Path, gender: str) -> Path:
    """Name the body file of a gender, in a folder made by `build`."""
    return folder / "smplx" / f"SMPLX_{gender.upper()}.npz"


def _write(file: Path, arrays: dict[str, Any], kid: Float32[np.ndarray, "v 3"]) -> Path:
    arrays = arrays | {"recipe": np.array(fingerprint())}
    _replace(file.with_name(KID_FILE), lambda stream: np.save(stream, kid))
    _replace(file, lambda stream: np.savez_compressed(stream, **arrays))
    say(f"open body: wrote {file} ({file.stat().st_size / 2**20:.1f} MB)")
    return file


def _replace(file: Path, write: Callable) -> None:
    """Write a file whole or not at all, whoever else writes it at the same time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as stream:
        write(stream)
    os.chmod(stream.name, 0o644)
    os.replace(stream.name, file)
