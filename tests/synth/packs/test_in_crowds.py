import json

import numpy as np
import pytest

from hmr.errors import InputError
from hmr.shards import read_manifest, read_samples
from synth.packs import pack as packs
from synth.stage import run
from tests.synth.packs.made import picture
from tests.synth.small_crowd import small


@pytest.fixture(autouse=True)
def nothing_that_always_joins(monkeypatch, tmp_path):
    monkeypatch.setattr(packs, "ALWAYS", tmp_path / "assets" / "packs")


@pytest.fixture
def tiles(tmp_path):
    """So many tiles that nearly everybody wears some."""
    for i in range(90):
        picture(tmp_path / "fabrics" / f"{i}.png", (255, i, 255))
    return tmp_path / "fabrics"


def made(out, **given):
    run(str(out), small(images=1, people=(2, 2), sensor="off"), **given)
    return next(iter(read_samples(out)))


def test_a_pack_changes_what_people_wear_and_not_where_they_are_seen_from(tmp_path, tiles):
    plain, packed = made(tmp_path / "plain"), made(tmp_path / "packed", packs=[str(tiles)])
    again = made(tmp_path / "again", packs=[str(tiles)])
    assert not np.array_equal(plain.image, packed.image)
    np.testing.assert_array_equal(packed.image, again.image)
    # Who wears more takes more room, so places may differ.
    assert plain.environment == packed.environment and len(plain.people) == len(packed.people)
    assert plain.camera.R.equal(packed.camera.R) and plain.camera.t.equal(packed.camera.t)
    assert plain.licence == "CC0-1.0" and "pack's, fabrics" in packed.licence


def test_the_manifest_says_what_joined_and_other_packs_do_not_mix(tmp_path, tiles):
    out = tmp_path / "out"
    made(out, packs=[str(tiles)])
    ((folder, content),) = read_manifest(out)["config"]["packs"]
    assert folder == str(tiles) and len(content) == 16
    picture(tiles / "another.png", (9, 9, 9))
    with pytest.raises(InputError, match="made with packs="):
        made(out, packs=[str(tiles)])


def test_a_folder_that_does_not_exist_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"synth\.packs: .*nowhere: no such folder"):
        made(tmp_path / "out", packs=[str(tmp_path / "nowhere")])


def test_the_key_is_in_the_configuration():
    from run import compose

    cfg = compose(["stage=synth", "synth.packs=[/a/b]", "out=/tmp/x"])
    assert json.dumps(list(cfg.stage.packs)) == '["/a/b"]'
