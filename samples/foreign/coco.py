"""COCO keypoints and instances json (Lin et al., 2014), and what follows its layout."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from samples.finding import Finding, one_line
from samples.foreign.photos import Size, check_pictures
from samples.foreign.segments import check_segment
from samples.layout_checks import is_box, is_count, is_number

BEYOND = 2.0
"""Most that a box or a visible keypoint may lie outside its image, in pixels."""
Entry = Mapping


@dataclass(frozen=True)
class Annotated:
    """An annotation with what it refers to."""

    entry: Entry
    where: str
    image: Entry | None
    category: Entry | None

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the image, where they are known."""
        image = self.image or {}
        pair = (image.get("width"), image.get("height"))
        return pair if all(is_count(number) and number for number in pair) else None  # pyright: ignore


Check = Callable[[Annotated], Iterator[Finding]]


def examine(content: Mapping, path: Path, images: Path | None) -> Iterator[Finding]:
    """Yield what is wrong with a file.

    Raises:
        InputError: It has no list of annotations.
    """
    lists = {}
    for name in ("images", "annotations", "categories"):
        found = content.get(name, [])
        if not isinstance(found, list):
            raise InputError(f"{path}: '{name}' is no list; see COCO's data format")
        lists[name] = [entry for entry in found if isinstance(entry, Mapping)]
        if len(lists[name]) < len(found):
            text = f"'{name}' holds {len(found) - len(lists[name])} entries that are no objects"
            yield Finding("layout", path.name, text)
        yield from _ids(lists[name], name, path.name)
    yield from _images(lists["images"])
    by_id = {name: {_key(e.get("id")): e for e in lists[name]} for name in lists}
    met: dict[str, str] = {}
    for number, entry in enumerate(lists["annotations"]):
        annotated = _annotated(entry, number, by_id["images"], by_id["categories"])
        for check in CHECKS:
            yield from check(annotated)
        yield from _twice(annotated, met)
    if images is not None:
        yield from check_pictures(images, _sizes(lists["images"]))


def _key(value: object) -> str:
    # Lists and objects stand for ids in broken files, and they cannot be keys.
    return repr(value)


def _ids(entries: Sequence[Entry], name: str, where: str) -> Iterator[Finding]:
    met = set()
    for place, entry in enumerate(entries):
        number = entry.get("id")
        if not isinstance(number, int | str) or isinstance(number, bool):
            yield Finding("layout", where, f"{name}[{place}] has id {one_line(repr(number))[:40]}")
        elif number in met:
            yield Finding("id", f"{name} {_short(number)}", "the id occurs twice")
        else:
            met.add(number)


def _images(entries: Sequence[Entry]) -> Iterator[Finding]:
    met: dict[str, str] = {}
    for entry in entries:
        where = f"image {_short(entry.get('id'))}"
        name = entry.get("file_name")
        if not isinstance(name, str) or not name:
            yield Finding("layout", where, f"file_name is {one_line(repr(name))[:40]}")
            continue
        first = met.setdefault(name, where)
        if first != where:
            yield Finding("duplicate", where, f"its file {one_line(name)[:60]} is that of {first}")
        for key in ("width", "height"):
            if key in entry and not (is_count(entry[key]) and 0 < entry[key] < 2**20):
                text = f"{key} is {one_line(repr(entry[key]))[:40]}"
                yield Finding("layout", where, text)


def _annotated(
    entry: Entry, number: int, images: Mapping[str, Entry], categories: Mapping[str, Entry]
) -> Annotated:
    where = f"annotation {_short(entry.get('id', f'in place {number}'))}"
    image, category = (entry.get(name) for name in ("image_id", "category_id"))
    return Annotated(entry, where, images.get(_key(image)), categories.get(_key(category)))


def check_references(annotated: Annotated) -> Iterator[Finding]:
    """The image and the category must be listed."""
    for name, found in (("image", annotated.image), ("category", annotated.category)):
        if found is None:
            number = _short(annotated.entry.get(f"{name}_id"))
            yield Finding("reference", annotated.where, f"its {name} {number} is not in the file")


def check_box(annotated: Annotated) -> Iterator[Finding]:
    """A box must have an inside, in the image."""
    box = annotated.entry.get("bbox")
    if box is None:
        return
    if not is_box(box):
        yield Finding("layout", annotated.where, f"bbox is {one_line(repr(box))[:60]}")
        return
    x, y, width, height = (float(value) for value in box)
    if width <= 0 or height <= 0:
        yield Finding("box", annotated.where, f"bbox is {width:g} by {height:g} pixels")
    elif annotated.size is not None:
        across, down = annotated.size
        beyond = max(-x, -y, x + width - across, y + height - down)
        if beyond > BEYOND:
            yield Finding("box", annotated.where, f"bbox reaches {beyond:.4g} pixels outside")


def check_keypoints(annotated: Annotated) -> Iterator[Finding]:
    """Keypoints come as x, y, v; those that are marked must lie in the image."""
    values = annotated.entry.get("keypoints")
    if not values and not isinstance(values, int | float):
        return
    if not isinstance(values, list) or len(values) % 3 or not all(map(is_number, values)):
        yield Finding("layout", annotated.where, "keypoints are no list of x, y, v")
        return
    named = (annotated.category or {}).get("keypoints")
    if isinstance(named, list) and named and 3 * len(named) != len(values):
        text = f"{len(values) // 3} keypoints, its category names {len(named)}"
        yield Finding("layout", annotated.where, text)
    points = np.array(values, np.float64).reshape(-1, 3)
    if not np.isin(points[:, 2], (0, 1, 2)).all():
        yield Finding("visibility", annotated.where, "a flag other than 0, 1, 2")
    marked = points[:, 2] > 0
    yield from _outside(annotated, points, marked)
    count = annotated.entry.get("num_keypoints", int(marked.sum()))
    if count != int(marked.sum()):
        text = f"num_keypoints is {one_line(repr(count))[:20]}, {int(marked.sum())} are marked"
        yield Finding("counts", annotated.where, text)


def _outside(annotated: Annotated, points: np.ndarray, marked: np.ndarray) -> Iterator[Finding]:
    if annotated.size is None:
        return
    low, high = -BEYOND, np.array(annotated.size) + BEYOND
    beyond = marked & ((points[:, :2] < low) | (points[:, :2] > high)).any(1)
    if beyond.any():
        text = f"{beyond.sum()} keypoints outside the image are marked as labelled or visible"
        yield Finding("visibility", annotated.where, text)


def check_segmentation(annotated: Annotated) -> Iterator[Finding]:
    """The segment must decode, hold something, and agree with box and area."""
    yield from check_segment(annotated.entry, annotated.where, annotated.size)


def _twice(annotated: Annotated, met: dict[str, str]) -> Iterator[Finding]:
    entry = annotated.entry
    if not entry.get("bbox") or entry.get("iscrowd"):
        return
    whole = repr([entry.get(name) for name in ("image_id", "bbox", "keypoints", "category_id")])
    first = met.setdefault(whole, annotated.where)
    if first != annotated.where:
        yield Finding("duplicate", annotated.where, f"the same as {first}")


def _sizes(entries: Sequence[Entry]) -> dict[str, Size]:
    sizes: dict[str, Size] = {}
    for entry in entries:
        name = entry.get("file_name")
        if isinstance(name, str) and name:
            pair = (entry.get("width"), entry.get("height"))
            sizes[name] = pair if all(map(is_count, pair)) else (None, None)  # pyright: ignore
    return sizes


def _short(value: object) -> str:
    return one_line(value)[:40]


CHECKS: tuple[Check, ...] = (check_references, check_box, check_keypoints, check_segmentation)
