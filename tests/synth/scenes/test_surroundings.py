import numpy as np
import pytest
from PIL import Image

from hmr.errors import InputError
from synth.scenes.cameras import Cameras
from synth.scenes.surroundings import Surroundings
from synth.scenes.viewpoints import draw_viewpoint


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for number in range(3):
        pixels = rng.integers(60, 200, (90, 160, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"street_{number}.jpg")
    return folder


def drawn(surroundings, kind, seed=0):
    rng = np.random.default_rng(seed)
    view = draw_viewpoint(rng, Cameras(160, 90).level)
    return surroundings.draw(rng, np.random.default_rng(7), "train", kind, view), view


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"kinds": ("moon",)}, r"scene\.environments=moon: choose plaza"),
        ({"kinds": ()}, r"scene\.environments: empty"),
        ({"kinds": ("photo",)}, r"scene\.photos: name a folder"),
    ],
)
def test_settings_that_name_nothing_are_refused(settings, words):
    with pytest.raises(InputError, match=words):
        Surroundings(**settings)


def test_a_photo_stands_behind_and_its_ground_catches(photos):
    surroundings = Surroundings(("photo",), photos=str(photos))
    surroundings.check_files("train", 160, 90)
    found, view = drawn(surroundings, "photo")
    assert found.photo is not None and found.photo.shape == (90, 160, 3)
    assert [s.catches for s in found.surfaces] == [True]
    assert found.sources == (f"the photo's, {found.name.removeprefix('photo/')}",)
    ahead = np.stack([view.ground(distance, 0.0) for distance in (3.0, 8.0, 12.0)])
    assert found.floors[0].holds(ahead).tolist() == [True, True, False]


def test_without_a_folder_maps_are_built_in_and_need_no_licence():
    found, _ = drawn(Surroundings(("map",)), "map")
    assert found.photo is None and not found.sources and found.surfaces[0].catches
    assert np.isfinite(found.lighting.radiance).all() and found.exposure > 0


def test_a_built_place_stands_under_the_light_that_neighbours_share():
    one, _ = drawn(Surroundings(), "plaza", 0)
    other, _ = drawn(Surroundings(), "plaza", 1)
    assert one.name == other.name and one.lighting is other.lighting
    assert not any(surface.catches for surface in one.surfaces)


def test_what_folders_hold_is_part_of_what_a_set_is_made_by(photos, tmp_path):
    before = Surroundings(("photo",), photos=str(photos)).resolved()
    assert before.mark and before.photos == str(photos.resolve())
    Image.fromarray(np.zeros((90, 160, 3), np.uint8)).save(tmp_path / "other.png")
    after = Surroundings(("photo",), photos=str(tmp_path)).resolved()
    assert after.mark != before.mark


def test_a_folder_without_photos_is_named_before_the_work(tmp_path):
    with pytest.raises(InputError, match=str(tmp_path)):
        Surroundings(("photo",), photos=str(tmp_path)).check_files("train", 160, 90)
