from dataclasses import fields, replace

import pytest
import torch

from hmr.training import train as fit
from teacher import losses as lifters
from teacher.augmentation import Augmentation
from teacher.learner import Budget, Learner, source_of
from teacher.lifter import Design
from teacher.parametric import losses
from teacher.parametric.joint import Tuner, Tuning, Weights
from teacher.parametric.network import ParametricNetwork
from tests.teacher.parametric.crowd import poses
from tests.teacher.resuming import ends_as_if_never_killed

SMALL = Design(16, 1)
TUNING = Tuning(minutes=None, steps=6, batch=4, round_steps=3)
NOTHING = Weights(**{field.name: 0.0 for field in fields(Weights)})


def tuner(body, tuning: Tuning = TUNING, weights: Weights | None = None) -> Tuner:
    given, budget = poses(), Budget(minutes=None, steps=2)
    learner = Learner(given, 0, SMALL, SMALL, budget, Augmentation(), lifters.Weights())
    torch.manual_seed(4)
    return Tuner(learner, ParametricNetwork(SMALL, SMALL), body, tuning, weights or Weights())


def terms_of(tuned: Tuner):
    given = poses()
    return tuned.terms(given.joints, given.visible, source_of(0, 2, 0))


def moved_by(tuned: Tuner) -> tuple[bool, bool]:
    """Tell which networks the losses between them move: the lifter, the parametric one."""
    terms, views = terms_of(tuned)
    terms |= tuned.critics.judged(views, poses().visible)
    loss = losses.total(terms, tuned.weights)
    if not loss.requires_grad:
        return False, False
    found = [
        torch.autograd.grad(loss, list(net.parameters()), allow_unused=True, retain_graph=True)
        for net in (tuned.pair.lifter, tuned.pair.parametric)
    ]
    lifter, parametric = (any(g is not None and bool(g.any()) for g in grads) for grads in found)
    return lifter, parametric


def test_every_weight_belongs_to_a_loss(body):
    tuned = tuner(body)
    terms, views = terms_of(tuned)
    terms |= tuned.critics.judged(views, poses().visible)
    assert set(terms) == {field.name for field in fields(Weights)}
    assert all(torch.isfinite(term) and term.ndim == 0 for term in terms.values())


@pytest.mark.parametrize(
    ("name", "moved"),
    [
        ("partner", (True, True)),
        ("agreement", (False, True)),
        ("strangers", (False, True)),
        ("lifted_strangers", (True, False)),
        ("adversarial", (False, True)),
        ("motion", (False, True)),
        ("consistency_2d", (False, True)),
        ("consistency_3d", (False, True)),
        ("reprojection", (False, True)),
        ("smoothness", (False, True)),
    ],
)
def test_each_loss_moves_whom_it_should(body, name, moved):
    assert moved_by(tuner(body, weights=replace(NOTHING, **{name: 1.0}))) == moved


def test_nothing_moves_where_all_weights_are_zero(body):
    assert moved_by(tuner(body, weights=NOTHING)) == (False, False)


def test_both_networks_and_the_critics_learn_and_nothing_else_is_kept(body, tmp_path):
    tuned = tuner(body)
    before = {name: tensor.clone() for name, tensor in tuned.state_dict().items()}
    fit(tuned, tmp_path)
    parts = ("pair.lifter", "pair.parametric", "critics", "slow.lifter", "slow.parametric")
    for part in parts:
        mine = [name for name in before if name.startswith(part)]
        assert any(not torch.equal(before[n], tuned.state_dict()[n]) for n in mine), part
    kept = torch.load(tmp_path / "last.ckpt", weights_only=True)["state_dict"]
    assert {name.split(".")[0] for name in kept} == {"pair", "critics", "slow"}


def test_a_killed_run_ends_as_one_that_was_not(body, tmp_path):
    ends_as_if_never_killed(lambda: tuner(body), 5, tmp_path)


def test_the_two_networks_come_to_agree(body, tmp_path):
    long = replace(TUNING, steps=40, round_steps=40, batch=12, lr=1e-3)
    tuned = tuner(body, long, Weights(partner=10.0))
    before = terms_of(tuned)[0]["partner"]
    fit(tuned, tmp_path)
    assert terms_of(tuned)[0]["partner"] < before
