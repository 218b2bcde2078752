"""Values of other types, checked as they are in use: without the tests' own type checks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hmr.sample import Person
from samples.layout_checks import PERSON, is_box, is_count, is_number, is_rle
from tests.sample_factory import write_set
from tests.samples.planting import rewrite_record

ROOT = Path(__file__).resolve().parent.parent.parent
WRONG = {
    "occlusion": "much",
    "person_id": -1,
    "bbox_visible": [1, 2, 3],
    "mask_amodal": {"size": "large", "counts": "1"},
    "gender": "unknown",
    "trust": 7,
}
PROGRAM = """
import sys
from pathlib import Path
from samples.doctor import examine
for finding in examine(Path(sys.argv[1])):
    print(finding)
"""


def test_wrong_values_of_a_person_are_named_and_end_the_checks(samples, tmp_path):
    folder = write_set(tmp_path / "set", samples)

    def change(files):
        header = json.loads(files["json"])
        header["people"][1].update(WRONG)
        return {**files, "json": json.dumps(header).encode()}

    rewrite_record(folder, "shard-000000.tar", "000001", change)
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    found = [line for line in run.stdout.splitlines() if " done in " not in line]
    assert len(found) == len(WRONG)
    assert all(line.startswith("000001: layout: ") for line in found)
    assert all(any(f"{name} of the person in row 1" in line for line in found) for name in WRONG)


def test_a_person_with_nothing_known_is_right():
    assert all(right(getattr(Person(person_id=0), name)) for name, right in PERSON.items())


@pytest.mark.parametrize("value", [None, True, "1", float("nan"), float("inf"), 10**400, []])
def test_what_is_no_number(value):
    assert not is_number(value)


def test_numbers_counts_boxes_and_run_lengths():
    assert is_number(-2) and is_number(0.5)
    assert is_count(0) and not is_count(-1) and not is_count(2**63) and not is_count(1.0)
    assert is_box([0, 0.5, 2, 3]) and not is_box([0, 1, 2]) and not is_box("0123")
    assert is_rle({"size": [4, 4], "counts": "1"}) and not is_rle({"size": [4], "counts": "1"})
