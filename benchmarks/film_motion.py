"""A generated person as a camera that follows them sees them: 2D poses for stage=lift.

python benchmarks/film_motion.py OUT.npz --kind run

python run.py stage=lift out=DIR keypoints=OUT.npz teacher=teacher.ckpt
"""

import argparse
from pathlib import Path

import numpy as np
from jaxtyping import Float

from hmr.motion.generator import ATHLETIC, generate_clips
from teacher.poses_2d import NAMES, ROOT
from teacher.projection import known_joints

FOCAL, CENTRE = 1000.0, (640.0, 360.0)
DISTANCE = 4.5


def filmed(
    points: Float[np.ndarray, "frames joints 3"], azimuth: float
) -> Float[np.ndarray, "frames joints 2"]:
    """Pixels of points with +Y up, from a camera level with the first pelvis that keeps pace."""
    pelvis = points[:, ROOT : ROOT + 1].copy()
    pelvis[..., 1] = pelvis[:1, :, 1]
    cos, sin = np.cos(azimuth), np.sin(azimuth)
    turn = np.array([[cos, 0, -sin], [0, -1, 0], [-sin, 0, -cos]])
    seen = (points - pelvis) @ turn.T + np.array([0, 0, DISTANCE])
    return FOCAL * seen[..., :2] / seen[..., 2:] + np.array(CENTRE)


def main() -> None:
    """Make motion, film it, write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kind", choices=sorted(ATHLETIC), default="run")
    parser.add_argument("--frames", type=int, default=90)
    parser.add_argument("--azimuth", type=float, default=45.0, help="degrees; 0: from the front")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    (clip,) = generate_clips(rng, 1, given.frames, {given.kind: 1.0})
    points, known = known_joints(clip)
    pixels = filmed(points, np.radians(given.azimuth))
    scores = np.broadcast_to(known, pixels.shape[:2])[..., None]
    poses = np.concatenate([pixels, scores], -1).astype(np.float32)
    np.savez(given.out, keypoints_2d=poses, joint_names=np.array(NAMES))


if __name__ == "__main__":
    main()
