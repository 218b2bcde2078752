"""Clothed people: textured meshes of the body's own topology, in its rest pose.

A mesh is explained by shape as far as ten betas go; what is left, clothes and hair, is kept as
offsets in frames that ride on the skin, so it goes on to other shapes and poses. Its texture
comes along.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from jaxtyping import Float, Float32, Int32, Int64, UInt8
from scipy.sparse import csr_array, eye_array

from hmr.body import Body
from hmr.errors import InputError
from synth.packs.files import PICTURES, digest_of, inside, read_picture, read_text
from synth.packs.fit import Fit, Rest, area_of, frames, riding
from synth.packs.obj import TexturedMesh, read_obj
from synth.people.anatomy import Anatomy
from synth.people.normals import face_to_vertex, normals_of

ENDINGS = (".obj", ".glb", ".ply")
FARTHEST = 0.12
"""Mean distance, in metres, from the nearest shape of the body, beyond which a mesh is in another
pose or unit."""
SHRINK = 1e-6
"""Weight that keeps betas small where the mesh says little about them, in square metres."""
SAME = 1e-5
"""Corners of a vertex that seams have doubled lie within this, in metres."""


@dataclass(frozen=True, eq=False)
class Scan:
    """A clothed person."""

    file: Path
    content: str
    vertices: Float32[np.ndarray, "v 3"]
    """In the order of the body's."""
    uv: Float32[np.ndarray, "f 3 2"]
    """Of each corner of the body's faces."""
    texture: UInt8[np.ndarray, "h w 3"]


def read_scan(file: Path, folder: Path, body: Body) -> Scan:
    """Read a textured mesh and check that it is the body's, in rest pose.

    Raises:
        InputError: It cannot be read, has no texture, or has another topology or pose.
    """
    mesh, picture, texture = _read(file, folder)
    count = len(body.faces)
    if len(mesh.faces) != count:
        raise InputError(
            f"{file}: has {len(mesh.faces)} faces, the body {body.file.name} {count}; "
            "only meshes of the body's own topology can be worn"
        )
    vertices = np.zeros((body.vertex_count, 3), np.float32)
    vertices[body.faces] = mesh.vertices[mesh.faces]
    away = np.abs(vertices[body.faces] - mesh.vertices[mesh.faces]).max()
    if away > SAME:
        raise InputError(f"{file}: its faces join other vertices than those of {body.file.name}")
    scan = Scan(
        file, digest_of([file, *picture]), vertices, mesh.uv[mesh.uv_faces], texture[..., :3]
    )
    distance = float(np.linalg.norm(vertices - nearest_shape(scan, body), axis=1).mean())
    if distance > FARTHEST:
        raise InputError(
            f"{file}: lies {distance:.2f} m from the body on average; "
            "export it in rest pose, +Y up, in metres"
        )
    return scan


def nearest_shape(scan: Scan, body: Body) -> Float32[np.ndarray, "v 3"]:
    """Find the body shape, where it stands in the scan, that explains most of it."""
    template = body.layer.v_template.numpy()
    directions = body.layer.shapedirs[:, :, :10].flatten(0, 1).numpy()
    moves = np.tile(np.eye(3, dtype=np.float32), (len(template), 1))
    basis = np.concatenate([directions, moves], 1).astype(np.float64)
    ridge = np.diag([SHRINK * len(template)] * 10 + [0.0] * 3)
    offset = (scan.vertices - template).reshape(-1)
    found = np.linalg.solve(basis.T @ basis + ridge, basis.T @ offset)
    return (template + (basis @ found).reshape(-1, 3)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Worn:
    """A clothed person, ready to be put on any body of one file."""

    fit: Fit
    corners: Int64[np.ndarray, " r"]
    """Vertex behind each drawn vertex."""
    drawn_faces: Int32[np.ndarray, "f 3"]
    uv: Float32[np.ndarray, "r 2"]


def wear(scan: Scan, body: Body, anatomy: Anatomy) -> Worn:
    """Let what the scan wears ride on the body's skin."""
    corner = np.concatenate([body.faces[..., None], scan.uv], axis=2).reshape(-1, 3)
    unique, number = np.unique(corner, axis=0, return_inverse=True)
    return Worn(
        _riding_on(nearest_shape(scan, body).astype(np.float64), scan, anatomy),
        unique[:, 0].astype(np.int64),
        number.reshape(body.faces.shape).astype(np.int32),
        unique[:, 1:].astype(np.float32),
    )


def _riding_on(shape: Float[np.ndarray, "v 3"], scan: Scan, anatomy: Anatomy) -> Fit:
    count = len(shape)
    normals = normals_of(shape, anatomy.faces, face_to_vertex(anatomy.faces, count))
    axes = riding(Rest(shape, normals, anatomy.faces, anatomy.weights))
    own = csr_array(eye_array(count))
    frame = frames(axes, shape)
    return Fit(
        own,
        axes,
        np.einsum("gij,gi->gj", frame, scan.vertices - shape),
        own,
        np.full(count, -np.inf),
        anatomy.faces,
        area_of(shape, anatomy.faces),
    )


def _read(file: Path, folder: Path) -> tuple[TexturedMesh, list[Path], UInt8[np.ndarray, "h w 4"]]:
    if file.suffix.lower() == ".obj":
        mesh = read_obj(file)
        picture = _picture_of_obj(file, folder, mesh)
        return mesh, [picture], read_picture(picture)
    if file.suffix.lower() == ".ply":
        picture = _picture_of_ply(file, folder)
        return _loaded(file, _load(file)), [picture], read_picture(picture)
    loaded = _load(file)
    return _loaded(file, loaded), [], _embedded(file, loaded)


def _picture_of_obj(file: Path, folder: Path, mesh: TexturedMesh) -> Path:
    for library in mesh.materials:
        materials = inside(folder, library, file)
        for line in read_text(materials).splitlines():
            key, _, rest = line.strip().partition(" ")
            if key.lower() == "map_kd":
                return inside(folder, rest.split()[-1] if " -" in f" {rest}" else rest, materials)
    return _beside(file)


def _picture_of_ply(file: Path, folder: Path) -> Path:
    head = file.read_bytes()[:4096].decode("latin-1").split("end_header")[0]
    for line in head.splitlines():
        if line.startswith("comment TextureFile"):
            return inside(folder, line.split(None, 2)[2], file)
    return _beside(file)


def _beside(file: Path) -> Path:
    pictures = (file.with_suffix(ending) for ending in PICTURES)
    found = next((picture for picture in pictures if picture.is_file()), None)
    if found is None:
        raise InputError(f"{file}: has no texture; put {file.stem}.png beside it")
    return found


def _load(file: Path) -> Any:
    """Let trimesh read a mesh, which must hold all it needs itself."""
    try:
        with file.open("rb") as stream:
            kind = file.suffix[1:].lower()
            loaded = trimesh.load(stream, file_type=kind, process=False, maintain_order=True)
        meshes = loaded.dump() if isinstance(loaded, trimesh.Scene) else [loaded]
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{file}: not a mesh that can be read ({reason})") from None
    if len(meshes) != 1 or not len(getattr(meshes[0], "faces", ())):
        raise InputError(f"{file}: holds {len(meshes)} meshes with faces; it must be one")
    return meshes[0]


def _loaded(file: Path, loaded: Any) -> TexturedMesh:
    uv = getattr(loaded.visual, "uv", None)
    if uv is None or len(uv) != len(loaded.vertices):
        raise InputError(f"{file}: has no texture coordinates; unwrap it and export them")
    places, faces = np.asarray(uv, np.float32), np.asarray(loaded.faces, np.int64)
    vertices = np.asarray(loaded.vertices, np.float32)
    if not (np.isfinite(vertices).all() and np.isfinite(places).all()):
        raise InputError(f"{file}: holds numbers that are not finite")
    upright = np.stack([places[:, 0], 1 - places[:, 1]], 1)
    return TexturedMesh(vertices, faces, upright, faces)


def _embedded(file: Path, loaded: Any) -> UInt8[np.ndarray, "h w 4"]:
    material = getattr(loaded.visual, "material", None)
    picture = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    if picture is None:
        raise InputError(f"{file}: has no texture; pack the picture into the file")
    return np.asarray(picture.convert("RGBA"))
