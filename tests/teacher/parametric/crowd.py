"""People before a camera, made up for tests of the parametric network."""

import numpy as np
import torch

from hmr.rotations import about, axis_angle_to_matrix
from teacher.fitter.posing import ANGLES, COLUMNS, REST
from teacher.parametric.people import People
from teacher.poses_2d import Poses2D
from teacher.projection import Cameras, Sampling, project_clips
from tests.teacher.figures import walking


def people(*batch: int, seed: int = 0) -> People:
    """Draw people of any shape in poses near rest, turned any way, about six metres away."""
    source = torch.Generator().manual_seed(seed)

    def draw(*size: int) -> torch.Tensor:
        return torch.randn((*batch, *size), generator=source)

    return People(
        angles=REST[COLUMNS] + 0.3 * draw(len(ANGLES)),
        orient=axis_angle_to_matrix(draw(3)) @ about("x", torch.tensor(torch.pi)),
        betas=draw(10),
        place=0.1 * draw(2),
        distance=6.0 + 0.5 * draw(),
    )


def poses(tracks: int = 12, frames: int = 2) -> Poses2D:
    """2D poses of stick figures that walk."""
    clips = [walking(size=0.9 + 0.05 * i, speed=4.0 + i, name=f"walk_{i}") for i in range(3)]
    sampling = Sampling(tracks=tracks, frames=frames)
    return project_clips(clips, sampling, Cameras(), np.random.default_rng(0))
