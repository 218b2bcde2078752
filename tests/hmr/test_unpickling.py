import functools
import io
import os
import pickle
import pickletools
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmr.errors import InputError
from hmr.unpickling import load_npz, load_pickle, loads

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def plain():
    return {
        "scalar": np.float32(1.5),
        "truth": np.bool_(True),
        "matrix": np.arange(6.0).reshape(2, 3),
        "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "empty": np.zeros((0, 4), np.float32),
        "text": np.array(["a", "bcd"]),
        "objects": np.array([1, "a", np.ones(3), None], dtype=object),
        "order": OrderedDict([("b", 1), ("a", [2.5, None, True])]),
        "others": ({1, 2}, frozenset([3]), b"\xff", bytearray(b"\x00"), 1j, slice(0, 3, 2)),
    }


def table():
    column = np.empty(2, dtype=object)
    column[:] = [np.zeros((3, 24, 2)), np.ones((1, 24, 2))]
    return pandas.DataFrame(
        {
            "imgPath": ["ag_00.png", "ag_01.png"],
            "X": [[1.0, 2.0, 3.0], [4.0]],
            "gender": [["male", "female", "male"], ["male"]],
            "camYaw": [10.5, -3.0],
            "count": [3, 1],
            "gt_joints_2d": column,
            "note": ["one", None],
        }
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_plain_values_come_back_as_pickle_itself_gives_them(protocol):
    content = pickle.dumps(plain(), protocol)
    # The standard unpickler is the oracle; it may read what this test itself wrote.
    assert repr(loads(content, "x")) == repr(pickle.loads(content))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_tables_come_back_as_pandas_itself_gives_them(protocol):
    content = pickle.dumps(table(), protocol)
    found, expected = loads(content, "x"), pickle.loads(content)
    arrays = "gt_joints_2d"
    pandas.testing.assert_frame_equal(found.drop(columns=arrays), expected.drop(columns=arrays))
    for ours, theirs in zip(found[arrays], expected[arrays], strict=True):
        assert np.array_equal(ours, theirs)


def test_a_file_that_pandas_wrote_is_read(tmp_path):
    table().to_pickle(tmp_path / "a.pkl")
    assert load_pickle(tmp_path / "a.pkl").imgPath.tolist() == ["ag_00.png", "ag_01.png"]


def test_a_table_with_rows_left_out_keeps_their_numbers():
    content = pickle.dumps(table().iloc[1:])
    pandas.testing.assert_index_equal(loads(content, "x").index, pickle.loads(content).index)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_series_comes_back(protocol):
    series = pandas.Series([1.0, 2.0], index=["a", "b"], name="camYaw")
    pandas.testing.assert_series_equal(loads(pickle.dumps(series, protocol), "x"), series)


def test_a_table_of_pandas_1_is_read():
    found = loads(pandas_1(), "old.pkl")
    assert found.columns.tolist() == ["imgPath"] and found.imgPath.tolist() == ["a.png", "b.png"]


def pandas_1() -> bytes:
    """Write by hand what pandas 1.1 wrote: no pandas of that age installs beside this one."""
    values = np.array([["a.png", "b.png"]], dtype=object)
    new = b"cpandas.core.indexes.base\n_new_Index\n"
    names = new + b"cpandas.core.indexes.base\nIndex\n"
    names += b"}" + body("data") + body(np.array(["imgPath"], dtype=object)) + b"s\x86R"
    rows = new + b"cpandas.core.indexes.range\nRangeIndex\n"
    rows += body({"start": 0, "stop": 2, "step": 1, "name": None}) + b"\x86R"
    block = b"}(" + body("values") + body(values) + body("mgr_locs") + body(slice(0, 1, 1)) + b"u"
    state = b"}(" + body("axes") + b"](" + names + rows + b"e"
    state += body("blocks") + b"]" + block + b"a" + b"u"
    manager = b"cpandas.core.internals.managers\nBlockManager\n)\x81"
    manager += b"(]]]}" + body("0.14.1") + state + b"st" + b"b"
    frame = b"cpandas.core.frame\nDataFrame\n)\x81}" + body("_data") + manager + b"sb"
    return b"\x80\x02" + frame + b"."


def body(value: object) -> bytes:
    """The opcodes that put a value on the stack, without a memo, in numpy 1's names."""
    content = pickletools.optimize(pickle.dumps(value, 2))
    assert not any(op.name in ("BINGET", "GET") for op, *_ in pickletools.genops(content))
    return content[2:-1].replace(b"numpy._core", b"numpy.core")


def test_a_pickle_of_python_2_is_read():
    # cPickle's protocol 2 of {'betas': numpy.array([1., 2.])}: texts and bytes are one kind.
    raw = struct.pack("<2d", 1, 2)
    content = (
        b"\x80\x02}U\x05betascnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n"
        b"K\x00\x85U\x01b\x87R(K\x01K\x02\x85cnumpy\ndtype\nU\x02f8K\x00K\x01\x87R"
        b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x10" + raw + b"tbs."
    )
    assert loads(content, "x")["betas"].tolist() == [1.0, 2.0]


# --- what must be refused


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


def test_a_missing_file_is_named(tmp_path):
    for load in (load_pickle, load_npz):
        with pytest.raises(InputError, match=r"none\.x: cannot be read"):
            load(tmp_path / "none.x")


def test_a_pickle_cut_short_anywhere_is_named():
    content = pickle.dumps({"table": table(), **plain()}, 4)
    for size in range(0, len(content) - 1, 7):
        with pytest.raises(InputError, match=r"^cut: "):
            loads(content[:size], "cut")


def test_a_list_that_holds_itself_a_thousandfold_is_no_traceback():
    for content in (
        b"(" * 10**5 + b"t" * 10**5 + b".",
        b"\x80\x04" + b"]" * 5000 + b"a" * 4999 + b".",
    ):
        try:
            loads(content, "deep")
        except InputError:
            continue


_TABLE, _PLAIN = pickle.dumps(table(), 4), pickle.dumps(plain(), 2)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([_TABLE, _PLAIN]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_changed_bytes_are_read_or_refused(content, changes):
    changed = bytearray(content)
    for place, value in changes:
        changed[place % len(changed)] = value
    try:
        loads(bytes(changed), "fuzz")
    except InputError as error:
        assert "\n" not in str(error)


# --- npz


def npz(**members: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **members)
    return buffer.getvalue()


def test_npz_comes_back_with_arrays_of_objects(tmp_path):
    names = np.array(["a", None, 3], dtype=object)
    members = {"names": names, "betas": np.ones((2, 10)), "f": np.asfortranarray(np.eye(3)[:2])}
    np.savez_compressed(tmp_path / "a.npz", **members, one=np.float32(2))
    found = load_npz(tmp_path / "a.npz")
    assert sorted(found) == ["betas", "f", "names", "one"]
    for key, value in members.items():
        assert np.array_equal(found[key], value)
    assert found["one"].shape == () and found["names"].dtype == object


def test_a_planted_npz_is_refused(tmp_path):
    canary = tmp_path / "canary"
    path = tmp_path / "bad.npz"
    call = Calls(os.system, f"touch {canary}")
    path.write_bytes(npz(a=np.ones(2), x=np.array([call], dtype=object)))
    with pytest.raises(InputError, match=r"bad\.npz: key 'x': refused, .*system"):
        load_npz(path)
    assert not canary.exists()


def test_an_npz_cut_or_broken_is_named(tmp_path):
    content, path = npz(a=np.ones(20), names=np.array(["x"], dtype=object)), tmp_path / "cut.npz"
    for size in range(0, len(content) - 1, 31):
        path.write_bytes(content[:size])
        with pytest.raises(InputError, match=r"cut\.npz: "):
            load_npz(path)
    with zipfile.ZipFile(path, "w") as members:
        huge = b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, "
        huge += b"'shape': (999999999999,), }"
        members.writestr("a.npy", huge.ljust(127) + b"\n")
    with pytest.raises(InputError, match=r"cut\.npz: key 'a': no array"):
        load_npz(path)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=5))
def test_changed_bytes_of_an_npz_are_read_or_refused(tmp_path_factory, changes):
    path = tmp_path_factory.getbasetemp() / "fuzz.npz"
    changed = bytearray(npz(a=np.ones(3), names=np.array(["x", 1], dtype=object)))
    for place, value in changes:
        changed[place % len(changed)] = value
    path.write_bytes(bytes(changed))
    try:
        load_npz(path)
    except InputError as error:
        assert "\n" not in str(error)
