"""One door for all layouts of 2D keypoints."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile

from hmr.errors import InputError
from hmr.joints import CONVENTIONS
from hmr.keypoints.arrays import read_named, read_npz
from hmr.keypoints.coco import read_annotations, read_detections
from hmr.keypoints.openpose import read_frame
from hmr.keypoints.person import Keypoints2D, usable

LAYOUTS = "COCO json, OpenPose json, npz with keypoints_2d or json with joint_names"


def split_convention(name: str | Path) -> tuple[Path, str | None]:
    """Part FILE:lsp_14 into the file and the convention of its joints, which may be left out."""
    path, _, convention = str(name).rpartition(":")
    if not path or Path(name).exists() or not Path(path).exists():
        return Path(name), None
    return Path(path), convention


def read_keypoints(path: str | Path) -> list[Keypoints2D]:
    """Read the people of a file or folder, each with at least one joint.

    Args:
        path: File or folder. Behind it may stand what its joints are, as in `FILE:lsp_14`, for
            files that do not tell: npz without `joint_names`, and lists of detections.

    Raises:
        InputError: The file is missing, truncated, of another layout, or has no usable joint.
    """
    path, convention = split_convention(path)
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; keypoints=FILE takes {LAYOUTS}")
    if convention is not None and convention not in CONVENTIONS:
        known = ", ".join(CONVENTIONS)
        raise InputError(f"{path}: '{convention}' is no convention of joints; one of {known}")
    try:
        people = _read(path, convention)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        reason = f"key {error} is missing" if isinstance(error, KeyError) else str(error)
        reason = " ".join(reason.split()) or type(error).__name__
        raise InputError(f"{path}: not a layout of keypoints known here ({reason})") from None
    return _with_unique_keys(usable(people, str(path)))


def _read(path: Path, convention: str | None) -> list[Keypoints2D]:
    if path.is_dir():
        return _read_folder(path)
    if path.suffix == ".npz":
        try:
            return read_npz(path, convention)
        except (BadZipFile, EOFError, OSError) as error:
            raise InputError(f"{path}: truncated or no npz file ({error})") from None
    return _read_json(path, convention)


def _read_folder(folder: Path) -> list[Keypoints2D]:
    files = sorted(folder.glob("*.json"))
    if not files:
        raise InputError(f"{folder}: no json file in this folder; OpenPose writes one an image")
    return [person for file in files for person in _read_json(file)]


def _read_json(path: Path, convention: str | None = None) -> list[Keypoints2D]:
    try:
        content = json.loads(path.read_text())
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: empty, truncated or not JSON ({error})") from None
    if isinstance(content, list):
        return read_detections(content, str(path), convention)
    if not isinstance(content, Mapping):
        raise InputError(f"{path}: holds neither an object nor a list; expected {LAYOUTS}")
    if "annotations" in content:
        return read_annotations(content, str(path))
    if "people" in content:
        return read_frame(content, path.stem, str(path))
    if "joint_names" in content:
        return read_named(content, str(path))
    raise InputError(f"{path}: no 'annotations', 'people' or 'joint_names'; expected {LAYOUTS}")


def _with_unique_keys(people: list[Keypoints2D]) -> list[Keypoints2D]:
    repeated = {key for key, count in Counter(p.key for p in people).items() if count > 1}
    return [
        replace(person, key=f"{person.key}_{i}") if person.key in repeated else person
        for i, person in enumerate(people)
    ]
