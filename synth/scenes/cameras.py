"""Which cameras a data set is seen by: plain values, checked once.

Three kinds. "agora": a full-frame sensor at eye height, level or looking down (Patel et
al., "AGORA: Avatars in Geography Optimized for Regression Analysis", CVPR 2021: 18, 28 and
50 mm, 1.7 m high, pitch 0, 15 or 30 degrees). "corners": four fixed cameras at the corners of
the crowd's square that look at its middle, the same four for a given size of ground.
"free": everything drawn from ranges.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from hmr.cameras import focal_from_mm, intrinsics
from hmr.distortion import NAMES
from hmr.errors import InputError
from synth.scenes.lenses import check_lens

Number = float | int
Range = Sequence[Number] | Number
"""A least and a greatest value, or the only one."""
KINDS = ("agora", "corners", "free")
AGORA: Sequence[Sequence[Number]] = ((18, 0), (18, 15), (18, 30), (28, 0), (28, 15), (50, 0))
"""Focal lengths in millimetres with pitches in degrees; pairs that cut off heads are left out."""
STEEPEST = 80
"""Degrees that a camera may look down."""
UPWARDS = -30
"""Degrees that a camera may look up."""
HELD = (1.4, 1.8)
"""Heights that people hold a camera at, in metres."""
CORNER_MM = 18.0
"""Focal length of the corner cameras: the whole corner, 90 degrees, is in the picture."""


@dataclass(frozen=True)
class Free:
    """Ranges of the free sampler, each [low, high]."""

    focal_mm: Range = (18, 85)
    """On a 36 mm sensor; short and long ones are as likely, by ratio."""
    height: Range = (0.8, 4.0)
    """Of the camera above the ground, in metres."""
    pitch_deg: Range = (-5, 40)
    """Positive looks down."""
    roll_deg: Range = (-8, 8)
    """Positive turns the image's content anticlockwise."""
    distance: Range = (3, 14)
    """From the point under the camera to the crowd's middle, in metres."""

    def __post_init__(self) -> None:
        for name in ("focal_mm", "height", "pitch_deg", "roll_deg", "distance"):
            limits(f"camera.free.{name}", getattr(self, name))
        _positive("camera.free.focal_mm", self.focal_mm, "a focal length in millimetres")
        _positive("camera.free.distance", self.distance, "metres to the crowd's middle")
        _above_ground("camera.free.height", self.height)
        _pitched("camera.free.pitch_deg", self.pitch_deg)
        low, high = limits("camera.free.roll_deg", self.roll_deg)
        if low < -90 or high > 90:
            raise InputError(f"camera.free.roll_deg=[{low:g},{high:g}]: it goes from -90 to 90")


@dataclass(frozen=True)
class Cameras:
    """The cameras of a data set."""

    width: int = 1280
    """Of the images, in pixels."""
    height: int = 720
    """Of the images, in pixels."""
    kind: str | Sequence[str] = "agora"
    """One of `KINDS`, or several, each as likely."""
    views: Sequence[Sequence[Number]] = AGORA
    """AGORA's pairs of focal length in millimetres and pitch in degrees, each as likely."""
    elevation: Number = 1.7
    """Height of AGORA's and of the corner cameras, in metres."""
    side: Number = 8.0
    """Of the crowd's square, whose corners hold the corner cameras, in metres."""
    free: Free = field(default_factory=Free)
    distortion: Mapping[str, Range] | None = None
    """Of the lens, OpenCV's k1, k2, p1, p2, k3, each a number or [low, high]; none if None."""

    def __post_init__(self) -> None:
        for key, value in (("width", self.width), ("height", self.height)):
            if not (isinstance(value, int) and value > 0):
                raise InputError(f"camera.{key}={value}: a number of pixels, 1 or more")
        for kind in self.kinds:
            if kind not in KINDS:
                raise InputError(f"camera.kind={kind}: choose {', '.join(KINDS)}")
        _above_ground("camera.elevation", self.elevation)
        _positive("camera.side", self.side, "metres of the crowd's square")
        self._check_views()
        self._check_lens()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds, each as likely."""
        return (self.kind,) if isinstance(self.kind, str) else tuple(self.kind)

    @property
    def level(self) -> "Cameras":
        """The same cameras, held level: as most photos are taken."""
        kinds = [kind for kind in self.kinds if kind != "corners"] or ["agora"]
        views = [[focal_mm, 0] for focal_mm, pitch in self.views if pitch == 0]
        views = views or [[focal_mm, 0] for focal_mm, _ in self.views]
        free = replace(self.free, height=HELD, pitch_deg=(0, 0), roll_deg=(0, 0))
        return replace(self, kind=kinds, views=views, free=free)

    @property
    def shortest_mm(self) -> float:
        """The least focal length that may occur."""
        least = {
            "agora": min(float(focal_mm) for focal_mm, _ in self.views),
            "corners": CORNER_MM,
            "free": limits("camera.free.focal_mm", self.free.focal_mm)[0],
        }
        return min(least[kind] for kind in self.kinds)

    @property
    def lens_ranges(self) -> tuple[tuple[float, float], ...]:
        """Least and greatest k1, k2, p1, p2 and k3."""
        given = self.distortion or {}
        return tuple(limits(f"camera.distortion.{name}", given.get(name, 0)) for name in NAMES)

    def _check_views(self) -> None:
        if not self.kinds:
            raise InputError(f"camera.kind: empty; name some of {', '.join(KINDS)}")
        if not self.views:
            raise InputError("camera.views: empty; name pairs of focal length and pitch")
        for view in self.views:
            if not (isinstance(view, Sequence) and len(view) == 2 and all(map(_plain, view))):
                raise InputError(f"camera.views: {view} is no focal length and pitch, as [28,15]")
            check_view(view[0], view[1], self.elevation)

    def _check_lens(self) -> None:
        unknown = [name for name in self.distortion or {} if name not in NAMES]
        if unknown:
            raise InputError(f"camera.distortion.{unknown[0]}: choose {', '.join(NAMES)}")
        if self.distortion is None:
            return
        K = intrinsics(focal_from_mm(self.shortest_mm, self.width), self.width, self.height)
        for numbers in itertools.product(*self.lens_ranges):
            check_lens(K.double().numpy(), np.array(numbers), self.width, self.height)


def check_view(focal_mm: Number, pitch_deg: Number, elevation: Number) -> None:
    """Refuse views that cannot be rendered.

    Raises:
        InputError: No such camera can see a crowd; names the value.
    """
    if not focal_mm > 0:
        raise InputError(f"camera.views: a focal length of {focal_mm} mm; it must be positive")
    if not 0 <= pitch_deg <= STEEPEST:
        raise InputError(
            f"camera.views: a pitch of {pitch_deg} degrees; it goes from 0 to {STEEPEST}"
        )
    _above_ground("camera.elevation", elevation)


def limits(key: str, value: Range) -> tuple[float, float]:
    """Read a range, or a single value as a range of its own.

    Raises:
        InputError: It is none, or its ends are the wrong way round.
    """
    if _plain(value):
        return float(value), float(value)  # pyright: ignore[reportArgumentType]
    pair = isinstance(value, Sequence) and len(value) == 2 and all(map(_plain, value))
    if not pair:
        raise InputError(f"{key}={value}: name a number, or two such as [1,2]")
    low, high = (float(end) for end in value)  # pyright: ignore[reportGeneralTypeIssues]
    if not low <= high:
        raise InputError(f"{key}=[{low:g},{high:g}]: the least comes first")
    return low, high


def _plain(value: object) -> bool:
    return isinstance(value, Number) and not isinstance(value, bool) and math.isfinite(value)


def _positive(key: str, value: Range, what: str) -> None:
    low, _ = limits(key, value)
    if low <= 0:
        raise InputError(f"{key}={low:g}: {what} must be more than 0")


def _above_ground(key: str, value: Range) -> None:
    low, _ = limits(key, value)
    if low <= 0:
        raise InputError(f"{key}={low:g}: the camera must be above the ground")


def _pitched(key: str, value: Range) -> None:
    low, high = limits(key, value)
    if low < UPWARDS or high > STEEPEST:
        raise InputError(f"{key}=[{low:g},{high:g}]: it goes from {UPWARDS} to {STEEPEST} degrees")
