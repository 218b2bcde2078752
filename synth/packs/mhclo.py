"""MakeHuman's `.mhclo`: how each vertex of a piece of clothing hangs on the base mesh hm08.

A vertex lies at three vertices of the base mesh, mixed by weights, plus an offset that is
stretched along x, y and z as the base mesh is between pairs of its vertices
(http://www.makehumancommunity.org/wiki/Documentation:MHCLO).
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int64

from hmr.errors import InputError
from synth.packs.files import read_text

BASE_VERTICES = 19158
"""Of hm08 with its helpers, after which clothes are cut."""
AXES = ("x_scale", "y_scale", "z_scale")


@dataclass(frozen=True, eq=False)
class Binding:
    """A garment on the base mesh."""

    corners: Int64[np.ndarray, "v 3"]
    """Vertices of hm08."""
    weights: Float[np.ndarray, "v 3"]
    offsets: Float[np.ndarray, "v 3"]
    """In the base mesh's axes and unit."""
    scales: tuple[tuple[int, int, float], ...]
    """For x, y and z: two vertices, and their distance when the offsets were taken; the same
    vertex twice where offsets are not stretched."""
    deleted: Bool[np.ndarray, " 19158"]
    """Vertices of hm08 that the garment hides."""
    obj_file: str
    material: str | None


@dataclass
class _Parsed:
    words: dict[str, str] = field(default_factory=dict)
    rows: list[list[float]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


def read_mhclo(file: Path) -> Binding:
    """Read a binding.

    Raises:
        InputError: A number is malformed, or a vertex is named that hm08 does not have.
    """
    parsed = _parse(file)
    if "obj_file" not in parsed.words:
        raise InputError(f"{file}: names no obj_file; it is no MakeHuman clothing")
    if not parsed.rows:
        raise InputError(f"{file}: binds no vertices; its list `verts` is empty")
    rows = np.array(parsed.rows)
    corners = rows[:, :3].astype(np.int64)
    if corners.min() < 0 or corners.max() >= BASE_VERTICES:
        wrong = corners.max() if corners.max() >= BASE_VERTICES else corners.min()
        raise InputError(
            f"{file}: binds to vertex {wrong}, which does not exist: "
            f"hm08 has {BASE_VERTICES}; was it made for another base mesh?"
        )
    return Binding(
        corners,
        rows[:, 3:6],
        rows[:, 6:],
        tuple(_scale(file, parsed.words, axis) for axis in AXES),
        _deleted(file, parsed.deleted),
        parsed.words["obj_file"],
        parsed.words.get("material"),
    )


def evaluate(binding: Binding, base: Float[np.ndarray, "19158 3"]) -> Float[np.ndarray, "v 3"]:
    """Put a garment on a shape of the base mesh, as MakeHuman does, in the mesh's unit."""
    stretch = np.ones(3)
    for axis, (a, b, distance) in enumerate(binding.scales):
        if a != b:
            stretch[axis] = abs(base[a, axis] - base[b, axis]) / distance
    carried = (base[binding.corners] * binding.weights[..., None]).sum(1)
    return carried + binding.offsets * stretch


def _parse(file: Path) -> _Parsed:
    parsed, part = _Parsed(), ""
    for number, line in enumerate(read_text(file).splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0] in ("verts", "delete_verts", "weights"):
            part = words[0]
        elif part == "delete_verts" and words[0].isdigit():
            parsed.deleted += words
        elif part == "verts" and words[0].lstrip("-")[:1].isdigit():
            parsed.rows.append(_row(file, number, words))
        else:
            parsed.words.setdefault(words[0], " ".join(words[1:]))
    return parsed


def _row(file: Path, number: int, words: list[str]) -> list[float]:
    """Read one vertex: a single number lies on that vertex of the base mesh."""
    try:
        vertices = [float(int(word)) for word in words[:3]]
        values = [float(word) for word in words[3:9]]
    except ValueError:
        vertices, values = [], []
    if len(words) == 1 and len(vertices) == 1:
        return [*vertices * 3, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    if len(vertices) != 3 or len(values) != 6 or not np.isfinite(values).all():
        text = " ".join(words)[:40]
        raise InputError(f"{file}: line {number} is malformed: '{text}'; three vertices, 6 numbers")
    return [*vertices, *values]


def _scale(file: Path, words: dict[str, str], axis: str) -> tuple[int, int, float]:
    if axis not in words:
        return 0, 0, 1.0
    try:
        a, b, distance = words[axis].split()[:3]
        scale = int(a), int(b), float(distance)
    except ValueError:
        raise InputError(f"{file}: {axis} is malformed: '{words[axis][:40]}'") from None
    if min(scale[:2]) < 0 or max(scale[:2]) >= BASE_VERTICES:
        raise InputError(f"{file}: {axis} names a vertex that hm08 does not have")
    if not scale[2] > 0 or not np.isfinite(scale[2]):
        raise InputError(f"{file}: {axis} is malformed: a distance of {scale[2]:g}")
    return scale


def _deleted(file: Path, words: list[str]) -> Bool[np.ndarray, " 19158"]:
    """Read numbers and ranges: 3 5 - 9 12."""
    deleted = np.zeros(BASE_VERTICES, dtype=bool)
    numbers = iter(words)
    last = 0
    for word in numbers:
        try:
            first = last if word == "-" else int(word)
            last = int(next(numbers)) if word == "-" else first
        except (ValueError, StopIteration):
            raise InputError(f"{file}: delete_verts is malformed at '{word[:40]}'") from None
        if not 0 <= first <= last < BASE_VERTICES:
            raise InputError(f"{file}: delete_verts names {first} - {last}; hm08 has no such range")
        deleted[first : last + 1] = True
    return deleted
