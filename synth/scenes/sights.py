"""What a camera would see of people, guessed fast: which share of each is hidden, by whom.

Light meshes are splatted into a small map of depths, and the gaps between the points closed.
Whoever is nearer hides who is farther, pixel by pixel, as in the labels; only the pixels are
larger.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from jaxtyping import Float, Float32, Int

from hmr.cameras import Camera, to_camera, to_pixels
from synth.render.scene import Surface
from synth.scenes.viewpoints import Viewpoint

WIDTH = 480
"""Pixels across the small picture."""
NEAR = 0.1
"""What is nearer to the camera's plane than this, in metres, is not seen."""
SPACING = 0.016
"""Between points, in metres: gaps as wide are closed."""
Depths = Callable[[Sequence[Surface], Camera, int], Float32[np.ndarray, "h w"]]
"""Renders the depth of surfaces at a reduced size: every so many pixels; 0 where nothing is."""


@dataclass(frozen=True, eq=False)
class Sprite:
    """A person alone in the small picture."""

    corner: tuple[int, int]
    """First row and column of the patch."""
    near: Float32[np.ndarray, "h w"]
    """One over the depth; 0 where the person is not."""

    def of(self, picture: np.ndarray) -> np.ndarray:
        """Cut what lies behind the patch out of a picture."""
        (y, x), (height, width) = self.corner, self.near.shape
        return picture[y : y + height, x : x + width]


@dataclass(frozen=True, eq=False)
class Effect:
    """How hidden everybody would be with one more person in the picture."""

    sprite: Sprite | None
    own: float
    """Occlusion of the newcomer; 0 without a pixel in the picture."""
    others: Float[np.ndarray, " people"]
    """Occlusion of those before, in the order they came."""


@dataclass(eq=False)
class Sights:
    """A picture that people are put into one after the other."""

    view: Viewpoint
    surroundings: Float32[np.ndarray, "h w"] | None = None
    """Depth of the environment at a `step`; 0 where nothing is. Nothing hides anybody if None."""
    _amodal: list[int] = field(default_factory=list)
    _visible: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        step = step_of(self.view)
        self._size = (-(-self.view.height // step), -(-self.view.width // step))
        near = np.zeros(self._size, np.float32)
        if self.surroundings is not None:
            seen = self.surroundings > 0
            near[seen] = 1 / self.surroundings[seen]
        self._nearest = near
        self._owner: Int[np.ndarray, "h w"] = np.full(self._size, -1)

    def look(self, points: Float[np.ndarray, "n 3"]) -> Sprite | None:
        """Draw somebody's points, in the world; None if the picture shows none of them."""
        camera, step = self.view.camera, step_of(self.view)
        in_camera = to_camera(torch.from_numpy(points.astype(np.float32)), camera)
        in_camera = in_camera[in_camera[:, 2] > NEAR]
        if not len(in_camera):
            return None
        pixels = to_pixels(in_camera, camera.K, camera.distortion).numpy() / step
        return _splatted(pixels, in_camera[:, 2].numpy(), self._size, float(camera.K[0, 0]) / step)

    def effect(self, sprite: Sprite | None) -> Effect:
        """Find how hidden everybody would be."""
        amodal, visible = np.array(self._amodal, float), np.array(self._visible, float)
        if sprite is None:
            return Effect(None, 0.0, 1 - visible / np.maximum(amodal, 1))
        mine = sprite.near > 0
        seen = mine & (sprite.near > sprite.of(self._nearest))
        owners = sprite.of(self._owner)[seen]
        lost = np.bincount(owners[owners >= 0], minlength=len(amodal))
        area = int(mine.sum())
        own = 1 - int(seen.sum()) / area if area else 0.0
        others = np.where(amodal > 0, 1 - (visible - lost) / np.maximum(amodal, 1), 0.0)
        return Effect(sprite, own, others)

    def add(self, sprite: Sprite | None) -> None:
        """Put somebody into the picture."""
        number = len(self._amodal)
        if sprite is None:
            self._amodal.append(0)
            self._visible.append(0)
            return
        seen = sprite.near > sprite.of(self._nearest)
        owner = sprite.of(self._owner)
        for other, lost in zip(*np.unique(owner[seen], return_counts=True), strict=True):
            if other >= 0:
                self._visible[other] -= int(lost)
        owner[seen] = number
        sprite.of(self._nearest)[seen] = sprite.near[seen]
        self._amodal.append(int((sprite.near > 0).sum()))
        self._visible.append(int(seen.sum()))


def step_of(view: Viewpoint) -> int:
    """Find how many pixels of the picture one of the small picture stands for."""
    return max(1, round(view.width / WIDTH))


def _splatted(
    pixels: Float32[np.ndarray, "n 2"],
    depth: Float32[np.ndarray, " n"],
    size: tuple[int, int],
    focal: float,
) -> Sprite | None:
    """Draw points, the nearest on top, and close the gaps between them."""
    gap = int(np.ceil(SPACING * focal / float(np.median(depth))))
    height, width = size
    inside = (pixels > -gap).all(1) & (pixels < np.array([width + gap, height + gap])).all(1)
    if not inside.any():
        return None
    cells = np.floor(pixels[inside]).astype(np.int64)[:, ::-1]
    low, high = cells.min(0) - gap, cells.max(0) + gap + 1
    near = np.zeros(tuple(high - low), np.float32)
    rows, columns = (cells - low).T
    np.maximum.at(near, (rows, columns), 1 / depth[inside])
    if gap > 1:
        near = cv2.morphologyEx(near, cv2.MORPH_CLOSE, np.ones((gap | 1, gap | 1), np.uint8))
    first, last = np.maximum(low, 0), np.minimum(high, size)
    if (last <= first).any():
        return None
    (y0, x0), (y1, x1) = first - low, last - low
    return Sprite((int(first[0]), int(first[1])), np.ascontiguousarray(near[y0:y1, x0:x1]))
