"""Arrays with one person a row: their shapes, lengths and numbers, and what follows from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from samples.finding import Finding, one_line

FAR_BETA = 5.0
MOST_TURN = 2 * np.pi + 0.1
"""Rotation vectors are no longer; those in degrees are."""
MOST_PIXELS = 1e6
BETWEEN_BOXES = 0.25
"""Share of its keypoints' box, at least, that a box must cover."""


@dataclass(frozen=True)
class Column:
    """What an array of numbers must look like."""

    name: str
    shapes: Sequence[tuple[int | None, ...]]
    """Possible shapes after the first axis; None for any length."""
    needed: bool = True


@dataclass(frozen=True)
class Rows:
    """The columns that have the right shape."""

    numbers: Mapping[str, np.ndarray]
    """float64, by name."""
    images: Sequence[str]
    """Image of each row."""

    def name(self, row: int) -> str:
        """Name a row in a finding."""
        return f"row {row} ({one_line(self.images[row])[:80]})"

    def by_image(self) -> dict[str, list[int]]:
        """Rows of each image, in order."""
        groups: dict[str, list[int]] = {}
        for row, image in enumerate(self.images):
            groups.setdefault(image, []).append(row)
        return groups


def length_of(arrays: Mapping[str, object], names: Sequence[str]) -> int:
    """Number of rows that most arrays have."""
    lengths = [
        len(value)
        for name in names
        if isinstance(value := arrays.get(name), np.ndarray) and value.ndim
    ]
    return max(sorted(set(lengths)), key=lengths.count, default=0)


def words(arrays: Mapping[str, object], name: str, n: int) -> tuple[list[str] | None, str | None]:
    """Read an array of words; else say what is wrong with it."""
    value = arrays.get(name)
    if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind not in "UOS":
        return None, f"{name} is no list of words"
    if len(value) != n:
        return None, f"{name} has {len(value)} rows, the others {n}"
    listed = [item.decode("latin1") if isinstance(item, bytes) else item for item in value.tolist()]
    if not all(isinstance(item, str) for item in listed):
        return None, f"{name} holds things that are no words"
    return listed, None


def numbers(
    arrays: Mapping[str, object], columns: Sequence[Column], n: int, prefix: str = ""
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Read the columns that have the right shape; say what is wrong with the others."""
    good, faults = {}, []
    for column in columns:
        if column.name not in arrays:
            if column.needed:
                faults.append(f"key '{prefix}{column.name}' is missing")
            continue
        value, fault = _read(arrays[column.name], column, n)
        if value is None:
            faults.append(f"{prefix}{column.name} {fault}")
        else:
            good[column.name] = value
    return good, faults


def check_finite(rows: Rows) -> Iterator[Finding]:
    """No number may be NaN or infinite, or beyond all measure."""
    for name, values in rows.numbers.items():
        for row in np.flatnonzero(~_sound(values)).tolist():
            yield Finding("not finite", rows.name(row), name)


def sound_rows(rows: Rows, names: Sequence[str]) -> list[int]:
    """Rows whose numbers in all these columns can be worked with."""
    whole = np.ones(len(rows.images), bool)
    for name in names:
        whole &= _sound(rows.numbers[name])
    return np.flatnonzero(whole).tolist()


def check_betas(rows: Rows, name: str) -> Iterator[Finding]:
    """Shapes must be those of people."""
    if name not in rows.numbers:
        return
    largest = np.abs(np.nan_to_num(rows.numbers[name])).max(-1)
    for row in np.flatnonzero(largest > FAR_BETA).tolist():
        text = f"a shape component of {largest[row]:.3g} standard deviations"
        yield Finding("betas", rows.name(row), text)


def check_turns(rows: Rows, names: Sequence[str]) -> Iterator[Finding]:
    """Rotations must be in radians."""
    for name in names:
        if name not in rows.numbers:
            continue
        turns = np.nan_to_num(rows.numbers[name]).reshape(len(rows.images), -1, 3)
        with np.errstate(over="ignore"):
            largest = np.linalg.norm(turns, axis=-1).max(-1)
        for row in np.flatnonzero(largest > MOST_TURN).tolist():
            text = f"{name} turns a joint by {largest[row]:.3g} radians"
            yield Finding("pose", rows.name(row), text)


def check_confidence(rows: Rows, name: str) -> Iterator[Finding]:
    """Confidences lie between 0 and 1."""
    if name not in rows.numbers or rows.numbers[name].shape[-1] < 3:
        return
    values = np.nan_to_num(rows.numbers[name][..., -1])
    for row in np.flatnonzero(((values < 0) | (values > 1)).any(-1)).tolist():
        yield Finding("visibility", rows.name(row), f"{name} has confidences outside 0..1")


def check_twice(rows: Rows, names: Sequence[str]) -> Iterator[Finding]:
    """No two rows of one image may be the same person."""
    for group in rows.by_image().values():
        met: dict[bytes, int] = {}
        for row in group:
            whole = np.concatenate([rows.numbers[name][row].ravel() for name in names])
            first = met.setdefault(np.round(whole, 4).tobytes(), row)
            if first != row:
                yield Finding("duplicate", rows.name(row), f"the same person as row {first}")


def check_boxes(
    rows: Rows,
    boxes: Float[np.ndarray, "rows 4"],
    keypoints: Float[np.ndarray, "rows k 3"] | None,
    name: str,
) -> Iterator[Finding]:
    """Boxes must have an inside, and lie where their keypoints lie.

    Args:
        rows: The people.
        boxes: x0, y0, x1, y1.
        keypoints: x, y, confidence; None where the file has none.
        name: What the file calls its boxes.
    """
    for row, (x0, y0, x1, y1) in enumerate(boxes.tolist()):
        if not (np.isfinite([x0, y0, x1, y1]).all() and x1 > x0 and y1 > y0):
            yield Finding("box", rows.name(row), f"{name} is empty")
        elif keypoints is not None and _apart(boxes[row], keypoints[row]):
            yield Finding("box", rows.name(row), f"{name} lies apart from the keypoints")


def _apart(box: Float[np.ndarray, "4"], points: Float[np.ndarray, "k 3"]) -> bool:
    known = points[(points[:, 2] > 0) & np.isfinite(points).all(-1), :2]
    if len(known) < 5:
        return False
    low, high = np.maximum(known.min(0), box[:2]), np.minimum(known.max(0), box[2:])
    within = ((known >= box[:2] - 2) & (known <= box[2:] + 2)).all(-1)
    return bool((high <= low).any()) and not within.any()


def _read(value: object, column: Column, n: int) -> tuple[np.ndarray | None, str | None]:
    if isinstance(value, list | tuple):
        try:
            value = np.array(value, np.float64)
        except (ValueError, TypeError, OverflowError):
            return None, "holds things that are no numbers"
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        kind = value.dtype if isinstance(value, np.ndarray) else type(value).__name__
        return None, f"holds {kind}, not numbers"
    if value.ndim == 0 or len(value) != n:
        return None, f"has shape {value.shape}, the others {n} rows"
    if not any(_fits(value.shape[1:], shape) for shape in column.shapes):
        wanted = " or ".join(str(shape) for shape in column.shapes)
        return None, f"has shape {value.shape[1:]} a row, not {wanted}"
    return value.astype(np.float64), None


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    pairs = zip(shape, wanted, strict=False)
    return len(shape) == len(wanted) and all(w in (None, s) and s > 0 for s, w in pairs)


def _sound(values: np.ndarray) -> np.ndarray:
    flat = values.reshape(len(values), -1)
    return np.asarray((np.isfinite(flat) & (np.abs(flat) < 1e12)).all(-1))
