"""What a data set is made by: plain values, checked once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hmr.errors import InputError
from synth.engine.shots import Shots
from synth.scenes.cameras import Cameras
from synth.scenes.occlusion_request import OcclusionRequest
from synth.scenes.surroundings import Surroundings
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
    cameras: Cameras
    """What the images are seen by."""
    shots: Shots
    """What blurs them."""
    people: Sequence[int]
    """Least and greatest number of people in an image."""
    surroundings: Surroundings
    """Where people are."""
    area: Number | None
    """Square metres on which all must stand; what the camera sees if None."""
    occlusion: Mapping[str, Number] | None
    """Share of people by percent of them that is hidden, such as {"0-20": .6, "20-90": .4}; as it
    comes if None."""
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
        _check_name("synth.split", self.split, SHARES)
        _check_name("synth.sensor", self.sensor, LEVELS)
        for key, value in (
            ("synth.images", self.images),
            ("engine.shard_images", self.shard_images),
        ):
            _check_positive(key, value)
        self._check_people()
        if (request := self.request) is not None:
            request.check(self.people)

    def _check_people(self) -> None:
        for key, range_ in (
            ("scene.people", self.people),
            ("scene.things", self.surroundings.things),
        ):
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
    def request(self) -> OcclusionRequest | None:
        """The occlusion that is asked for, if any is."""
        return None if self.occlusion is None else OcclusionRequest.of(self.occlusion)

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


def _check_name(key: str, name: str, known: Mapping[str, float]) -> None:
    if name not in known:
        raise InputError(f"{key}={name}: choose {', '.join(known)}")


def _check_positive(key: str, value: int) -> None:
    if value < 1:
        raise InputError(f"{key}={value}: must be 1 or more")
