"""Mirrored parameters, held to the mirrored body."""

import torch

from hmr.joints import SMPLX_55, flip_order
from hmr.mirror import mirror, mirror_where
from hmr.params import ROTATIONS, Params
from hmr.rotations import axis_angle_to_matrix

MIRROR = torch.tensor([-1.0, 1.0, 1.0])


def _people(n: int = 3) -> Params:
    torch.manual_seed(0)
    rest = Params.rest(n)
    turns = {
        name: axis_angle_to_matrix(0.5 * torch.randn(*getattr(rest, name).shape[:-1]))
        for name in ROTATIONS
    }
    fields = {name: getattr(rest, name) for name in Params.__dataclass_fields__}
    return Params(**{**fields, **turns, "transl": torch.randn(n, 3), "betas": torch.randn(n, 10)})


def test_mirrored_parameters_put_the_body_where_a_mirror_shows_it(body):
    people = _people()
    seen = body(mirror(people)).joints
    wanted = (body(people).joints * MIRROR)[:, flip_order(SMPLX_55).tolist()]
    assert (seen - wanted).norm(dim=-1).max() < 0.01


def test_two_mirrors_show_the_person():
    people = _people()
    twice = mirror(mirror(people))
    for name in Params.__dataclass_fields__:
        assert torch.allclose(getattr(twice, name), getattr(people, name), atol=1e-6), name


def test_only_the_named_people_are_mirrored():
    people = _people()
    some = mirror_where(torch.tensor([True, False, True]), people)
    assert torch.equal(some.body_pose[1], people.body_pose[1])
    assert torch.equal(some.body_pose[2], mirror(people).body_pose[2])
