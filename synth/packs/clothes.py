"""MakeHuman clothes: a `.mhclo`, its `.obj`, its material and textures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Float32, Int32, Int64, UInt8
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from hmr.body import Body
from hmr.errors import InputError
from synth.packs.base_mesh import UNIT, base_mesh, vertices_of
from synth.packs.files import PICTURES, digest_of, inside, read_picture, read_text
from synth.packs.fit import Fit, Rest, fit
from synth.packs.mhclo import Binding, evaluate, read_mhclo
from synth.packs.obj import TexturedMesh, read_obj
from synth.people.anatomy import Anatomy
from synth.people.normals import face_to_vertex, normals_of

PLACES = {
    "top": ("spine2", "spine3"),
    "bottom": ("pelvis", "left_hip", "right_hip"),
    "shoes": ("left_foot", "right_foot"),
}
"""Places of the built-in wardrobe, and whose skin what is worn there covers."""
COVERS = 0.4
"""Share of a place's skin that must lie under a piece for it to be worn there."""
BELOW = 0.03
"""What lies nearer than this to the soles at rest, in metres, is squeezed above the ground."""
NEAR, TUCKED = 0.02, 0.04
"""Skin is hidden where cloth is nearer than this along the skin, in metres, and its edge farther
away than that, besides the skin that the files name."""
OPAQUE = 128
"""Faces whose texture is more transparent everywhere are left out."""


@dataclass(frozen=True, eq=False)
class Clothing:
    """A piece of clothing as its files hold it."""

    file: Path
    binding: Binding
    mesh: TexturedMesh
    texture: Path
    content: str


@dataclass(frozen=True, eq=False)
class HumanBase:
    """The base mesh and the body that is part of it."""

    vertices: Float[np.ndarray, "19158 3"]
    own: Int64[np.ndarray, " v"]
    """The base mesh's vertex behind each of the body's."""
    rest: Rest


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of clothing, ready to be put on any body of one file."""

    places: frozenset[str]
    fit: Fit
    corners: Int64[np.ndarray, " r"]
    """Vertex behind each drawn vertex."""
    drawn_faces: Int32[np.ndarray, "f 3"]
    uv: Float32[np.ndarray, "r 2"]
    texture: UInt8[np.ndarray, "h w 3"]
    hidden: Bool[np.ndarray, " body_faces"]
    faces: Int64[np.ndarray, "f 3"]
    spread: csr_array
    """Sums what belongs to the faces around each vertex."""


def read_clothing(file: Path, folder: Path) -> Clothing:
    """Read a `.mhclo` and what it names, and check all of it.

    Raises:
        InputError: Something is missing, malformed, or binds to what does not exist.
    """
    binding = read_mhclo(file)
    mesh_file = inside(folder, binding.obj_file, file)
    mesh = read_obj(mesh_file)
    if len(mesh.vertices) != len(binding.corners):
        raise InputError(
            f"{file}: binds {len(binding.corners)} vertices, but {mesh_file.name} has "
            f"{len(mesh.vertices)}; they belong to different versions"
        )
    texture = _texture_of(file, folder, binding.material)
    read_picture(texture)
    return Clothing(file, binding, mesh, texture, digest_of([file, mesh_file, texture]))


def _texture_of(file: Path, folder: Path, material: str | None) -> Path:
    """Find a piece's texture: by its material, or else by its name."""
    named: dict[str, str] = {}
    source = file
    if material and (file.parent / material).is_file():
        source = inside(folder, material, file)
        lines = (line.split(None, 1) for line in read_text(source).splitlines())
        named = {words[0].lower(): words[1].strip() for words in lines if len(words) == 2}
    if "diffusetexture" in named:
        return inside(folder, named["diffusetexture"], source)
    texture = _beside(file, "diffuse") or _beside(file, "texture")
    if texture is None:
        wanted = f"{file.stem}_diffuse.png"
        raise InputError(f"{file}: has no texture: neither {material} nor {wanted} is there")
    return texture


def _beside(file: Path, what: str) -> Path | None:
    names = (file.with_name(f"{file.stem}_{what}{ending}") for ending in PICTURES)
    return next((name for name in names if name.is_file()), None)


def human_base(body: Body, anatomy: Anatomy) -> HumanBase:
    """Find the body in the base mesh.

    Raises:
        InputError: The body was not made from hm08.
    """
    own = vertices_of(body)
    base = base_mesh(body.file.parent)
    vertices = base[own]
    normals = normals_of(vertices, anatomy.faces, face_to_vertex(anatomy.faces, len(own)))
    skin = anatomy.faces[anatomy.skin[anatomy.faces].all(1)]
    return HumanBase(base, own, Rest(vertices, normals, skin, anatomy.weights))


def make_piece(clothing: Clothing, base: HumanBase, anatomy: Anatomy) -> Piece:
    """Fit a piece of clothing to the body."""
    points = evaluate(clothing.binding, base.vertices / UNIT) * UNIT
    points[:, 1] = _above(points[:, 1], float(base.rest.vertices[:, 1].min()))
    mesh, texture = clothing.mesh, read_picture(clothing.texture)
    kept = _opaque(mesh, texture[..., 3])
    faces, uv_faces = mesh.faces[kept], mesh.uv_faces[kept]
    pairs = np.stack([faces, uv_faces], -1).reshape(-1, 2)
    unique, number = np.unique(pairs, axis=0, return_inverse=True)
    fitted = fit(points, faces, base.rest)
    deleted = clothing.binding.deleted[base.own]
    return Piece(
        places=_places(fitted, deleted, anatomy),
        fit=fitted,
        corners=unique[:, 0],
        drawn_faces=number.reshape(faces.shape).astype(np.int32),
        uv=mesh.uv[unique[:, 1]],
        texture=np.ascontiguousarray(texture[..., :3]),
        hidden=np.all((deleted | _under(fitted, faces, base.rest))[anatomy.faces], axis=1),
        faces=faces,
        spread=face_to_vertex(faces, len(points)),
    )


def _above(heights: Float[np.ndarray, " g"], ground: float) -> Float[np.ndarray, " g"]:
    """Squeeze soles, which would be under the ground that the bare feet stand on, above it."""
    lowest = float(heights.min())
    if lowest >= ground:
        return heights
    top = ground + BELOW
    share = (top - ground) / (top - lowest)
    return np.where(heights < top, top + (heights - top) * share, heights)


def _under(fitted: Fit, faces: Int64[np.ndarray, "f 3"], rest: Rest) -> Bool[np.ndarray, " v"]:
    """Tell which of the body's vertices lie well under cloth: near to it, and far from its edge."""
    if not len(faces):
        return np.zeros(len(rest.vertices), dtype=bool)
    feet = fitted.foot @ rest.vertices
    sides = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), 1)
    unique, times = np.unique(sides, axis=0, return_counts=True)
    edge = np.unique(unique[times == 1])
    above = np.concatenate([feet[np.unique(faces)], feet[faces].mean(1)])
    near = KDTree(above).query(rest.vertices)[0] < NEAR
    if not len(edge):
        return near
    return near & (KDTree(feet[edge]).query(rest.vertices)[0] > TUCKED)


def _opaque(mesh: TexturedMesh, alpha: UInt8[np.ndarray, "h w"]) -> Bool[np.ndarray, " f"]:
    """Tell which faces are seen at one of their corners or in their middle."""
    corners = mesh.uv[mesh.uv_faces]
    places = np.concatenate([corners, corners.mean(1, keepdims=True)], axis=1)
    size = np.array([alpha.shape[1], alpha.shape[0]])
    x, y = np.moveaxis((places % 1 * size).astype(np.int64) % size, -1, 0)
    return np.any(alpha[y, x] >= OPAQUE, axis=1)


def _places(fitted: Fit, deleted: Bool[np.ndarray, " v"], anatomy: Anatomy) -> frozenset[str]:
    under = deleted.copy()
    under[fitted.patch.indices] = True
    found = set()
    for place, joints in PLACES.items():
        skin = anatomy.skin & (anatomy.share(*joints) > 0.5)
        if under[skin].mean() > COVERS:
            found.add(place)
    head = anatomy.skin & (anatomy.share("head") > 0.5)
    crown = head & (anatomy.y > np.quantile(anatomy.y[head], 0.8))
    return frozenset(found | {"hair"} if under[crown].mean() > COVERS else found)
