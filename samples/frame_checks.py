"""Whether labels and pictures stand in the frame that they should: up is up.

What a turned body does to its own joints is found by `samples.checks.check_body`; here are
the turns that everything of an image shares, which no label contradicts.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from hmr.sample import FIRST_ENVIRONMENT_ID, Sample, decode_mask
from samples.checks import person_of
from samples.finding import Finding
from samples.run_lengths import fault_of_runs

LEAST_STANDING = 3
"""Fewer people may well lie, hang or stand on their hands."""
UPRIGHT = 0.8
"""Length of the mean of people's up directions from which they count as one direction."""
SURELY = 1.15
"""How much stronger edges must be under turned outlines than under the labelled ones."""
LEAST_OUTLINE = 200
"""Fewer pixels of outlines say nothing about an image."""
FLAT = 3
"""A picture whose values differ by less shows nothing."""
AXES = ("x", "y", "z")

Mask = Bool[np.ndarray, "h w"]


def check_upright(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """People of one image who all stand along another axis than +Y stand in another world."""
    exact = [row for row, person in enumerate(sample.people) if person.trust == 1]
    if len(exact) < LEAST_STANDING:
        return
    mean = sample.params.global_orient[exact][:, :, AXES.index("y")].mean(0).double().numpy()
    axis = int(np.abs(mean).argmax())
    if abs(mean[axis]) < UPRIGHT or (AXES[axis] == "y" and mean[axis] > 0):
        return
    name = ("+" if mean[axis] > 0 else "-") + AXES[axis]
    text = f"its {len(exact)} people stand along the world's {name}, not +y"
    yield Finding("frame", sample.key, text)


def check_twice(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """No two people can be in one place in one pose."""
    for i, person in enumerate(sample.people):
        for j in range(i):
            both = person.has_body and sample.people[j].has_body
            if both and np.allclose(sample.joints_3d[i], sample.joints_3d[j], atol=1e-4):
                text = f"stands exactly where person {sample.people[j].person_id} stands"
                yield Finding("duplicate", person_of(sample, i), text)


def check_picture(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """The picture must show something, and edges where people's outlines are."""
    if sample.image is None:
        return
    if int(sample.image.max()) - int(sample.image.min()) < FLAT:
        yield Finding("picture", sample.key, "shows one colour only")
        return
    outline = outlines(sample)
    if outline.sum() < LEAST_OUTLINE or outline.shape != sample.image.shape[:2]:
        return
    edges = edges_of(sample.image)
    own = float(edges[outline].mean())
    strength, turn = max((float(edges[other].mean()), name) for name, other in _turned(outline))
    # Placeholders without people have no edges under the outlines at all.
    if own > float(edges.mean()) / 2 and strength > SURELY * own:
        text = f"people's edges lie where their masks would if {turn}: picture or labels are turned"
        yield Finding("frame", sample.key, text)


def outlines(sample: Sample) -> Mask:
    """Pixels on the edge of anybody's visible mask."""
    if sample.ids is not None:
        return _borders(np.where(sample.ids < FIRST_ENVIRONMENT_ID, sample.ids, 0))
    found = np.zeros((sample.height, sample.width), bool)
    for person in sample.people:
        mask = person.mask_visible
        if mask is None or mask["size"] != list(found.shape):
            continue
        if fault_of_runs(mask["counts"], *found.shape) is None:
            found |= _borders(decode_mask(mask))
    return found


def _borders(owners: np.ndarray) -> Mask:
    """Pixels whose right or lower neighbour belongs to somebody else, and that neighbour."""
    found = np.zeros(owners.shape, bool)
    across, down = owners[:, 1:] != owners[:, :-1], owners[1:] != owners[:-1]
    found[:, 1:] |= across
    found[:, :-1] |= across
    found[1:] |= down
    found[:-1] |= down
    return found


def edges_of(image: UInt8[np.ndarray, "h w 3"]) -> Float[np.ndarray, "h w"]:
    """Logarithm of how fast brightness changes, so that no single bright edge decides."""
    grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY).astype(np.float32)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.log1p(cv2.magnitude(across, down))


def _turned(outline: Mask) -> Iterator[tuple[str, Mask]]:
    yield "turned by 180 degrees", outline[::-1, ::-1]
    yield "mirrored left to right", outline[:, ::-1]
    yield "mirrored top to bottom", outline[::-1]
    if outline.shape[0] == outline.shape[1]:
        yield "turned by 90 degrees", np.rot90(outline)
        yield "turned by 270 degrees", np.rot90(outline, 3)
