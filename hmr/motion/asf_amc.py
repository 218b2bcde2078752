"""Acclaim skeletons (ASF) and motions (AMC), as the CMU motion capture database ships them.

*Convention*: a bone turns about its own start; in its parent's frame the turn
is C M C^-1, with C the bone's `axis` and M its degrees of freedom, angles in
degrees. `axis ... XYZ` turns about X first. Positions are those of bone ends.
Lengths are inches divided by the skeleton's `length` unit (0.45 at CMU).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from hmr.errors import InputError
from hmr.motion.clip import Clip, checked
from hmr.motion.figure import Figure

CMU_FPS = 120.0
"""AMC files carry no frame rate; nearly all of CMU's were taken at this one."""
INCH = 0.0254
SIDES = {"l": "left", "r": "right"}
BONE_ENDS: dict[str, str] = {
    "root": "pelvis",
    **{"lowerback": "spine1", "upperback": "spine2", "thorax": "spine3"},
    **{"lowerneck": "neck", "upperneck": "head"},
    **{
        f"{s}{bone}": f"{side}_{joint}"
        for s, side in SIDES.items()
        for bone, joint in {
            "hipjoint": "hip",
            "femur": "knee",
            "tibia": "ankle",
            "foot": "foot",
            "clavicle": "shoulder",
            "humerus": "elbow",
            "radius": "wrist",
            "wrist": "middle1",
        }.items()
    },
}
"""SMPL-X joint at the end of each bone. CMU's head bone ends inside the skull, not at its top."""
BONE_STARTS: dict[str, str] = {
    **{"root": "pelvis", "upperback": "spine1", "thorax": "spine2"},
    **{"lowerneck": "neck", "head": "head"},
    **{
        f"{s}{bone}": f"{side}_{joint}"
        for s, side in SIDES.items()
        for bone, joint in {
            "femur": "hip",
            "tibia": "knee",
            "foot": "ankle",
            "toes": "foot",
            "clavicle": "collar",
            "humerus": "shoulder",
            "radius": "elbow",
            "wrist": "wrist",
        }.items()
    },
}
"""SMPL-X joint that turns each bone."""


@dataclass(frozen=True)
class Bone:
    """One bone of a skeleton."""

    name: str
    parent: str
    offset: Float[np.ndarray, "3"]
    """From start to end, in metres, at rest."""
    axis: Float[np.ndarray, "3 3"]
    """Frame in which the degrees of freedom are given."""
    dof: tuple[str, ...]
    """What AMC lines list, in their order; only rx, ry and rz move the bone."""


@dataclass(frozen=True)
class Skeleton:
    """Bones from the root outwards."""

    bones: tuple[Bone, ...]
    root_order: tuple[str, ...]
    """Channels of the root, of TX, TY, TZ, RX, RY, RZ."""
    metres: float
    """Length of the file's unit."""


def read_asf(path: Path) -> Skeleton:
    """Read a skeleton.

    Raises:
        InputError: The file is no ASF skeleton; names the file and the fault.
    """
    sections = _sections(path)
    try:
        metres = INCH / float(_entry(sections["units"], "length")[0])
        order = tuple(_entry(sections["root"], "order"))
        parents = _parents(sections["hierarchy"])
        found = {b.name: b for b in _bones(sections["bonedata"], parents, metres)}
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise InputError(f"{path}: not a whole ASF skeleton ({error!s})") from None
    missing = set(parents) - set(found)
    if missing or not found:
        raise InputError(f"{path}: no bone data for {', '.join(sorted(missing)) or 'any bone'}")
    # The hierarchy lists parents before their children.
    return Skeleton(tuple(found[name] for name in parents), order, metres)


def read_amc(path: Path, asf: Path | None = None, fps: float = CMU_FPS) -> Clip:
    """Read where joints are, and nothing else: see `read_figure`."""
    return read_figure(path, asf, fps).clip


def read_figure(path: Path, asf: Path | None = None, fps: float = CMU_FPS) -> Figure:
    """Read a motion; its skeleton is by default the subject's file next to it (01_02.amc: 01.asf).

    Raises:
        InputError: A file is missing, cut short or holds no person; names the file and the fault.
    """
    asf = asf or path.with_name(path.stem.split("_")[0] + ".asf")
    if not asf.is_file():
        raise InputError(f"{path}: its skeleton {asf} is missing")
    skeleton = read_asf(asf)
    channels = _channels(path, skeleton)
    ends, turns = walk(skeleton, channels)
    known = _named(ends, BONE_ENDS)
    if not {"pelvis", "left_hip", "right_hip", "left_ankle", "right_ankle"} <= set(known):
        raise InputError(f"{path}: unknown bones {', '.join(ends)}; CMU's names are expected")
    positions = np.stack(list(known.values()), 1).astype(np.float32)
    rest, _ = walk(skeleton, {name: 0 * values[:1] for name, values in channels.items()})
    return Figure(
        checked(Clip(path.stem, fps, tuple(known), positions), path),
        _named(turns, BONE_STARTS),
        {name: xyz[0] for name, xyz in _named(rest, BONE_ENDS).items()},
        np.eye(3),
    )


def walk(
    skeleton: Skeleton, channels: dict[str, Float[np.ndarray, "frames dof"]]
) -> tuple[dict[str, Float[np.ndarray, "frames 3"]], dict[str, Float[np.ndarray, "frames 3 3"]]]:
    """Walk the skeleton: where each bone ends, in metres, and how it is turned, by its name."""
    root = dict(zip((c.lower() for c in skeleton.root_order), channels["root"].T, strict=True))
    ends = {"root": np.stack([root[c] for c in ("tx", "ty", "tz")], -1) * skeleton.metres}
    turns = {"root": _rotation(root, len(channels["root"]))}
    for bone in skeleton.bones:
        local = dict(zip(bone.dof, channels[bone.name].T, strict=True)) if bone.dof else {}
        turn = bone.axis @ _rotation(local, len(ends["root"])) @ bone.axis.T
        turns[bone.name] = turns[bone.parent] @ turn
        ends[bone.name] = ends[bone.parent] + turns[bone.name] @ bone.offset
    return ends, turns


def _named(values: dict[str, np.ndarray], joints: dict[str, str]) -> dict[str, np.ndarray]:
    return {joints[bone]: value for bone, value in values.items() if bone in joints}


def _rotation(
    angles: dict[str, Float[np.ndarray, " frames"]], frames: int
) -> Float[np.ndarray, "frames 3 3"]:
    degrees = np.stack([angles.get(c, np.zeros(frames)) for c in ("rx", "ry", "rz")], -1)
    return Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()


def _sections(path: Path) -> dict[str, list[list[str]]]:
    sections: dict[str, list[list[str]]] = {}
    lines: list[list[str]] = []
    for text in path.read_text(errors="replace").splitlines():
        words = text.split("#")[0].split()
        if words and words[0].startswith(":"):
            lines = sections.setdefault(words[0][1:].lower(), [])
        elif words:
            lines.append(words)
    return sections


def _entry(lines: list[list[str]], key: str) -> list[str]:
    return next((words[1:] for words in lines if words[0] == key), [])


def _parents(lines: list[list[str]]) -> dict[str, str]:
    return {child: w[0] for w in lines if w[0] not in ("begin", "end") for child in w[1:]}


def _bones(lines: list[list[str]], parents: dict[str, str], metres: float) -> list[Bone]:
    ends = [i for i, words in enumerate(lines) if words[0] == "end"]
    starts = [0, *(i + 1 for i in ends)]
    blocks = [lines[a:b] for a, b in zip(starts, ends, strict=False)]
    return [_bone(block, parents, metres) for block in blocks]


def _bone(lines: list[list[str]], parents: dict[str, str], metres: float) -> Bone:
    name = _entry(lines, "name")[0]
    direction = np.array(_entry(lines, "direction"), dtype=float)
    offset = direction * float(_entry(lines, "length")[0]) * metres
    *angles, order = _entry(lines, "axis")
    axis = Rotation.from_euler(order.lower(), np.array(angles, dtype=float), degrees=True)
    dof = tuple(d.lower() for d in _entry(lines, "dof"))
    return Bone(name, parents[name], offset, axis.as_matrix(), dof)


def _channels(path: Path, skeleton: Skeleton) -> dict[str, Float[np.ndarray, "frames dof"]]:
    width = {"root": len(skeleton.root_order), **{b.name: len(b.dof) for b in skeleton.bones}}
    rows: dict[str, list[list[str]]] = {name: [] for name, n in width.items() if n}
    frames = 0
    for number, text in enumerate(path.read_text(errors="replace").splitlines(), 1):
        words = text.split()
        if len(words) == 1 and words[0].isdigit():
            frames += 1
        elif frames and words:
            if words[0] not in rows:
                raise InputError(f"{path}: line {number}: the skeleton moves no '{words[0]}'")
            if len(words) - 1 != width[words[0]]:
                expected = f"{words[0]} needs {width[words[0]]} numbers"
                raise InputError(f"{path}: line {number}: {expected}")
            rows[words[0]].append(words[1:])
    if not frames:
        raise InputError(f"{path}: holds zero frames; remove it")
    short = [name for name, values in rows.items() if len(values) != frames]
    if short:
        raise InputError(f"{path}: cut short: {short[0]} is missing from some of {frames} frames")
    return {name: _numbers(values, f"{path}: {name}") for name, values in rows.items()}


def _numbers(rows: list[list[str]], where: str) -> Float[np.ndarray, "frames dof"]:
    try:
        values = np.array(rows, dtype=float)
    except ValueError as error:
        raise InputError(f"{where}: not numbers ({error})") from None
    if not np.isfinite(values).all():
        raise InputError(f"{where}: holds numbers that are not finite; remove the file")
    return values
