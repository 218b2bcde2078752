"""Skins: pictures on the body file's own texture layout; the open body's is MakeHuman's hm08.

What no picture of skin shows, eyes and the inside of the mouth, keeps its painted colours.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32, Int32, Int64, UInt8

from hmr.body import Body
from hmr.errors import InputError
from synth.packs.files import digest_of, read_picture
from synth.people.anatomy import Anatomy

AGED = ("old", "middleage", "middleaged", "elder", "elderly")
"""Words in a file's name that keep a skin from children."""


@dataclass(frozen=True)
class Skin:
    """A picture of skin."""

    file: Path
    content: str

    @property
    def for_children(self) -> bool:
        """Whether the name says nothing against it."""
        words = self.file.stem.lower().replace("-", "_").split("_")
        return not set(words) & set(AGED)


@dataclass(frozen=True, eq=False)
class Layout:
    """How a body's skin is laid out in its pictures."""

    corners: Int64[np.ndarray, " r"]
    """Vertex behind each drawn vertex: several at seams."""
    faces: Int32[np.ndarray, "f 3"]
    """All of the body's faces, over drawn vertices."""
    uv: Float32[np.ndarray, "r 2"]


def read_skin(file: Path) -> Skin:
    """Check a picture of skin.

    Raises:
        InputError: It cannot be read.
    """
    read_picture(file)
    return Skin(file, digest_of([file]))


def layout_of(body: Body) -> Layout:
    """Find the texture layout of a body file.

    Raises:
        InputError: The file has none.
    """
    if body.vt is None or body.ft is None:
        raise InputError(f"{body.file}: has no texture layout (vt, ft), so no skin fits it")
    pairs = np.stack([body.faces, body.ft], -1).reshape(-1, 2)
    unique, number = np.unique(pairs, axis=0, return_inverse=True)
    uv = body.vt[unique[:, 1]]
    upright = np.stack([uv[:, 0], 1 - uv[:, 1]], 1)
    return Layout(unique[:, 0], number.reshape(body.faces.shape).astype(np.int32), upright)


@lru_cache(maxsize=64)
def picture_of(skin: Skin) -> UInt8[np.ndarray, "h w 3"]:
    """Read a skin's picture."""
    return np.ascontiguousarray(read_picture(skin.file)[..., :3])


def is_pictured(anatomy: Anatomy) -> Bool[np.ndarray, " f"]:
    """Tell which faces a picture of skin covers."""
    return np.all(anatomy.skin[anatomy.faces], axis=1)
