"""Which joints the world hides together, learned from the labels of our own crowds.

People, things and the image's border hide joints in patterns: both legs behind a table, one
side behind a neighbour. Joints that a body hides itself are not among them; detectors find those.

    python -m teacher.hiding outputs/crowd --out assets/crowd_occlusion.npz
"""

import argparse
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from hmr.errors import InputError
from hmr.joints import LSP_14, SMPLX_55, mapping
from hmr.progress import say, track
from hmr.record import write_atomically
from hmr.sample import BY_ENVIRONMENT, BY_PERSON, OUTSIDE, Sample
from hmr.shards import count_images, read_manifest, read_samples
from teacher.poses_2d import FLIP, NAMES

DEFAULT = Path(__file__).resolve().parent.parent / "assets" / "crowd_occlusion.npz"
"""Patterns of a crowd of ours (assets/README.md)."""
WORLD = (OUTSIDE, BY_PERSON, BY_ENVIRONMENT)
STAND_INS = {
    # The eyeballs are where COCO's eyes are.
    **{"left_eye": "left_eye_smplhf", "right_eye": "right_eye_smplhf"},
    # Nose, ears and crown lie about a hand's breadth from the head joint: what hides that, from
    # outside, hides them too.
    **{"nose": "head", "left_ear": "head", "right_ear": "head", "head_top": "head"},
}
"""Joints of `NAMES` that samples lack, and whose visibility they share there."""
LEAST_VISIBLE = 6
"""People of whom fewer of LSP's 14 joints are to be seen are nobody's 2D poses."""


@dataclass(frozen=True)
class Patterns:
    """Joints that were hidden together, one person a row, in the order of `NAMES`."""

    hidden: Bool[Tensor, "patterns joints"]

    def __len__(self) -> int:
        """Count the patterns."""
        return len(self.hidden)


def read_patterns(folders: Sequence[str | Path]) -> Patterns:
    """Take the patterns of all people in folders of samples.

    People with fewer than `LEAST_VISIBLE` joints to be seen, and those whose body nobody knows,
    are left out and counted.

    Raises:
        InputError: A folder holds no samples, or nobody who counts; names it.
    """
    found = [_of_folder(Path(folder)) for folder in folders]
    if not found:
        raise InputError("no folder of samples given; make one with stage=synth")
    return Patterns(torch.from_numpy(np.concatenate(found)))


def _of_folder(folder: Path) -> Bool[np.ndarray, "patterns joints"]:
    read_manifest(folder)
    samples = track(read_samples(folder, with_image=False), str(folder), count_images(folder))
    rows = [row for sample in samples for row in hidden_by_the_world(sample)]
    counted = mapping(NAMES, LSP_14)
    kept = [row for row in rows if (~row[counted]).sum() >= LEAST_VISIBLE]
    if not kept:
        raise InputError(
            f"{folder}: nobody with {LEAST_VISIBLE} joints to be seen among {len(rows)} people"
        )
    say(f"{folder}: {len(kept)} people; {len(rows) - len(kept)} with too few joints left out")
    return np.stack(kept)


def hidden_by_the_world(sample: Sample) -> Bool[np.ndarray, "people joints"]:
    """Tell which of `NAMES` other people, things or the border hide, of those with a body."""
    order = mapping(SMPLX_55, [STAND_INS.get(name, name) for name in NAMES])
    known = [i for i, person in enumerate(sample.people) if person.has_body]
    return np.isin(sample.joint_visibility[known][:, order], WORLD)


def save(patterns: Patterns, path: Path) -> None:
    """Write patterns, eight joints a byte."""
    buffer = io.BytesIO()
    packed = np.packbits(patterns.hidden.numpy(), axis=1)
    np.savez_compressed(buffer, allow_pickle=False, hidden=packed, joint_names=np.array(NAMES))
    write_atomically(path, buffer.getvalue())


def load(path: str | Path = DEFAULT) -> Patterns:
    """Read patterns.

    Raises:
        InputError: The file is missing or broken, or lacks one of `NAMES`; names it.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            names = [str(name) for name in file["joint_names"]]
            hidden = np.unpackbits(file["hidden"], axis=1, count=len(names)).astype(bool)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; make it with python -m teacher.hiding") from None
    except (BadZipFile, EOFError, OSError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path}: no file of patterns ({error}); make it anew") from None
    order = mapping(names, NAMES)
    if (order < 0).any() or not len(hidden):
        raise InputError(f"{path}: lacks patterns or joints; make it anew (teacher.hiding)")
    return Patterns(torch.from_numpy(hidden[:, order]))


def hide_like(
    patterns: Patterns, shape: tuple[int, int], generator: torch.Generator
) -> Float[Tensor, "tracks frames joints"]:
    """Draw what stays visible (1) of tracks: a pattern each, every other one mirrored.

    Up to two frames share it. Along more, half of the tracks are hidden only from one random
    frame to another, as by someone who walks past; either may lie at the track's end.

    Args:
        patterns: To draw from.
        shape: Number of tracks and frames.
        generator: Source of all randomness.
    """
    tracks, frames = shape
    rows = torch.randint(len(patterns), (tracks,), generator=generator)
    hidden = patterns.hidden[rows]
    flip = torch.rand(tracks, 1, generator=generator) < 0.5
    hidden = torch.where(flip, hidden[:, FLIP], hidden)
    spell = torch.randint(frames + 1, (tracks, 2), generator=generator).sort(1).values
    lasting = torch.rand(tracks, 1, generator=generator) < (0.5 if frames > 2 else 1.0)
    now = torch.arange(frames)
    during = lasting | ((now >= spell[:, :1]) & (now < spell[:, 1:]))
    return 1 - (hidden[:, None] & during[..., None]).float()


def main(words: Sequence[str] | None = None) -> int:
    """Make a file of patterns from folders of samples."""
    parser = argparse.ArgumentParser("python -m teacher.hiding", description=main.__doc__)
    parser.add_argument("data", nargs="+", metavar="DATA", help="folders of samples (stage=synth)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.npz")
    options = parser.parse_args(words)
    try:
        patterns = read_patterns(options.data)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    save(patterns, options.out)
    shares = zip(NAMES, patterns.hidden.float().mean(0).tolist(), strict=True)
    say(", ".join(f"{name} {share:.0%}" for name, share in shares))
    hidden = patterns.hidden.float().mean().item()
    say(f"{options.out}: {len(patterns)} patterns, {hidden:.1%} of joints hidden")
    return 0


if __name__ == "__main__":
    sys.exit(main())
