"""Pickles that would run code, or harm the process, are refused and do nothing."""

import functools
import os
import pickle
import pickletools
from pathlib import Path

import numpy as np
import pandas
import pytest

from hmr.errors import InputError
from hmr.unpickling import load_npz, load_pickle, loads


class Calls:
    """Pickles as a call of a function with arguments."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def named(module: str, name: str, argument: str, protocol: int = 4) -> bytes:
    """A pickle that calls whatever the dotted name leads to."""
    text = [b"\x8c" + bytes([len(s)]) + s.encode() for s in (module, name, argument)]
    if protocol == 4:
        return b"\x80\x04" + text[0] + text[1] + b"\x93" + text[2] + b"\x85R."
    return f"c{module}\n{name}\n(S'{argument}'\ntR.".encode()


def planted(canary: Path) -> dict[str, bytes]:
    command = f"touch {canary}"
    code = f"__import__('pathlib').Path({str(canary)!r}).touch()"
    return {
        "os.system": pickle.dumps(Calls(os.system, command)),
        "eval": pickle.dumps(Calls(eval, code)),
        "exec": pickle.dumps(Calls(exec, code)),
        "getattr": pickle.dumps(Calls(getattr, str, "mro")),
        "open": pickle.dumps(Calls(open, str(canary), "w")),
        "import": pickle.dumps(Calls(__import__, "antigravity")),
        "pandas.eval": pickle.dumps(Calls(pandas.eval, f"@__builtins__.exec({code!r})")),
        "pandas.read_pickle": pickle.dumps(Calls(pandas.read_pickle, str(canary))),
        "pandas.io.common": named("pandas.io.common", "os.system", command),
        "numpy.load": pickle.dumps(Calls(np.load, str(canary), None, True)),
        "numpy.f2py": named("numpy.f2py", "compile", code),
        "numpy.testing": named("numpy.testing._private.utils", "runstring", code),
        "dotted": named("numpy", "os.system", command),
        "dotted pandas": named("pandas", "DataFrame.eval", code),
        "dotted dtype": named("numpy", "ndarray.tofile", str(canary)),
        "dotted admitted": named("pandas.core.internals.managers", "BlockManager.__reduce__", "x"),
        "old dotted": named("numpy.core.multiarray", "os.system", command, 0),
        "python 2": named("__builtin__", "eval", code, 0),
        "posix": named("posix", "system", command, 0),
        "inside a dict": pickle.dumps({"betas": np.zeros(10), "x": Calls(os.system, command)}),
        "inside objects": pickle.dumps(np.array([Calls(os.system, command)], dtype=object)),
        "inside a table": pickle.dumps(pandas.DataFrame({"X": [Calls(os.system, command)]})),
        "partial": pickle.dumps(Calls(functools.partial, os.system, command)),
        "pickle.loads": pickle.dumps(Calls(pickle.loads, pickle.dumps(Calls(os.system, command)))),
        "extension": b"\x80\x02\x82\x01.",
        "persistent": b"\x80\x02X\x01\x00\x00\x00aQ.",
        "instance": f"(S'{command}'\nios\nsystem\n.".encode(),
        "bad codec": named("_codecs", "lookup", "zlib"),
    }


@pytest.mark.parametrize("name", sorted(planted(Path("x"))))
def test_a_planted_pickle_is_refused_and_runs_nothing(name, tmp_path):
    canary, path = tmp_path / "canary", tmp_path / "planted.pkl"
    path.write_bytes(planted(canary)[name])
    with pytest.raises(InputError, match=r"planted\.pkl: ") as error:
        load_pickle(path)
    assert not canary.exists() and "\n" not in str(error.value)


def test_the_plant_would_have_worked(tmp_path):
    canary = tmp_path / "canary"
    for name in ("os.system", "eval", "inside a dict", "python 2", "inside objects"):
        pickle.loads(planted(canary)[name])
        assert canary.exists(), name
        canary.unlink()


def test_the_refused_name_is_said(tmp_path):
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(Calls(os.system, "true")))
    with pytest.raises(InputError, match=r"a\.pkl: refused, .* asks for 'posix\.system'"):
        load_pickle(path)


def test_classes_cannot_be_changed_by_a_state():
    # BUILD on a class would set its attributes for the whole process.
    poison = b"\x80\x02cpandas\nDataFrame\nN}X\x03\x00\x00\x00fooK\x01s\x86b."
    with pytest.raises(InputError):
        loads(poison, "x")
    assert not hasattr(pandas.DataFrame, "foo")


def test_a_dtype_that_lies_about_objects_is_refused():
    # numpy would take these eight bytes for the address of an object.
    lying = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01K\x01\x85cnumpy\ndtype\nU\x02O8K\x00K\x01\x87R"
        b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x08AAAAAAAAtb."
    )
    with pytest.raises(InputError, match="does not fit its dtype"):
        loads(lying, "x")
    with pytest.raises(InputError, match="none of numbers"):
        loads(pickle.dumps(np.zeros(2, [("a", object)])), "x")


@pytest.mark.parametrize("change", [(b"K\x03\x85", b"K\x09\x85"), (b"K\x03\x85", b"K\x00\x85")])
@pytest.mark.parametrize("dtype", [object, float])
def test_an_array_of_another_size_than_its_content_is_refused(dtype, change):
    # numpy itself reads beyond the end of a list of objects, and the process dies.
    content = pickletools.optimize(pickle.dumps(np.arange(3).astype(dtype), 3))
    assert content.count(change[0]) == 1
    with pytest.raises(InputError, match="does not fit"):
        loads(content.replace(*change), "x")


def test_blocks_outside_their_table_are_refused():
    content = pickle.dumps(pandas.DataFrame({"a": [1, 2], "b": [3.0, 4.0]}), 4)
    content = pickletools.optimize(content)
    places = b"K\x01K\x02K\x01\x87R"
    assert content.count(places) == 1
    for wrong in (b"K\x00K\x02K\x01\x87R", b"K\x01K\xffK\x01\x87R", b"K\x05K\xffK\x01\x87R"):
        try:
            assert loads(content.replace(places, wrong), "x").shape == (2, 2)
        except InputError as error:
            assert "table" in str(error) or "zip" in str(error)


def test_a_planted_npz_is_refused(tmp_path):
    canary = tmp_path / "canary"
    path = tmp_path / "bad.npz"
    call = Calls(os.system, f"touch {canary}")
    np.savez(path, allow_pickle=True, a=np.ones(2), x=np.array([call], dtype=object))
    with pytest.raises(InputError, match=r"bad\.npz: key 'x': refused, .*system"):
        load_npz(path)
    assert not canary.exists()
