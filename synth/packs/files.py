"""Files of a pack: found inside its folder only, and told apart by their content."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from hmr.errors import InputError

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
LARGEST_SIDE = 1024
"""Pictures are read no larger: people are seldom more pixels tall."""
MOST_PIXELS = 2**27
"""Pictures that claim to be larger are refused before they fill the memory."""


def inside(folder: Path, name: str, asked_by: Path) -> Path:
    """Find a file that another one names, below a pack's folder.

    Raises:
        InputError: There is no such file, or the name leads out of the folder.
    """
    found = (asked_by.parent / name.replace("\\", "/").strip()).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise InputError(f"{asked_by}: '{name}' leads out of the pack {folder}; put it inside")
    if not found.is_file():
        raise InputError(f"{asked_by}: its file {name} is missing; put it at {found}")
    return found


def read_text(file: Path) -> str:
    """Read text of any encoding: names of authors need not be understood."""
    try:
        return file.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})") from None


def read_picture(file: Path) -> UInt8[np.ndarray, "h w 4"]:
    """Read a picture, sRGB with alpha, at most `LARGEST_SIDE` pixels a side.

    Raises:
        InputError: It is no picture, or is damaged.
    """
    try:
        with Image.open(file) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise InputError(
                    f"{file}: {picture.width}x{picture.height} pixels; make it smaller"
                )
            picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            return np.asarray(picture.convert("RGBA"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{file}: not a picture that can be read ({reason})") from None


def digest_of(files: Iterable[Path]) -> str:
    """Hash the content of files, whatever their names and places."""
    total = hashlib.sha256()
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:16]
