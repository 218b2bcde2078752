"""Finds motion clips in folders, and splits them for good.

Whatever the source, a clip holds the source's joints and SMPL-X parameters of the same
motion: an AMASS file's own, or those of a body that a skeleton was retargeted to.
"""

import glob
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from hmr.body import Body, load_body
from hmr.errors import InputError
from hmr.motion import asf_amc, bvh
from hmr.motion.amass import clip_from, read_amass
from hmr.motion.clip import Clip
from hmr.motion.dialects import LIMBS
from hmr.motion.figure import Figure
from hmr.motion.retarget import retarget
from hmr.progress import say, track

KINDS = (".amc", ".bvh", ".npz")
Split = Literal["train", "val", "test"]
SHARES: dict[Split, float] = {"train": 0.8, "val": 0.1, "test": 0.1}


def sources(patterns: Sequence[str] | str) -> list[Path]:
    """Find the files and folders that patterns stand for.

    Raises:
        InputError: A pattern matches nothing; names it.
    """
    found: list[Path] = []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        matches = sorted(glob.glob(pattern)) or ([pattern] if Path(pattern).exists() else [])
        if not matches:
            raise InputError(f"{pattern}: no such folder or file of motion")
        found += [Path(match) for match in matches]
    return found


def load_clips(folders: Sequence[Path | str], body: Body | None = None) -> list[Clip]:
    """Read every .amc, .bvh and .npz motion in the folders (or files), in the order of their paths.

    A source that cannot be read is skipped with one line saying why. Positions of .npz motions
    are `body`'s, by default the open body of the motion's gender; skeletons are retargeted to
    `body`, by default the neutral open body.

    Raises:
        InputError: A folder is missing, or no motion is left; names the folders.
    """
    paths = [path for folder in folders for path in motion_files(Path(folder))]
    clips: list[Clip] = []
    for path in track(paths, "reading motions"):
        try:
            clips.append(read_clip(path, body))
        except InputError as error:
            say(f"skipped: {error}")
    if not clips:
        names = ", ".join(map(str, folders)) or "no folder"
        raise InputError(f"{names}: no motion to read; .amc, .bvh or .npz files are expected")
    say(f"{len(clips)} clips read, {len(paths) - len(clips)} skipped")
    return clips


def motion_mark(folders: Sequence[Path | str]) -> str:
    """Tell apart sets of motion files and their skeletons, by names and sizes; "" for none.

    Raises:
        InputError: A folder is missing; names it.
    """
    paths = [path for folder in folders for path in motion_files(Path(folder))]
    homes = sorted({path.parent for path in paths if path.suffix.lower() == ".amc"})
    paths += [skeleton for home in homes for skeleton in sorted(home.glob("*.asf"))]
    told = "".join(f"{path.name} {path.stat().st_size}\n" for path in paths)
    return hashlib.sha256(told.encode()).hexdigest()[:16] if paths else ""


def split_of(name: str) -> Split:
    """Tell which split a clip (or any named asset) belongs to, for ever."""
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2**64
    if share < SHARES["train"]:
        return "train"
    return "val" if share < SHARES["train"] + SHARES["val"] else "test"


def motion_files(folder: Path) -> list[Path]:
    """Find the .amc, .bvh and .npz files of a folder, in the order of their paths.

    Raises:
        InputError: There is no such folder.
    """
    if not folder.exists():
        raise InputError(f"{folder}: no such folder of motions")
    if folder.is_file():
        return [folder]
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in KINDS and p.is_file())


def read_clip(path: Path, body: Body | None = None) -> Clip:
    """Read one motion; for `body` see `load_clips`.

    Raises:
        InputError: It cannot be read, or is no person's motion; names the file.
    """
    try:
        match path.suffix.lower():
            case ".amc":
                return _retargeted(asf_amc.read_figure(path), body, path)
            case ".bvh":
                return _retargeted(bvh.read_figure(path), body, path)
            case ".npz":
                motion = read_amass(path)
                return clip_from(motion, body or load_body(None, motion.gender))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    raise InputError(f"{path}: neither .amc, .bvh nor .npz")


def _retargeted(figure: Figure, body: Body | None, path: Path) -> Clip:
    missing = sorted(set(LIMBS) - set(figure.clip.joint_names))
    if missing:
        raise InputError(f"{path}: no joint {', '.join(missing)}; bodies have whole limbs")
    return replace(figure.clip, params=retarget(figure, body or load_body()))
