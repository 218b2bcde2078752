import io

import cv2
import numpy as np
import pytest
import torch
import trimesh

from hmr.cameras import inside, project, to_camera, unproject
from hmr.errors import InputError
from hmr.sample import decode_mask
from synth.engine.scene_maker import SceneMaker
from synth.engine.shots import Shots
from synth.scenes.cameras import Cameras
from synth.scenes.surroundings import Surroundings
from tests.synth.small_crowd import small

IMAGES = 5


@pytest.fixture(scope="module")
def maker():
    return SceneMaker(small(save_glb=True, save_depth=True, save_normal=True, people=(3, 5)))


@pytest.fixture(scope="module")
def samples(maker):
    return [maker.make(index).sample for index in range(IMAGES)]


def test_visible_lies_within_amodal_and_occlusion_is_their_ratio(samples):
    for sample in samples:
        for person in sample.people:
            visible, amodal = decode_mask(person.mask_visible), decode_mask(person.mask_amodal)
            assert amodal.any()
            assert not (visible & ~amodal).any()
            assert person.occlusion == pytest.approx(1 - visible.sum() / amodal.sum())


def test_ids_are_those_of_the_people(samples):
    for sample in samples:
        for person in sample.people:
            visible = decode_mask(person.mask_visible)
            np.testing.assert_array_equal(sample.ids == person.person_id + 1, visible)
        known = {person.person_id + 1 for person in sample.people}
        assert all(i == 0 or i >= 1000 or i in known for i in np.unique(sample.ids))


def test_who_is_nearest_with_nothing_before_them_is_not_hidden(samples):
    checked = 0
    for sample in samples:
        depths = {
            person.person_id: float(sample.depth[sample.ids == person.person_id + 1].max())
            for person in sample.people
            if person.bbox_visible
        }
        for person in sample.people:
            amodal = decode_mask(person.mask_amodal)
            mine = depths.get(person.person_id)
            others = sample.depth[amodal & (sample.ids != person.person_id + 1)]
            if mine is not None and (not len(others) or others.min() > mine):
                assert person.occlusion == 0
                checked += 1
    assert checked


def test_joints_are_those_of_the_parameters(body, samples):
    for sample in samples:
        joints = body(sample.params).joints
        np.testing.assert_allclose(sample.joints_3d, joints.numpy(), atol=1e-4)
        projected = project(torch.from_numpy(sample.joints_3d), sample.camera)
        np.testing.assert_allclose(sample.joints_2d, projected.numpy(), atol=1e-3)


def test_people_are_before_the_camera_and_mostly_in_the_picture(samples):
    seen = []
    for sample in samples:
        chest = torch.from_numpy(sample.joints_3d[:, 9])
        assert (to_camera(chest, sample.camera)[:, 2] > 0).all()
        seen.append(inside(project(chest, sample.camera), sample.width, sample.height))
    assert torch.cat(seen).mean() > 0.8


def test_feet_are_on_the_ground(body, samples):
    for sample in samples:
        scene = trimesh.load(io.BytesIO(sample.glb), file_type="glb")
        built = trimesh.util.concatenate(
            [
                scene.geometry[scene.graph[node][1]].copy().apply_transform(scene.graph[node][0])
                for node in scene.graph.nodes_geometry
                if node.startswith("env_")
            ]
        )
        vertices = body(sample.params).vertices.numpy()
        soles = vertices[np.arange(len(vertices)), vertices[..., 1].argmin(1)].astype(float)
        down = np.tile([[0.0, -1.0, 0.0]], (len(soles), 1))
        start = soles + np.array([0, 0.3, 0])
        hits, rays, _ = built.ray.intersects_location(start, down, multiple_hits=False)
        assert len(rays) == len(soles)
        np.testing.assert_allclose(start[rays, 1] - hits[:, 1], 0.3, atol=0.03)


def test_nobody_cuts_into_anybody(body, samples):
    for sample in samples:
        people = body(sample.params).vertices.numpy()
        meshes = [trimesh.Trimesh(vertices, body.faces, process=False) for vertices in people]
        for i, one in enumerate(meshes):
            for other in meshes[i + 1 :]:
                if (np.abs(one.bounds.mean(0) - other.bounds.mean(0))[[0, 2]] < 1.2).all():
                    manager = trimesh.collision.CollisionManager()
                    manager.add_object("one", one)
                    assert not manager.in_collision_single(other)


def test_the_glb_holds_everybody(samples):
    for sample in samples:
        scene = trimesh.load(io.BytesIO(sample.glb), file_type="glb")
        nodes = {node.split("/")[0] for node in scene.graph.nodes_geometry}
        assert {f"person_{person.person_id}" for person in sample.people} <= nodes


def test_normals_are_in_the_camera_frame_and_face_it(samples):
    for sample in samples:
        length = np.linalg.norm(sample.normal, axis=-1)
        drawn = sample.ids > 0
        np.testing.assert_allclose(length[drawn], 1, atol=0.02)
        places = seen_places(sample)
        away = (sample.normal * places).sum(-1) / np.maximum(np.linalg.norm(places, axis=-1), 1e-6)
        assert away[drawn].max() < 1e-3
        # Few had to be tilted to face it.
        people = drawn & (sample.ids < 1000)
        assert (away[people] < -1e-3).mean() > 0.95
        assert (away[drawn] < -1e-3).mean() > 0.98


def test_normals_are_those_of_the_depth_map(samples):
    for sample in samples:
        places = seen_places(sample)
        across, down = np.gradient(places, axis=1), np.gradient(places, axis=0)
        slope = np.cross(down, across)
        slope /= np.maximum(np.linalg.norm(slope, axis=-1, keepdims=True), 1e-9)
        inner = cv2.erode((sample.ids > 0).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
        for shift in (-1, 1):
            for axis in (0, 1):
                inner &= np.roll(sample.ids, shift, axis) == sample.ids
        cosine = (slope * sample.normal).sum(-1)
        for part in (inner & (sample.ids < 1000), inner):
            assert np.median(cosine[part]) > 0.95
            # Leaves have their crown's normals, and folds are sharper than pixels.
            assert (cosine[part] > 0).mean() > 0.96


def seen_places(sample):
    """Where what each pixel shows is, in the camera frame."""
    v, u = np.mgrid[: sample.height, : sample.width] + 0.5
    pixels = torch.from_numpy(np.stack([u, v], -1).reshape(-1, 2).astype(np.float32))
    depth = torch.from_numpy(sample.depth.reshape(-1))
    world = unproject(pixels, depth, sample.camera)
    return to_camera(world, sample.camera).numpy().reshape(*sample.depth.shape, 3)


def test_an_image_depends_on_its_number_alone(maker, samples):
    again = maker.make(2).sample
    np.testing.assert_array_equal(again.image, samples[2].image)
    np.testing.assert_array_equal(again.ids, samples[2].ids)
    assert again.people == samples[2].people


def test_too_many_people_for_a_place_are_named():
    maker = SceneMaker(small(people=(9, 9), area=1.2))
    with pytest.raises(InputError, match=r"scene\.people=\[9,9\]"):
        maker.make(0)


def test_a_bent_and_blurred_picture_of_a_map_keeps_its_labels():
    cameras = Cameras(160, 90, views=((18.0, 0.0),), distortion={"k1": -0.15, "k2": 0.02})
    shots = Shots(f_number=(1.4, 1.4), shutter=(0.05, 0.05), samples=3)
    maker = SceneMaker(small(cameras=cameras, shots=shots, surroundings=Surroundings(("map",))))
    sample = maker.make(0).sample
    assert sample.environment.startswith("map/") and sample.image.std() > 5
    assert sample.camera.distortion is not None and sample.ids.shape == (90, 160)
    projected = project(torch.from_numpy(sample.joints_3d), sample.camera)
    np.testing.assert_allclose(sample.joints_2d, projected.numpy(), atol=1e-3)
    for person in sample.people:
        visible, amodal = decode_mask(person.mask_visible), decode_mask(person.mask_amodal)
        assert not (visible & ~amodal).any()
        np.testing.assert_array_equal(visible, sample.ids == person.person_id + 1)
