import numpy as np
import pytest
from PIL import Image

from hmr.errors import InputError
from synth.packs import pack as packs
from synth.packs.pack import open_pack, open_packs
from tests.synth.packs.made import picture, write_vest


def opened(folder, body):
    return open_pack(folder, body)


@pytest.fixture(autouse=True)
def nothing_that_always_joins(monkeypatch, tmp_path):
    monkeypatch.setattr(packs, "ALWAYS", tmp_path / "assets" / "packs")


def test_one_of_each_kind_joins(pack_folder, body):
    pack = opened(pack_folder, body)
    kinds = sorted(type(asset).__name__ for asset in pack.assets)
    assert kinds == ["Clothing", "Fabric", "Scan", "Skin"]
    assert pack.faults == ()
    assert "4 assets joined" in pack.summary() and "0 skipped" in pack.summary()


def test_what_cannot_be_used_is_skipped_and_the_rest_joins(tmp_path, body, anatomy, capsys):
    write_vest(tmp_path / "good", body, anatomy)
    bad = write_vest(tmp_path / "bad", body, anatomy)
    bad.write_text(bad.read_text().replace("verts 0", "verts 0\n99999 1 2 1 0 0 0 0 0"))
    (pack,) = open_packs([tmp_path], lambda: body)
    assert len(pack.assets) == 1
    printed = capsys.readouterr().out
    assert "skipped:" in printed and "vertex 99999, which does not exist" in printed
    assert "1 assets joined (1 clothes), 1 skipped" in printed


@pytest.mark.parametrize("holds", ["nothing", "broken"])
def test_a_named_pack_with_nothing_left_stops_the_run(tmp_path, body, holds):
    if holds == "broken":
        (tmp_path / "fabrics").mkdir()
        (tmp_path / "fabrics" / "a.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=f"nothing in {tmp_path} can be used"):
        open_packs([tmp_path], lambda: body)


def test_a_missing_folder_is_named(tmp_path, body):
    with pytest.raises(InputError, match=r"nowhere: no such folder"):
        open_packs([tmp_path / "nowhere"], lambda: body)


def test_the_folder_that_always_joins_may_be_empty_or_absent(tmp_path, body, monkeypatch):
    assert open_packs([], lambda: body) == ()
    (tmp_path / "assets" / "packs").mkdir(parents=True)
    (pack,) = open_packs([], lambda: body)
    assert pack.assets == ()


def test_a_picture_cut_short_is_named(tmp_path, body):
    file = picture(tmp_path / "fabrics" / "a.png", side=64)
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    Image.fromarray(noise).save(file)
    file.write_bytes(file.read_bytes()[:2000])
    assert "a.png: not a picture" in opened(tmp_path, body).faults[0]


def test_pictures_of_no_kind_are_named_once(tmp_path, body):
    for name in ("one", "two", "one_normal"):
        picture(tmp_path / "hat" / f"{name}.png")
    (fault,) = opened(tmp_path, body).faults
    assert "2 pictures belong to no .mhclo" in fault


def test_a_pack_may_say_what_its_pictures_are(tmp_path, body):
    picture(tmp_path / "hat" / "one.png")
    (tmp_path / "hat" / "pack.yaml").write_text("kind: fabrics\ntile_cm: 12\n")
    (fabric,) = opened(tmp_path, body).assets
    assert fabric.side == pytest.approx(0.12)


def test_maps_that_are_no_colours_do_not_join(tmp_path, body):
    picture(tmp_path / "fabrics" / "Wool_Color.jpg")
    picture(tmp_path / "fabrics" / "Wool_NormalGL.jpg")
    (fabric,) = opened(tmp_path, body).assets
    assert fabric.file.name == "Wool_Color.jpg"
    assert fabric.side == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: hats", "choose skins, fabrics"),
        ("tile_cm: wide", "tile_cm: wide"),
        ("tile_cm: 0", "tile_cm: 0"),
        ("tiles: 3", "`kind` and `tile_cm` only"),
        ("kind: [", "is not YAML"),
        ("!!python/object/apply:os.system ['touch ran']", "is not YAML"),
    ],
)
def test_a_malformed_pack_yaml_is_named_and_runs_nothing(tmp_path, body, text, words, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture(tmp_path / "fabrics" / "a.png")
    (tmp_path / "fabrics" / "pack.yaml").write_text(text)
    (fault,) = opened(tmp_path, body).faults
    assert "pack.yaml" in fault and words in fault
    assert not (tmp_path / "ran").exists()


def test_links_may_not_lead_out(tmp_path, body):
    secret = picture(tmp_path / "secret.png")
    (tmp_path / "pack" / "fabrics").mkdir(parents=True)
    (tmp_path / "pack" / "fabrics" / "a.png").symlink_to(secret)
    (fault,) = opened(tmp_path / "pack", body).faults
    assert "leads out of the pack" in fault


def test_clothes_may_not_name_files_outside(tmp_path, body, anatomy):
    file = write_vest(tmp_path / "pack", body, anatomy)
    (tmp_path / "vest.obj").write_bytes((tmp_path / "pack" / "vest.obj").read_bytes())
    file.write_text(file.read_text().replace("obj_file vest.obj", "obj_file ../vest.obj"))
    (fault,) = opened(tmp_path / "pack", body).faults
    assert "leads out of the pack" in fault


def test_content_not_names_makes_a_pack(tmp_path, body):
    picture(tmp_path / "a" / "fabrics" / "one.png")
    picture(tmp_path / "b" / "fabrics" / "two.png")
    picture(tmp_path / "c" / "fabrics" / "one.png", (1, 2, 3))
    a, b, c = (opened(tmp_path / name, body).content for name in "abc")
    assert a == b != c


@pytest.mark.slow
def test_real_packs_join(real_data, body):
    wardrobe = real_data / "wardrobe"
    human, cloth = (opened(wardrobe / name, body) for name in ("makehuman", "fabrics/fabric128"))
    assert "18 clothes, 22 skins" in human.summary()
    assert len(human.faults) == 1 and "fedora" in human.faults[0]
    assert len(cloth.assets) == 71 and not cloth.faults
