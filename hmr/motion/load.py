"""Finds motion clips in folders, and splits them for good."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from hmr.body import Body, load_body
from hmr.errors import InputError
from hmr.motion.amass import clip_from, read_amass
from hmr.motion.asf_amc import read_amc
from hmr.motion.bvh import read_bvh
from hmr.motion.clip import Clip
from hmr.progress import say, track

KINDS = (".amc", ".bvh", ".npz")
Split = Literal["train", "val", "test"]
SHARES: dict[Split, float] = {"train": 0.8, "val": 0.1, "test": 0.1}


def load_clips(folders: Sequence[Path | str], body: Body | None = None) -> list[Clip]:
    """Read every .amc, .bvh and .npz motion in the folders (or files), in the order of their paths.

    A source that cannot be read is left out with one line saying why. Positions of .npz
    motions are `body`'s, by default the open body of the motion's gender.

    Raises:
        InputError: A folder is missing, or no motion is left; names the folders.
    """
    paths = [path for folder in folders for path in _sources(Path(folder))]
    clips: list[Clip] = []
    for path in track(paths, "reading motions"):
        try:
            clips.append(_read(path, body))
        except InputError as error:
            say(f"left out: {error}")
    if not clips:
        names = ", ".join(map(str, folders)) or "no folder"
        raise InputError(f"{names}: no motion to read; .amc, .bvh or .npz files are expected")
    if len(clips) < len(paths):
        say(f"read {len(clips)} of {len(paths)} motions; left out {len(paths) - len(clips)}")
    return clips


def split_of(name: str) -> Split:
    """Tell which split a clip (or any named asset) belongs to, for ever."""
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2**64
    if share < SHARES["train"]:
        return "train"
    return "val" if share < SHARES["train"] + SHARES["val"] else "test"


def _sources(folder: Path) -> list[Path]:
    if not folder.exists():
        raise InputError(f"{folder}: no such folder of motions")
    if folder.is_file():
        return [folder]
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in KINDS and p.is_file())


def _read(path: Path, body: Body | None) -> Clip:
    try:
        match path.suffix.lower():
            case ".amc":
                return read_amc(path)
            case ".bvh":
                return read_bvh(path)
            case ".npz":
                motion = read_amass(path)
                return clip_from(motion, body or load_body(None, motion.gender))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    raise InputError(f"{path}: neither .amc, .bvh nor .npz")
