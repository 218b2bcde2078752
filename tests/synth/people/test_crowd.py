import numpy as np
import pytest
import torch

from hmr.params import Params
from synth.people.anatomy import study
from synth.people.crowd import draw_crowd, move
from synth.people.poses import balanced, beyond, open_book


@pytest.fixture(scope="module")
def crowd(body):
    book = open_book(0, body)
    return draw_crowd(np.random.default_rng(1), body, study(body), "train", book, 40)


def test_everybody_stands_on_the_ground(crowd):
    np.testing.assert_allclose(crowd.vertices[..., 1].min(1), 0, atol=1e-4)


def test_vertices_are_those_of_the_parameters(body, crowd):
    vertices = body(crowd.params.index(slice(0, 4))).vertices.numpy()
    np.testing.assert_allclose(vertices, crowd.vertices[:4], atol=1e-4)


def test_moved_parameters_give_the_moved_body(body, crowd):
    yaw, place = [0.3, -2.0, 3.0], np.float32([[1, 0, 2], [0, 0, -1], [-3, 0, 0.5]])
    three = crowd.params.index(slice(0, 3))
    moved = move(three, crowd.joints[:3, 0], yaw, place)
    found = body(moved).vertices.numpy()
    for i, angle in enumerate(yaw):
        c, s = np.cos(angle), np.sin(angle)
        turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        np.testing.assert_allclose(found[i], crowd.vertices[i] @ turn.T + place[i], atol=1e-4)


def test_whoever_sits_high_has_a_seat_under_them(body):
    book = open_book(0, body)
    seated = np.flatnonzero(book.seated)
    only = type(book)(book.params.index(torch.from_numpy(seated)), ("sit",) * len(seated))
    crowd = draw_crowd(np.random.default_rng(0), body, study(body), "train", only, len(seated))
    assert len(crowd) > len(seated) / 2
    for seat, joints in zip(crowd.seats, crowd.joints, strict=True):
        assert seat is not None
        assert 0.02 < joints[0, 1] - seat.height < 0.25


def test_somebody_leaning_far_over_is_out_of_balance(body):
    from hmr.rotations import about

    upright, leaning = Params.rest(1), Params.rest(1)
    leaning.global_orient[0] = about("x", torch.tensor(0.9))
    assert balanced(body, upright).all()
    assert not balanced(body, leaning).any()


def test_distance_from_support_is_that_of_its_square():
    feet = np.array([[0.0, 0.0], [1.0, 0.0]])
    assert beyond(np.array([0.5, 0.0]), feet) == pytest.approx(-0.03)
    assert beyond(np.array([1.53, 0.0]), feet) == pytest.approx(0.5)
