"""The images that a file names: found beneath a folder and nowhere else, read, and given keys."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from jaxtyping import UInt8

from hmr.errors import InputError
from hmr.records import free_key
from samples.pictures import fault_of


def folders(data: Path, images: Path | None) -> list[Path]:
    """Where to look for images: the folder named, else beside the file and in `images/` there.

    Raises:
        InputError: The folder named is none.
    """
    if images is not None:
        if not images.is_dir():
            raise InputError(f"images: {images} is no folder")
        return [images]
    base = data if data.is_dir() else data.parent
    return [base, base / "images"]


def inside(folder: Path, name: str) -> Path | None:
    """Find a file beneath a folder by the name that a stranger's file gives it; None if not there.

    Raises:
        InputError: The name, or a link on its way, leads out of the folder.
    """
    pure = PurePosixPath(name.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts or ":" in name or not name.isprintable():
        raise InputError(
            f"{folder}: refused the name {name[:100]!r}, which leads out of the folder"
        )
    path = folder / pure
    if not path.is_file():
        return None
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{path}: refused a link that leads out of {folder}")
    return path


def find(places: Sequence[Path], *names: str) -> Path:
    """Find the first of some names in the first of some folders, with or without its own folders.

    Raises:
        InputError: There is none, or a name leads out.
    """
    for name in (*names, *(PurePosixPath(name).name for name in names)):
        for folder in places:
            path = inside(folder, name)
            if path is not None:
                return path
    raise InputError(f"{places[0]}: no image {names[0]!r}; name its folder by images=DIR")


def read(path: Path) -> UInt8[np.ndarray, "h w 3"]:
    """Read a picture as RGB, its pixels as they are stored.

    Raises:
        InputError: It cannot be decoded.
    """
    data = path.read_bytes()
    fault = fault_of(data)
    if fault is not None:
        raise InputError(f"{path}: {fault}")
    # Labels are of the stored pixels; a camera's note on how it was held is not applied to them.
    mode = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    image = cv2.imdecode(np.frombuffer(data, np.uint8), mode)
    if image is None:
        raise InputError(f"{path}: cannot be decoded")
    return np.ascontiguousarray(image[..., ::-1])


def key_of(name: str, taken: set[str]) -> str:
    """Name a record after its image; a WebDataset key has no dot and no folder."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", PurePosixPath(name).stem)[:100] or "image"
    return free_key(plain, taken)
