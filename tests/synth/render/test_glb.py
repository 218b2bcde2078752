import io
import json
import struct

import numpy as np
import pytest
import torch
import trimesh

from hmr.cameras import Camera
from synth.labels import label_people
from synth.render.glb import to_glb
from tests.synth.render.toy import HEIGHT, WIDTH, ball, cast, crowd, ground, odd_camera, scene_of


def header(glb):
    length = struct.unpack("<I", glb[12:16])[0]
    return json.loads(glb[20 : 20 + length])


def reread(glb):
    """Surfaces by node name, and the camera, from the file alone."""
    world = trimesh.load(io.BytesIO(glb), file_type="glb", process=False)
    extras = header(glb)["cameras"][0]["extras"]
    K, R, t = (torch.tensor(extras[name]) for name in ("K", "R", "t"))
    surfaces = []
    for node in world.graph.nodes_geometry:
        transform, name = world.graph[node]
        owner = node.split("/")[0]
        number = int(owner.split("_")[1]) + owner.startswith("person")
        mesh = world.geometry[name].copy().apply_transform(transform)
        surfaces.append(type("Read", (), dict(id=number, vertices=mesh.vertices, faces=mesh.faces)))
    return surfaces, Camera(K, R, t)


def test_rays_cast_into_the_file_agree_with_the_labels_on_occlusion(renderer):
    scene, camera = crowd(seed=3), odd_camera()
    passes = renderer.render(scene, camera)
    people = {s.id - 1: torch.tensor(s.vertices[:1]) for s in scene.surfaces if s.is_person}
    labels = label_people(renderer, scene, camera, passes, people, ["head"])
    surfaces, read_camera = reread(to_glb(scene, camera, WIDTH, HEIGHT))
    visible, _ = cast(surfaces, read_camera)
    compared = 0
    for label in labels:
        person = [s for s in surfaces if s.id == label.person_id + 1]
        alone, _ = cast(person, read_camera)
        if (alone > 0).sum() < 400:
            continue
        expected = 1 - (visible == label.person_id + 1).sum() / (alone > 0).sum()
        assert label.occlusion == pytest.approx(expected, abs=0.01)
        compared += 1
    assert compared >= 4


def test_viewers_find_the_camera_where_the_scene_was_rendered_from():
    camera = odd_camera()
    tree = header(to_glb(crowd(), camera, WIDTH, HEIGHT))
    node = next(n for n in tree["nodes"] if n["name"] == "camera")
    matrix = np.reshape(node["matrix"], (4, 4)).T
    np.testing.assert_allclose(matrix[:3, 3], camera.centre.numpy(), atol=1e-6)
    np.testing.assert_allclose(matrix[:3, 2], -camera.R[2].numpy(), atol=1e-6)
    np.testing.assert_allclose(matrix[:3, 1], -camera.R[1].numpy(), atol=1e-6)
    perspective = tree["cameras"][0]["perspective"]
    assert perspective["yfov"] == pytest.approx(2 * np.arctan(HEIGHT / 2 / 155.0))


def test_every_surface_has_its_node_and_nothing_shines_like_metal():
    uv, texture = np.zeros((4, 2), np.float32), np.full((8, 8, 3), 90, np.uint8)
    coloured = ball(2, [0, 1, 0], colours=np.full((642, 3), 0.5, np.float32))
    same_name = ball(2, [0, 2, 0])
    floor = ground(uv=uv, texture=texture)
    tree = header(to_glb(scene_of(coloured, same_name, floor), odd_camera(), WIDTH, HEIGHT))
    names = {node["name"] for node in tree["nodes"]}
    assert names == {"person_1/mesh_2", "person_1/mesh_2.2", "env_1000", "camera"}
    for mesh in tree["meshes"]:
        material = tree["materials"][mesh["primitives"][0]["material"]]
        assert material["pbrMetallicRoughness"]["metallicFactor"] == 0


def test_texture_coordinates_come_back_as_they_were_drawn():
    uv = np.array([[0.1, 0.2], [0.9, 0.2], [0.9, 0.7], [0.1, 0.7]], np.float32)
    floor = ground(uv=uv, texture=np.zeros((8, 8, 3), np.uint8))
    glb = to_glb(scene_of(floor), odd_camera(), WIDTH, HEIGHT)
    mesh = trimesh.load(io.BytesIO(glb), file_type="glb", process=False).geometry["env_1000"]
    np.testing.assert_allclose(mesh.visual.uv, uv * [1, -1] + [0, 1], atol=1e-6)
