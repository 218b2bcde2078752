"""What people's poses, shapes and stance are like when nothing else is known.

The pose prior is a mixture of Gaussians over anatomical angles, one an action of
the motion generator, with a wide one for what the generator never does: SMPLify's
kind of prior (Bogo et al., ECCV 2016), learned here without any captured motion.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from teacher.fitter.bank import SHARES, pose_bank
from teacher.fitter.posing import ANGLES, COLUMNS

SMOOTHING = math.radians(10)
"""Standard deviation added to every angle: real people differ more than generated ones."""
WIDE = math.radians(40)
"""Standard deviation, about the mean of all poses, of the component for anything else."""
WIDE_SHARE = 0.02
LEAN = math.radians(16)
"""Standard deviation of the angle between a person's up and the camera's."""
LEAN_OUTLIER = 5.0
"""Deviations at which a person counts as not upright at all (a jump, a fall, a handstand)."""


@dataclass(frozen=True)
class PosePrior:
    """A mixture of Gaussians over `ANGLES`."""

    mean: Float[Tensor, "components angles"]
    whiten: Float[Tensor, "components angles angles"]
    """Inverse Cholesky factors of the covariances."""
    offset: Float[Tensor, " components"]
    """Log share less log determinant, the greatest of them zero."""

    def energy(self, angles: Float[Tensor, "people angles"]) -> Float[Tensor, " people"]:
        """Negative log density, up to a constant."""
        apart = angles.unsqueeze(1) - self.mean
        white = torch.einsum("kij,pkj->pki", self.whiten, apart)
        return -torch.logsumexp(self.offset - 0.5 * white.square().sum(-1), -1)

    def middle(self) -> Float[Tensor, " angles"]:
        """The mean of all poses."""
        return self.mean[-1]


@cache
def pose_prior(seed: int = 0) -> PosePrior:
    """Learn the prior from generated poses; the same seed gives the same prior."""
    poses = {name: pose[:, COLUMNS.numpy()] for name, pose in pose_bank(seed).items()}
    return mixture(poses, SHARES)


def mixture(
    poses: dict[str, Float[np.ndarray, "_ angles"]], shares: Mapping[str, float]
) -> PosePrior:
    """Fit one Gaussian a group of poses, and add the wide one."""
    total = sum(shares[name] for name in poses)
    means = [group.mean(0) for group in poses.values()]
    spreads = [np.cov(group.T) for group in poses.values()]
    weights = [(1 - WIDE_SHARE) * shares[name] / total for name in poses]
    smooth = SMOOTHING**2 * np.eye(len(ANGLES))
    means.append(np.average(means, axis=0, weights=weights))
    factors = [np.linalg.cholesky(spread + smooth) for spread in spreads]
    factors.append(WIDE * np.eye(len(ANGLES)))
    volumes = [np.log(np.diag(factor)).sum() for factor in factors]
    offset = np.log([*weights, WIDE_SHARE]) - np.array(volumes)
    return PosePrior(
        mean=torch.from_numpy(np.stack(means)).float(),
        whiten=torch.from_numpy(np.linalg.inv(np.stack(factors))).float(),
        offset=torch.from_numpy(offset - offset.max()).float(),
    )


def shape_energy(betas: Float[Tensor, "people 10"]) -> Float[Tensor, " people"]:
    """Half the squared shape components, which are standard deviations."""
    return 0.5 * (betas**2).sum(1)


def stance_energy(orient: Float[Tensor, "people 3 3"]) -> Float[Tensor, " people"]:
    """Most people in photographs are upright, and most cameras too; some are not."""
    # The second column is the body's up; the camera's up is -Y.
    cosine = -orient[:, 1, 1]
    square = 2 * (1 - cosine) / LEAN**2
    limit = LEAN_OUTLIER**2
    return 0.5 * limit * square / (limit + square)
