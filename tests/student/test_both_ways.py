"""Two looks at a crop agree with two looks at its mirror image."""

import numpy as np
import torch

from hmr.mirror import mirror
from student.batch import still
from student.both_ways import look_both_ways, middle
from student.network import Network


def test_the_mirror_image_is_recovered_as_the_mirrored_person(source, design):
    torch.manual_seed(0)
    network = Network(design).eval()
    for parameter in network.head.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    batch = still(source, np.arange(4), design.crop)
    crops, across = batch.crops.permute(0, 3, 1, 2), torch.tensor([-1.0, 1.0, 1.0])
    plain = look_both_ways(network, crops, batch.place)
    turned = look_both_ways(network, crops.flip(-1), batch.place * across)
    expected = mirror(plain.params)
    for name in ("global_orient", "body_pose", "betas"):
        close = torch.isclose(getattr(turned.params, name), getattr(expected, name), atol=1e-4)
        assert close.all(), name
    assert torch.allclose(turned.pelvis, plain.pelvis * across, rtol=1e-4)


def test_the_middle_of_a_person_and_themself_is_that_person(source):
    params = source.params.index(slice(0, 3))
    found = middle(params, params)
    for name in ("global_orient", "body_pose", "left_hand_pose", "betas"):
        assert torch.allclose(getattr(found, name), getattr(params, name), atol=1e-5)
