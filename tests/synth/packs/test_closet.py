from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from synth.packs.closet import Choice, Closet, split_of_asset
from synth.packs.fabrics import Fabric, laid
from synth.packs.pack import Pack, open_pack
from synth.people.charts import TILE
from synth.splits import SHARES


@pytest.fixture(scope="module")
def pack(pack_folder, body):
    return open_pack(pack_folder, body)


@pytest.fixture(scope="module")
def assets(pack):
    return {type(asset).__name__: asset for asset in pack.assets}


@pytest.fixture(scope="module")
def closet(wardrobe, body):
    return Closet(wardrobe, body, [], "train")


@pytest.fixture(scope="module")
def someone(crowd):
    """In a top, a bottom and shoes, bald, and what they wear in front of the eyes laid aside."""
    places = ("top", "bottom", "shoes")
    number = next(i for i, looks in enumerate(crowd.looks) if set(places) <= set(looks.clothes))
    looks = crowd.looks[number]
    clothes = {place: looks.clothes[place] for place in places}
    return replace(looks, hair="bald", clothes=clothes), crowd.vertices[number]


def named(surfaces):
    return {surface.name: surface for surface in surfaces}


def choice(**given):
    return Choice(**{"scan": None, "skin": None, "clothes": (), "fabrics": {}, **given})


def test_without_packs_nothing_is_drawn_and_the_wardrobe_dresses(closet, wardrobe, someone):
    rng = np.random.default_rng(0)
    chosen = closet.choose(rng, someone[0], child=False)
    assert chosen is None
    assert rng.random() == np.random.default_rng(0).random()
    ours, theirs = closet.dress(chosen, *someone, 3), wardrobe.dress(*someone, 3)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one.vertices, other.vertices)
        np.testing.assert_array_equal(one.faces, other.faces)


def test_a_pack_that_offers_nothing_changes_nothing(closet, wardrobe, someone):
    ours, theirs = closet.dress(choice(), *someone, 3), wardrobe.dress(*someone, 3)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one.faces, other.faces)


def test_a_piece_takes_the_place_of_built_in_clothes(closet, assets, someone):
    found = named(closet.dress(choice(clothes=(assets["Clothing"],)), *someone, 4))
    assert set(found) == {"body", "shoes", "cloth"}
    assert {surface.id for surface in found.values()} == {5}
    before = named(closet.dress(choice(), *someone, 4))
    assert len(found["body"].faces) != len(before["body"].faces)


def test_hidden_skin_is_not_drawn(closet, assets, someone, anatomy):
    found = named(closet.dress(choice(clothes=(assets["Clothing"],)), *someone, 4))
    chest = anatomy.share("spine2") > 0.95
    assert not chest[found["body"].faces].all(1).any()


def test_a_skin_is_drawn_on_the_skin_and_eyes_stay_painted(closet, assets, someone, body):
    surfaces = closet.dress(choice(skin=assets["Skin"]), *someone, 4)
    found, before = named(surfaces), named(closet.dress(choice(), *someone, 4))
    assert found["body"].texture is not None and found["body"].colours is None
    assert found["eyes"].texture is None and found["eyes"].colours is not None
    drawn = len(found["body"].faces) + len(found["eyes"].faces)
    assert drawn == len(before["body"].faces)
    corners = found["body"].vertices[found["body"].faces]
    assert {tuple(v) for v in corners.reshape(-1, 3)[::97].tolist()} <= {
        tuple(v) for v in someone[1].tolist()
    }


def test_texture_coordinates_of_skin_are_those_of_the_body_file(closet, assets, someone, body):
    found = named(closet.dress(choice(skin=assets["Skin"]), *someone, 0))["body"]
    for face in found.faces[::1000]:
        places = found.uv[face] * [1, -1] + [0, 1]
        own = [np.flatnonzero((someone[1] == found.vertices[i]).all(1))[0] for i in face]
        row = np.flatnonzero((body.faces == own).all(1))[0]
        np.testing.assert_allclose(places, body.vt[body.ft[row]], atol=1e-6)


def test_a_scan_is_all_that_its_wearer_wears(closet, assets, someone):
    (person,) = closet.dress(choice(scan=assets["Scan"]), *someone, 4)
    assert person.id == 5
    assert person.texture is not None
    assert np.isfinite(person.vertices).all()


def test_a_tile_of_cloth_is_laid_on_built_in_clothes(closet, assets, someone):
    found = named(closet.dress(choice(fabrics={"top": assets["Fabric"]}), *someone, 4))
    before = named(closet.dress(choice(), *someone, 4))
    assert not np.array_equal(found["top"].texture, before["top"].texture)
    np.testing.assert_array_equal(found["top"].vertices, before["top"].vertices)
    np.testing.assert_array_equal(found["bottom"].uv, before["bottom"].uv)


@pytest.mark.parametrize("side", [0.06, 0.11, 0.3, 1.7])
def test_tiles_have_their_size_and_meet_at_the_seam(side):
    uv = np.float32([[0, 0], [2, 1]])  # Once around a leg, and one built-in tile along it.
    (_, _), (around, along) = laid(uv, side)
    assert along * side == pytest.approx(TILE)
    assert around == pytest.approx(round(around))
    assert around >= 1


def test_each_asset_is_worn_in_one_split_only(pack, wardrobe, body, tmp_path):
    splits = {name: Closet(wardrobe, body, [pack], name) for name in SHARES}
    assert sum(len(closet) for closet in splits.values()) == len(pack.assets)
    many = [Fabric(tmp_path / "a.png", f"{i:016x}", 0.3) for i in range(3000)]
    found = [split_of_asset(fabric) for fabric in many]
    for name, share in SHARES.items():
        assert found.count(name) / len(found) == pytest.approx(share, abs=0.02)


def test_an_asset_given_twice_is_worn_no_more_often(pack, wardrobe, body):
    once, twice = (Closet(wardrobe, body, [pack] * n, "train") for n in (1, 2))
    assert len(once) == len(twice)


def test_children_wear_no_skin_of_the_old(wardrobe, body, someone, tmp_path):
    from tests.synth.packs.made import picture

    for i in range(40):
        picture(tmp_path / "skins" / f"old_{i}.png", (i, i, i))
    closet = Closet(wardrobe, body, [open_pack(tmp_path, body)], "train")
    rng = np.random.default_rng(0)
    adults = [closet.choose(rng, someone[0], child=False) for _ in range(40)]
    children = [closet.choose(rng, someone[0], child=True) for _ in range(40)]
    assert any(one.skin for one in adults)
    assert not any(one.skin for one in children)


def test_half_of_the_people_wear_what_there_are_ten_of(
    wardrobe, body, someone, tmp_path, monkeypatch
):
    from tests.synth.packs.made import picture

    for i in range(10):
        picture(tmp_path / "skins" / f"{i}.png", (i, i, i))
    monkeypatch.setattr("synth.packs.closet.split_of_asset", lambda asset: "train")
    closet = Closet(wardrobe, body, [open_pack(tmp_path, body)], "train")
    rng = np.random.default_rng(0)
    worn = [closet.choose(rng, someone[0], child=False).skin for _ in range(1000)]
    assert sum(skin is not None for skin in worn) / 1000 == pytest.approx(0.5, abs=0.05)
    assert len({skin.content for skin in worn if skin}) == 10


def test_half_of_a_dress_is_not_replaced(wardrobe, body, assets, someone, monkeypatch):
    monkeypatch.setattr("synth.packs.closet.split_of_asset", lambda asset: "train")
    monkeypatch.setattr("synth.packs.closet.HALF", 0)
    closet = Closet(wardrobe, body, [Pack(Path(), (assets["Clothing"],), ())], "train")
    looks, _ = someone
    in_a_dress = replace(looks, clothes={"dress": looks.clothes["top"]})
    rng = np.random.default_rng(0)
    whole = closet.choose(rng, in_a_dress, child=False)
    assert whole.clothes == (assets["Clothing"],)
    only = replace(closet._piece(assets["Clothing"]), places=frozenset({"top"}))
    closet._pieces[assets["Clothing"].content] = only
    assert closet.choose(rng, in_a_dress, child=False).clothes == ()
    assert closet.choose(rng, looks, child=False).clothes == (assets["Clothing"],)
