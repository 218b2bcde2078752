"""What a pickled pandas table names, made again through pandas' public constructors.

A table's pickle is pandas' own memory: blocks of columns and where they belong.
Wrong places there write beyond arrays, so the blocks are read as plain values and
the table is built anew. Tables of pandas 1 to 3 are read, with columns of
numbers, objects and text.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas


@dataclass
class Blocks:
    """Stands for pandas' `BlockManager`."""

    blocks: Any = ()
    axes: Any = ()

    def fill(self, state: Any) -> None:
        """Take the state that pandas up to 1.2, and series of every version, are pickled with."""
        content = state[3]["0.14.1"]
        self.axes = content["axes"]
        self.blocks = [(block["values"], block["mgr_locs"]) for block in content["blocks"]]


class Strings(list):
    """Stands for an array of text: its strings, None where there is none."""

    def fill(self, state: Any) -> None:
        """Take the text that Arrow's array or numpy's array of objects holds."""
        if isinstance(state, Mapping):
            state = state.get("_pa_array", state.get("_data", state.get("_ndarray")))
        if isinstance(state, tuple):
            state = next(part for part in state if isinstance(part, list | np.ndarray))
        self[:] = [item if isinstance(item, str) else None for item in state]


def block(values: Any, placement: Any, ndim: Any = 2) -> tuple[Any, Any]:
    """Keep a block's values and the places of its columns."""
    return values, placement


def index(kind: Any, content: Mapping[str, Any]) -> pandas.Index:
    """Make an index of names or numbers."""
    if kind is RangeKind:
        start, stop, step = (int(content[key]) for key in ("start", "stop", "step"))
        return pandas.RangeIndex(start, stop, step)
    return pandas.Index(_column(content["data"]), name=content.get("name"))


def fill_frame(frame: pandas.DataFrame, state: Any) -> None:
    """Fill a new table from its blocks.

    Raises:
        ValueError: The blocks are not the columns of one table.
    """
    manager = _manager(state)
    names, rows = (_as_index(axis) for axis in manager.axes)
    columns: dict[int, pandas.Series] = {}
    for values, placement in manager.blocks:
        places = _places(placement, len(names))
        for place, column in zip(places, _split(values, len(places)), strict=True):
            columns[place] = _series(column, rows)
    if sorted(columns) != list(range(len(names))):
        raise ValueError("a table's blocks are not its columns")
    ordered = {place: columns[place] for place in range(len(names))}
    frame.__init__(ordered, index=rows)
    frame.columns = names


def fill_series(series: pandas.Series, state: Any) -> None:
    """Fill a new series from its block."""
    manager = _manager(state)
    axis = manager.axes[0] if isinstance(manager.axes, Sequence) else manager.axes
    values = manager.blocks[0]
    values = values[0] if isinstance(values, tuple) else values
    name = state.get("_name") if isinstance(state, Mapping) else None
    series.__init__(_series(values, _as_index(axis)))
    series.name = name if isinstance(name, str | int) else None


def _manager(state: Any) -> Blocks:
    if isinstance(state, Mapping):
        state = state.get("_mgr", state.get("_data"))
    if not isinstance(state, Blocks):
        raise ValueError("a table without blocks")
    return state


def _places(placement: Any, count: int) -> list[int]:
    if isinstance(placement, slice):
        return list(range(count))[placement]
    places = [int(place) for place in placement]
    if any(not 0 <= place < count for place in places):
        raise ValueError("a table's block lies outside the table")
    return places


def _split(values: Any, count: int) -> Iterable[Any]:
    if isinstance(values, Strings) or (isinstance(values, np.ndarray) and values.ndim == 1):
        return [values]
    if not isinstance(values, np.ndarray) or values.ndim != 2 or len(values) != count:
        raise ValueError("a table's block is no array of its columns")
    return list(values)


def _column(values: Any) -> Any:
    if isinstance(values, Strings):
        return pandas.array(list(values), dtype="str")
    if not isinstance(values, np.ndarray) or values.ndim != 1:
        raise ValueError("a column that is not numbers, objects or text")
    return values


def _series(values: Any, rows: pandas.Index) -> pandas.Series:
    column = _column(values)
    # Left to itself, pandas turns objects that are all text into another kind.
    return pandas.Series(column, index=rows, dtype=column.dtype)


def _as_index(axis: Any) -> pandas.Index:
    if not isinstance(axis, pandas.Index):
        raise ValueError("an axis of a table is no index")
    return axis


def arrow_strings(data: tuple) -> list[str | None]:
    """Read Arrow's array of text from its buffers (`pyarrow.lib._restore_array`).

    Raises:
        ValueError: It is another kind of array, or its buffers are too short.
    """
    kind, length, _, offset, buffers, *_ = data
    if kind not in ("large_string", "string") or min(length, offset) < 0:
        raise ValueError(f"a column of Arrow's {kind} is not read")
    valid, ends, text = buffers
    width = np.int64 if kind == "large_string" else np.int32
    edges = np.frombuffer(ends, width)[offset : offset + length + 1].tolist()
    text = b"" if text is None else bytes(text)
    if length and (len(edges) != length + 1 or sorted(edges) != edges or edges[-1] > len(text)):
        raise ValueError("the buffers of a column of text do not fit")
    known = np.ones(length, bool)
    if valid is not None:
        bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")
        known = bits[offset : offset + length].astype(bool)
    spans = zip(pairwise(edges), known, strict=True)
    return [text[a:b].decode() if there else None for (a, b), there in spans]


def buffer(content: bytes | bytearray) -> bytes:
    """Keep the bytes of an Arrow buffer."""
    # The bytes of a number would be that many zeros.
    return b"".join([content])


class FrameKind:
    """Stands for the class `DataFrame`: makes an empty one, which its state fills."""

    def __new__(cls) -> pandas.DataFrame:  # pyright: ignore
        """Make an empty table."""
        return pandas.DataFrame()


class SeriesKind:
    """Stands for the class `Series`."""

    def __new__(cls) -> pandas.Series:  # pyright: ignore
        """Make an empty series."""
        return pandas.Series([], dtype=object)


class IndexKind:
    """Stands for pandas' index classes."""


class RangeKind:
    """Stands for `RangeIndex`."""


def text_dtype(*arguments: object) -> str:
    """Stand for pandas' dtype of text."""
    return "str"


TABLES: Mapping[tuple[str, str], Callable] = {
    **dict.fromkeys((("pandas", "DataFrame"), ("pandas.core.frame", "DataFrame")), FrameKind),
    **dict.fromkeys((("pandas", "Series"), ("pandas.core.series", "Series")), SeriesKind),
    **dict.fromkeys((("pandas", "Index"), ("pandas.core.indexes.base", "Index")), IndexKind),
    **{
        ("pandas.core.indexes.numeric", f"{kind}Index"): IndexKind
        for kind in ("Int64", "UInt64", "Float64")
    },
    ("pandas", "RangeIndex"): RangeKind,
    ("pandas.core.indexes.range", "RangeIndex"): RangeKind,
    ("pandas.core.indexes.base", "_new_Index"): index,
    ("pandas.core.internals.managers", "BlockManager"): Blocks,
    ("pandas.core.internals.managers", "SingleBlockManager"): Blocks,
    ("pandas._libs.internals", "_unpickle_block"): block,
    ("pandas.core.internals.blocks", "new_block"): block,
    ("pandas", "StringDtype"): text_dtype,
    ("pandas.core.arrays.string_", "StringDtype"): text_dtype,
    ("pandas.arrays", "ArrowStringArray"): Strings,
    ("pandas.core.arrays.string_arrow", "ArrowStringArray"): Strings,
    ("pandas.core.arrays.string_arrow", "ArrowStringArrayNumpySemantics"): Strings,
    ("pyarrow.lib", "_restore_array"): arrow_strings,
    ("pyarrow.lib", "type_for_alias"): str,
    ("pyarrow.lib", "py_buffer"): buffer,
}
"""What stands for each global of pandas 1 to 3, and of pyarrow's text."""
