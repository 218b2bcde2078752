"""Seats carry their sitters and cut into nobody; trimesh casts the rays that say so."""

import numpy as np
import pytest
import trimesh

from synth.people.anatomy import study
from synth.people.crowd import draw_crowd
from synth.people.poses import open_book
from synth.people.seats import Seat
from synth.scenes.seating import STYLES, furniture, solid_of
from tests.synth.scenes.closed import closed


@pytest.fixture(scope="module")
def sitters(body):
    """Bodies of those who sit, and their seats."""
    anatomy, book = study(body), open_book(0, body)
    crowd = draw_crowd(np.random.default_rng(5), body, anatomy, "train", book, 300)
    sitting = [i for i, seat in enumerate(crowd.seats) if seat is not None]
    return [(crowd.vertices[i], crowd.seats[i]) for i in sitting]


def test_enough_people_sit_for_the_tests_below(sitters):
    assert len(sitters) >= 10


@pytest.mark.parametrize("style", STYLES)
def test_no_skin_is_inside_a_seat(style, sitters):
    for vertices, seat in sitters:
        solid = solid_of(style, seat)
        mesh = trimesh.Trimesh(solid.vertices, solid.faces)
        near = vertices[(np.abs(vertices[:, [0, 2]] - [seat.x, seat.z]) < 0.9).all(1)]
        assert not mesh.contains(near).any()


@pytest.mark.parametrize("style", STYLES)
def test_a_seat_is_right_under_its_sitter(style, sitters):
    for _, seat in sitters:
        solid = solid_of(style, seat)
        mesh = trimesh.Trimesh(solid.vertices, solid.faces)
        # Beside the middle too: slats have gaps.
        above = np.array([[seat.x, 3.0, seat.z + shift] for shift in (-0.03, 0.0, 0.03)])
        hits = mesh.ray.intersects_location(above, np.tile([[0, -1, 0]], (3, 1)))[0]
        assert hits[:, 1].max() == pytest.approx(seat.height, abs=1e-4)
        assert mesh.bounds[0, 1] == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("style", STYLES)
def test_seats_are_closed_and_look_outward(style):
    for part, _ in furniture(style, Seat(0.1, -0.2, 0.45, 0.3, 0.1, 0.6)):
        mesh = trimesh.Trimesh(part.vertices, part.faces, process=False)
        assert closed(part) and mesh.volume > 0


def test_whoever_leans_far_back_gets_no_back():
    high = solid_of("chair", Seat(0.0, 0.0, 0.45, back=0.1)).vertices[:, 1].max()
    low = solid_of("chair", Seat(0.0, 0.0, 0.45, back=0.5)).vertices[:, 1].max()
    assert high > 0.9 and low < 0.46


def test_a_seat_turns_with_its_sitter():
    straight = solid_of("chair", Seat(0.0, 0.0, 0.45))
    turned = solid_of("chair", Seat(0.0, 0.0, 0.45, yaw=np.pi / 2))
    # Its back stands behind: at -z when facing +z, at -x when facing +x.
    tall = straight.vertices[:, 1] > 0.6
    assert straight.vertices[tall, 2].max() < -0.1
    assert turned.vertices[tall, 0].max() < -0.1
