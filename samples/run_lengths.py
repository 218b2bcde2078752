"""COCO's run lengths as text, checked before `pycocotools` follows them.

It reads on where a text breaks off within a number, and leaves pixels as they were in memory
where the lengths end early.
"""

import numpy as np

BITS = 5
"""Bits of a number in a character, the least first; the sixth says that more follow."""
MOST_CHARACTERS = 8
"""A number of more characters is larger than any image."""


def fault_of_runs(counts: object, height: int, width: int) -> str | None:
    """Say what is wrong with run lengths as text; None if they fill the image."""
    try:
        data = counts.encode("ascii") if isinstance(counts, str) else counts
    except UnicodeEncodeError:
        return "run lengths are no text of COCO's"
    if not isinstance(data, bytes) or not data:
        return "run lengths are no text of COCO's"
    values = np.frombuffer(data, np.uint8).astype(np.int64) - 48
    last = (values & 32) == 0
    if ((values < 0) | (values > 63)).any() or not last[-1]:
        return "run lengths are no text of COCO's"
    ends = np.flatnonzero(last)
    starts = np.r_[0, ends[:-1] + 1]
    if (ends - starts).max() >= MOST_CHARACTERS:
        return "run lengths are beyond any image"
    place = np.arange(len(values)) - np.repeat(starts, ends - starts + 1)
    steps = np.add.reduceat((values & 31) << (BITS * place), starts)
    negative = (values[ends] & 16) != 0
    steps = steps - (negative.astype(np.int64) << (BITS * (place[ends] + 1)))
    lengths = _summed(steps)
    if (lengths < 0).any() or int(lengths.sum()) != height * width:
        return f"run lengths do not fill {width}x{height} pixels"
    return None


def _summed(steps: np.ndarray) -> np.ndarray:
    """From the fourth on each length is the difference to the one before the last."""
    lengths = steps.copy()
    lengths[1::2] = np.cumsum(steps[1::2])
    lengths[2::2] = np.cumsum(steps[2::2])
    return lengths
