from dataclasses import replace

import numpy as np
import pytest
import torch
import trimesh

from hmr.errors import InputError
from hmr.params import Params
from synth.packs.scans import nearest_shape, read_scan, wear
from synth.people.normals import face_to_vertex, normals_of
from tests.synth.packs.made import picture, write_obj, write_person


def shaped(body, betas):
    params = replace(Params.rest(1), betas=torch.tensor(betas)[None].float())
    return body(params).vertices[0].numpy()


def put_on(worn, vertices, anatomy):
    spread = face_to_vertex(anatomy.faces, len(vertices))
    return worn.fit.put_on(vertices, normals_of(vertices, anatomy.faces, spread))


@pytest.fixture(scope="module")
def person(tmp_path_factory, body):
    file = write_person(tmp_path_factory.mktemp("person") / "one.obj", body)
    return read_scan(file, file.parent, body)


def test_a_scan_is_worn_by_its_own_shape_as_it_was_scanned(person, body, anatomy):
    shape = nearest_shape(person, body)
    found = put_on(wear(person, body, anatomy), shape, anatomy)
    np.testing.assert_allclose(found, person.vertices, atol=1e-5)


def test_a_bare_body_of_some_shape_is_worn_as_any_other_bare_body(body, anatomy, tmp_path):
    betas = [1.5, -1.0, 0.5, 0.8, 0, 0, -0.7, 0, 0.3, 0]
    standing = shaped(body, betas) + np.array([0.1, 0.02, 0])
    file = write_obj(tmp_path / "bare.obj", standing, body.faces)
    picture(tmp_path / "bare.png")
    scan = read_scan(file, tmp_path, body)
    other = shaped(body, [-1.0, 1, 0, 0, 0.5, 0, 0, 0, 0, 0])
    found = put_on(wear(scan, body, anatomy), other, anatomy)
    assert np.linalg.norm(found - other, axis=1).mean() < 0.004


def test_a_clothed_person_swells_every_posed_body(person, body, anatomy, crowd):
    worn = wear(person, body, anatomy)
    vertices = crowd.vertices[0]
    away = np.linalg.norm(put_on(worn, vertices, anatomy) - vertices, axis=1)
    assert 0.005 < np.median(away) < 0.03


@pytest.mark.parametrize("ending", ["glb", "ply"])
def test_other_formats_say_the_same_as_obj(person, body, tmp_path, ending):
    from PIL import Image

    uv = np.zeros((body.vertex_count, 2))
    uv[body.faces] = person.uv
    uv[:, 1] = 1 - uv[:, 1]
    mesh = trimesh.Trimesh(person.vertices, body.faces, process=False)
    image = Image.fromarray(person.texture)
    mesh.visual = trimesh.visual.TextureVisuals(uv=uv, image=image)
    file = tmp_path / f"one.{ending}"
    mesh.export(file)
    image.save(tmp_path / "one.png")
    found = read_scan(file, tmp_path, body)
    np.testing.assert_allclose(found.vertices, person.vertices, atol=1e-6)
    np.testing.assert_allclose(found.uv, person.uv, atol=1e-5)
    np.testing.assert_array_equal(found.texture, person.texture)


def test_corners_doubled_at_seams_are_one_vertex(person, body, tmp_path):
    vertices = person.vertices[body.faces].reshape(-1, 3)
    faces = np.arange(len(vertices)).reshape(-1, 3)
    file = write_obj(tmp_path / "split.obj", vertices, faces)
    picture(tmp_path / "split.png")
    np.testing.assert_allclose(read_scan(file, tmp_path, body).vertices, person.vertices, atol=1e-6)


def test_other_topologies_and_poses_are_named(body, tmp_path):
    ball = trimesh.creation.icosphere(3)
    picture(tmp_path / "a.png")
    file = write_obj(tmp_path / "a.obj", ball.vertices, ball.faces)
    with pytest.raises(InputError, match=r"a\.obj: has 1280 faces.*topology"):
        read_scan(file, tmp_path, body)
    template = body.layer.v_template.numpy()
    shuffled = np.roll(body.faces, 1, axis=0)
    file = write_obj(tmp_path / "a.obj", template, shuffled)
    with pytest.raises(InputError, match=r"a\.obj: its faces join other vertices"):
        read_scan(file, tmp_path, body)
    file = write_obj(tmp_path / "a.obj", 100 * template, body.faces)
    with pytest.raises(InputError, match=r"a\.obj: lies .* in metres"):
        read_scan(file, tmp_path, body)


def test_a_missing_texture_and_a_damaged_file_are_named(body, tmp_path):
    file = write_obj(tmp_path / "a.obj", body.layer.v_template.numpy(), body.faces)
    with pytest.raises(InputError, match=r"a\.obj: has no texture"):
        read_scan(file, tmp_path, body)
    (tmp_path / "b.glb").write_bytes(b"glTF but not really")
    with pytest.raises(InputError, match=r"b\.glb: not a mesh"):
        read_scan(tmp_path / "b.glb", tmp_path, body)


def test_a_material_may_not_lead_out_of_the_pack(body, tmp_path):
    picture(tmp_path / "secret.png")
    folder = tmp_path / "pack"
    write_person(folder / "a.obj", body)
    mesh = folder / "a.obj"
    mesh.write_text("mtllib a.mtl\n" + mesh.read_text())
    (folder / "a.mtl").write_text("newmtl a\nmap_Kd ../secret.png\n")
    with pytest.raises(InputError, match="leads out of the pack"):
        read_scan(mesh, folder, body)
