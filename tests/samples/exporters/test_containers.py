"""Files that old and new numpy, webdataset and the narrow unpickler read alike."""

import io
import pickle

import numpy as np
import pytest
import webdataset

from hmr.errors import InputError
from hmr.unpickling import load_npz, loads
from samples.exporters.containers import pickled, write_npz, write_tar

VALUES = {
    "numbers": np.arange(6, dtype=np.float32).reshape(2, 3),
    "text": np.array(["a", "bc"]),
    "scalar": np.float32(0.5),
    "plain": [1, 2.5, "x", None, b"bytes", {"deep": (1, 2)}],
}


def test_pickles_name_numpy_as_every_version_knows_it():
    content = pickled(VALUES)
    assert b"numpy._core" not in content and b"numpy.core.multiarray" in content


def test_python_and_the_narrow_unpickler_read_the_same():
    for read in (pickle.loads, lambda content: loads(content, "here")):
        found = read(pickled(VALUES))
        np.testing.assert_array_equal(found["numbers"], VALUES["numbers"])
        assert found["text"].tolist() == ["a", "bc"]
        assert float(found["scalar"]) == 0.5 and found["plain"] == VALUES["plain"]


def test_numpy_reads_the_npz_and_objects_in_it(tmp_path):
    path = tmp_path / "a.npz"
    tables = np.array({"betas": VALUES["numbers"]}, object)
    write_npz(path, {**{k: np.asarray(VALUES[k]) for k in ("numbers", "text")}, "smplx": tables})
    with np.load(path, allow_pickle=True) as file:
        assert sorted(file.files) == ["numbers", "smplx", "text"]
        np.testing.assert_array_equal(file["numbers"], VALUES["numbers"])
        np.testing.assert_array_equal(file["smplx"].item()["betas"], VALUES["numbers"])
    narrow = load_npz(path)
    np.testing.assert_array_equal(narrow["smplx"].item()["betas"], VALUES["numbers"])
    with np.load(path, allow_pickle=False) as file, pytest.raises(ValueError, match="pickle"):
        file["smplx"]


def test_the_same_content_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_npz(tmp_path / f"{name}.npz", {"a": VALUES["numbers"]})
        write_tar(tmp_path / f"{name}.tar", [{"__key__": "k", "jpg": b"j", "data.pyd": VALUES}])
    for ending in ("npz", "tar"):
        one, two = (tmp_path / f"{name}.{ending}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_webdataset_decodes_what_was_written(tmp_path):
    path = tmp_path / "a.tar"
    records = [
        {"__key__": f"{i:04d}", "data.pyd": [i, VALUES["numbers"]], "metadata.json": {"width": i}}
        for i in range(3)
    ]
    write_tar(path, records)
    found = list(webdataset.WebDataset(str(path), shardshuffle=False).decode())
    assert [record["__key__"] for record in found] == ["0000", "0001", "0002"]
    assert found[2]["metadata.json"] == {"width": 2} and found[2]["data.pyd"][0] == 2


def test_a_pickle_that_runs_code_is_refused_where_ours_is_read():
    class Evil:
        def __reduce__(self):
            return print, ("ran",)

    with pytest.raises(InputError, match="refused"):
        loads(pickle.dumps([Evil(), io.__name__]), "there")
