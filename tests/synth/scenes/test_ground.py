import numpy as np
import pytest

from synth.scenes.cameras import Cameras
from synth.scenes.floors import Floor
from synth.scenes.ground import Ground
from synth.scenes.viewpoints import draw_viewpoint

STEPS = tuple(Floor((0.0, 0.3 * i, -0.8 * i), (3.0, 0.4)) for i in range(5))


@pytest.fixture(scope="module")
def view():
    return draw_viewpoint(np.random.default_rng(0), Cameras(640, 360, views=((28.0, 10.0),)))


def feet(x, z, long=0.25, wide=0.3):
    return np.array([[a * wide / 2 + x, b * long / 2 + z] for a in (-1, 1) for b in (-1, 1)])


def test_one_stands_as_high_as_the_step_under_both_soles(view):
    ground = Ground(view, floors=STEPS)
    for i in range(5):
        assert ground.height(feet(0.5, -0.8 * i)) == pytest.approx(0.3 * i)


def test_nobody_stands_across_an_edge_or_beside_the_floors(view):
    ground = Ground(view, floors=STEPS)
    assert ground.height(feet(0.0, -0.4)) is None
    assert ground.height(feet(2.95, 0.0)) is None
    assert ground.height(feet(0.0, 5.0)) is None


def test_open_ground_carries_everywhere_at_zero(view):
    assert Ground(view).height(feet(100.0, -50.0)) == 0.0


def test_of_two_floors_on_top_of_each_other_the_upper_carries(view):
    low, high = Floor((0.0, 0.0, 0.0), (5.0, 5.0)), Floor((0.0, 0.4, 0.0), (1.0, 1.0))
    ground = Ground(view, floors=(low, high))
    assert ground.height(feet(0.0, 0.0)) == 0.4
    assert ground.height(feet(3.0, 0.0)) == 0.0


def test_places_drawn_are_on_floors_in_the_picture(view):
    ground, rng = Ground(view, floors=STEPS), np.random.default_rng(1)
    places = [ground.somewhere(rng) for _ in range(40)]
    assert np.mean([ground.offers(place) for place in places]) > 0.9


def test_feet_are_turned_along_or_across_a_narrow_step_alone(view):
    narrow = Ground(view, floors=(Floor((0.0, 0.0, 0.0), (3.0, 0.3), yaw=0.4),))
    broad = Ground(view, floors=(Floor((0.0, 0.0, 0.0), (3.0, 2.0), yaw=0.4),))
    rng, place = np.random.default_rng(2), np.zeros(2)
    for yaw in rng.uniform(-3, 3, 20):
        assert broad.turned(rng, place, float(yaw)) == yaw
        off = (narrow.turned(rng, place, float(yaw)) - 0.4) % (np.pi / 2)
        assert min(off, np.pi / 2 - off) < 0.4


def test_all_keep_to_an_area(view):
    ground = Ground(view, area=9.0)
    assert ground.size == 9.0
    assert ground.allows(np.array([1.4, -1.4]))
    assert not ground.allows(np.array([1.6, 0.0]))


def test_the_size_of_a_ground_is_what_the_picture_shows_of_its_floors(view):
    shown = Floor(
        (*view.ground(view.near + 1.5, 0.0)[[0]], 0.0, *view.ground(view.near + 1.5, 0.0)[[1]]),
        (0.4, 0.4),
    )
    behind = Floor((*view.ground(-20.0, 0.0)[[0]], 0.0, *view.ground(-20.0, 0.0)[[1]]), (4.0, 4.0))
    assert Ground(view, floors=(shown,)).size == pytest.approx(shown.area)
    assert Ground(view, floors=(shown, behind)).size == pytest.approx(shown.area)


def test_the_size_of_a_wide_floor_is_that_of_random_places_on_it(view):
    floor = Floor((0.0, 0.0, -2.0), (9.0, 6.0), yaw=0.7)
    ground, rng = Ground(view, floors=(floor,)), np.random.default_rng(3)
    places = [floor.place(rng.uniform(-1, 1, 2)) for _ in range(2000)]
    assert floor.holds(np.array(places), -1e-6).all()
    share = np.mean([ground.allows(place) for place in places])
    assert 0.05 < share < 0.95
    assert ground.size == pytest.approx(floor.area * share, rel=0.15)
