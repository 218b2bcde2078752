"""The loss terms: each one answers for its own mistake."""

from dataclasses import replace

import pytest
import torch

from hmr.joints import SMPLX_BODY_22
from hmr.params import Params
from hmr.rotations import about
from student.losses import terms, truth_of
from student.network import Seen

PLACE = torch.tensor([[0.1, -0.05, 0.3]])


def someone() -> Params:
    params = Params.rest(1)
    pose = params.body_pose.clone()
    pose[:, SMPLX_BODY_22.index("left_shoulder") - 1] = about("z", torch.tensor(-1.2))
    return replace(params, body_pose=pose, transl=torch.tensor([[0.2, 0.3, 6.0]]))


@pytest.fixture
def found(body):
    """Loss terms of an answer against someone."""

    def measure(answer: Params) -> dict[str, float]:
        true = truth_of(body, someone())
        named = terms(body, Seen(answer, true.pelvis), true, PLACE)
        return {name: float(term) for name, term in named.items()}

    return measure


def test_the_truth_costs_nothing(found):
    assert max(found(someone()).values()) < 1e-5


def test_facing_the_wrong_way_is_no_fault_of_the_pose(found):
    turned = replace(someone(), global_orient=about("y", torch.tensor([2.0])))
    costs = found(turned)
    assert costs["points_posed"] < 1e-5 and costs["pose"] == 0
    assert costs["orient"] > 0.3 and costs["points_3d"] > 0.1 and costs["points_2d"] > 0.05


def test_a_lowered_arm_that_is_raised_costs_pose(found):
    costs = found(replace(someone(), body_pose=Params.rest(1).body_pose))
    assert costs["points_posed"] > 0.01 and costs["pose"] > 0.01 and costs["orient"] == 0
