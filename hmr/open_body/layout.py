"""The arrays of a body file, as SMPL-X's own `.npz` names and shapes them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float16, Float32, Int64

from hmr.joints import SMPLX_55
from hmr.open_body.anny_source import PARTS
from hmr.open_body.skeleton import parents
from hmr.open_body.surface_points import (
    CONTOUR_NAMES,
    STATIC_NAMES,
    contour_vertices,
    landmark_vertices,
    on_faces,
)

ROOT = 2**32 - 1
"""What stands for "no parent" in SMPL-X's files."""


@dataclass(frozen=True)
class BodyModel:
    """A body before its vertices are put in SMPL-X's order."""

    template: Float32[np.ndarray, "v 3"]
    shape: Float32[np.ndarray, "v 3 10"]
    expression: Float32[np.ndarray, "v 3 10"]
    weights: Float32[np.ndarray, "v 55"]
    correctives: Float16[np.ndarray, "v 3 486"]
    regressor: Float32[np.ndarray, "55 v"]
    faces: Int64[np.ndarray, "f 3"]
    uv: Float32[np.ndarray, "t 2"]
    uv_faces: Int64[np.ndarray, "f 3"]
    parts: Int64[np.ndarray, " f"]
    base_vertices: Int64[np.ndarray, " v"]


def smplx_arrays(model: BodyModel, order: Int64[np.ndarray, " v"]) -> dict[str, Any]:
    """Everything that `smplx.create` reads, and the kind of surface of each face."""
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    faces = place[model.faces]
    template, base = model.template[order], model.base_vertices[order]
    kintree = np.array([[ROOT, *parents()[1:]], range(len(SMPLX_55))], dtype=np.int64)
    return {
        "v_template": template,
        "shapedirs": np.concatenate([model.shape, model.expression], axis=2)[order],
        "posedirs": model.correctives[order],
        "weights": model.weights[order],
        "J_regressor": model.regressor[:, order],
        "kintree_table": kintree,
        "f": faces.astype(np.uint32),
        "vt": model.uv,
        "ft": model.uv_faces.astype(np.uint32),
        "face_parts": model.parts.astype(np.int8),
        "part_names": np.array(list(PARTS)),
        "joint2num": np.array({name: i for i, name in enumerate(SMPLX_55)}, dtype=object),
        "part2num": np.array({name: i for i, name in enumerate(SMPLX_55)}, dtype=object),
        "makehuman_vertices": base.astype(np.int32),
        **_hands(),
        **_landmarks(template, faces, base, model.parts),
    }


def _hands() -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    for letter in "lr":
        arrays[f"hands_mean{letter}"] = np.zeros(45, dtype=np.float32)
        arrays[f"hands_components{letter}"] = np.eye(45, dtype=np.float32)
        arrays[f"hands_coeffs{letter}"] = np.zeros((1, 45), dtype=np.float32)
    return arrays


def _landmarks(
    template: Float32[np.ndarray, "v 3"],
    faces: Int64[np.ndarray, "f 3"],
    base: Int64[np.ndarray, " v"],
    parts: Int64[np.ndarray, " f"],
) -> dict[str, Any]:
    found = landmark_vertices(template, base)
    # A landmark lies on the skin, even where the skin meets a socket or the mouth.
    skin = np.flatnonzero(parts == list(PARTS).index("skin"))
    on_skin = np.zeros(len(template), dtype=bool)
    on_skin[faces[skin]] = True
    outline = contour_vertices(template, found, on_skin)
    static_faces, static_corners = on_faces(
        np.array([found[name] for name in STATIC_NAMES]), faces[skin]
    )
    outline_faces, outline_corners = on_faces(outline, faces[skin])
    assert outline.shape[1] == len(CONTOUR_NAMES)
    return {
        "lmk_faces_idx": skin[static_faces],
        "lmk_bary_coords": static_corners,
        "dynamic_lmk_faces_idx": skin[outline_faces],
        "dynamic_lmk_bary_coords": outline_corners,
    }
