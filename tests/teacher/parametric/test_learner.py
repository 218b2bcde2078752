from dataclasses import fields, replace

import torch

from hmr.training import train as fit
from teacher.augmentation import Augmentation
from teacher.learner import source_of
from teacher.lifter import Design, LifterNetwork
from teacher.parametric.learner import Budget, Distiller
from teacher.parametric.losses import Weights
from teacher.poses_2d import NAMES
from tests.teacher.parametric.crowd import poses
from tests.teacher.resuming import ends_as_if_never_killed

SMALL = Design(16, 1)
BUDGET = Budget(minutes=None, steps=6, batch=4, round_steps=3)


def distiller(body, budget: Budget = BUDGET, **weights: float) -> Distiller:
    torch.manual_seed(3)
    lifter = LifterNetwork(SMALL)
    return Distiller(poses(), lifter, body, 0, SMALL, budget, Augmentation(), Weights(**weights))


def terms_of(taught: Distiller) -> dict[str, torch.Tensor]:
    return taught.terms(taught.poses.joints, taught.poses.visible, source_of(0, 3, 0))


def test_every_weight_belongs_to_a_loss(body):
    terms = terms_of(distiller(body))
    assert set(terms) == {field.name for field in fields(Weights)}
    assert all(torch.isfinite(term) and term.ndim == 0 for term in terms.values())


def test_a_batch_holds_2d_alone(body):
    joints, known = next(iter(distiller(body).train_dataloader()))
    assert joints.shape[-1] == 2
    assert set(known.unique().tolist()) <= {0.0, 1.0}


def test_the_lifter_stays_as_it_is_and_out_of_the_checkpoint(body, tmp_path):
    taught = distiller(body)
    lifter = taught._given[0]
    before = [tensor.clone() for tensor in lifter.parameters()]
    fit(taught, tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(before, lifter.parameters(), strict=True))
    kept = torch.load(tmp_path / "last.ckpt", weights_only=True)["state_dict"]
    assert {name.split(".")[0] for name in kept} == {"network", "slow"}


def test_the_network_begins_with_the_lifter_and_keeps_it(body, tmp_path):
    taught = distiller(body)
    given = taught._given[0].state_dict()
    fit(taught, tmp_path)
    for kept in (taught.network.lifter, taught.slow.lifter):
        assert all(torch.allclose(t, given[n], atol=1e-6) for n, t in kept.state_dict().items())
    learned = torch.tensor([float(name in taught.poses.learned()) for name in NAMES])
    assert torch.equal(taught.network.learned, learned)
    assert not learned.all()


def test_a_killed_run_ends_as_one_that_was_not(body, tmp_path):
    ends_as_if_never_killed(lambda: distiller(body), 5, tmp_path)


def test_the_network_comes_nearer_to_the_lifter(body, tmp_path):
    taught = distiller(body, replace(BUDGET, steps=40, round_steps=40, batch=12, lr=3e-3))
    before = terms_of(taught)["agreement"]
    fit(taught, tmp_path)
    assert terms_of(taught)["agreement"] < 0.8 * before
