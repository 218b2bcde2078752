import cv2
import numpy as np
import pytest

from hmr.errors import InputError
from synth.scenes.map_files import read_map
from tests.synth.scenes.made_maps import dull, towards, with_light, write_exr, write_hdr


def test_hdr_keeps_values_within_its_own_precision(tmp_path):
    radiance = with_light(dull(), towards(40, 20), 0.5, 60.0)
    assert radiance.max() > 20_000
    read = read_map(write_hdr(tmp_path / "a.hdr", radiance))
    # The shared exponent leaves eight bits to the largest of the three channels.
    assert np.abs(read - radiance).max(-1).max() < 222_000 / 128
    assert (np.abs(read - radiance) <= radiance.max(-1, keepdims=True) / 128).all()


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_exr_is_read_exactly(tmp_path, kind):
    values = dull().astype(kind)
    read = read_map(write_exr(tmp_path / "a.exr", {"RGB": values}))
    assert np.array_equal(read, values.astype(np.float32))


def test_exr_may_have_transparency_or_be_grey(tmp_path):
    values = dull()
    clear = np.concatenate([values, np.ones_like(values[..., :1])], axis=-1)
    assert np.array_equal(read_map(write_exr(tmp_path / "a.exr", {"RGBA": clear})), values)
    grey = np.ascontiguousarray(values[..., 1])
    read = read_map(write_exr(tmp_path / "b.exr", {"Y": grey}))
    assert np.array_equal(read, np.repeat(grey[..., None], 3, axis=-1))


def test_few_spoilt_values_are_mended(tmp_path):
    values = dull()
    values[20, 30] = np.nan
    values[21, 90] = np.inf
    values[50, 50] = -3.0
    values[60, 60] = -1e-4
    read = read_map(write_exr(tmp_path / "a.exr", {"RGB": values}))
    assert np.isfinite(read).all() and read.min() >= 0
    assert np.allclose(read[20, 30], dull()[20, 31], rtol=0.1)
    assert np.allclose(read[21, 90], dull().max())


def jpeg(path):
    cv2.imwrite(str(path.with_suffix(".jpg")), np.full((64, 128, 3), 90, np.uint8))
    path.with_suffix(".jpg").rename(path)


def cut_hdr(path):
    whole = write_hdr(path, dull()).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def cut_exr(path):
    whole = write_exr(path, {"RGB": dull()}).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def spoilt(path):
    values = dull()
    values[:20] = np.nan
    write_exr(path, {"RGB": values})


BAD = {
    "text.hdr": (lambda path: path.write_text("no light\n" * 9), "no .hdr file"),
    "text.exr": (lambda path: path.write_text("no light\n" * 9), "no .exr file"),
    "empty.hdr": (lambda path: path.write_bytes(b""), "no .hdr file"),
    "empty.exr": (lambda path: path.write_bytes(b""), "no .exr file"),
    "photo.hdr": (jpeg, "no .hdr file"),
    "photo.exr": (jpeg, "no .exr file"),
    "cut.hdr": (cut_hdr, "ends early"),
    "cut.exr": (cut_exr, "ends early"),
    "head.hdr": (lambda path: path.write_bytes(b"#?RADIANCE\n"), "ends early"),
    "head.exr": (lambda path: path.write_bytes(b"\x76\x2f\x31\x01\x02\0\0\0"), "ends early"),
    "wide.hdr": (lambda path: write_hdr(path, np.ones((64, 192, 3), np.float32)), "192x64"),
    "small.hdr": (lambda path: write_hdr(path, np.ones((8, 16, 3), np.float32)), "too few"),
    "black.hdr": (lambda path: write_hdr(path, np.zeros((64, 128, 3), np.float32)), "black"),
    "spoilt.exr": (spoilt, "16 % of the values"),
    "depth.exr": (lambda path: write_exr(path, {"Z": dull()[..., 0].copy()}), "channels Z"),
    "gone.hdr": (lambda path: None, "No such file"),
    "photo.png": (lambda path: path.write_bytes(b"x"), "neither"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_map_is_refused_in_one_line_that_names_it(tmp_path, name):
    make, fault = BAD[name]
    make(tmp_path / name)
    with pytest.raises(InputError, match=fault) as refused:
        read_map(tmp_path / name)
    assert name in str(refused.value) and "\n" not in str(refused.value)


def test_a_map_cut_anywhere_or_with_a_flipped_byte_is_read_or_refused(tmp_path):
    rng = np.random.default_rng(0)
    whole = write_hdr(tmp_path / "a.hdr", dull(64)).read_bytes()
    whole_exr = write_exr(tmp_path / "a.exr", {"RGB": dull(64)}).read_bytes()
    for n in range(40):
        data = bytearray(whole if n % 2 else whole_exr)
        data[int(rng.integers(4, len(data)))] ^= 1 << int(rng.integers(8))
        path = tmp_path / ("b.hdr" if n % 2 else "b.exr")
        path.write_bytes(data if n % 4 < 2 else data[: int(rng.integers(len(data)))])
        try:
            assert np.isfinite(read_map(path)).all()
        except InputError as error:
            assert path.name in str(error)
