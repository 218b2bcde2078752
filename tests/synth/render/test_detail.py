from dataclasses import replace

import numpy as np
import trimesh

from synth.render.detail import SHARES, Detail, at_size, reduced
from synth.render.frustum import Window
from synth.render.scene import Surface
from tests.synth.render.toy import ball, camera_at


def tube(sides=48, rings=40):
    """A cylinder whose texture is cut along one side: drawn vertices double there."""
    around, along = np.meshgrid(np.arange(sides + 1), np.arange(rings), indexing="ij")
    uv = np.stack([around / sides, along / (rings - 1)], -1).reshape(-1, 2)
    corners = (around % sides * rings + along).reshape(-1)
    angle, height = around[:-1] / sides * 2 * np.pi, along[:-1] / rings
    places = np.stack([np.sin(angle), 2 * height, np.cos(angle)], -1).reshape(-1, 3) * 0.3
    i, j = np.meshgrid(np.arange(sides), np.arange(rings - 1), indexing="ij")
    a = (i * rings + j).reshape(-1)
    faces = np.concatenate(
        [np.stack([a, a + rings, a + 1], 1), np.stack([a + 1, a + rings, a + rings + 1], 1)]
    )
    return places, faces.astype(np.int32), corners, uv


def test_levels_have_their_shares_of_triangles_and_keep_to_the_shape():
    mesh = trimesh.creation.icosphere(4, 0.5)
    levels = Detail(mesh.vertices, mesh.faces).levels(np.ones(len(mesh.faces), dtype=bool))
    for level, share in zip(levels, SHARES, strict=True):
        assert 0.7 * share < len(level.faces) / len(mesh.faces) < 1.2 * share
        coarse = trimesh.Trimesh(mesh.vertices[level.kept], level.faces, process=False)
        assert coarse.is_watertight and coarse.is_winding_consistent
        assert coarse.volume > 0.93 * mesh.volume


def test_no_triangle_spans_a_cut_of_the_texture():
    places, faces, corners, uv = tube()
    for level in Detail(places, faces, corners, uv).levels(np.ones(len(faces), dtype=bool)):
        own = uv[level.kept][level.faces]
        assert np.ptp(own[..., 0], axis=1).max() < 0.5


def test_a_part_that_is_not_seen_is_in_no_level():
    mesh = trimesh.creation.icosphere(4, 0.5)
    above = mesh.triangles_center[:, 1] > 0
    for level in Detail(mesh.vertices, mesh.faces).levels(above):
        assert mesh.vertices[level.kept][:, 1].min() > -0.12
        assert len(level.faces) > 0


def person(z=0.0):
    plain = ball(1, [0, 1.0, z], 0.5, subdivisions=5)
    detail = Detail(plain.vertices, plain.faces)
    return replace(plain, levels=detail.levels(np.ones(len(plain.faces), dtype=bool)))


def test_who_is_small_in_the_picture_has_fewer_triangles_and_the_same_outline(renderer):
    sharp = camera_at(K=[[1400.0, 0.0, 640.0], [0.0, 1400.0, 360.0], [0.0, 0.0, 1.0]])
    near, far = (at_size([person(z)], sharp)[0] for z in (2.0, -20.0))
    assert len(far.faces) < len(near.faces) / 2
    assert far.caster is not None and len(far.caster.faces) <= len(far.faces)
    camera, window = camera_at(), Window(0, 0, 160, 120)
    for z in (2.0, -4.0):
        whole = renderer.silhouette([person(z)], camera, window).mask
        coarse = renderer.silhouette(at_size([person(z)], camera), camera, window).mask
        assert (whole & coarse).sum() / (whole | coarse).sum() > 0.95


def test_looks_stay_with_the_vertices_that_are_kept():
    plain = person()
    places = plain.vertices
    whole = replace(plain, colours=np.abs(places) % 1, uv=places[:, :2], normals=places)
    level = reduced(whole, whole.levels[1])
    assert isinstance(level, Surface) and not level.levels
    np.testing.assert_array_equal(level.colours, np.abs(level.vertices) % 1)
    np.testing.assert_array_equal(level.uv, level.vertices[:, :2])
    np.testing.assert_array_equal(level.normals, level.vertices)
