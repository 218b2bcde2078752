import io
import pickle
import pickletools
import struct
import zipfile
from collections import OrderedDict

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
