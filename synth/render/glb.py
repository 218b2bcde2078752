"""Scenes as GLB files, exactly as rendered: for Blender, and for checks that share no code.

Nodes are ``person_<person_id>/<surface>``, ``env_<id>`` (``env_<id>/<surface>`` where an
element has several) and ``camera``. glTF cameras know no principal point: ``yfov``
and ``aspectRatio`` are those of a centred one, and the camera's ``extras`` hold the
true K, R, t, the lens's distortion if it has any, and the size, in this project's
conventions. The lights are in the scene's ``extras``. Where a texture is tinted by vertex
colours, the file holds their mean.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import trimesh
from PIL import Image
from trimesh.exchange.gltf import export_glb
from trimesh.scene.cameras import Camera as PinholeCamera
from trimesh.visual.color import ColorVisuals
from trimesh.visual.material import PBRMaterial
from trimesh.visual.texture import TextureVisuals

from hmr.cameras import Camera
from synth.render.colours import linear
from synth.render.frustum import NEAR, extrinsics
from synth.render.scene import Scene, Surface


def to_glb(scene: Scene, camera: Camera, width: int, height: int) -> bytes:
    """Write a scene and the camera that sees it."""
    world = trimesh.Scene(metadata={"lights": [asdict(light) for light in scene.lighting.lights]})
    for name, surface in zip(node_names(scene.surfaces), scene.surfaces, strict=True):
        world.add_geometry(to_trimesh(surface), node_name=name, geom_name=name)
    K = camera.K.numpy(force=True)
    world.camera = PinholeCamera(
        "camera", resolution=(width, height), focal=(K[0, 0], K[1, 1]), z_near=NEAR
    )
    world.camera_transform = pose(camera)

    def complete(tree: dict) -> None:
        tree["cameras"] = [gltf_camera(camera, width, height)]
        give_materials(tree, scene.surfaces)

    data = export_glb(world, include_normals=True, tree_postprocessor=complete)
    return bytes(data)


def node_names(surfaces: Sequence[Surface]) -> list[str]:
    """Name each surface's node after its owner; no two alike."""
    several = {i for i, n in Counter(s.id for s in surfaces).items() if n > 1}
    seen: Counter[str] = Counter()
    names = []
    for surface in surfaces:
        name = node_name(surface, surface.id in several)
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return names


def node_name(surface: Surface, several: bool) -> str:
    """Name a surface's node after its owner."""
    if surface.is_person:
        return f"person_{surface.id - 1}/{surface.name}"
    return f"env_{surface.id}/{surface.name}" if several else f"env_{surface.id}"


def to_trimesh(surface: Surface) -> trimesh.Trimesh:
    """Keep every vertex and face, in their order, and the looks."""
    mesh = trimesh.Trimesh(
        surface.vertices, surface.faces, vertex_normals=surface.normals, process=False
    )
    material = PBRMaterial(
        roughnessFactor=surface.roughness, metallicFactor=surface.metallic, doubleSided=True
    )
    if surface.texture is not None:
        material.baseColorTexture = Image.fromarray(surface.texture)
    if surface.uv is not None:
        # trimesh keeps OpenGL's v, which runs up, and turns it round on writing.
        uv = np.stack([surface.uv[:, 0], 1 - surface.uv[:, 1]], axis=1)
        mesh.visual = TextureVisuals(uv=uv, material=material)
        if surface.colours is not None:
            material.baseColorFactor = [*linear(surface.colours).mean(0).tolist(), 1.0]
    elif surface.colours is not None:
        mesh.visual = ColorVisuals(mesh, vertex_colors=linear(surface.colours))
    return mesh


def give_materials(tree: dict, surfaces: Sequence[Surface]) -> None:
    """Add the materials of plain and vertex-coloured meshes, which would else be of metal."""
    for mesh, surface in zip(tree["meshes"], surfaces, strict=True):
        for primitive in mesh["primitives"]:
            if "material" not in primitive:
                primitive["material"] = len(tree.setdefault("materials", []))
                looks = {"roughnessFactor": surface.roughness, "metallicFactor": surface.metallic}
                tree["materials"].append({"pbrMetallicRoughness": looks, "doubleSided": True})


def pose(camera: Camera) -> np.ndarray:
    """Find T_world_camera for a camera that looks along -Z with +Y up, as glTF's do."""
    return np.linalg.inv(extrinsics(camera)) @ np.diag([1.0, -1.0, -1.0, 1.0])


def gltf_camera(camera: Camera, width: int, height: int) -> dict:
    """Describe the camera: field of view for viewers, K, R and t for exact work."""
    K, R, t = (x.numpy(force=True) for x in (camera.K, camera.R, camera.t))
    lens = {} if camera.distortion is None else {"distortion": camera.distortion.tolist()}
    return {
        "name": "camera",
        "type": "perspective",
        "perspective": {
            "aspectRatio": float(width / K[0, 0] * K[1, 1] / height),
            "yfov": float(2 * np.arctan(height / (2 * K[1, 1]))),
            "znear": NEAR,
        },
        "extras": {
            "K": K.tolist(),
            "R": R.tolist(),
            "t": t.tolist(),
            "width": width,
            "height": height,
            **lens,
        },
    }
