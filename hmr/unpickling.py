"""Pickles and npz files from strangers, read without running their code.

A pickle is a program: it names functions and calls them. Here every name it may
use stands in a short table, and what stands there are functions of this project
that make arrays, tables and plain containers from plain values. Any other name
ends the reading.
"""

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas

from hmr.errors import InputError
from hmr.pickled_arrays import ARRAYS, fill_array, set_dtype
from hmr.pickled_tables import TABLES, Blocks, Strings, fill_frame, fill_series


def load_pickle(path: Path | str) -> Any:
    """Read a pickle of arrays, pandas tables and plain containers, of Python 2 or 3.

    Raises:
        InputError: The file is missing or broken, or asks for anything else; says what.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    return loads(content, str(path))


def load_npz(path: Path | str) -> dict[str, np.ndarray]:
    """Read every array of an npz file; arrays of objects go the way of `load_pickle`.

    Raises:
        InputError: The file is missing or broken, or an array of objects asks for more than
            plain values.
    """
    try:
        with zipfile.ZipFile(path) as members:
            names = [name for name in members.namelist() if name.endswith(".npy")]
            return {
                name.removesuffix(".npy"): load_npy(
                    members.read(name), f"{path}: key '{name[:-4]}'"
                )
                for name in names
            }
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except Exception as error:  # A broken zip raises almost anything.
        raise InputError(f"{path}: no npz file, or cut short ({_said(error)})") from None


def loads(content: bytes, where: str) -> Any:
    """Read the bytes of a pickle; `where` names them in errors.

    Raises:
        InputError: They are broken, or ask for anything but arrays, tables and containers.
    """
    try:
        return _Unpickler(io.BytesIO(content), where, len(content)).load()
    except InputError:
        raise
    except Exception as error:  # Broken bytes are opcodes in any order: they raise anything.
        raise InputError(
            f"{where}: no pickle of plain values, or cut short ({_said(error)})"
        ) from None


def load_npy(content: bytes, where: str) -> np.ndarray:
    """Read the bytes of an npy file; `where` names them in errors.

    Raises:
        InputError: They are broken, or hold objects other than plain values.
    """
    try:
        return _npy(content, where)
    except InputError:
        raise
    except Exception as error:  # numpy's reader raises anything on broken headers.
        raise InputError(f"{where}: no array, or cut short ({_said(error)})") from None


def _npy(content: bytes, where: str) -> np.ndarray:
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    headers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    shape, fortran, dtype = headers[version](stream)
    if not dtype.hasobject:
        values = np.frombuffer(content[stream.tell() :], dtype, int(np.prod(shape, dtype=object)))
        return values.reshape(shape, order="F" if fortran else "C").copy()
    found = loads(stream.read(), where)
    if not isinstance(found, np.ndarray):
        raise InputError(f"{where}: its pickle is no array")
    return found.reshape(shape)


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _decode(text: str, encoding: str = "latin1") -> bytes:
    # Bytes of Python 3 at protocol 2; any other codec may unpack without end.
    if encoding not in ("latin1", "latin-1", "ascii", "utf-8"):
        raise ValueError(f"encoding {encoding}")
    return text.encode(encoding)


def _bytes(*arguments: Any) -> bytearray:
    if arguments and not isinstance(arguments[0], bytes | str):
        raise ValueError("bytes made of no bytes")
    return bytearray(*arguments)


def _object(kind: Any, base: Any = None, state: Any = None) -> Any:
    # How protocols 0 and 1 write what later ones write as NEWOBJ.
    return kind.__new__(kind)


class _Root:
    """Stands for `object` as the base that protocols 0 and 1 name."""


_CONTAINERS: Mapping[tuple[str, str], Callable] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("_codecs", "encode"): _decode,
    **{
        (f"{module}", name): function
        for module in ("builtins", "__builtin__")
        for name, function in (
            ("set", set),
            ("frozenset", frozenset),
            ("slice", slice),
            ("complex", complex),
            ("bytearray", _bytes),
            ("bytes", lambda *arguments: bytes(_bytes(*arguments))),
            ("object", _Root),
        )
    },
    ("copyreg", "_reconstructor"): _object,
    ("copy_reg", "_reconstructor"): _object,
}
_ADMITTED: Mapping[tuple[str, str], Callable] = {**ARRAYS, **TABLES, **_CONTAINERS}
_Base: Any = pickle._Unpickler  # pyright: ignore[reportAttributeAccessIssue]


class _Unpickler(_Base):
    """Python's own unpickler, written in Python so that its steps can be narrowed."""

    dispatch: dict = _Base.dispatch.copy()

    def __init__(self, stream: io.BytesIO, where: str, size: int):
        super().__init__(stream, encoding="latin1")
        self._where, self._size = where, size

    def find_class(self, module: str, name: str) -> Callable:
        """Give what stands for a global, or end the reading."""
        if (module, name) not in _ADMITTED:
            asked = ascii(f"{module}.{name}"[:120])
            raise InputError(
                f"{self._where}: refused, because its pickle asks for {asked}; "
                "only arrays, tables and plain containers are read"
            )
        return _ADMITTED[module, name]

    def load_build(self) -> None:
        """Give a new object its state; only the kinds below take one."""
        state, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, np.ndarray):
            fill_array(target, state)
        elif isinstance(target, np.dtype):
            set_dtype(target, state)
        elif isinstance(target, pandas.DataFrame):
            fill_frame(target, state)
        elif isinstance(target, pandas.Series):
            fill_series(target, state)
        elif isinstance(target, Blocks | Strings):
            target.fill(state)
        else:
            raise ValueError(f"a state for {type(target).__name__}")

    def load_bytearray8(self) -> None:
        """Refuse more bytes than the file has before room is made for them."""
        place = self.read(8)
        count = int.from_bytes(place, "little")
        if count > self._size:
            raise ValueError("bytes beyond the end")
        self.append(bytearray(self.read(count)))

    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8
