"""What a data set is made by: plain values, checked once."""

from collections.abc import Sequence
from dataclasses import dataclass

from hmr.errors import InputError
from synth.scenes.environments import KINDS
from synth.scenes.viewpoints import check_view
from synth.sensor import LEVELS
from synth.splits import SHARES

Number = float | int
MOST_PEOPLE = 900
"""Ids from 1000 on belong to the environment."""
LEAST_GROUND = 0.12
"""Square metres that a standing person needs at the least."""


@dataclass(frozen=True)
class Settings:
    """Everything that decides what the images show."""

    seed: int
    """Decides everything that the images show, with the settings below."""
    images: int
    split: str
    """Whose assets are shown: "train", "val" or "test"."""
    width: int
    """Of the images, in pixels."""
    height: int
    """Of the images, in pixels."""
    people: Sequence[int]
    """Least and greatest number of people in an image."""
    things: Sequence[int]
    """Least and greatest number of things among them."""
    environments: Sequence[str]
    """Kinds of environment, each as likely."""
    area: Number | None
    """Square metres on which all must stand; what the camera sees if None."""
    views: Sequence[Sequence[Number]]
    """Pairs of focal length in millimetres and pitch in degrees, each as likely."""
    elevation: Number
    """Height of the camera, in metres."""
    sensor: str
    """How far pictures are degraded: "off", "mild" or "strong"."""
    save_glb: bool
    """Keep each scene as GLB."""
    save_depth: bool
    """Keep depth maps."""
    save_normal: bool
    """Keep normal maps."""
    model_path: str | None
    """The body file; the open body if None."""
    shard_images: int
    """Images in a shard."""
    packs: Sequence[Sequence[str]] = ()
    """Folders of packs, each with a hash of what joined from it."""
    motion: Sequence[str] = ()
    """Folders and files of motion that people's poses are frames of; the generator's when empty."""
    motion_mark: str = ""
    """Tells what was in them (`hmr.motion.load.motion_mark`)."""

    def __post_init__(self) -> None:
        _check_names("synth.split", [self.split], SHARES)
        _check_names("scene.environments", self.environments, KINDS)
        _check_names("synth.sensor", [self.sensor], LEVELS)
        for key, value in (
            ("synth.images", self.images),
            ("engine.shard_images", self.shard_images),
        ):
            _check_positive(key, value)
        self._check_people()
        if not self.views:
            raise InputError("camera.views: empty; name pairs of focal length and pitch")
        for view in self.views:
            focal_mm, pitch_deg = _pair("camera.views", view)
            check_view(focal_mm, pitch_deg, self.elevation)

    def _check_people(self) -> None:
        for key, range_ in (("scene.people", self.people), ("scene.things", self.things)):
            low, high = _pair(key, range_)
            if not 0 <= low <= high:
                raise InputError(f"{key}=[{low},{high}]: a least and a greatest number")
        if not 1 <= self.people[1] <= MOST_PEOPLE:
            raise InputError(f"scene.people: from 1 to {MOST_PEOPLE} people fit into an image")
        room = self.area is None or self.people[1] * LEAST_GROUND <= self.area
        if not room:
            raise InputError(
                f"scene.people: no room for {self.people[1]} people on scene.area={self.area:g} "
                "square metres; ask for fewer people or more area"
            )

    @property
    def shards(self) -> int:
        """Number of shards."""
        return -(-self.images // self.shard_images)

    def images_of(self, shard: int) -> range:
        """Numbers of the images in a shard."""
        start = shard * self.shard_images
        return range(start, min(start + self.shard_images, self.images))


def _pair(key: str, values: Sequence[Number]) -> tuple[Number, Number]:
    several = isinstance(values, Sequence) and len(values) == 2
    if not (several and all(isinstance(value, Number) for value in values)):
        raise InputError(f"{key}={values}: name two numbers, such as [5,15]")
    return values[0], values[1]


def _check_names(key: str, names: Sequence[str], known: Sequence[str] | dict) -> None:
    for name in names:
        if name not in known:
            raise InputError(f"{key}={name}: choose {', '.join(known)}")


def _check_positive(key: str, value: int) -> None:
    if value < 1:
        raise InputError(f"{key}={value}: must be 1 or more")
