"""2D keypoints as detectors and annotators give them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from hmr.sample import Box


@dataclass(frozen=True)
class Keypoints2D:
    """One person's joints in one image."""

    image: str
    """File name of the image, or its id as text."""
    key: str
    """Identity of the annotation, unique in its file."""
    names: tuple[str, ...]
    """Joint names, in the vocabulary of `hmr.joints`."""
    joints: Float[np.ndarray, "joints 2"]
    """Pixels of the original image."""
    scores: Float[np.ndarray, " joints"]
    """Confidence from 0 (absent) to 1."""
    box: Box | None = None
    """The person's box, where the file gives one."""
