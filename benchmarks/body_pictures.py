"""The body in pictures: a turntable, ten expressions, deep bends without and with correctives.

python benchmarks/body_pictures.py docs/pictures/body.jpg
"""

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path

os.environ.setdefault("PYOPENGL_PLATFORM", "egl")

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from scipy.spatial.transform import Rotation

from hmr.body import Body, load_body
from hmr.cameras import intrinsics, looking
from hmr.joints import SMPLX_55, SMPLX_BODY_22
from hmr.params import Params
from hmr.unpickling import load_npz
from synth.render.lights import Light, Sky, sunlit
from synth.render.renderer import Renderer
from synth.render.scene import Scene, Surface

WIDTH = 1600
AWAY = 7.0
"""Distance of the camera, in metres."""
LIGHTING = sunlit(
    Light((0.55, -0.6, -0.75), intensity=2.6),
    Sky((0.42, 0.47, 0.55), (0.6, 0.6, 0.6), (0.35, 0.35, 0.35)),
)
TURNS_DEG = tuple(range(0, 360, 45))
STRENGTH = 2.5
"""How many standard deviations of each expression are shown."""
PARTS = {
    "skin": (0.80, 0.66, 0.57),
    "eye": (0.95, 0.95, 0.95),
    "iris": (0.38, 0.28, 0.18),
    "pupil": (0.05, 0.05, 0.05),
    "eye_socket": (0.74, 0.54, 0.48),
    "mouth": (0.55, 0.25, 0.25),
    "tongue": (0.75, 0.40, 0.40),
}
"""Colour of each kind of surface, sRGB."""

Picture = UInt8[np.ndarray, "h w 3"]
Bend = Mapping[str, tuple[float, float, float]]

STANDING: Bend = {"left_shoulder": (0, 0, -70), "right_shoulder": (0, 0, 70)}
BENDS: tuple[tuple[Bend, str, float, float, float], ...] = (
    ({"left_knee": (120, 0, 0)}, "left_knee", 0.55, -80, 0),
    ({"left_knee": (120, 0, 0)}, "left_knee", 0.55, 0, 0),
    ({"left_elbow": (0, -120, 0)}, "left_elbow", 0.4, 0, 75),
    ({"left_elbow": (0, -120, 0)}, "left_elbow", 0.4, 150, 20),
    ({"left_hip": (-115, 0, 0), "left_knee": (100, 0, 0)}, "left_hip", 0.8, -90, 0),
    ({"left_hip": (-115, 0, 0), "left_knee": (100, 0, 0)}, "left_hip", 0.8, -150, 10),
    ({"left_shoulder": (0, -80, 60)}, "left_shoulder", 0.7, -30, 0),
    ({"left_shoulder": (0, 0, 85)}, "left_shoulder", 0.7, 180, 0),
)
"""Rotation vectors in degrees, joint looked at, height of the view, turn and pitch in degrees."""


def person(
    body: Body, bend: Bend, expression: int | None = None
) -> tuple[Float[np.ndarray, "v 3"], Float[np.ndarray, "55 3"]]:
    """Pose the average adult."""
    rest = Params.rest(1)
    pose, face = rest.body_pose.clone(), rest.expression.clone()
    for joint, degrees in bend.items():
        turn = Rotation.from_rotvec(np.radians(degrees)).as_matrix()
        pose[0, SMPLX_BODY_22.index(joint) - 1] = torch.from_numpy(turn).float()
    if expression is not None:
        face[0, expression] = STRENGTH
    output = body(Params(**{**vars(rest), "body_pose": pose, "expression": face}))
    return output.vertices[0].numpy(), output.joints[0].numpy()


class Studio:
    """Photographs bodies before a plain background."""

    def __init__(self, body: Body):
        arrays = load_npz(body.file)
        tones = np.array([PARTS[str(name)] for name in arrays["part_names"]], np.float32)
        self._colours = np.repeat(tones[arrays["face_parts"]], 3, axis=0)
        self._faces = body.faces
        self._renderers: dict[tuple[int, int], Renderer] = {}

    def shot(
        self,
        vertices: Float[np.ndarray, "v 3"],
        aim: Float[np.ndarray, " 3"],
        frame: float,
        size: tuple[int, int],
        turn_deg: float = 0.0,
        pitch_deg: float = 0.0,
    ) -> Picture:
        """Photograph a body that is turned to its left, from in front and above."""
        if size not in self._renderers:
            self._renderers[size] = Renderer(*size)
        turn = Rotation.from_euler("y", turn_deg, degrees=True).as_matrix()
        pitch = np.radians(pitch_deg)
        aim = turn @ aim
        place = torch.from_numpy(aim + AWAY * np.array([0, np.sin(pitch), np.cos(pitch)])).float()
        K = intrinsics(AWAY / frame * size[1], *size)
        scene = Scene((BACKDROP, self._surface(vertices @ turn.T)), LIGHTING)
        return self._renderers[size].render(scene, looking(place, 0.0, float(pitch), 0.0, K)).image

    def _surface(self, vertices: Float[np.ndarray, "v 3"]) -> Surface:
        corners = vertices[self._faces]
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals = np.zeros_like(vertices)
        for corner in self._faces.T:
            np.add.at(normals, corner, across)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        flat = corners.reshape(-1, 3).astype(np.float32)
        faces = np.arange(len(flat), dtype=np.int32).reshape(-1, 3)
        smooth = normals[self._faces.ravel()].astype(np.float32)
        return Surface("body", 1, flat, faces, smooth, self._colours, roughness=0.75)


def backdrop() -> Surface:
    """A light ball around everything."""
    import trimesh

    ball = trimesh.creation.icosphere(3, 60.0)
    colours = np.full((len(ball.vertices), 3), 0.93, np.float32)
    faces = ball.faces[:, ::-1].astype(np.int32)
    vertices = ball.vertices.astype(np.float32)
    return Surface("backdrop", 1000, vertices, faces, colours=colours, casts_shadow=False)


BACKDROP = backdrop()


def turntable(studio: Studio, body: Body) -> Picture:
    """Eight views of one standing body."""
    vertices, _ = person(body, STANDING)
    aim = (vertices.min(0) + vertices.max(0)) / 2
    size = (WIDTH // len(TURNS_DEG), 400)
    return np.concatenate([studio.shot(vertices, aim, 1.85, size, turn) for turn in TURNS_DEG], 1)


def expressions(studio: Studio, body: Body) -> Picture:
    """The ten expression components."""
    size, shots = (WIDTH // 10, 200), []
    for component in range(10):
        vertices, joints = person(body, STANDING, component)
        aim = joints[SMPLX_55.index("head")] + np.array([0, 0.035, 0])
        shots.append(studio.shot(vertices, aim, 0.3, size, 12))
    return np.concatenate(shots, 1)


def bends(studio: Studio, body: Body) -> Picture:
    """Deep bends of knee, elbow, hip and shoulder, from two sides each."""
    size, shots = (WIDTH // len(BENDS), 200), []
    for bend, joint, frame, turn, pitch in BENDS:
        vertices, joints = person(body, bend)
        shots.append(studio.shot(vertices, joints[SMPLX_55.index(joint)], frame, size, turn, pitch))
    return np.concatenate(shots, 1)


def main() -> None:
    """Write the sheet: turntable, expressions, bends before and after correctives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=Path("outputs/body.jpg"))
    out = parser.parse_args().out
    body = load_body()
    linear = Body(body.file)
    linear.layer.posedirs.zero_()
    studio = Studio(body)
    rows = [turntable(studio, body), expressions(studio, body)]
    rows += [bends(studio, linear), bends(studio, body)]
    out.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(rows)).save(out, quality=88)
    print(json.dumps({"picture": str(out), "kB": round(out.stat().st_size / 1000)}))


if __name__ == "__main__":
    main()
