"""Biovision hierarchies (BVH) of any maker.

*Convention*: rotation channels multiply in the order listed, angles in
degrees. Position channels replace a joint's OFFSET (Bandai Namco moves every
joint so), except where they are zero throughout (MakeHuman), which would put
the joint inside its parent. A first frame from which the figure leaps into the
second is a calibration pose and left out. The unit and the axis that points up
are found from the figure itself unless given.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from hmr.errors import InputError
from hmr.motion.clip import Clip, checked, stature
from hmr.motion.dialects import CMU, CMU_COLLARS, Table, table_for
from hmr.motion.figure import Figure

COMMON_UNITS = {"m": 1.0, "dm": 0.1, "cm": 0.01, "mm": 0.001, "inch": 0.0254}
ODD_UNITS = {"cmu": 0.0254 / 0.45, "inch_tenth": 0.01 / 0.254}
"""CMU's inches over 0.45, and centimetres times 0.254 (Meta's Animated Drawings)."""
UNITS = {**COMMON_UNITS, **ODD_UNITS}
"""Metres in a unit."""
ADULT = (1.2, 2.3)
"""Statures among which a unit is looked for."""
DECISIVE = 0.6
"""Least cosine between the way up and the mean line from feet to head."""
ROUND_OFF = 0.01
"""Largest position channel that counts as zero, as a share of the joint's OFFSET."""
LEAP = 0.15
"""Least step, in metres, that may be a leap out of a calibration pose."""
Z_TO_Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
Up = Literal["auto", "y", "z"]


@dataclass(frozen=True)
class Hierarchy:
    """A BVH file as it stands: its own unit, its own names, end sites called `<parent>_end`."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of the parent, which comes before its children; -1 for a root."""
    offsets: Float[np.ndarray, "joints 3"]
    channels: tuple[tuple[str, ...], ...]
    """Lower-case channel names of each joint, such as `xposition`."""
    values: Float[np.ndarray, "frames channels"]
    frame_time: float
    """Seconds."""


def read_bvh(path: Path, up: Up = "auto", unit: str = "auto") -> Clip:
    """Read where joints are, and nothing else: see `read_figure`."""
    return read_figure(path, up, unit).clip


def read_figure(path: Path, up: Up = "auto", unit: str = "auto") -> Figure:
    """Read a motion.

    Args:
        path: The file.
        up: Axis of the file that points up.
        unit: A key of `UNITS`.

    Raises:
        InputError: Broken file, strange joints or nobody's size; names the file and the fault.
    """
    if unit not in UNITS and unit != "auto":
        raise InputError(f"{path}: unit '{unit}' is none of auto, {', '.join(UNITS)}")
    hierarchy = parse(path)
    table = table_for([_plain(name) for name in hierarchy.names])
    if table is None:
        raise InputError(
            f"{path}: unknown joints {', '.join(hierarchy.names[:6])} ...; add a table to "
            "hmr/motion/dialects.py"
        )
    (posed, turns), (rest, _) = _known(hierarchy, table), _known(_at_rest(hierarchy), table)
    metres = UNITS[unit] if unit != "auto" else _unit(posed, path)
    axis = _up(posed, rest) if up == "auto" else up
    upright = np.eye(3) if axis == "y" else Z_TO_Y_UP
    clip = replace(_moved(posed, metres * upright), name=path.stem)
    start = _calibration(checked(clip, path))
    still = _moved(rest, metres * upright).positions[0].astype(float)
    return Figure(
        replace(clip, positions=clip.positions[start:]),
        {name: upright @ turn[start:] for name, turn in turns.items()},
        dict(zip(rest.joint_names, still, strict=True)),
        upright,
    )


def parse(path: Path) -> Hierarchy:
    """Read the file without interpreting it.

    Raises:
        InputError: The file is cut short or no BVH; names the file and the fault.
    """
    head, found, motion = path.read_text(errors="replace").partition("MOTION")
    if "HIERARCHY" not in head or not found:
        raise InputError(f"{path}: not a whole BVH file: no HIERARCHY and MOTION")
    try:
        names, parents, offsets, channels = _joints(head.split())
        frames, frame_time, values = _motion(motion)
    except (ValueError, IndexError) as error:
        raise InputError(f"{path}: broken BVH file ({error!s})") from None
    width = sum(map(len, channels))
    if frames == 0 or width == 0:
        raise InputError(f"{path}: holds zero frames; remove it")
    if values.size != frames * width:
        raise InputError(
            f"{path}: cut short: {frames} frames of {width} channels need {frames * width} "
            f"numbers, found {values.size}"
        )
    if not np.isfinite(values).all() or not np.isfinite(offsets).all():
        raise InputError(f"{path}: holds numbers that are not finite; remove it")
    if not frame_time > 0:
        raise InputError(f"{path}: frame time {frame_time} is not a positive number")
    return Hierarchy(names, parents, offsets, channels, values.reshape(frames, width), frame_time)


def world_positions(hierarchy: Hierarchy) -> Float[np.ndarray, "frames joints 3"]:
    """Walk the hierarchy: joint positions in the file's own unit and axes."""
    return walk(hierarchy)[0]


def walk(
    hierarchy: Hierarchy,
) -> tuple[Float[np.ndarray, "frames joints 3"], Float[np.ndarray, "frames joints 3 3"]]:
    """Walk the hierarchy: joint positions and rotations, in the file's own unit and axes."""
    places: list[np.ndarray] = []
    turns: list[np.ndarray] = []
    column = 0
    for parent, offset, channels in zip(
        hierarchy.parents, hierarchy.offsets, hierarchy.channels, strict=True
    ):
        values = hierarchy.values[:, column : column + len(channels)]
        column += len(channels)
        shift, turn = _shift(offset, channels, values), _turn(channels, values)
        if parent >= 0:
            shift = places[parent] + np.einsum("tij,tj->ti", turns[parent], shift)
            turn = turns[parent] @ turn
        places.append(shift)
        turns.append(turn)
    return np.stack(places, 1), np.stack(turns, 1)


def _shift(
    offset: Float[np.ndarray, "3"],
    channels: tuple[str, ...],
    values: Float[np.ndarray, "frames channels"],
) -> Float[np.ndarray, "frames 3"]:
    shift = np.tile(offset, (len(values), 1))
    moving = [i for i, channel in enumerate(channels) if channel.endswith("position")]
    # Round-off counts as zero.
    if moving and np.abs(values[:, moving]).max() > ROUND_OFF * np.linalg.norm(offset):
        shift[:, ["xyz".index(channels[i][0]) for i in moving]] = values[:, moving]
    return shift


def _turn(
    channels: tuple[str, ...], values: Float[np.ndarray, "frames channels"]
) -> Float[np.ndarray, "frames 3 3"]:
    turning = [i for i, channel in enumerate(channels) if channel.endswith("rotation")]
    if not turning:
        return np.tile(np.eye(3), (len(values), 1, 1))
    # Upper case asks scipy for intrinsic rotations: the order in which BVH multiplies.
    order = "".join(channels[i][0].upper() for i in turning)
    angles = values[:, turning] if len(turning) > 1 else values[:, turning[0]]
    return Rotation.from_euler(order, angles, degrees=True).as_matrix()


def _joints(words: list[str]) -> tuple[tuple, tuple, np.ndarray, tuple]:
    names: list[str] = []
    parents: list[int] = []
    offsets: list[list[float]] = []
    channels: list[tuple[str, ...]] = []
    open_joints: list[int] = [-1]
    at = 0
    while at < len(words):
        word, step = words[at].upper(), 1
        if word in ("ROOT", "JOINT", "END"):
            end = word == "END"
            names.append(f"{names[open_joints[-1]]}_end" if end else words[at + 1])
            parents.append(open_joints[-1])
            channels.append(())
            step = 2
        elif word == "{":
            open_joints.append(len(names) - 1)
        elif word == "}":
            open_joints.pop()
        elif word == "OFFSET":
            offsets.append([float(w) for w in words[at + 1 : at + 4]])
            step = 4
        elif word == "CHANNELS":
            count = int(words[at + 1])
            channels[-1] = tuple(w.lower() for w in words[at + 2 : at + 2 + count])
            step = 2 + count
        at += step
    if len(offsets) != len(names) or open_joints != [-1]:
        raise ValueError("the hierarchy is not closed")
    return tuple(names), tuple(parents), np.array(offsets).reshape(-1, 3), tuple(channels)


def _motion(text: str) -> tuple[int, float, np.ndarray]:
    words = text.split()
    if [w.rstrip(":").lower() for w in (words[0], *words[2:4])] != ["frames", "frame", "time"]:
        raise ValueError("no 'Frames:' and 'Frame Time:' after MOTION")
    return int(words[1]), float(words[4]), np.array(words[5:], dtype=float)


def _plain(name: str) -> str:
    return name.rpartition(":")[2]


def _at_rest(hierarchy: Hierarchy) -> Hierarchy:
    values = np.zeros((1, hierarchy.values.shape[1]))
    return Hierarchy(
        hierarchy.names, hierarchy.parents, hierarchy.offsets, hierarchy.channels, values, 1.0
    )


def _known(hierarchy: Hierarchy, table: Table) -> tuple[Clip, dict[str, np.ndarray]]:
    """Keep what the table knows: positions, and turns of all joints but end sites."""
    columns = {table[_plain(n)]: i for i, n in enumerate(hierarchy.names) if _plain(n) in table}
    positions, turns = walk(hierarchy)
    clip = Clip("", 1 / hierarchy.frame_time, tuple(columns), positions[:, list(columns.values())])
    turning = {n: i for n, i in columns.items() if hierarchy.channels[i]}
    if table is CMU:
        turning |= {
            ours: hierarchy.names.index(theirs)
            for theirs, ours in CMU_COLLARS.items()
            if theirs in hierarchy.names
        }
    return clip, {name: turns[:, i] for name, i in turning.items()}


def _unit(clip: Clip, path: Path) -> float:
    height = stature(clip)
    for units in (COMMON_UNITS, ODD_UNITS):
        fitting = [m for m in units.values() if ADULT[0] <= height * m <= ADULT[1]]
        if fitting:
            return min(fitting, key=lambda metres: abs(np.log(height * metres / 1.7)))
    raise InputError(f"{path}: the person is {height:.3g} of the file's units tall; give the unit")


def _up(posed: Clip, rest: Clip) -> Literal["y", "z"]:
    """Choose the axis that points up.

    A person mostly stands, so over a clip the feet lie below the head; a single pose may fly, and
    then the figure without rotations tells, if it stands (some makers' figures do not).
    """
    moving, resting = _feet_to_head(posed), _feet_to_head(rest)
    evidence = (moving, resting) if len(posed) > 1 else (resting, moving)
    decisive = [way for way in evidence if max(way[1], way[2]) > DECISIVE]
    y, z = (decisive or [moving + resting])[0][1:]
    return "y" if y >= z else "z"


def _feet_to_head(clip: Clip) -> Float[np.ndarray, "3"]:
    """Mean line from the feet to the head; zero for a figure with its legs pulled apart."""
    at = {name: clip.positions[:, i] for i, name in enumerate(clip.joint_names)}
    head = at.get("head", at.get("neck", (at["left_shoulder"] + at["right_shoulder"]) / 2))
    hips = (at["left_hip"] + at["right_hip"]) / 2
    trunk = _unit_length(head - hips)
    legs = [_unit_length(at[f"{s}_hip"] - at[f"{s}_ankle"]) for s in ("left", "right")]
    straight = min((leg * trunk).sum(-1).mean() for leg in legs) > 0
    return (trunk + sum(legs)).mean(0) / 3 if straight else np.zeros(3)


def _unit_length(vectors: Float[np.ndarray, "frames 3"]) -> Float[np.ndarray, "frames 3"]:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _moved(clip: Clip, matrix: Float[np.ndarray, "3 3"]) -> Clip:
    return replace(clip, positions=(clip.positions @ matrix.T).astype(np.float32))


def _calibration(clip: Clip) -> int:
    """Count frames to leave out at the start."""
    steps = np.linalg.norm(np.diff(clip.positions, axis=0), axis=-1).max(-1)
    return int(len(steps) > 1 and steps[0] > max(LEAP, 3 * np.quantile(steps[1:], 0.99)))
