"""HumanData, the npz of mmhuman3d that SMPLer-X, SMPLest-X and AiOS train on.

`humandata.npz` beside `images/`. Everything is in the OpenCV camera frame. Keypoints
are in the order of `smplx`'s 144; the jaw's outline, which slides over the skin,
is masked. Hand poses are relative to the body file's mean hand, and
`misc["flat_hand_mean"]` says so: that is what its readers take for granted. A kid's
weight stands in `smplx["betas_extra"]`, as in its AGORA, and those readers pass over kids.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float

from hmr.body import load_body
from hmr.joints import SMPLX_ALL
from hmr.mean_hands import KEYS, mean_hand
from samples.exporters.containers import write_npz
from samples.exporters.people import (
    UNNAMED,
    Figure,
    Picture,
    Points,
    Tally,
    about,
    columns,
    pictures,
    points_of,
)

SMPLX_144 = (*SMPLX_ALL[:127], *(UNNAMED,) * 17)
BY_JOINT = ("body_pose", "left_hand_pose", "right_hand_pose")
"""Rotations given as one row a joint."""
FINGERS = ("thumb", "index", "middle", "ring", "pinky")
PARTS = {
    "face": SMPLX_ALL[76:127],
    "lhand": tuple(f"left_{finger}{joint}" for finger in FINGERS for joint in ("", 1, 2, 3)),
    "rhand": tuple(f"right_{finger}{joint}" for finger in FINGERS for joint in ("", 1, 2, 3)),
}
"""Keypoints around which lie the boxes of parts."""


def export(data: Path, out: Path, body_path: str | None = None) -> Mapping[str, object]:
    """Write a data set as HumanData and count what was written."""
    tally, rows, people, meta = Tally(), [], [], []
    for picture in pictures(data, tally, "HumanData"):
        picture.save(out)
        points = points_of(picture, SMPLX_144, body_path)
        for i, figure in enumerate(picture.figures):
            rows.append(_row(picture, figure, points, i))
            people.append(_smplx(figure, body_path))
            meta.append(_meta(picture, figure))
    arrays = columns(rows, data)
    mask = np.array([name != UNNAMED for name in SMPLX_144], np.uint8)
    tables = {"smplx": columns(people, data), "meta": columns(meta, data), "misc": _misc()}
    write_npz(
        out / "humandata.npz",
        {
            **arrays,
            "keypoints2d_smplx_mask": mask,
            "keypoints3d_smplx_mask": mask,
            **{name: np.array(table, object) for name, table in tables.items()},
            "config": np.array("throng"),
            "__data_len__": np.array(len(rows)),
            "__key_strict__": np.array(False),
            "__keypoints_compressed__": np.array(False),
        },
    )
    return tally.counts()


def _row(picture: Picture, figure: Figure, points: Points, i: int) -> dict[str, object]:
    x0, y0, x1, y1 = figure.box
    parts = {
        f"{part}_bbox_xywh": _box_of(picture, points.flat(i)[_places(names)])
        for part, names in PARTS.items()
    }
    return {
        "image_path": picture.path,
        "bbox_xywh": np.array([x0, y0, x1 - x0, y1 - y0, 1.0]),
        **parts,
        "keypoints2d_smplx": points.flat(i),
        "keypoints3d_smplx": points.solid(i),
    }


def _smplx(figure: Figure, body_path: str | None) -> dict[str, object]:
    values = {name: array.astype(np.float64) for name, array in figure.values.items()}
    values["betas_extra"] = np.atleast_1d(values.pop("kid_weight"))
    body = load_body(body_path, figure.person.gender)
    for name in KEYS:
        values[name] = values[name] - mean_hand(body.file, name)
    return {**values, **{name: values[name].reshape(-1, 3) for name in BY_JOINT}}


def _meta(picture: Picture, figure: Figure) -> dict[str, object]:
    K = picture.K
    return {
        "gender": figure.person.gender,
        "height": picture.sample.height,
        "width": picture.sample.width,
        "focal_length": K[[0, 1], [0, 1]],
        "principal_point": K[:2, 2],
        **about(picture, figure),
    }


def _misc() -> dict[str, object]:
    return {
        "flat_hand_mean": False,
        "bbox_source": "amodal",
        "smplx_source": "original",
        "cam_param_type": "perspective",
        "kps3d_root_aligned": False,
    }


def _places(names: tuple[str, ...]) -> list[int]:
    return [SMPLX_144.index(name) for name in names]


def _box_of(picture: Picture, keypoints: Float[np.ndarray, "names 3"]) -> Float[np.ndarray, "5"]:
    """Find x, y, width, height of what lies in the image, and 1; zeros where nothing does."""
    size = np.array([picture.sample.width, picture.sample.height])
    known = keypoints[keypoints[:, 2] > 0, :2]
    if not len(known):
        return np.zeros(5)
    low, high = np.clip(known.min(0), 0, size), np.clip(known.max(0), 0, size)
    return np.array([*low, *(high - low), 1.0]) if (high > low).all() else np.zeros(5)
