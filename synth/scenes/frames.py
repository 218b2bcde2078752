"""Turned pieces of ground, on which environments are laid out."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from synth.scenes.collisions import Obstacle, Placed
from synth.scenes.floors import Floor, Perch
from synth.scenes.solids import Solid
from synth.scenes.viewpoints import Viewpoint


@dataclass(frozen=True)
class Frame:
    """An origin on the ground and a turn: who looks along its yaw has +z ahead, +x to the left."""

    x: float
    z: float
    yaw: float

    def world(self, x: float, z: float) -> Float[np.ndarray, "2"]:
        """X and z in the world of a place."""
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        return np.array([self.x + c * x + s * z, self.z - s * x + c * z])

    def own(self, place: Float[np.ndarray, "2"]) -> tuple[float, float]:
        """X and z here of a place in the world."""
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        x, z = place[0] - self.x, place[1] - self.z
        return float(c * x - s * z), float(s * x + c * z)

    def put(self, solid: Solid, x: float, z: float, y: float = 0.0, yaw: float = 0.0) -> Solid:
        """Put a mesh into the world."""
        place = self.world(x, z)
        return solid.moved(self.yaw + yaw, np.array([place[0], y, place[1]]))

    def block(
        self, obstacle: Obstacle, x: float, z: float, yaw: float = 0.0, y: float = 0.0
    ) -> Placed:
        """Put an obstacle into the world."""
        return obstacle.at(self.yaw + yaw, self.world(x, z), y)

    def floor(self, x: float, z: float, half: tuple[float, float], y: float = 0.0) -> Floor:
        """Lay a floor around a place."""
        place = self.world(x, z)
        return Floor((float(place[0]), y, float(place[1])), half, self.yaw)

    def perch(self, x: float, z: float, yaw: float, y: float = 0.0) -> Perch:
        """Offer a place to sit."""
        place = self.world(x, z)
        return Perch((float(place[0]), y, float(place[1])), self.yaw + yaw)


def before(view: Viewpoint, turn: float = 0.0) -> Frame:
    """Lay out from under the camera, +z along its view turned by an angle."""
    foot = view.foot
    return Frame(float(foot[0]), float(foot[1]), view.heading + turn)


def around(view: Viewpoint, turn: float = 0.0) -> Frame:
    """Lay out around the middle of the ground that the camera sees, +z along its view turned."""
    middle = view.ground((view.near + view.far) / 2, 0.0)
    return Frame(float(middle[0]), float(middle[1]), view.heading + turn)
