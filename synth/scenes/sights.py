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
from jaxtyping import Bool, Float, Float32, Int

from hmr.cameras import to_camera, to_pixels
from synth.render.scene import Surface
from synth.scenes.light_mesh import SPACING
from synth.scenes.viewpoints import Viewpoint

WIDTH = 480
"""Pixels across the small picture."""
NEAR = 0.1
"""What is nearer to the camera's plane than this, in metres, is not seen."""
Depths = Callable[[Sequence[Surface], Viewpoint, int], Float32[np.ndarray, "h w"]]
"""Renders the depth of surfaces at a reduced size: every so many pixels; 0 where nothing is."""


@dataclass(frozen=True, eq=False)
class Sprite:
    """A person and their seat alone in the small picture."""

    corner: tuple[int, int]
    """First row and column of the patch."""
    near: Float32[np.ndarray, "h w"]
    """One over the depth; 0 where neither is."""
    amodal: Bool[np.ndarray, "h w"]
    """Where the person is."""
    shown: Bool[np.ndarray, "h w"]
    """Where the seat does not hide the person."""

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

    def look(
        self, points: Float[np.ndarray, "n 3"], seat: Float[np.ndarray, "m 3"] | None = None
    ) -> Sprite | None:
        """Draw somebody's points and those of their seat; None if the picture shows none of them.

        Both are in the world.
        """
        clouds = [self._projected(points)]
        if seat is not None:
            clouds.append(self._projected(seat))
        if not len(clouds[0].cells):
            return None
        gap = max(cloud.gap for cloud in clouds)
        low = np.min([cloud.cells.min(0) for cloud in clouds if len(cloud.cells)], 0) - gap
        high = np.max([cloud.cells.max(0) for cloud in clouds if len(cloud.cells)], 0) + gap + 1
        first, last = np.maximum(low, 0), np.minimum(high, self._size)
        if (last <= first).any():
            return None
        inside = tuple(slice(a, b) for a, b in zip(first - low, last - low, strict=True))
        person, *seats = (np.ascontiguousarray(c.drawn(low, high)[inside]) for c in clouds)
        near = np.maximum(person, seats[0]) if seats else person
        amodal = person > 0
        return Sprite((int(first[0]), int(first[1])), near, amodal, amodal & (person >= near))

    def _projected(self, points: Float[np.ndarray, "n 3"]) -> "_Cloud":
        camera, step = self.view.camera, step_of(self.view)
        in_camera = to_camera(torch.from_numpy(points.astype(np.float32)), camera)
        in_camera = in_camera[in_camera[:, 2] > NEAR]
        depth = in_camera[:, 2].numpy()
        # A lens bends those who hide and those who are hidden alike.
        pixels = to_pixels(in_camera, camera.K).numpy() / step
        wide = SPACING * float(camera.K[0, 0]) / step
        gap = int(np.ceil(wide / float(np.median(depth)))) if len(depth) else 1
        near = (pixels > -gap).all(1) & (pixels < np.array(self._size)[::-1] + gap).all(1)
        return _Cloud(np.floor(pixels[near]).astype(np.int64)[:, ::-1], 1 / depth[near], gap)

    def effect(self, sprite: Sprite | None) -> Effect:
        """Find how hidden everybody would be."""
        amodal, visible = np.array(self._amodal, float), np.array(self._visible, float)
        own, lost = 0.0, 0
        if sprite is not None:
            before = sprite.near > sprite.of(self._nearest)
            owners = sprite.of(self._owner)[before]
            lost = np.bincount(owners[owners >= 0], minlength=len(amodal))
            own = 1 - int((before & sprite.shown).sum()) / max(int(sprite.amodal.sum()), 1)
        others = np.where(amodal > 0, 1 - (visible - lost) / np.maximum(amodal, 1), 0.0)
        return Effect(sprite, own, others)

    def add(self, sprite: Sprite | None) -> None:
        """Put somebody into the picture."""
        number = len(self._amodal)
        if sprite is None:
            self._amodal.append(0)
            self._visible.append(0)
            return
        before = sprite.near > sprite.of(self._nearest)
        owner = sprite.of(self._owner)
        for other, lost in zip(*np.unique(owner[before], return_counts=True), strict=True):
            if other >= 0:
                self._visible[other] -= int(lost)
        owner[before] = np.where(sprite.shown, number, -1)[before]
        sprite.of(self._nearest)[before] = sprite.near[before]
        self._amodal.append(int(sprite.amodal.sum()))
        self._visible.append(int((before & sprite.shown).sum()))


@dataclass(frozen=True, eq=False)
class _Cloud:
    """Points in the small picture or a little beside it."""

    cells: Int[np.ndarray, "n 2"]
    """Rows and columns."""
    near: Float32[np.ndarray, " n"]
    """One over their depth."""
    gap: int
    """Between points next to each other, in pixels."""

    def drawn(
        self, low: Int[np.ndarray, "2"], high: Int[np.ndarray, "2"]
    ) -> Float32[np.ndarray, "h w"]:
        """Draw them into a patch, the nearest on top, and close the gaps between them."""
        near = np.zeros(tuple(high - low), np.float32)
        np.maximum.at(near, tuple((self.cells - low).T), self.near)
        # A point fills the whole pixel it falls into, so outlines lie half a pixel too far out:
        # what is taken away is a pixel wider than what is added.
        near = cv2.dilate(near, np.ones((self.gap, self.gap), np.uint8), borderValue=0)
        wider = np.ones((self.gap + 1, self.gap + 1), np.uint8)
        return np.asarray(cv2.erode(near, wider, borderValue=0))


def step_of(view: Viewpoint) -> int:
    """Find how many pixels of the picture one of the small picture stands for."""
    return max(1, round(view.width / WIDTH))
