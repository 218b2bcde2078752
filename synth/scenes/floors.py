"""Floors: where people may stand and sit."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float


@dataclass(frozen=True)
class Floor:
    """A level rectangle in the world that people may stand on, without walls or steps in it."""

    centre: tuple[float, float, float]
    """Its middle, in metres; y is the height it lies at."""
    half: tuple[float, float]
    """Half its sides along its own x and z."""
    yaw: float = 0.0
    """Its turn about +y."""

    def holds(
        self, places: Float[np.ndarray, "*n 2"], margin: float = 0.0
    ) -> Bool[np.ndarray, "*n"]:
        """Tell which places (x, z) lie on it, at least a margin from its edges."""
        offset = places - np.array([self.centre[0], self.centre[2]])
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        # The inverse of turn_about_y, in x and z.
        own = np.stack(
            [c * offset[..., 0] - s * offset[..., 1], s * offset[..., 0] + c * offset[..., 1]], -1
        )
        inside = np.abs(own) <= np.array(self.half) - margin
        return np.asarray(inside.all(-1))

    def place(self, share: Float[np.ndarray, "2"]) -> Float[np.ndarray, "2"]:
        """Find the place (x, z) at shares, from -1 to 1, of its halves along its own x and z."""
        x, z = share * np.array(self.half)
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        return np.array([c * x + s * z + self.centre[0], -s * x + c * z + self.centre[2]])

    @property
    def area(self) -> float:
        """Square metres."""
        return 4 * self.half[0] * self.half[1]


@dataclass(frozen=True)
class Perch:
    """A place for one who sits: on a row of a stand, on a bench, at a table."""

    place: tuple[float, float, float]
    """Where their seat stands; y is the height of the floor under their feet."""
    yaw: float
    """Turn about +y of who sits there; 0 looks along +z."""
