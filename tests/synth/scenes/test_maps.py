import numpy as np
import pytest

from hmr.errors import InputError
from synth.render.lights import sphere
from synth.scenes.cameras import Cameras
from synth.scenes.exposures import irradiance
from synth.scenes.file_splits import files_of
from synth.scenes.maps import (
    check_maps,
    draw_map,
    has_ground,
    load_map,
    mirrored,
    reach_of,
    turned,
)
from synth.scenes.strong_lights import light_of
from synth.scenes.viewpoints import draw_viewpoint
from tests.synth.scenes.made_maps import (
    brute_irradiance,
    dull,
    floor_in_room,
    on_floor,
    towards,
    with_light,
    write_hdr,
)

VIEW = draw_viewpoint(np.random.default_rng(1), Cameras(320, 180, views=((28.0, 10.0),)))


@pytest.fixture
def folder(tmp_path):
    for n in range(6):
        sunny = with_light(dull(64), towards(20 + 10 * n, 30 * n), 1.0, 4.0)
        write_hdr(tmp_path / f"{n}.hdr", sunny)
    return tmp_path


def test_turning_turns_all_light_as_a_rotation_about_y():
    lighting = light_of(with_light(dull(), towards(40, 10), 1.0, 5.0))
    yaw = 2 * np.pi * 37 / 256
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    moved = turned(lighting, yaw)
    normals = sphere(50)
    assert np.allclose(
        irradiance(moved, normals @ turn.T), irradiance(lighting, normals), rtol=1e-4
    )
    assert moved.lights[0].towards @ turn @ lighting.lights[0].towards == pytest.approx(1)
    assert np.allclose(
        brute_irradiance(moved.seen, normals @ turn.T), brute_irradiance(lighting.seen, normals)
    )


def test_mirroring_swaps_x():
    lighting = light_of(with_light(dull(), towards(40, 10), 1.0, 5.0))
    normals = sphere(50)
    assert np.allclose(
        irradiance(mirrored(lighting), normals * [-1, 1, 1]),
        irradiance(lighting, normals),
        rtol=1e-4,
    )


def test_splits_share_no_map(folder):
    seen = {}
    for split in ("train", "val", "test"):
        rng = np.random.default_rng(0)
        seen[split] = {draw_map(rng, folder, split, VIEW)[0] for _ in range(40)}
    assert sum(map(len, seen.values())) == len(set().union(*seen.values())) == 6


def test_the_same_randomness_draws_the_same_light(folder):
    first, again = (draw_map(np.random.default_rng(3), folder, "train", VIEW) for _ in range(2))
    assert first[0] == again[0] and np.array_equal(first[1].seen, again[1].seen)


def test_large_maps_are_seen_up_to_4096_wide_and_light_at_512(tmp_path):
    path = write_hdr(tmp_path / "large.hdr", dull(2100))
    lighting = load_map(path)
    assert lighting.seen.shape == (2048, 4096, 3) and lighting.radiance.shape == (256, 512, 3)


def test_a_dome_without_ground_and_a_mirror_of_water_have_no_ground():
    rng = np.random.default_rng(0)
    above = rng.gamma(2.0, size=(64, 256, 3)).astype(np.float32)
    other = rng.gamma(2.0, size=(64, 256, 3)).astype(np.float32)
    assert has_ground(np.concatenate([above, 0.3 * other]))
    assert not has_ground(np.concatenate([above, 0.4 * above[::-1]]))
    assert not has_ground(np.concatenate([above, np.zeros_like(above)]))


def test_a_folder_that_does_not_do_is_named(tmp_path):
    for folder, fault in ((tmp_path / "none", "no such folder"), (tmp_path, "holds no maps")):
        with pytest.raises(InputError, match=fault):
            draw_map(np.random.default_rng(0), folder, "train", VIEW)
    (tmp_path / "bad.hdr").write_text("no light")
    with pytest.raises(InputError, match=r"bad\.hdr"):
        check_maps(tmp_path, "train")
    with pytest.raises(InputError, match="too few to hold one back"):
        check_maps(tmp_path, "test")


def strewn(floors, rng, count=50):
    """Scatter places (x, z) over floors."""
    for floor in floors:
        own = rng.uniform(-1, 1, (count, 2)) * floor.half
        c, s = np.cos(floor.yaw), np.sin(floor.yaw)
        turn = np.array([[c, s], [-s, c]])
        places = own @ turn.T + np.array(floor.centre)[[0, 2]]
        assert floor.holds(places).all()
        yield places


def avenue(columns, ways=(0.7,)):
    """A floor that reaches 3 metres around and 12 within 30 degrees of some directions."""
    angle = ((np.arange(columns) + 0.5) / columns - 0.5) * 2 * np.pi
    off = [np.abs((angle - way + np.pi) % (2 * np.pi) - np.pi) for way in ways]
    return np.where(np.min(off, axis=0) < np.radians(30), 12.0, 3.0)


def test_maps_are_turned_so_that_the_floor_reaches_far_ahead_of_the_camera(tmp_path):
    write_hdr(tmp_path / "avenue.hdr", floor_in_room(avenue(512)))
    rng = np.random.default_rng(2)
    turns = set()
    for number in range(12):
        view = draw_viewpoint(rng, Cameras(320, 180, views=((35.0, 10.0),)))
        _, lighting, _, floors = draw_map(np.random.default_rng(number), tmp_path, "train", view)
        assert sum(floor.area for floor in floors) > 8
        turns.add(lighting.seen[150].tobytes())
        for places in strewn(floors, rng):
            assert on_floor(lighting.seen, places - view.foot).all()
    assert len(turns) > 4


def test_maps_with_room_go_before_maps_without(tmp_path):
    for number in range(8):
        write_hdr(tmp_path / f"{number}.hdr", floor_in_room(2.0))
    wide = files_of(sorted(tmp_path.iterdir()), "train", "maps")[3]
    write_hdr(wide, floor_in_room(12.0))
    rngs = [np.random.default_rng(seed) for seed in range(8)]
    assert {draw_map(rng, tmp_path, "train", VIEW)[0] for rng in rngs} == {wide.name}


def test_where_no_map_has_room_nobody_may_stand(tmp_path):
    write_hdr(tmp_path / "closet.hdr", floor_in_room(1.6))
    floors = draw_map(np.random.default_rng(0), tmp_path, "train", VIEW)[3]
    assert 0 < sum(floor.area for floor in floors) < 0.01
    with pytest.raises(InputError, match=r"closet\.hdr.*open places"):
        check_maps(tmp_path, "train")


def test_maps_without_ground_are_taken_where_no_other_has_room(tmp_path, capsys):
    rng = np.random.default_rng(0)
    above = rng.gamma(2.0, size=(64, 256, 3)).astype(np.float32)
    write_hdr(tmp_path / "dome.hdr", np.concatenate([above, np.zeros_like(above)]))
    assert draw_map(rng, tmp_path, "train", VIEW)[3] == ()
    check_maps(tmp_path, "train")
    write_hdr(tmp_path / "open.hdr", floor_in_room(1.6))
    reach_of.cache_clear()
    assert {draw_map(rng, tmp_path, "train", VIEW)[0] for _ in range(8)} == {"dome.hdr"}
    write_hdr(tmp_path / "open.hdr", floor_in_room(8.0))
    reach_of.cache_clear()
    assert {draw_map(rng, tmp_path, "train", VIEW)[0] for _ in range(8)} == {"open.hdr"}
    check_maps(tmp_path, "train")
    assert "dome.hdr" in capsys.readouterr().out
