"""The house keeps its walls: no room imports another, no file grows past its size."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("synth", "samples", "teacher", "student", "evaluation")
SOURCES = sorted(
    path
    for folder in ("hmr", *ROOMS, "benchmarks", "tests")
    for path in (ROOT / folder).rglob("*.py")
)


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_no_other_room(room):
    others = set(ROOMS) - {room}
    guilty = {
        str(path): sorted(imported(path) & others)
        for path in (ROOT / room).rglob("*.py")
        if imported(path) & others
    }
    assert not guilty


def test_the_ground_imports_no_room():
    guilty = {str(p): imported(p) & set(ROOMS) for p in (ROOT / "hmr").rglob("*.py")}
    assert not {path: rooms for path, rooms in guilty.items() if rooms}


def test_no_file_is_longer_than_300_lines():
    long = {str(path): len(path.read_text().splitlines()) for path in [*SOURCES, ROOT / "run.py"]}
    assert not {path: lines for path, lines in long.items() if lines > 300}


def test_every_room_is_there_and_holds_code():
    assert all(list((ROOT / room).rglob("*.py")) for room in ("hmr", *ROOMS))


def test_no_file_is_named_for_no_subject():
    assert not [p for p in SOURCES if p.stem in ("utils", "helpers", "misc", "common")]
