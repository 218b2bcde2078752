"""Small scenes, and what rays say of them."""

import numpy as np
import torch
import trimesh

from hmr.cameras import Camera, looking
from synth.render.lights import Light, Sky, sunlit
from synth.render.scene import Scene, Surface

WIDTH, HEIGHT = 160, 120


def surface(mesh, number, **looks):
    vertices = np.asarray(mesh.vertices, np.float32)
    return Surface(f"mesh_{number}", number, vertices, np.asarray(mesh.faces, np.int32), **looks)


def ball(number, centre, radius=0.4, subdivisions=3, **looks):
    mesh = trimesh.creation.icosphere(subdivisions, radius)
    mesh.apply_translation(centre)
    return surface(mesh, number, **looks)


def ground(number=1000, y=0.0, half=20.0, **looks):
    vertices = np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]], np.float32) * half
    vertices[:, 1] = y
    faces = np.array([[0, 2, 1], [0, 3, 2]], np.int32)
    return Surface("ground", number, vertices, faces, casts_shadow=False, **looks)


def scene_of(*surfaces):
    return Scene(surfaces, sunlit(Light(), Sky()))


def camera_at(x=0.0, y=1.5, z=4.0, yaw=0.0, pitch=0.1, roll=0.0, K=None):
    K = [[140.0, 0.0, WIDTH / 2], [0.0, 140.0, HEIGHT / 2], [0.0, 0.0, 1.0]] if K is None else K
    return looking(torch.tensor([x, y, z]), yaw, pitch, roll, torch.tensor(K))


def odd_camera():
    """Skewed, rolled, principal point far from the centre and not on a pixel's corner."""
    K = [[130.0, 3.0, 61.3], [0.0, 155.0, 72.8], [0.0, 0.0, 1.0]]
    return camera_at(0.3, 1.7, 3.5, yaw=0.1, pitch=0.2, roll=0.15, K=K)


def crowd(seed=0, n=12):
    rng = np.random.default_rng(seed)
    places = rng.uniform([-2, 0, -4], [2, 2, 1], (n, 3))
    sizes = rng.uniform(0.2, 0.5, n)
    balls = [ball(i + 1, p, r) for i, (p, r) in enumerate(zip(places, sizes, strict=True))]
    box = trimesh.creation.box([0.5, 1.0, 0.3])
    box.apply_translation([0.2, 0.5, 1.2])
    return scene_of(*balls, surface(box, 1001), ground())


def rays(camera: Camera, width=WIDTH, height=HEIGHT):
    """Origins and directions, of z 1 in the camera frame, through all pixel centres."""
    v, u = np.mgrid[:height, :width] + 0.5
    pixels = np.stack([u.ravel(), v.ravel(), np.ones(u.size)])
    K, R, t = (x.double().numpy() for x in (camera.K, camera.R, camera.t))
    directions = (R.T @ np.linalg.solve(K, pixels)).T
    return np.broadcast_to(-R.T @ t, directions.shape), directions


def cast(surfaces, camera, width=WIDTH, height=HEIGHT):
    """Ids and depths by casting rays (trimesh and embree), 0 where nothing is hit."""
    mesh = trimesh.util.concatenate(
        [trimesh.Trimesh(s.vertices, s.faces, process=False) for s in surfaces]
    )
    of_face = np.concatenate([np.full(len(s.faces), s.id) for s in surfaces])
    origins, directions = rays(camera, width, height)
    where, ray, face = mesh.ray.intersects_location(origins, directions, multiple_hits=False)
    ids, depth = np.zeros(len(origins), int), np.zeros(len(origins))
    ids[ray] = of_face[face]
    depth[ray] = ((where - origins[ray]) * directions[ray]).sum(1) / (directions[ray] ** 2).sum(1)
    return ids.reshape(height, width), depth.reshape(height, width)
