"""BEDLAM's training npz (Black et al., CVPR 2023), and CameraHMR's where it has `trans_cam`.

A person stands in the camera frame at `trans_cam + cam_ext[:3, 3]`, posed by `pose_cam`.
In published files `cam_ext` differs between the people of an image; the first
person's camera is the image's, and the others are moved into its world.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Int

from hmr.cameras import Camera
from hmr.errors import InputError
from hmr.params import ROTATIONS, Params
from hmr.progress import track
from hmr.rotations import axis_angle_to_matrix
from hmr.sample import Person, Sample
from hmr.unpickling import load_npz
from samples.importers.people import Found, Scene, gender_of, person_params, sample_of
from samples.importers.pictures import find, folders, key_of, read
from samples.importers.tally import Tally

FULL_POSE = (
    *("global_orient", "body_pose", "jaw_pose", "leye_pose", "reye_pose"),
    *("left_hand_pose", "right_hand_pose"),
)
SHAPES = {"pose_cam": (165,), "trans_cam": (3,), "cam_int": (3, 3), "cam_ext": (4, 4)}
SAME_CAMERA = 1e-3
"""Most that numbers of one camera may differ between the people of an image."""
OVER = torch.diag(torch.tensor([1.0, -1.0, -1.0]))

Table = Mapping[str, np.ndarray]


def read_all(
    data: Path, images: Path | None, tally: Tally, body_path: str | None
) -> Iterator[Sample]:
    """Read every image that the file names."""
    file = data / "bedlam.npz" if data.is_dir() else data
    table = _checked(load_npz(file), file)
    over = _upside_down(table)
    tally.worlds_turned_over = len(table["imgname"]) if over else 0
    places, keys = folders(file, images), set()
    for name, rows in track(list(_by_image(table).items()), "reading BEDLAM"):
        path = find(places, name)
        scene = _scene(table, rows, path, file, over, tally)
        tally.images += 1
        tally.people += len(rows)
        yield sample_of(Scene(key_of(path.name, keys), *scene), body_path)


def _checked(arrays: Mapping[str, np.ndarray], file: Path) -> Table:
    for name in ("imgname", "shape", *SHAPES):
        if name not in arrays:
            raise InputError(f"{file}: key '{name}' is missing; expected BEDLAM's training npz")
    count = len(arrays["imgname"])
    table = dict(arrays)
    for name, shape in {**SHAPES, "shape": arrays["shape"].shape[1:]}.items():
        array = np.asarray(arrays[name])
        if array.shape != (count, *shape) or array.dtype.kind not in "fiu" or array.ndim < 2:
            expected = f"numbers of shape {(count, *shape)}"
            raise InputError(f"{file}: key '{name}' is {array.dtype} {array.shape}, not {expected}")
        if not np.isfinite(array).all():
            raise InputError(f"{file}: key '{name}' holds numbers that are not finite")
        table[name] = array.astype(np.float64)
    for name, array in arrays.items():
        if name in EXTRAS and np.shape(array)[:1] != (count,):
            raise InputError(f"{file}: key '{name}' has no row for each of {count} people")
    return table


EXTRAS = (
    *("gender", "person_id", "occlusion", "truncation", "trust", "joint_visibility"),
    "expression",
)
"""Beyond what an import needs; all but the gender are Throng's own."""


def _upside_down(table: Table) -> bool:
    """Tell whether most people's heads point down in the file's world."""
    R = torch.from_numpy(table["cam_ext"][:, :3, :3])
    orient = axis_angle_to_matrix(torch.from_numpy(table["pose_cam"][:, :3]))
    up = (R.mT @ orient)[:, 1, 1]
    return bool(len(up) and up.median() < 0)


def _by_image(table: Table) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, name in enumerate(table["imgname"].tolist()):
        found.setdefault(name.decode() if isinstance(name, bytes) else str(name), []).append(row)
    return found


def _scene(
    table: Table, rows: list[int], path: Path, file: Path, over: bool, tally: Tally
) -> tuple[np.ndarray, Camera, list[Found]]:
    image = read(path)
    K, extrinsics = table["cam_int"][rows[0]], table["cam_ext"][rows[0]]
    height, width = image.shape[:2]
    if width != height and np.allclose(K[:2, 2] * 2, (height, width), atol=2):
        image = cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)
        tally.images_turned += 1
    apart = np.abs(table["cam_ext"][rows] - extrinsics).max((1, 2))
    tally.people_of_other_cameras += int((apart > SAME_CAMERA).sum())
    numbers = _numbers(table, rows)
    people = [_found(table, row, number, file) for row, number in zip(rows, numbers, strict=True)]
    R, t = (torch.from_numpy(part).float() for part in (extrinsics[:3, :3], extrinsics[:3, 3]))
    if not torch.allclose(R @ R.mT, torch.eye(3), atol=1e-3):
        raise InputError(f"{file}: row {rows[0]}: key 'cam_ext' holds no rotation")
    return image, Camera(torch.from_numpy(K).float(), R @ OVER if over else R, t), people


def _numbers(table: Table, rows: list[int]) -> list[int]:
    given: list[int] = []
    if "person_id" in table and table["person_id"].dtype.kind in "iu":
        given = [int(table["person_id"][row]) for row in rows]
    fits = len(set(given)) == len(rows) and all(0 <= number < 900 for number in given)
    return given if fits else list(range(len(rows)))


def _found(table: Table, row: int, number: int, file: Path) -> Found:
    where = f"{file}: row {row}"
    params = _params(table, row, where)
    person = Person(
        person_id=number,
        age="kid" if float(params.kid_weight) > 0 else "adult",
        gender=gender_of(table["gender"][row] if "gender" in table else "neutral", where),
        kid_weight=float(params.kid_weight),
        occlusion=_share(table, "occlusion", row),
        truncation=_share(table, "truncation", row),
        trust=1.0 if "trust" not in table else _share(table, "trust", row) or 0.0,
    )
    return Found(person, params, _flags(table, row, where))


def _params(table: Table, row: int, where: str) -> Params:
    sizes = [3 * ROTATIONS[name] for name in FULL_POSE]
    parts = np.split(table["pose_cam"][row], np.cumsum(sizes)[:-1])
    values = dict(zip(FULL_POSE, parts, strict=True))
    values["betas"] = table["shape"][row][:10]
    values["kid_weight"] = table["shape"][row][10:11].sum()
    if "expression" in table:
        values["expression"] = table["expression"][row]
    values["transl"] = table["trans_cam"][row] + table["cam_ext"][row][:3, 3]
    return person_params(values, where)


def _share(table: Table, name: str, row: int) -> float | None:
    value = float(table[name][row]) if name in table else np.nan
    return value if 0 <= value <= 1 else None


def _flags(table: Table, row: int, where: str) -> Int[np.ndarray, "55"] | None:
    if "joint_visibility" not in table:
        return None
    flags = table["joint_visibility"][row]
    if flags.shape != (55,) or not np.isin(flags, range(5)).all():
        raise InputError(f"{where}: key 'joint_visibility' is not 55 flags from 0 to 4")
    return flags.astype(np.int8)
