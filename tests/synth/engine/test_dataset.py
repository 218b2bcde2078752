import json
from pathlib import Path

import numpy as np
import pytest

from hmr.errors import InputError
from hmr.shards import read_manifest, read_people, read_samples
from synth.engine.dataset import make_dataset
from synth.engine.local import Local
from synth.stage import run
from tests.synth.engine.stand_in import files_of
from tests.synth.small_crowd import small


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    make_dataset(small(), out, Local(1))
    return out


def test_two_workers_write_the_same_bytes_as_one(whole, tmp_path):
    make_dataset(small(), tmp_path, Local(2))
    assert files_of(tmp_path) == files_of(whole)
    assert read_manifest(tmp_path)["shards"] == read_manifest(whole)["shards"]


def test_a_finished_set_is_left_as_it_is(whole):
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}
    took = make_dataset(small(), whole, Local(2))
    assert took.whole and took.images == 0
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*")} == before


def test_other_settings_in_the_same_folder_are_named(whole):
    with pytest.raises(InputError, match="seed=3, not 4"):
        make_dataset(small(seed=4), whole, Local(1))


def test_the_table_has_a_row_for_each_person(whole):
    people = sum(len(sample.people) for sample in read_samples(whole))
    assert len(read_people(whole)) == people == read_manifest(whole)["people"]


def test_other_seeds_and_splits_show_others(whole):
    first = next(iter(read_samples(whole)))
    assert first.seed == 3
    assert read_manifest(whole)["split"] == "train"


def test_a_fault_in_a_worker_comes_out_as_one_line(tmp_path):
    missing = str(tmp_path / "no_body.npz")
    with pytest.raises(InputError, match=r"no_body\.npz"):
        make_dataset(small(model_path=missing), tmp_path / "out", Local(2))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"people": (500, 500), "area": 4.0}, "no room for 500 people"),
        ({"people": (5, 2)}, r"scene\.people=\[5,2\]"),
        ({"people": (5,)}, r"scene\.people=.*two numbers"),
        ({"split": "dev"}, r"synth\.split=dev"),
        ({"occlusion": {"0-20": 0.5, "20-40": 0.3}}, r"scene\.occlusion: shares add up to 0\.8"),
        ({"occlusion": {"70-90": 1.0}}, "somebody must be in front"),
        ({"images": 0}, r"synth\.images=0"),
    ],
)
def test_bad_settings_are_named(changes, words):
    with pytest.raises(InputError, match=words):
        small(**changes)


def test_the_stage_reports_what_it_made(tmp_path):
    metrics = run(str(tmp_path), small(images=1, people=(2, 2)))
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert written["images"] == metrics["images"] == 1
    assert np.isclose(sum(written["occlusion"].values()), 1)


def test_the_card_comes_last_and_only_to_a_whole_set(tmp_path):
    described = []

    def card(folder: Path) -> None:
        described.append(len(read_people(folder)))
        (folder / "README.md").write_text("a card")

    settings = small(people=(2, 2), sensor="off")
    run(str(tmp_path), settings, shards="0:1", card=card)
    assert not described
    run(str(tmp_path), settings, shards="1:2", card=card)
    assert len(described) == 1
    run(str(tmp_path), settings, card=card)
    assert len(described) == 1
    (tmp_path / "README.md").unlink()
    run(str(tmp_path), settings, card=card)
    assert len(described) == 2
