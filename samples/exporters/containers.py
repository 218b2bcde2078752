"""Files that the layouts come in: npz, pickles and tar shards, each the same for the same content.

Pickles hold numpy arrays and plain containers only, and name numpy's functions as
old and new numpy know them, because many of the tools run on an old one.
"""

import io
import json
import pickle
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from webdataset.writer import TarWriter

from hmr.record import write_atomically

PROTOCOL = 3
"""The last one without frames, whose names of functions can be told apart as lines of text."""


def pickled(value: object) -> bytes:
    """Pickle arrays and plain containers so that old and new numpy read them."""
    new, old = b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n"
    return pickle.dumps(value, protocol=PROTOCOL).replace(new, old)


def write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays as `np.savez_compressed` does; arrays of objects by `pickled`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as members:
        for name, array in arrays.items():
            # A ZipInfo made from a name carries no time.
            member = zipfile.ZipInfo(f"{name}.npy")
            member.compress_type = zipfile.ZIP_DEFLATED
            members.writestr(member, _npy(np.asarray(array)))
    write_atomically(path, buffer.getvalue())


def write_tar(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    """Write WebDataset records: `__key__`, bytes as they are, `json` and `pyd` encoded."""
    buffer = io.BytesIO()
    with TarWriter(buffer, mtime=0, encoder=False) as tar:
        for record in records:
            tar.write({name: _member(name, value) for name, value in record.items()})
    write_atomically(path, buffer.getvalue())


def _member(name: str, value: object) -> object:
    if name.endswith("json"):
        return json.dumps(value).encode()
    return pickled(value) if name.endswith("pyd") else value


def _npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    if not array.dtype.hasobject:
        np.lib.format.write_array(stream, array, version=(1, 0), allow_pickle=False)
        return stream.getvalue()
    header = {"descr": "|O", "fortran_order": False, "shape": array.shape}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue() + pickled(array)
