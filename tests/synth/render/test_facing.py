import numpy as np
import torch

from synth.render.facing import seen_normals
from tests.synth.render.toy import HEIGHT, WIDTH, ball, camera_at, odd_camera, scene_of


def rays_of(camera):
    v, u = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    rays = torch.linalg.solve(
        camera.K, torch.tensor(np.stack([u, v, u * 0 + 1], 0)).reshape(3, -1).float()
    )
    return (rays / rays.norm(dim=0)).T.reshape(HEIGHT, WIDTH, 3).numpy()


def random_normals():
    normals = np.random.default_rng(0).normal(size=(HEIGHT, WIDTH, 3))
    return (normals / np.linalg.norm(normals, axis=-1, keepdims=True)).astype(np.float32)


def test_no_seen_normal_points_away_from_the_viewer():
    for camera in (camera_at(), odd_camera()):
        seen = seen_normals(random_normals(), camera)
        assert ((seen * rays_of(camera)).sum(-1) < 1e-4).all()
        np.testing.assert_allclose(np.linalg.norm(seen, axis=-1), 1, atol=1e-4)


def test_normals_that_face_the_viewer_are_only_turned():
    camera, world = odd_camera(), random_normals()
    turned = world @ camera.R.numpy().T
    facing = (turned * rays_of(camera)).sum(-1) < 0
    seen = seen_normals(world, camera)
    np.testing.assert_allclose(seen[facing], turned[facing], atol=1e-6)
    assert 0.3 < facing.mean() < 0.7


def test_tilting_a_normal_moves_it_no_further_than_to_level():
    camera, world = camera_at(), random_normals()
    turned, seen = world @ camera.R.numpy().T, seen_normals(world, camera)
    behind = (turned * rays_of(camera)).sum(-1)
    away = (behind > 0) & (behind < 0.99)
    expected = np.sqrt(1 - behind[away] ** 2)
    np.testing.assert_allclose((turned * seen).sum(-1)[away], expected, atol=1e-4)


def test_where_nothing_is_there_is_no_normal(renderer):
    passes = renderer.render(scene_of(ball(3, [0, 1.3, 0])), camera_at(), normals=True)
    assert not passes.normals[passes.ids == 0].any()
    v, u = np.nonzero(passes.ids == 3)
    assert (np.abs(np.linalg.norm(passes.normals[v, u], axis=-1) - 1) < 0.01).all()
