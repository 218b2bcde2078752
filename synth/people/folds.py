"""Folds: what makes two garments of one cut hang differently."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float, Float32
from scipy.sparse import csr_array

from synth.people.anatomy import Anatomy
from synth.people.noise import smooth_noise
from synth.splits import rng_of

PATTERNS = 6
"""How many patterns of folds there are of a cut."""
ALONG, ACROSS = 0.045, 0.03
"""Width of folds that run down, and of those at joints that bend, in metres."""
CREASED = ("elbow", "knee", "hip", "shoulder", "ankle", "wrist")
"""Where cloth is creased, and how far around, in metres."""
REACH = 0.11


@dataclass(frozen=True)
class Make:
    """What tells a garment from others of its cut."""

    loose: float = 1.0
    """Multiplies how wide it hangs."""
    pattern: int = 0
    """Of its folds."""


AS_CUT = Make()


@lru_cache(maxsize=4096)
def make_of(cut: str, number: int) -> Make:
    """Find the make that has a number."""
    rng = rng_of(f"garment/{cut}", number)
    return Make(float(rng.uniform(0.75, 1.35)), int(rng.integers(PATTERNS)))


@dataclass(frozen=True, eq=False)
class Relief:
    """Patterns of folds over vertices at rest."""

    points: Float[np.ndarray, "n 3"]
    """Places at rest, with limbs' length along y."""
    creased: Float[np.ndarray, " n"]
    """How near to a joint that bends, 0 to 1."""
    size: Float[np.ndarray, " n"]
    """Height of folds, in metres."""
    _found: dict[int, Float32[np.ndarray, " n"]] = field(default_factory=dict)

    def on(self, source: csr_array) -> "Relief":
        """Carry it over to a garment's vertices, which lie between those of the body."""
        return Relief(source @ self.points, source @ self.creased, source @ self.size)

    def height(self, make: Make) -> Float32[np.ndarray, " n"]:
        """Distance that folds add, in metres; never negative."""
        wide = (0.5 + 0.5 * make.loose) * self.size
        return self._waves(make.pattern) * wide.astype(np.float32)

    def shade(self, make: Make) -> Float32[np.ndarray, " n"]:
        """Brightness: folds' valleys see less of the sky."""
        depth = np.clip(self.size / 0.006, 0, 1)
        return (1 - 0.1 * depth * (1 - self._waves(make.pattern))).astype(np.float32)

    def _waves(self, pattern: int) -> Float32[np.ndarray, " n"]:
        """From 0 in valleys to 1 on ridges."""
        if pattern not in self._found:
            rng = np.random.default_rng(pattern)
            down = smooth_noise(rng, self.points * [1, 0.22, 1], ALONG)
            across = smooth_noise(rng, self.points * [0.35, 1, 0.35], ACROSS)
            mixed = down + self.creased * (across - down)
            self._found[pattern] = np.clip(0.5 + 0.5 * mixed, 0, 1).astype(np.float32)
        return self._found[pattern]


def relief_of(anatomy: Anatomy, size: Float[np.ndarray, " v"]) -> Relief:
    """Lay folds over the body at rest: down its limbs, and across them where they bend."""
    arm = on_arms(anatomy)
    points = np.where(arm[:, None], anatomy.vertices[:, [1, 0, 2]], anatomy.vertices)
    joints = [anatomy.at(f"{side}_{name}") for side in ("left", "right") for name in CREASED]
    gap = np.min([np.linalg.norm(anatomy.vertices - joint, axis=1) for joint in joints], axis=0)
    return Relief(points, np.clip(1.6 - 1.6 * gap / REACH, 0, 1), size)


def on_arms(anatomy: Anatomy) -> Bool[np.ndarray, " v"]:
    """Tell the arms, from the shoulder on, in rest pose."""
    shoulder, hip = anatomy.at("shoulder"), anatomy.at("hip")
    return (anatomy.x > 1.02 * shoulder[0]) & (anatomy.y > (shoulder[1] + hip[1]) / 2)
