import numpy as np
import pytest
import torch

from hmr.errors import InputError
from teacher.lift import Lifter, read_checkpoint, save
from teacher.lifter import Design, LifterNetwork
from teacher.parametric.network import ParametricNetwork
from teacher.poses_2d import NAMES

K = np.array([[900.0, 0, 640], [0, 900, 360], [0, 0, 1]])


def people() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.uniform(200, 500, (4, len(NAMES), 2)), np.ones((4, len(NAMES)))


@pytest.fixture(scope="module")
def lifter() -> Lifter:
    torch.manual_seed(0)
    return Lifter(LifterNetwork(Design(32, 1)))


def test_a_checkpoint_lifts_as_the_network_did(lifter, tmp_path):
    save(tmp_path / "teacher.ckpt", lifter.network, NAMES, {})
    again = Lifter.load(tmp_path / "teacher.ckpt")
    joints, scores = people()
    expected = lifter.lift(joints, scores, K).joints_3d
    assert np.array_equal(again.lift(joints, scores, K).joints_3d, expected)


def test_a_checkpoint_keeps_the_parametric_network(lifter, tmp_path):
    torch.manual_seed(1)
    parametric = ParametricNetwork(Design(16, 1), Design(16, 1))
    save(tmp_path / "teacher.ckpt", lifter.network, NAMES, {}, parametric)
    again = Lifter.load(tmp_path / "teacher.ckpt")
    assert again.parametric is not None
    expected = Lifter(lifter.network, NAMES, parametric).people(*people(), K)
    assert torch.equal(again.people(*people(), K).angles, expected.angles)


def test_checkpoints_that_are_none_are_named(lifter, tmp_path):
    path = tmp_path / "teacher.ckpt"
    for content in (None, b"", b"nonsense"):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InputError, match=r"teacher\.ckpt"):
            read_checkpoint(path)
    torch.save({"weights": {}}, path)
    with pytest.raises(InputError, match="not a teacher's"):
        read_checkpoint(path)
    save(path, lifter.network, NAMES, {})
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match="cut short"):
        read_checkpoint(path)


def test_a_teacher_of_another_version_says_so(lifter, tmp_path):
    path = tmp_path / "teacher.ckpt"
    save(path, lifter.network, NAMES, {})
    torch.save(torch.load(path, weights_only=True) | {"format": "throng-teacher-1"}, path)
    with pytest.raises(InputError, match=r"teacher\.ckpt: a teacher of another version"):
        read_checkpoint(path)
