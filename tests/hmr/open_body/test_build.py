"""Building, rebuilding, and knowing when to."""

import subprocess
import sys

import numpy as np
import pytest

from hmr.errors import InputError
from hmr.open_body import body_file, build, ensure, fingerprint
from hmr.open_body import build as build_body

PEOPLE = 40


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "two")]
    return [build(folder, people=PEOPLE) for folder in folders]


def test_two_builds_give_the_same_content(twice):
    one, two = (np.load(file, allow_pickle=True) for file in twice)
    assert set(one) == set(two)
    for name in one:
        np.testing.assert_array_equal(one[name], two[name], err_msg=name)
    kids = [np.load(file.with_name("smplx_kid_template.npy")) for file in twice]
    np.testing.assert_array_equal(*kids)


def test_file_is_small_and_no_scrap_is_left(twice):
    file = twice[0]
    assert file.stat().st_size < 40 * 2**20
    assert sorted(p.name for p in file.parent.iterdir()) == [
        "SMPLX_NEUTRAL.npz",
        "smplx_kid_template.npy",
    ]


def test_a_current_file_is_not_built_again(twice):
    folder = twice[0].parent.parent
    before = twice[0].stat().st_mtime_ns
    assert ensure(folder) == twice[0]
    assert twice[0].stat().st_mtime_ns == before


def test_a_file_of_an_older_recipe_is_built_again(tmp_path, monkeypatch):
    file = body_file(tmp_path, "neutral")
    file.parent.mkdir()
    np.savez(file, recipe="older")
    np.save(file.with_name("smplx_kid_template.npy"), np.zeros(3))
    asked = []
    monkeypatch.setattr(sys.modules[ensure.__module__], "build", lambda *a: asked.append(a) or file)
    assert ensure(tmp_path) == file
    assert asked == [(tmp_path, ("neutral",))]


def test_unknown_gender_is_named_in_the_error(tmp_path):
    with pytest.raises(InputError, match="gender 'other'"):
        build_body(tmp_path, genders=("other",))


def test_fingerprint_needs_no_anny():
    code = "import sys, hmr.open_body as b; print(b.fingerprint(), 'anny' in sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout.split() == [fingerprint(), "False"]
