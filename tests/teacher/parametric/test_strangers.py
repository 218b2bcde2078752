from dataclasses import replace

import torch

from hmr.rotations import about
from teacher.fitter.posing import LOWER, UPPER
from teacher.lifter import Design
from teacher.parametric import losses
from teacher.parametric.network import ParametricNetwork
from teacher.parametric.strangers import Strangeness, strangers
from teacher.poses_2d import NAMES
from teacher.views import seen, turned
from tests.teacher.parametric.crowd import people

SMALL = Design(16, 1)
NONE = Strangeness(0.0, 0.0, 0.0)
NETWORK = ParametricNetwork(SMALL, SMALL)
KNOWN = torch.ones(3, 4, len(NAMES))
TURNS = about("y", torch.tensor([0.5, 1.0, 2.0]))[:, None]


def made(body, how: Strangeness, some=None, seed: int = 0):
    source = torch.Generator().manual_seed(seed)
    return strangers(NETWORK, body, some or people(3, 4), KNOWN, TURNS, how, source)


def test_without_strangeness_they_are_those_who_were_read(body):
    some = people(3, 4)
    some = replace(some, angles=some.angles.clamp(LOWER, UPPER))
    found = made(body, NONE, some)
    wanted = turned(NETWORK.skeletons(some, body).points, TURNS)
    torch.testing.assert_close(found.points, wanted, atol=1e-5, rtol=0)


def test_what_is_seen_of_them_is_the_answers_image_up_to_place_and_size(body):
    found = made(body, Strangeness())
    plane = seen(found.points)
    plane = plane - plane[..., :1, :]
    scale = found.joints.norm(dim=-1).sum(-1) / plane.norm(dim=-1).sum(-1)
    torch.testing.assert_close(found.joints, plane * scale[..., None, None], atol=1e-4, rtol=0)


def test_they_are_strange_within_the_limits_of_joints_and_keep_their_bones(body):
    some = people(3, 4)
    some = replace(some, betas=some.betas[:, :1].expand_as(some.betas))
    tame, wild = made(body, NONE, some), made(body, Strangeness(bend=1.0), some)
    assert losses.agreement(tame.points, wild.points, KNOWN) > 0.2
    assert not wild.points.requires_grad
    knees, ankles, hips = (
        wild.points[..., NAMES.index(f"left_{name}"), :] for name in ("knee", "ankle", "hip")
    )
    shins = (knees - ankles).norm(dim=-1)
    # They may be at other distances in each frame of a track, but are the same person.
    ratio = shins / (hips - knees).norm(dim=-1)
    torch.testing.assert_close(ratio, ratio[:, :1].expand_as(ratio), atol=0.02, rtol=0)


def test_another_draw_makes_other_strangers_and_the_same_draw_the_same(body):
    first, again, other = (made(body, Strangeness(), seed=seed) for seed in (0, 0, 1))
    assert torch.equal(first.points, again.points)
    assert not torch.allclose(first.points, other.points, atol=0.05)
