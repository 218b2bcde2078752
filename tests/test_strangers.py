"""Nothing in the code reads a stranger's file in a way that runs it."""

import ast
from pathlib import Path

import pytest
import torch

from hmr.errors import InputError
from student.model import load_student
from teacher.lift import read_checkpoint

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("hmr", "synth", "samples", "teacher", "student", "evaluation")
SOURCES = sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py"))
RUNS = {
    *("pickle.load", "pickle.loads", "pickle.Unpickler", "pandas.read_pickle", "joblib.load"),
    *("marshal.loads", "shelve.open", "eval", "exec", "yaml.load", "yaml.unsafe_load"),
    *("os.system", "os.popen", "tar.extractall", "tar.extract", "shutil.unpack_archive"),
}


def calls():
    for path in [*SOURCES, ROOT / "run.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                given = {word.arg: ast.unparse(word.value) for word in node.keywords}
                yield f"{path.relative_to(ROOT)}:{node.lineno}", ast.unparse(node.func), given


def test_nothing_is_unpickled_but_by_our_own_reader():
    assert [(where, name) for where, name, _ in calls() if name in RUNS] == []


def test_numpy_never_unpickles():
    guilty = [where for where, _, given in calls() if given.get("allow_pickle") == "True"]
    assert guilty == []


def test_torch_reads_weights_only():
    reads = [(where, given) for where, name, given in calls() if name == "torch.load"]
    assert len(reads) >= 3
    assert [where for where, given in reads if given.get("weights_only") != "True"] == []


class Planted:
    def __init__(self, canary: Path):
        self.canary = canary

    def __reduce__(self):
        return Path.touch, (self.canary,)


@pytest.fixture
def planted(tmp_path):
    """A checkpoint that would make a file when it is unpickled, and that file."""
    torch.save({"weights": Planted(tmp_path / "canary")}, tmp_path / "planted.ckpt")
    return tmp_path / "planted.ckpt", tmp_path / "canary"


def test_the_plant_would_have_worked(planted):
    torch.load(planted[0], weights_only=False)
    assert planted[1].exists()


def test_a_planted_student_is_refused(planted, body):
    with pytest.raises(InputError, match=r"planted\.ckpt"):
        load_student(planted[0], body)
    assert not planted[1].exists()


def test_a_planted_teacher_is_refused(planted):
    with pytest.raises(InputError, match=r"planted\.ckpt"):
        read_checkpoint(planted[0])
    assert not planted[1].exists()
