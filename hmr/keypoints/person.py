"""One person's 2D joints in one image, and what makes them usable."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from hmr.errors import InputError
from hmr.joints import CONVENTIONS, SMPLX_ALL
from hmr.progress import say
from hmr.sample import Box, Rle

HIDDEN_SCORE = 0.5
"""Score of a joint that an annotator placed without seeing it (COCO's flag 1)."""
KNOWN = {name for names in CONVENTIONS.values() for name in names}
RENAMED = {"top_head": "head_top", "mid_hip": "pelvis", "root": "pelvis", "thorax": "neck"}
"""What other files call joints of `hmr.joints`."""
BY_COUNT = {
    25: "openpose_25",
    19: "ochuman_19",
    55: "smplx_55",
    22: "smplx_22",
    24: "smpl_24",
    len(SMPLX_ALL): "smplx_144",
}
"""Conventions that a number of joints alone gives away; 14 and 17 could be several."""


@dataclass(frozen=True)
class Keypoints2D:
    """One person's joints in one image."""

    image: str
    """File name of the image, its stem, or its id as text; "#3" is the fourth in its folder."""
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
    hidden: Bool[np.ndarray, " joints"] | None = None
    """Joints that the annotator placed without seeing them; None where nobody looked."""
    mask: Rle | None = None
    """Visible mask, where the file gives one."""
    K: Float[np.ndarray, "3 3"] | None = None
    """Intrinsics of the image's camera, where the file gives them."""
    track: str | None = None
    """Who it is through the images of a video, where the file says so."""

    @property
    def seen(self) -> Bool[np.ndarray, " joints"]:
        """Joints that are there and not hidden."""
        there = self.scores > 0
        return there if self.hidden is None else there & ~self.hidden


def usable(people: Iterable[Keypoints2D], where: str) -> list[Keypoints2D]:
    """Keep people with at least one joint; a joint that is not finite counts as absent.

    Raises:
        InputError: Nobody is left; names the file.
    """
    cleaned = [_cleaned(person) for person in people]
    kept = [person for person in cleaned if (person.scores > 0).any()]
    if not kept:
        found = "holds no person" if not cleaned else "all keypoints are zero, absent or NaN"
        raise InputError(f"{where}: {found}; give a file with at least one visible joint")
    if len(kept) < len(cleaned):
        say(f"{where}: {len(cleaned) - len(kept)} of {len(cleaned)} people have no joint, left out")
    return kept


def _cleaned(person: Keypoints2D) -> Keypoints2D:
    finite = np.isfinite(person.joints).all(1) & np.isfinite(person.scores)
    # (0, 0) is how files write a joint they do not have.
    there = finite & (person.joints != 0).any(1)
    scores = np.where(there, np.clip(np.nan_to_num(person.scores), 0, 1), 0)
    joints = np.where((scores > 0)[:, None], np.nan_to_num(person.joints), 0)
    return replace(person, joints=joints, scores=scores)


def canonical(names: Iterable[str], where: str) -> tuple[str, ...]:
    """Give joints the names of `hmr.joints` ("r_ankle" becomes "right_ankle").

    Raises:
        InputError: No name is known; names the file.
    """
    found = tuple(_canonical(str(name)) for name in names)
    if not KNOWN & set(found):
        listed = ", ".join(found[:4])
        raise InputError(f"{where}: unknown joint names ({listed} ...); see hmr/joints.py")
    return found


def _canonical(name: str) -> str:
    plain = name.strip().lower().replace(" ", "_")
    for short, long in (("l_", "left_"), ("r_", "right_")):
        if plain.startswith(short):
            plain = long + plain.removeprefix(short)
    return RENAMED.get(plain, plain)


def of_convention(convention: str, count: int, where: str) -> tuple[str, ...]:
    """Name the joints of a file by a convention.

    Raises:
        InputError: There is no such convention, or it has another number of joints.
    """
    if convention not in CONVENTIONS:
        known = ", ".join(CONVENTIONS)
        raise InputError(f"{where}: '{convention}' is no convention of joints; one of {known}")
    names = CONVENTIONS[convention]
    if len(names) != count:
        raise InputError(f"{where}: {count} joints, but {convention} has {len(names)}")
    return names


def names_by_count(count: int, where: str, convention: str | None = None) -> tuple[str, ...]:
    """Name the joints of a file that only tells how many there are.

    `convention` is the user's word where the file lacks one.

    Raises:
        InputError: Several conventions, or none, have so many; names the file.
    """
    if convention is not None:
        return of_convention(convention, count, where)
    if count not in BY_COUNT:
        several = [name for name, names in CONVENTIONS.items() if len(names) == count]
        reason = f"could be {' or '.join(several)}" if several else "fit no convention"
        raise InputError(
            f"{where}: {count} joints {reason}; add a key 'joint_names', or name the convention "
            "behind the file as in FILE:lsp_14"
        )
    return CONVENTIONS[BY_COUNT[count]]
