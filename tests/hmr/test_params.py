import numpy as np
import pytest
import torch

from hmr.errors import InputError
from hmr.params import ROTATIONS, Params


def some(people: int = 4) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    sizes = {name: 3 * joints for name, joints in ROTATIONS.items()}
    sizes |= {"betas": 10, "expression": 10, "transl": 3}
    arrays = {n: rng.normal(0, 0.4, (people, s)).astype(np.float32) for n, s in sizes.items()}
    return arrays | {"kid_weight": rng.uniform(size=people).astype(np.float32)}


def test_disk_and_back_changes_nothing():
    arrays = some()
    again = Params.from_disk(arrays).to_disk()
    assert set(again) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_allclose(again[name], array, atol=2e-6)


def test_what_is_left_out_is_rest():
    params = Params.from_disk({"transl": np.ones((2, 3), np.float32)})
    assert torch.equal(params.body_pose, torch.eye(3).expand(2, 21, 3, 3))


def test_the_full_pose_is_in_the_order_of_the_joints():
    params = Params.from_disk(some())
    pose = params.full_pose()
    assert pose.shape == (4, 55, 3, 3)
    assert torch.equal(pose[:, 22], params.jaw_pose)
    assert torch.equal(pose[:, 25:40], params.left_hand_pose)


def test_any_leading_axes_are_kept():
    clip = Params.from_disk({k: v.reshape(2, 2, *v.shape[1:]) for k, v in some().items()})
    assert clip.batch == (2, 2) and clip.index(0).batch == (2,)
    assert Params.stack([clip.index(0), clip.index(1)]).batch == (2, 2)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"body_pose": np.zeros((4, 60), np.float32)}, "body_pose"),
        ({"expression": np.full((4, 10), np.nan, np.float32)}, "expression"),
    ],
)
def test_a_bad_array_is_named_with_its_place(change, named):
    with pytest.raises(InputError, match=rf"file\.npz.*{named}"):
        Params.from_disk(some() | change, "file.npz")


def test_one_person_needs_no_axes():
    assert Params.rest().batch == () and Params.rest(2, 3).batch == (2, 3)
    assert set(Params.rest().to_disk()) == set(some())
