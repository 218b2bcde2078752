from dataclasses import replace

import numpy as np
import pytest
import torch
import trimesh

from hmr.cameras import to_camera, to_pixels
from hmr.joints import COCO_17
from hmr.params import Params
from hmr.rotations import about
from hmr.sample import Person
from samples.exporters.surface import HIDDEN, OUT, SEEN, SKIN, behind, flagged_points

FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")


def alone(sample, body, yaw):
    """One person before the camera, turned by an angle from facing it, in an image without ids."""
    camera = replace(sample.camera, R=torch.diag(torch.tensor([1.0, -1, -1])), t=torch.zeros(3))
    orient = about("y", torch.tensor([yaw]))
    person = replace(Params.rest(1), global_orient=orient, transl=torch.tensor([[0.0, 0.0, -3.0]]))
    joints = body.joints(person)
    return replace(
        sample,
        camera=camera,
        params=person,
        people=(Person(0),),
        ids=None,
        joints_3d=joints.numpy(),
        joints_2d=to_pixels(to_camera(joints, camera)[0], camera.K)[None].numpy(),
        joint_visibility=np.full((1, 55), 4, np.int8),
    )


@pytest.mark.parametrize(
    ("yaw", "seen", "hidden"),
    [
        (0.0, ("nose", "left_eye", "right_eye"), ()),
        (np.pi, (), ("nose", "left_eye", "right_eye")),
        (-np.pi / 2, ("left_ear", "left_eye"), ("right_ear", "right_eye")),
        (np.pi / 2, ("right_ear", "right_eye"), ("left_ear", "left_eye")),
    ],
)
def test_a_turned_head_hides_its_far_side(samples, body, yaw, seen, hidden):
    _, flags = flagged_points(alone(samples[0], body, yaw), 0, FACE, None)
    found = dict(zip(FACE, flags, strict=True))
    assert all(found[name] == SEEN for name in seen)
    assert all(found[name] == HIDDEN for name in hidden)


def test_hidden_points_are_those_that_rays_do_not_reach(samples, body):
    sample = samples[0]
    K = sample.camera.K
    mesh = to_camera(body(sample.params.index([0])).vertices[0], sample.camera)
    draw = np.random.default_rng(0)
    points = mesh[draw.choice(len(mesh), 60, replace=False)]
    pixels = to_pixels(points, K).double().numpy()
    corners = to_pixels(mesh, K).double().numpy()[body.faces]
    depth = mesh[:, 2].double().numpy()[body.faces]
    found = behind(pixels, points[:, 2].double().numpy() - SKIN, corners, depth)
    solid = trimesh.Trimesh(mesh.numpy(), body.faces, process=False)
    towards = points.numpy() / np.linalg.norm(points.numpy(), axis=1, keepdims=True)
    places, rays, _ = solid.ray.intersects_location(np.zeros_like(towards), towards)
    first = np.full(len(points), np.inf)
    np.minimum.at(first, rays, places[:, 2])
    clear = np.abs(points[:, 2].numpy() - SKIN - first) > 1e-3
    assert np.array_equal(found[clear], (first < points[:, 2].numpy() - SKIN)[clear])
    assert found.any() and not found.all()


def test_a_point_outside_the_image_is_flagged_so(samples, body):
    sample = alone(samples[0], body, 0.0)
    moved = replace(sample, params=replace(sample.params, transl=torch.tensor([[9.0, 0, -3]])))
    _, flags = flagged_points(moved, 0, FACE, None)
    assert (flags == OUT).all()


def test_another_person_before_the_face_hides_it(samples, body):
    sample = alone(samples[0], body, 0.0)
    covered = replace(sample, ids=np.full((sample.height, sample.width), 5, np.uint16))
    _, flags = flagged_points(covered, 0, COCO_17[:5], None)
    assert (flags == HIDDEN).all()


def test_nothing_is_asked_nothing_is_hidden():
    assert behind(np.zeros((0, 2)), np.zeros(0), np.zeros((1, 3, 2)), np.ones((1, 3))).shape == (0,)
