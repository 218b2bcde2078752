"""Small packs made on the spot: a vest, a skin, tiles of cloth, a clothed person."""

from pathlib import Path

import numpy as np
from PIL import Image

from synth.people.normals import face_to_vertex, normals_of

LIFT = 0.15
"""Of the vest from the skin, in decimetres."""


def picture(file: Path, colour=(200, 60, 40), side=16) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((side, side, 3), colour, np.uint8)
    pixels[:: side // 4] = 255 - pixels[:: side // 4]
    Image.fromarray(pixels).save(file)
    return file


def trunk(anatomy):
    """The faces of chest and hips."""
    own = anatomy.skin & (anatomy.share("spine1", "spine2", "spine3", "pelvis") > 0.7)
    return anatomy.faces[own[anatomy.faces].all(1)]


def write_obj(file: Path, vertices, faces, uv=None, head="") -> Path:
    uv = vertices[:, :2] if uv is None else uv
    lines = [head] if head else []
    lines += ["v " + " ".join(f"{x:.7f}" for x in row) for row in vertices]
    lines += ["vt " + " ".join(f"{x:.6f}" for x in row) for row in uv]
    lines += ["f " + " ".join(f"{i + 1}/{i + 1}" for i in face) for face in faces]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n")
    return file


def write_vest(folder: Path, body, anatomy, name="vest") -> Path:
    """MakeHuman clothing: the trunk's skin, lifted; each vertex hangs on its own of hm08."""
    from synth.packs.base_mesh import UNIT, base_mesh, vertices_of

    faces = trunk(anatomy)
    used, numbered = np.unique(faces, return_inverse=True)
    own = vertices_of(body)
    rest = base_mesh(body.file.parent)[own] / UNIT
    spread = face_to_vertex(anatomy.faces, len(rest))
    offsets = LIFT * normals_of(rest, anatomy.faces, spread)[used]
    rows = [
        f"{own[v]} {own[v]} {own[v]} 1.0 0.0 0.0 {x:.6f} {y:.6f} {z:.6f}"
        for v, (x, y, z) in zip(used, offsets, strict=True)
    ]
    head = ["# clothes", "basemesh hm08", f"name {name}", f"obj_file {name}.obj", "verts 0"]
    hides = " ".join(str(v) for v in own[used])
    file = folder / f"{name}.mhclo"
    write_obj(folder / f"{name}.obj", rest[used] + offsets, numbered.reshape(faces.shape))
    file.write_text("\n".join([*head, *rows, "", "delete_verts", hides, ""]))
    picture(folder / f"{name}_diffuse.png")
    return file


def write_pack(folder: Path, body, anatomy) -> Path:
    """One of each kind."""
    write_vest(folder / "clothes" / "vest", body, anatomy)
    picture(folder / "skins" / "green.png", (40, 200, 60), 64)
    picture(folder / "fabrics" / "blue.png", (40, 60, 200))
    write_person(folder / "people" / "one.obj", body)
    return folder


def write_person(file: Path, body, thick=0.02) -> Path:
    """The body in rest pose, swollen by its clothes."""
    vertices = body.layer.v_template.numpy().astype(np.float64)
    spread = face_to_vertex(body.faces, len(vertices))
    write_obj(file, vertices + thick * normals_of(vertices, body.faces, spread), body.faces)
    picture(file.with_suffix(".png"), (230, 220, 40))
    return file
