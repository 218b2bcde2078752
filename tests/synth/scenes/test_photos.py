import numpy as np
import pytest
from PIL import Image

from hmr.errors import InputError
from synth.scenes.exposures import irradiance, metered
from synth.scenes.maps import load_map
from synth.scenes.photo_light import light_of_photo, untoned
from synth.scenes.photos import check_photos, photo_background
from tests.synth.scenes.made_maps import view_of

SIDES = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])


def noisy(seed: int, width: int = 320, height: int = 240) -> np.ndarray:
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(20, 230, (6, 8, 3), dtype=np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


@pytest.fixture
def folder(tmp_path):
    for n, kind in enumerate(("jpg", "png", "webp", "jpeg", "jpg")):
        Image.fromarray(noisy(n)).save(tmp_path / f"{n}.{kind}")
    return tmp_path


def shown(radiance: np.ndarray) -> np.ndarray:
    """The renderer's tone curve, as sky.glsl has it."""
    x = radiance * 0.85
    return np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)


def test_undoing_the_tone_curve_gives_the_radiance():
    radiance = np.geomspace(1e-3, 4, 50)
    assert np.allclose(untoned(shown(radiance)), radiance, rtol=1e-6)


@pytest.mark.parametrize("size", [(400, 300), (200, 360), (640, 128)])
def test_photos_fill_the_image_and_come_with_light(folder, size):
    rng = np.random.default_rng(0)
    for _ in range(8):
        found = photo_background(rng, folder, "train", *size)
        assert found.photo.shape == (size[1], size[0], 3) and found.photo.std() > 5
        assert np.isfinite(found.lighting.radiance).all() and found.lighting.radiance.min() >= 0
        assert (folder / found.name).exists() and len(found.lighting.lights) == 1


def test_splits_share_no_photo(folder):
    seen = {}
    for split in ("train", "val", "test"):
        rng = np.random.default_rng(0)
        seen[split] = {photo_background(rng, folder, split, 300, 200).name for _ in range(30)}
    assert sum(map(len, seen.values())) == len(set().union(*seen.values())) == 5


def test_the_same_randomness_draws_the_same_picture_and_light(folder):
    first, again = (
        photo_background(np.random.default_rng(5), folder, "train", 300, 200) for _ in range(2)
    )
    assert np.array_equal(first.photo, again.photo)
    assert np.array_equal(first.lighting.radiance, again.lighting.radiance)
    assert first.lighting.lights == again.lighting.lights


def half_bright(axis: int) -> np.ndarray:
    photo = np.full((240, 320, 3), 60, np.uint8)
    part = [slice(None), slice(None)]
    part[axis] = slice(160, None) if axis == 1 else slice(0, 100)
    photo[tuple(part)] = 200
    return photo


def test_people_are_lit_from_the_brighter_side():
    for seed in range(5):
        light = light_of_photo(np.random.default_rng(seed), half_bright(1))
        right, left, *_ = irradiance(light, SIDES).mean(1)
        assert right > 1.3 * left
        light = light_of_photo(np.random.default_rng(seed), half_bright(1)[:, ::-1].copy())
        right, left, *_ = irradiance(light, SIDES).mean(1)
        assert left > 1.3 * right
        light = light_of_photo(np.random.default_rng(seed), half_bright(0))
        up, down = irradiance(light, SIDES).mean(1)[2:]
        assert up > 1.3 * down


def test_people_take_on_the_photos_level_and_colour():
    rng = np.random.default_rng(0)
    dim, bright = (light_of_photo(rng, np.full((60, 90, 3), v, np.uint8)) for v in (40, 120))
    assert metered(bright) > 2 * metered(dim)
    warm = light_of_photo(rng, np.broadcast_to(np.uint8([150, 110, 70]), (60, 90, 3)).copy())
    red, green, blue = irradiance(warm, SIDES).mean(0)
    assert red > 1.1 * green > 1.2 * blue


def test_white_clothes_are_brighter_than_a_grey_world_and_do_not_clip():
    for level in (30, 90, 140, 180):
        photo = np.full((60, 90, 3), level, np.uint8)
        light = light_of_photo(np.random.default_rng(0), photo)
        value = shown(np.array(0.8 * metered(light) / np.pi))
        assert ((level / 255 + 0.055) / 1.055) ** 2.4 < value < 0.9


def test_guesses_for_views_of_real_maps_are_near_their_light(real_data):
    off = []
    for path in sorted((real_data / "environments").rglob("*.*r")):
        lighting = load_map(path)
        photo, exposure = view_of(lighting)
        guess = metered(light_of_photo(np.random.default_rng(0), photo))
        off.append(np.log2(guess / (metered(lighting) * exposure)))
    print(f"stops off: median {np.median(np.abs(off)):.2f}, worst {np.abs(off).max():.2f}")
    assert np.median(np.abs(off)) < 0.9


def test_what_does_not_do_is_named_in_one_line(tmp_path):
    with pytest.raises(InputError, match="holds no photos"):
        photo_background(np.random.default_rng(0), tmp_path, "train", 64, 64)
    whole = tmp_path / "whole.jpg"
    Image.fromarray(noisy(0)).save(whole)
    bad = {
        "text.jpg": b"no picture",
        "empty.png": b"",
        "cut.jpg": whole.read_bytes()[:900],
        "cut.png": b"\x89PNG\r\n\x1a\n\0\0",
    }
    for name, data in bad.items():
        folder = tmp_path / name.replace(".", "_")
        folder.mkdir()
        (folder / name).write_bytes(data)
        with pytest.raises(InputError, match=name) as refused:
            check_photos(folder, "train", 64, 64)
        assert "\n" not in str(refused.value)


def test_small_photos_are_refused_with_the_size_they_need(folder):
    with pytest.raises(InputError, match=r"320x240 pixels are too few .* use 640x360 or more"):
        check_photos(folder, "train", 1280, 720)


def test_photos_taken_upright_stand_upright(tmp_path):
    photo = Image.fromarray(np.concatenate([noisy(1) // 4, noisy(1)]))
    exif = photo.getexif()
    exif[0x0112] = 6
    photo.rotate(90, expand=True).save(tmp_path / "a.jpg", exif=exif)
    found = photo_background(np.random.default_rng(0), tmp_path, "train", 240, 360)
    assert found.photo[240:].mean() > 2 * found.photo[:120].mean()
