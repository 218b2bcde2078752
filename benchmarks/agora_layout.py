"""AGORA's export read back by the rules of its evaluator (`project2d` there), in numpy alone.

A body is posed in its own frame, turned over, turned about the vertical by Yaw - 90 degrees and
moved to X, Y, Z of Unreal's centimetres; then the camera's place is taken away, its yaw, its
pitch. Focal length and pitch follow from the image's name. Images that no such name fits carry
their K in a column of our own.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float
from smplx.joint_names import JOINT_NAMES

from benchmarks.layouts import Reading
from hmr.unpickling import load_pickle

FOCAL_MM = {"hdri": 50.0, "archviz": 18.0}
OTHER_FOCAL_MM = 28.0
SENSOR_MM = (36.0, 20.25)
PITCH_DEG = {"hdri": 0.0, "cam0": 30.0, "ag2": 15.0}
TABLE_WIDTH = 3840
OWN_CAMERA = "_any_"
"""Part of a name that promises nothing."""
PARTS = (
    *("betas", "global_orient", "body_pose", "left_hand_pose", "right_hand_pose", "transl"),
    *("expression", "jaw_pose", "leye_pose", "reye_pose"),
)


def agora(out: Path) -> Iterator[Reading]:
    """Read AGORA's tables with joints, and the fits that they name."""
    for table in sorted((out / "dataframes_withjv").glob("*_withjv.pkl")):
        for _, row in load_pickle(table).iterrows():
            # Rows of a table are mappings from names of columns.
            yield from _people(out, row.to_dict())


def _people(out: Path, row: Mapping) -> Iterator[Reading]:
    K = _intrinsics(row)
    for i, fit in enumerate(row["gt_path_smplx"]):
        values = load_pickle(out / fit)
        turn, shift = _placed(row, i)
        betas = np.asarray(values["betas"]).reshape(-1)
        pixels = np.asarray(row["gt_joints_2d"][i]) * row["width"] / TABLE_WIDTH
        before = np.asarray(row["gt_joints_3d"][i])[:, 2:] > 0
        yield Reading(
            image=row["key"],
            values={
                **{name: np.asarray(values[name]).reshape(-1) for name in PARTS},
                "betas": betas[:10],
            },
            K=K,
            turn=turn,
            shift=shift,
            keypoints=np.concatenate([pixels, before], 1),
            names=tuple(JOINT_NAMES[: len(pixels)]),
            gender=row["gender"][i],
            kid_weight=float(betas[10]) if row["kid"][i] else 0.0,
            flat_hands=False,
        )


def _placed(row: Mapping, i: int) -> tuple[Float[np.ndarray, "3 3"], Float[np.ndarray, "3"]]:
    pitch = next(deg for mark, deg in PITCH_DEG.items() if mark in row["imgPath"])
    view = _about_x(pitch) @ _about_y(-row["camYaw"])
    place = _opencv([row[axis][i] for axis in "XYZ"]) - _opencv([row[f"cam{a}"] for a in "XYZ"])
    turn = view @ _about_y(row["Yaw"][i] - 90) @ np.diag([1.0, -1, -1])
    return turn, view @ place


def _intrinsics(row: Mapping) -> Float[np.ndarray, "3 3"]:
    if OWN_CAMERA in row["imgPath"]:
        return np.asarray(row["K"])
    focal = next((mm for mark, mm in FOCAL_MM.items() if mark in row["imgPath"]), OTHER_FOCAL_MM)
    K, size = np.eye(3), (row["width"], row["height"])
    for axis, (pixels, mm) in enumerate(zip(size, SENSOR_MM, strict=True)):
        K[axis, axis], K[axis, 2] = focal / mm * pixels, pixels / 2
    return K


def _opencv(place_cm: list[float]) -> Float[np.ndarray, "3"]:
    x, y, z = place_cm
    return np.array([y, -z, x]) / 100


def _about_y(angle_deg: float) -> Float[np.ndarray, "3 3"]:
    c, s = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def _about_x(angle_deg: float) -> Float[np.ndarray, "3 3"]:
    c, s = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
