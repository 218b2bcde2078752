"""The mean hand pose of a body file.

SMPL-X keeps a relaxed hand beside its flat one. Tools that build the body with
`flat_hand_mean=False` add that mean to every hand pose, so poses meant for them
are written relative to it. In Throng a hand pose of zero is the flat hand.
"""

from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float

KEYS = {"left_hand_pose": "hands_meanl", "right_hand_pose": "hands_meanr"}


@cache
def mean_hand(file: Path, name: str) -> Float[np.ndarray, "45"]:
    """Read the mean of `left_hand_pose` or `right_hand_pose`; zeros where a file has none."""
    with np.load(file) as layout:
        return layout[KEYS[name]].astype(np.float64) if KEYS[name] in layout else np.zeros(45)
