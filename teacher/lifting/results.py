"""What was lifted, on disk: npz for programs, json for everybody.

`lifts.npz` has one row a person and frame; `lifts.json` the same by person. Joints are those of
`joint_names`, `joints_3d` in the camera's axes (OpenCV), in metres about the pelvis.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hmr.record import write_atomically
from teacher.lift import Lifted
from teacher.lifting.subjects import Subject
from teacher.poses_2d import NAMES

DECIMALS = 5
"""Of numbers in the json: hundredths of millimetres and of pixels."""


@dataclass(frozen=True)
class Result:
    """Somebody, lifted."""

    subject: Subject
    lifted: Lifted
    bodies: Mapping[str, np.ndarray]
    """SMPL-X parameters by name, axis-angle, one row a frame, in the camera frame; none where the
    teacher has no parametric network."""

    def columns(self) -> dict[str, np.ndarray]:
        """Everything that has one row a frame."""
        who, lifted = self.subject, self.lifted
        return {
            "image": np.array(who.images, dtype=str),
            "frame": np.array(who.frames),
            "joints_2d": who.joints.astype(np.float32),
            "visible": who.scores > 0,
            "joints_3d": lifted.joints_3d,
            "confidence": lifted.confidence,
            "uncertainty": lifted.uncertainty,
            "K": who.K,
            **self.bodies,
        }


def write_npz(path: Path, results: Sequence[Result], fps: float) -> None:
    """Write all rows, one person after the other; `person` says whose they are."""
    columns = [result.columns() for result in results]
    arrays = {name: np.concatenate([part[name] for part in columns]) for name in columns[0]}
    counts = [len(result.subject) for result in results]
    people = {
        "key": np.array([result.subject.key for result in results], dtype=str),
        "is_track": np.array([result.subject.is_track for result in results]),
    }
    rows = {"person": np.repeat(np.arange(len(results)), counts)}
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, allow_pickle=False, joint_names=np.array(NAMES), fps=fps, **people, **rows, **arrays
    )
    write_atomically(path, buffer.getvalue())


def write_people(path: Path, results: Sequence[Result], fps: float) -> None:
    """Write people and their frames; numbers that are not finite become null."""
    people = [
        {
            "key": result.subject.key,
            "is_track": result.subject.is_track,
            "frames": _frames(result.columns()),
        }
        for result in results
    ]
    content = {"joint_names": list(NAMES), "fps": fps, "people": people}
    write_atomically(path, json.dumps(content, allow_nan=False) + "\n")


def _frames(columns: Mapping[str, np.ndarray]) -> list[dict[str, object]]:
    plain = {name: _plain(column) for name, column in columns.items()}
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


def _plain(column: np.ndarray) -> list:
    if column.dtype.kind != "f":
        return column.tolist()
    rounded = np.round(column.astype(np.float64), DECIMALS).astype(object)
    rounded[~np.isfinite(column)] = None
    return rounded.tolist()
