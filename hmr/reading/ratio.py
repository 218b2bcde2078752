"""Dealing places in batches to several sets, so that a ratio holds over any stretch.

Set i takes its k-th place at (k + 1/2) / share_i; places go to whoever is next. That is
Sainte-Laguë's rule of handing out seats: what is dealt is never taken back, and no set is ever
more than about one place from its share.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from hmr.errors import InputError


def share_out(
    sizes: Sequence[int], ratio: Sequence[float] | None, name: str = "ratio"
) -> tuple[float, ...]:
    """Turn the wanted ratio into shares that sum to one; by size when none is given.

    Raises:
        InputError: It has another length than the sizes, or holds a number below 0.
    """
    wanted = list(sizes) if ratio is None else [float(part) for part in ratio]
    if len(wanted) != len(sizes) or not (min(wanted) >= 0 and 0 < sum(wanted) < np.inf):
        raise InputError(
            f"{name}={wanted}: give one positive number for each of the {len(sizes)} data sets"
        )
    return tuple(float(share / sum(wanted)) for share in wanted)


def dealt(places: int, shares: Sequence[float]) -> Int[np.ndarray, " sets"]:
    """Count how many of the first places each set takes."""
    if len(shares) == 1:
        return np.array([places])
    # Its share of a few places less is dealt to each for sure; the rest goes one by one.
    counts = [int(max(places - len(shares), 0) * share) for share in shares]
    for _ in range(places - sum(counts)):
        nexts = [(n + 0.5) / s if s else np.inf for n, s in zip(counts, shares, strict=True)]
        counts[nexts.index(min(nexts))] += 1
    return np.array(counts)
