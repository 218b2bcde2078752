"""What a pickled numpy array or number names, made again by functions that trust nothing.

numpy's own functions believe what a pickle says of a dtype's layout, which can
point anywhere in memory. Here a dtype is a plain number, text or object, and an
array is filled once, from bytes of exactly its size.
"""

import math
import re
from collections.abc import Callable, Mapping

import numpy as np

PLAIN_DTYPE = re.compile(r"[<>|=]?([biufc](1|2|4|8|16)|[SU]\d{0,6}|O8?|\?)")
"""Numbers, truth values, text and objects; no structures, dates or voids."""


def new_array(kind: object, shape: object, code: object) -> np.ndarray:
    """Make the empty array that a pickle fills next (`numpy.core.multiarray._reconstruct`)."""
    return np.zeros(0, np.int8)


def fill_array(array: np.ndarray, state: tuple) -> None:
    """Fill a new array with the shape, dtype and content of its pickle.

    Raises:
        ValueError: The state fits no array.
    """
    _, shape, dtype, fortran, content = state
    if array.shape != (0,) or not isinstance(dtype, np.dtype) or not dtype.itemsize:
        raise ValueError("an array is filled twice, or has no dtype")
    if not isinstance(shape, tuple) or any(not isinstance(n, int) or n < 0 for n in shape):
        raise ValueError("an array's shape is none")
    content = content.encode("latin1") if isinstance(content, str) else content
    # numpy counts bytes, but reads beyond the end of a list of objects.
    kind, size = (list, 1) if dtype.hasobject else (bytes, dtype.itemsize)
    if not isinstance(content, kind) or len(content) != math.prod(shape) * size:
        raise ValueError("an array's content does not fit its dtype and shape")
    array.__setstate__((1, shape, dtype, bool(fortran), content))  # pyright: ignore


def new_dtype(code: str | bytes, align: object = False, copy: object = True) -> np.dtype:
    """Make a dtype of a plain kind.

    Raises:
        ValueError: It is a structure or another kind that labels never have.
    """
    text = code.decode("ascii") if isinstance(code, bytes) else str(code)
    if not PLAIN_DTYPE.fullmatch(text):
        raise ValueError(f"dtype '{text[:40]}' is none of numbers, text and objects")
    return np.dtype(text.replace("O8", "O"), copy=True)  # pyright: ignore[reportCallIssue]


def set_dtype(dtype: np.dtype, state: tuple) -> None:
    """Give a new dtype its byte order; nothing else of the pickle's state is believed.

    Raises:
        ValueError: The state describes a structure.
    """
    _, order, *inside = state[:5]
    if any(part is not None for part in inside) or state[5] not in (-1, 0, dtype.itemsize):
        raise ValueError("a dtype's state is not that of numbers, text or objects")
    order = order.decode() if isinstance(order, bytes) else order
    if order not in ("<", ">", "|", "="):
        raise ValueError("a dtype has no byte order")
    swapped = order in "<>" and dtype.newbyteorder(order).byteorder != dtype.byteorder
    if swapped and dtype.kind in "iufcU":
        size = dtype.itemsize if dtype.kind == "U" else -1
        align = dtype.alignment if dtype.kind == "U" else -1
        flags = dtype.flags
        dtype.__setstate__((3, order, None, None, None, size, align, flags))  # pyright: ignore


def number(dtype: np.dtype, content: bytes | str) -> np.generic:
    """Read one number or text (`numpy.core.multiarray.scalar`).

    Raises:
        ValueError: It is an object, or has too few bytes.
    """
    raw = content.encode("latin1") if isinstance(content, str) else bytes(content)
    if dtype.itemsize == 0:
        return dtype.type()
    return np.frombuffer(raw, dtype, 1)[0]


def from_bytes(content: bytes | bytearray, dtype: np.dtype, shape: tuple, order: str) -> np.ndarray:
    """Read an array of protocol 5 (`numpy.core.numeric._frombuffer`), as a copy of the bytes.

    Raises:
        ValueError: The bytes do not fit dtype and shape.
    """
    if not isinstance(content, bytes | bytearray) or order not in ("C", "F"):
        raise ValueError("an array's content is not bytes")
    return np.frombuffer(bytes(content), dtype).reshape(shape, order=order).copy(order=order)


class ArrayKind:
    """Stands for the class `numpy.ndarray` where a pickle names it."""


ARRAYS: Mapping[tuple[str, str], Callable] = {
    ("numpy", "dtype"): new_dtype,
    ("numpy", "ndarray"): ArrayKind,
    **{
        (f"numpy.{core}.{module}", name): function
        for core in ("core", "_core")
        for module, name, function in (
            ("multiarray", "_reconstruct", new_array),
            ("multiarray", "scalar", number),
            ("numeric", "_frombuffer", from_bytes),
        )
    },
}
"""What stands for each global of numpy, versions 1 and 2."""
