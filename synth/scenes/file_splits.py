"""Which of a user's files (maps, photos) belong to train, val and test.

The hash of a file's name says it, as for motion clips. A folder whose hashes leave
a split empty lends it the file whose hash is nearest, so that three files are enough
for all splits; a file that was lent may go back to train when others join it. Fewer
than three files are all train's.
"""

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hmr.errors import InputError
from hmr.motion.load import SHARES, split_of

FEWEST = 3


def files_in(folder: Path, kinds: Sequence[str], what: str) -> list[Path]:
    """Find the files of some kinds in a folder and its folders, in the order of their paths.

    Raises:
        InputError: There is no such folder, or no such file in it; names both.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of {what}")
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in kinds and p.is_file())
    if not found:
        raise InputError(f"{folder}: holds no {what}; {', '.join(kinds)} files are expected")
    return found


def files_of(files: Sequence[Path], split: str, what: str) -> list[Path]:
    """Pick those that belong to a split.

    Raises:
        InputError: The split is unknown, or there are too few files for it.
    """
    if split not in SHARES:
        raise InputError(f"synth.split={split}: choose {', '.join(SHARES)}")
    ordered = sorted(files, key=lambda path: (_hash(path), str(path)))
    if len(ordered) >= FEWEST:
        cuts = [0, *_cuts(ordered), len(ordered)]
        place = list(SHARES).index(split)
        return sorted(ordered[slice(*list(pairwise(cuts))[place])])
    if split == "train":
        return sorted(ordered)
    raise InputError(
        f"synth.split={split}: {len(files)} {what} are too few to hold one back; give {FEWEST}"
    )


def _cuts(ordered: Sequence[Path]) -> tuple[int, int]:
    """Find where train and val end among files in the order of their hashes."""
    owners = [split_of(path.name) for path in ordered]
    train, val = owners.count("train"), owners.count("val")
    # The order of hashes is that of splits: each cut moves as little as leaves nobody empty.
    end_of_val = min(max(train + val, 2), len(ordered) - 1)
    return min(max(train, 1), end_of_val - 1), end_of_val


def _hash(path: Path) -> str:
    return hashlib.sha256(path.name.encode()).hexdigest()
