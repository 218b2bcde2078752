"""What comes out of the renderer."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, UInt8, UInt16

from synth.render.frustum import Window


@dataclass(frozen=True)
class Passes:
    """What one camera sees of a scene."""

    image: UInt8[np.ndarray, "h w 3"]
    """sRGB."""
    ids: UInt16[np.ndarray, "h w"]
    """The id of the surface at the pixel's centre; 0 where there is none."""
    depth: Float32[np.ndarray, "h w"]
    """Along the camera's z axis, at the pixel's centre; 0 where there is nothing."""
    normals: Float32[np.ndarray, "h w 3"] | None = None
    """Of unit length, in the camera frame, towards the viewer; 0 where there is nothing."""


@dataclass(frozen=True)
class Silhouette:
    """A person alone, as if nothing else were there."""

    window: Window
    depth: Float32[np.ndarray, "h w"]
    """Along the camera's z axis; 0 outside the silhouette."""

    @property
    def mask(self) -> Bool[np.ndarray, "h w"]:
        """Where the person is."""
        return self.depth > 0
