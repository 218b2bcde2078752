"""Which surroundings a data set has, and drawing one of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from synth.scenes.backdrops import map_environment, photo_environment
from synth.scenes.environments import KINDS, Environment, draw_environment
from synth.scenes.maps import check_maps
from synth.scenes.photos import check_photos
from synth.scenes.viewpoints import Viewpoint

Rng = np.random.Generator
PICTURES = ("map", "photo")
"""Kinds that are pictures; the others are built."""


@dataclass(frozen=True)
class Surroundings:
    """What a data set's environments are drawn from: plain values, checked once."""

    kinds: Sequence[str] = tuple(KINDS)
    """Kinds of environment, each as likely: those that are built, "map" and "photo"."""
    things: Sequence[int] = (0, 4)
    """Least and greatest number of things among people where the environment is built."""
    maps: str | None = None
    """A folder of .hdr and .exr maps for "map"; the built-in skies and rooms if None."""
    photos: str | None = None
    """A folder of photos for "photo"."""
    mark: str = ""
    """Tells what was in the two folders, by names and sizes; filled in by `resolved`."""

    def __post_init__(self) -> None:
        known = (*KINDS, *PICTURES)
        for kind in self.kinds:
            if kind not in known:
                raise InputError(f"scene.environments={kind}: choose {', '.join(known)}")
        if not self.kinds:
            raise InputError(f"scene.environments: empty; name some of {', '.join(known)}")
        if "photo" in self.kinds and self.photos is None:
            raise InputError("scene.photos: name a folder of photos for scene.environments=[photo]")

    def check_files(self, split: str, width: int, height: int) -> None:
        """Read every map and photo that will be used, to fail before the work.

        Raises:
            InputError: One of them does not do.
        """
        if self.maps is not None and "map" in self.kinds:
            check_maps(self.maps, split)
        if self.photos is not None and "photo" in self.kinds:
            check_photos(self.photos, split, width, height)

    def resolved(self) -> "Surroundings":
        """Write the folders out in full, with what is in them."""
        folders = [self.maps, self.photos]
        maps, photos = (None if f is None else str(Path(f).resolve()) for f in folders)
        files = [path for f in (maps, photos) if f for path in sorted(Path(f).rglob("*"))]
        told = "".join(f"{path.name} {path.stat().st_size}\n" for path in files)
        mark = hashlib.sha256(told.encode()).hexdigest()[:16] if files else ""
        return replace(self, maps=maps, photos=photos, mark=mark)

    def draw_kind(self, rng: Rng) -> str:
        """Draw a kind of environment; the camera is drawn for it."""
        return str(self.kinds[int(rng.integers(len(self.kinds)))])

    def draw(self, rng: Rng, light_rng: Rng, split: str, kind: str, view: Viewpoint) -> Environment:
        """Draw an environment around what a camera sees.

        Args:
            rng: Source of all choices but the light's.
            light_rng: Source of the light's, the same for neighbouring images: maps are dear.
            split: Whose assets are used.
            kind: Of environment.
            view: The camera.
        """
        if kind == "map":
            return map_environment(light_rng, split, self.maps, view)
        if kind == "photo":
            return photo_environment(rng, split, str(self.photos), view)
        return draw_environment(rng, split, view, self.things, [kind], light_rng)
