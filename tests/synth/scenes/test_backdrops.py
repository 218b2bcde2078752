import numpy as np
import pytest

from hmr.body import load_body
from synth.engine.staging import Stager
from synth.scenes import painted_rooms
from synth.scenes.backdrops import map_environment
from synth.scenes.cameras import Cameras
from synth.scenes.skies import sky, walls_of
from synth.scenes.surroundings import Surroundings
from synth.scenes.viewpoints import draw_viewpoint
from tests.synth.scenes.made_maps import floor_in_room, on_floor, write_hdr
from tests.synth.small_crowd import small

GROUND = 0.15
"""What of a person is lower, in metres, is a foot or lies on the ground."""


@pytest.fixture(scope="module")
def stager(tmp_path_factory):
    folder = tmp_path_factory.mktemp("maps")
    angle = ((np.arange(512) + 0.5) / 512 - 0.5) * 2 * np.pi
    hall = np.minimum(3.0 / np.abs(np.sin(angle)), 9.0 / np.abs(np.cos(angle)))
    write_hdr(folder / "hall.hdr", floor_in_room(hall))
    settings = small(people=(4, 4), surroundings=Surroundings(("map",), maps=str(folder)))
    return Stager(settings, load_body())


def staged_by(stager, seed):
    return stager.stage(np.random.default_rng(seed), seed)


def test_all_that_touches_the_ground_in_a_map_is_on_its_floor(stager):
    touching = []
    for seed in range(6):
        staged = staged_by(stager, seed)
        if staged is None:
            continue
        people = [s.vertices for s in staged.scene.surfaces if s.name != "ground"]
        low = np.concatenate([v[v[:, 1] < GROUND] for v in people])[:, [0, 2]]
        touching.append(on_floor(staged.scene.lighting.seen, low - staged.view.foot))
    assert len(touching) >= 4
    assert np.concatenate(touching).all()


def test_the_same_randomness_stages_the_same_scene_in_a_map(stager):
    one, again = staged_by(stager, 0), staged_by(stager, 0)
    assert one.environment.floors == again.environment.floors
    assert np.array_equal(one.scene.lighting.seen, again.scene.lighting.seen)
    assert np.array_equal(one.joints, again.joints)


@pytest.mark.parametrize("kind", ["studio", "hall"])
def test_the_walls_of_a_built_in_room_are_where_they_are_painted(kind, monkeypatch):
    corners = []
    box = painted_rooms.box

    def noted(low, high):
        corners.append((low, high))
        return box(low, high)

    monkeypatch.setattr(painted_rooms, "box", noted)
    sky.__wrapped__(kind, 7)
    low, high = corners[0]
    walls = walls_of(f"{kind}_7")
    assert walls == pytest.approx(high[[0, 2]]) and walls == pytest.approx(-low[[0, 2]])


def test_people_in_built_in_rooms_stay_off_the_walls_and_skies_are_open():
    rng, rooms = np.random.default_rng(0), 0
    for seed in range(14):
        view = draw_viewpoint(rng, Cameras(160, 90))
        environment = map_environment(np.random.default_rng(seed), "train", None, view)
        walls = walls_of(environment.name.removeprefix("map/"))
        if walls is None:
            assert environment.floors == ()
            continue
        rooms += 1
        (floor,) = environment.floors
        assert np.allclose(np.array(floor.centre)[[0, 2]], view.foot) and floor.yaw == 0
        assert np.allclose(floor.half, np.array(walls) - 0.4)
    assert 0 < rooms < 14
