import gc

import numpy as np
import trimesh

from synth.render.context import GL
from synth.render.meshes import MeshCache
from synth.render.scene import vertex_normals
from tests.synth.render.toy import ball, ground


def test_a_surface_is_uploaded_once(renderer):
    cache, surface = MeshCache(), ball(1, [0, 0, 0])
    array = cache.mesh(surface).array
    assert cache.mesh(surface).array == array and GL.glIsVertexArray(array)


def test_buffers_of_what_is_gone_are_written_in_place_for_what_comes(renderer):
    cache, surface = MeshCache(), ball(1, [0, 0, 0])
    array = cache.mesh(surface).array
    del surface
    gc.collect()
    cache.free()
    assert cache.mesh(ball(2, [1, 0, 0])).array == array


def test_buffers_in_use_are_never_written_again(renderer):
    cache, kept = MeshCache(), [ball(number, [0, 0, 0]) for number in range(1, 5)]
    assert len({cache.mesh(surface).array for surface in kept}) == 4


def test_a_texture_is_uploaded_once_and_freed_when_it_is_gone(renderer):
    cache, pixels = MeshCache(), np.zeros((8, 8, 3), np.uint8)
    name = cache.texture(pixels)
    assert cache.texture(pixels) == name and GL.glIsTexture(name)
    del pixels
    gc.collect()
    cache.free()
    assert not GL.glIsTexture(name)


def test_vertex_normals_are_those_of_trimesh_weighted_by_area():
    mesh = trimesh.creation.capsule(1.0, 0.3)
    vertices, faces = mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32)
    expected = trimesh.geometry.weighted_vertex_normals(
        len(vertices), faces, mesh.face_normals, mesh.area_faces[:, None].repeat(3, 1)
    )
    np.testing.assert_allclose(vertex_normals(vertices, faces), expected, atol=1e-4)


def test_people_are_told_from_the_environment_by_their_ids():
    assert ball(1, [0, 0, 0]).is_person and ball(999, [0, 0, 0]).is_person
    assert not ground().is_person
