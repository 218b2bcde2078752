import numpy as np
import torch
from scipy.spatial import procrustes
from scipy.spatial.transform import Rotation

from hmr import metrics


def people(n: int = 6) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(n, 22, 3)))


def moved(points: torch.Tensor) -> torch.Tensor:
    R = torch.from_numpy(Rotation.random(len(points), random_state=0).as_matrix())
    return 0.7 * points @ R.mT + torch.arange(3).double()


def test_a_similarity_leaves_no_error():
    assert metrics.pa_mpjpe_mm(moved(people()), people()).max() < 1e-6


def test_the_alignment_is_as_good_as_scipys():
    rng = np.random.default_rng(1)
    true = people(1)
    guess = true + 0.1 * torch.from_numpy(rng.normal(size=true.shape))
    aligned = metrics.similarity(guess, true)
    centred = true - true.mean(-2, keepdim=True)
    ours = ((aligned - true) ** 2).sum() / (centred**2).sum()
    np.testing.assert_allclose(float(ours), procrustes(true[0], guess[0])[2], rtol=1e-6)


def test_a_reflection_is_no_alignment():
    mirror = people() * torch.tensor([-1.0, 1, 1])
    assert metrics.pa_mpjpe_mm(mirror, people()).min() > 100


def test_ten_millimetres_are_ten_millimetres_and_a_shift_is_none():
    true = people()
    off = true.clone()
    off[:, 1:] += torch.tensor([0.0, 0.01, 0])
    found = metrics.mpjpe_mm(off + 3, true, off[:, 0] + 3, true[:, 0])
    torch.testing.assert_close(found, torch.full((6,), 10.0 * 21 / 22).double())


def test_scale_is_forgiven_by_the_scaled_error_only():
    true = people() - people()[:, :1]
    assert metrics.scaled_mpjpe_mm(true * 3, true, 0).max() < 1e-9
