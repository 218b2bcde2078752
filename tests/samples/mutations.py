"""Ways in which files of strangers are wrong, drawn by hypothesis."""

import copy
import pickle
from typing import Any

import numpy as np
from hypothesis import strategies as st

from samples.layout_checks import is_number

ODD = (
    *(None, True, "", "a word", "../../etc/passwd", "\0", -1, 0, 1, 2**70, -(2**40), 10**400),
    *(
        1e300,
        -1e300,
        1e-300,
        float("nan"),
        float("inf"),
        [],
        {},
        [[]],
        [1],
        [[1, 2], [3]],
        {"a": 1},
    ),
)
"""Values that stand where others should."""


class Bomb:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('code of a stranger ran')",))


def places(value: Any, path: tuple = ()) -> list[tuple]:
    """Name every place within lists and dicts."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key in value:
            found += places(value[key], (*path, key))
    elif isinstance(value, list):
        for index in range(len(value)):
            found += places(value[index], (*path, index))
    return found


@st.composite
def plain(draw, value: Any) -> Any:
    """Change a few places of nested lists and dicts."""
    changed = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        found = places(changed)
        if not found:
            break
        *way, last = draw(st.sampled_from(found))
        holder = changed
        for step in way:
            holder = holder[step]
        what = draw(st.sampled_from(("odd", "odd", "remove", "twice", "scale")))
        if what == "remove":
            del holder[last]
        elif what == "twice" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[last]))
        elif what == "scale" and is_number(holder[last]):
            holder[last] = holder[last] * draw(st.sampled_from((-1, 0, 1e9, 0.5)))
        else:
            holder[last] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return changed


@st.composite
def flipped(draw, data: bytes) -> bytes:
    """Change, cut or repeat some bytes."""
    changed = bytearray(data)
    what = draw(st.sampled_from(("flip", "flip", "cut", "fill", "insert")))
    place = draw(st.integers(0, max(len(changed) - 1, 0)))
    if what == "flip":
        for _ in range(draw(st.integers(1, 8))):
            changed[draw(st.integers(0, len(changed) - 1))] ^= draw(st.integers(1, 255))
    elif what == "cut":
        del changed[place:]
    elif what == "fill":
        length = draw(st.integers(1, 64))
        changed[place : place + length] = bytes([draw(st.integers(0, 255))]) * length
    else:
        changed[place:place] = draw(st.binary(min_size=1, max_size=32))
    return bytes(changed)


@st.composite
def arrays(draw, named: dict[str, np.ndarray]) -> dict[str, Any]:
    """Change a few arrays: values, shapes, types, or what they hold."""
    changed = dict(named)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(changed) or ["nothing"]))
        if name == "nothing":
            break
        changed[name] = _changed(draw, np.array(changed[name]))
        if draw(st.integers(0, 9)) == 0:
            del changed[name]
    return changed


def _changed(draw, array: np.ndarray) -> Any:
    what = draw(st.sampled_from(("value", "value", "shape", "dtype", "rows", "objects", "bomb")))
    if what == "value" and array.size and array.dtype.kind in "fiu":
        flat = array.astype(np.float64).ravel()
        odd = (np.nan, np.inf, -1.0, 0.0, 1e300, -1e30, 1e9)
        flat[draw(st.integers(0, len(flat) - 1))] = draw(st.sampled_from(odd))
        return flat.reshape(array.shape)
    if what == "value" and array.size and array.dtype.kind in "UO":
        flat = array.astype(object).ravel()
        flat[draw(st.integers(0, len(flat) - 1))] = copy.deepcopy(draw(st.sampled_from(ODD)))
        return flat.reshape(array.shape)
    if what == "shape":
        return draw(
            st.sampled_from((array.ravel(), array[None], array[..., None], array.ravel()[:0]))
        )
    if what == "dtype":
        kinds = ("S3", "U5", bool, np.complex64, np.int8, np.float16, "M8[s]", "V4")
        return np.zeros(array.shape, draw(st.sampled_from(kinds)))
    if what == "rows":
        return np.concatenate([array, array]) if array.ndim else array.reshape(1)
    held: Any = Bomb() if what == "bomb" else copy.deepcopy(draw(st.sampled_from(ODD)))
    wrapped = np.empty(() if draw(st.booleans()) else array.shape[:1], object)
    wrapped[...] = held if not isinstance(held, list) else str(held)
    return wrapped


def bomb() -> bytes:
    """A pickle that runs code."""
    return pickle.dumps(Bomb())
