import numpy as np
import pytest
import smplx
import torch
from smplx.vertex_ids import vertex_ids

from hmr.body import Body
from hmr.errors import InputError
from hmr.joints import CONVENTIONS, SMPLX_55
from hmr.params import Params
from tests.hmr.test_params import some


@pytest.fixture(scope="module")
def official(body_path):
    return smplx.create(
        str(body_path),
        model_type="smplx",
        gender="neutral",
        use_pca=False,
        flat_hand_mean=True,
        batch_size=4,
    )


def adults() -> dict[str, np.ndarray]:
    return some() | {"kid_weight": np.zeros(4, np.float32)}


def test_vertices_and_joints_are_those_of_the_official_package(body, official):
    arrays = adults()
    given = {k: torch.from_numpy(v) for k, v in arrays.items() if k != "kid_weight"}
    expected = official(**given)
    found = body(Params.from_disk(arrays))
    torch.testing.assert_close(found.vertices, expected.vertices, atol=1e-5, rtol=0)
    torch.testing.assert_close(found.joints, expected.joints[:, :55], atol=1e-5, rtol=0)


def test_named_keypoints_are_those_of_the_official_package(body, official):
    arrays = adults()
    given = {k: torch.from_numpy(v) for k, v in arrays.items() if k != "kid_weight"}
    expected = official(**given).joints
    names = CONVENTIONS["smplx_144"][: expected.shape[1]]
    found = body.keypoints(Params.from_disk(arrays), names)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_named_keypoints_follow_the_pose_correctives(body_path):
    body = Body(body_path)
    body.layer.posedirs.normal_(std=1e-3, generator=torch.Generator().manual_seed(0))
    params = Params.from_disk(some())
    names = {"nose": "nose", "left_heel": "LHeel", "right_big_toe": "RBigToe", "left_ear": "lear"}
    ids = [vertex_ids["smplx"][given] for given in names.values()]
    found = body.keypoints(params, tuple(names))
    torch.testing.assert_close(found, body(params).vertices[:, ids], atol=1e-5, rtol=0)


def test_the_correctives_of_the_open_body_show_in_both(body, official):
    arrays = adults()
    given = {k: torch.from_numpy(v) for k, v in arrays.items() if k != "kid_weight"}
    linear = Body(body.file)
    linear.layer.posedirs.zero_()
    plain = linear(Params.from_disk(arrays)).vertices
    assert (official(**given).vertices - plain).abs().amax() > 0.002


def test_every_convention_can_be_asked_of_the_body(body):
    params = Params.rest(2)
    for name, convention in CONVENTIONS.items():
        if name != "smplx_144":
            assert body.keypoints(params, convention).shape == (2, len(convention), 3)


def test_a_kid_is_smaller_and_its_keypoints_follow(body):
    arrays = some()
    params = Params.from_disk(arrays)
    torch.testing.assert_close(
        body.keypoints(params, SMPLX_55), body(params).joints, atol=1e-5, rtol=0
    )
    rest = Params.rest(2)
    tall = body(Params(**{**vars(rest), "kid_weight": torch.tensor([0.0, 1.0])})).vertices
    heights = tall[..., 1].amax(-1) - tall[..., 1].amin(-1)
    assert heights[1] < 0.7 * heights[0]


def test_a_clip_takes_the_same_path_as_a_person(body):
    params = Params.from_disk(some())
    clip = params.map(lambda x: x.reshape(2, 2, *x.shape[1:]))
    torch.testing.assert_close(body(clip).vertices.flatten(0, 1), body(params).vertices)
    one = body.keypoints(params.index(0), ("nose",))
    torch.testing.assert_close(one, body.keypoints(params, ("nose",))[0])


def test_a_missing_body_is_named(tmp_path):
    with pytest.raises(InputError, match=str(tmp_path)):
        Body(tmp_path)


def test_a_file_of_another_layout_is_named(tmp_path):
    np.savez(tmp_path / "SMPLX_NEUTRAL.npz", v_template=np.zeros((10, 3)))
    with pytest.raises(InputError, match=r"SMPLX_NEUTRAL\.npz"):
        Body(tmp_path)


def test_an_unknown_joint_is_named(body):
    with pytest.raises(InputError, match="tail"):
        body.keypoints(Params.rest(1), ("tail",))
