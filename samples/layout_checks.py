"""Whether a decoded sample is what its types promise: later checks may then rely on it.

A record's json and npz hold whatever was written there: words for numbers, arrays of
other shapes, people who are no people.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields

import numpy as np

from hmr.joints import SMPLX_55
from hmr.params import Params
from hmr.sample import Person, Sample
from samples.finding import Finding

MOST_PIXELS = 2**28
"""More pixels than any camera has."""
AGES = ("adult", "kid")
GENDERS = ("neutral", "male", "female")
JOINTS = len(SMPLX_55)


def check_layout(sample: Sample) -> Iterator[Finding]:
    """Every value must have the type and shape that `hmr.sample` gives it."""
    faults = [*_plain(sample), *_arrays(sample), *_people(sample)]
    for text in faults:
        yield Finding("layout", sample.key, text)


def is_number(value: object) -> bool:
    """Tell a finite number from anything else; truth values are none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    # Whole numbers of hundreds of digits have no float.
    return abs(value) < 1e300 and math.isfinite(value)


def is_count(value: object) -> bool:
    """Tell a whole number that is not negative and fits into 64 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def is_box(value: object) -> bool:
    """Tell four finite numbers."""
    return isinstance(value, list | tuple) and len(value) == 4 and all(map(is_number, value))


def is_rle(value: object) -> bool:
    """Tell COCO run lengths: a size and counts."""
    if not isinstance(value, Mapping):
        return False
    size, counts = value.get("size"), value.get("counts")
    sized = isinstance(size, list | tuple) and len(size) == 2 and all(map(is_count, size))
    return sized and isinstance(counts, str | bytes)


def _plain(sample: Sample) -> Iterator[str]:
    for name in ("width", "height", "seed"):
        if not is_count(getattr(sample, name)):
            yield f"{name} is {_shown(getattr(sample, name))}"
    for name in ("environment", "licence"):
        if not isinstance(getattr(sample, name), str):
            yield f"{name} is {_shown(getattr(sample, name))}"
    if is_count(sample.width) and is_count(sample.height):
        pixels = sample.width * sample.height
        if not 0 < pixels < MOST_PIXELS:
            yield f"the image is {sample.width}x{sample.height}"


def _arrays(sample: Sample) -> Iterator[str]:
    camera, n = sample.camera, len(sample.people)
    wanted = {"K": (3, 3), "R": (3, 3), "t": (3,)}
    for name, shape in wanted.items():
        yield from _shape(name, getattr(camera, name), shape)
    if camera.distortion is not None:
        yield from _shape("distortion", camera.distortion, (5,))
    for name, shape, kinds in (
        ("joints_3d", (JOINTS, 3), "f"),
        ("joints_2d", (JOINTS, 2), "f"),
        ("joint_visibility", (JOINTS,), "iu"),
    ):
        array = getattr(sample, name)
        yield from _rows(name, array, shape)
        if array.dtype.kind not in kinds:
            yield f"{name} holds {array.dtype}"
    if sample.ids is not None and (sample.ids.ndim, sample.ids.dtype) != (2, np.dtype(np.uint16)):
        yield f"ids.png holds {sample.ids.dtype} in {sample.ids.ndim} axes, not 16 bit"
    if sample.depth is not None and sample.depth.ndim != 2:
        yield "depth.png is no single channel"
    yield from _parameters(sample.params, n)


def _parameters(params: Params, n: int) -> Iterator[str]:
    rest = Params.rest(1)
    for field in fields(Params):
        array, like = getattr(params, field.name), getattr(rest, field.name)
        if field.name == "betas":
            if array.ndim != 2 or array.shape[1] < like.shape[1]:
                yield f"betas have shape {tuple(array.shape)}"
        else:
            yield from _rows(field.name, array, tuple(like.shape[1:]))


def _shape(name: str, array, shape: tuple[int, ...]) -> Iterator[str]:
    if tuple(array.shape) != shape:
        yield f"{name} has shape {tuple(array.shape)}, not {shape}"


def _rows(name: str, array, shape: tuple[int, ...]) -> Iterator[str]:
    if array.ndim != 1 + len(shape) or tuple(array.shape[1:]) != shape:
        yield f"{name} has shape {tuple(array.shape)}, not (people, {', '.join(map(str, shape))})"


def _people(sample: Sample) -> Iterator[str]:
    for row, person in enumerate(sample.people):
        for name, right in PERSON.items():
            value = getattr(person, name)
            if not right(value):
                yield f"{name} of the person in row {row} is {_shown(value)}"
        yield from _occluders(person, row)


def _occluders(person: Person, row: int) -> Iterator[str]:
    for occluder in person.occluders or ():
        if not is_count(occluder.id) or not is_number(occluder.share):
            yield f"an occluder of the person in row {row} is {_shown(occluder)}"


def _known(right: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or right(value)


PERSON: Mapping[str, Callable[[object], bool]] = {
    "person_id": is_count,
    "age": lambda value: value in AGES,
    "gender": lambda value: value in GENDERS,
    "kid_weight": is_number,
    "occlusion": _known(is_number),
    "truncation": _known(is_number),
    "bbox_visible": _known(is_box),
    "bbox_amodal": _known(is_box),
    "mask_visible": _known(is_rle),
    "mask_amodal": _known(is_rle),
    "trust": lambda value: is_number(value) and 0 <= float(value) <= 1,  # pyright: ignore
}
"""What each field of a person must be."""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
