"""The mean hand of a body file is what smplx adds to every hand pose."""

import numpy as np
import smplx
import torch

from hmr.mean_hands import mean_hand


def test_it_is_what_smplx_adds(body_path, tmp_path):
    with np.load(body_path, allow_pickle=True) as layout:
        arrays = {name: layout[name] for name in layout.files}
    arrays["hands_meanl"], arrays["hands_meanr"] = np.linspace(0, 1, 45), np.linspace(1, 0, 45)
    file = tmp_path / "SMPLX_NEUTRAL.npz"
    np.savez(file, **arrays)
    given = {"num_betas": 10, "num_expression_coeffs": 10, "use_pca": False}
    curled = smplx.create(str(file), "smplx", flat_hand_mean=False, **given)
    flat = smplx.create(str(file), "smplx", flat_hand_mean=True, **given)
    hands = {
        name: torch.from_numpy(mean_hand(file, name)).float()[None]
        for name in ("left_hand_pose", "right_hand_pose")
    }
    assert torch.allclose(curled().joints, flat(**hands).joints, atol=1e-6)


def test_a_file_without_one_has_flat_hands(tmp_path):
    np.savez(tmp_path / "a.npz", v_template=np.zeros((1, 3)))
    assert (mean_hand(tmp_path / "a.npz", "left_hand_pose") == 0).all()
