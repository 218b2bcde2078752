"""Whether a picture can be read to its end, and how large it is."""

import io
import struct
import warnings
import zlib
from collections.abc import Sequence

from PIL import Image

_BROKEN = (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, AttributeError)
_BROKEN += (EOFError, OverflowError, MemoryError, RuntimeError, struct.error, zlib.error)
_BROKEN += (Image.DecompressionBombError, Image.DecompressionBombWarning)
"""What Pillow raises on damaged files."""


def fault_of(
    data: bytes, size: Sequence[int | None] = (None, None), to_the_end: bool = True
) -> str | None:
    """Say what is wrong with a picture's bytes; None for a whole one.

    OpenCV fills the rest of a truncated picture with grey; Pillow refuses it. The size is read
    and compared first, so that a damaged header does not claim gigabytes.

    Args:
        data: The file's bytes.
        size: Width and height that it should have; None where unknown.
        to_the_end: Decode it; else only its header is read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as picture:
                for has, wanted in zip(picture.size, size, strict=True):
                    if wanted is not None and has != wanted:
                        width, height = picture.size
                        return f"is {width}x{height}, the labels say {size[0]}x{size[1]}"
                if to_the_end:
                    picture.load()
    except _BROKEN as error:
        return f"cannot be decoded ({_first_line(error)})"
    return None


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    # Pillow's message on unknown files names a buffer's address.
    text = lines[0].partition(" <_io")[0] if lines else ""
    return text or type(error).__name__
