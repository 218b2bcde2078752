"""AGORA's tables and fits (Patel et al., CVPR 2021), its own and those of `format=agora`.

The camera follows from an image's name as in AGORA's evaluator, unless the table holds
Throng's own columns. Where masks lie beside, they are read, and the occlusion
is measured from them: AGORA's own numbers are wrong for some people.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas
import torch
from jaxtyping import Bool, Int8, UInt8
from torch import Tensor

from hmr.body import load_body
from hmr.cameras import Camera
from hmr.errors import InputError
from hmr.mean_hands import KEYS, mean_hand
from hmr.params import Params
from hmr.progress import track
from hmr.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from hmr.sample import Occluder, Person, Sample, encode_mask
from hmr.unpickling import load_pickle
from samples.agora_cameras import LOW, OVER, Rig, body_turn, from_unreal, mask_name, rig_of
from samples.importers.people import Found, Scene, gender_of, person_params, sample_of
from samples.importers.pictures import find, folders, inside, key_of, read
from samples.importers.tally import Tally

LISTS = ("X", "Y", "Z", "Yaw", "gender", "kid", "gt_path_smplx")
OLD_NAMES = {"root_pose": "global_orient", "translation": "transl"}
WRONG = 0.05
"""An occlusion label further than this from its masks is counted as corrected."""


def read_all(
    data: Path, images: Path | None, tally: Tally, body_path: str | None
) -> Iterator[Sample]:
    """Read every image of one table, or of all tables in a folder."""
    keys: set[str] = set()
    for file in _tables(data):
        table = load_pickle(file)
        if not isinstance(table, pandas.DataFrame) or "imgPath" not in table:
            raise InputError(f"{file}: no table with a column 'imgPath'; name AGORA's dataframe")
        roots = [file.parent, *list(file.parents)[1:3]]
        places = folders(data, images) if images else [f for r in roots for f in folders(r, None)]
        rows = table.to_dict("records")
        for row in track(rows, f"reading {file.name}", total=len(rows)):
            if any(name not in row for name in LISTS):
                missing = next(name for name in LISTS if name not in row)
                raise InputError(f"{file}: column '{missing}' is missing")
            where = f"{file}: {str(row['imgPath'])[:80]}"
            if not len(row["X"]):
                tally.images_without_people += 1
                continue
            yield _sample(row, where, roots, places, keys, tally, body_path)


def _tables(data: Path) -> list[Path]:
    if data.is_file():
        return [data]
    found = [f for place in (data, data / "dataframes") for f in sorted(place.glob("*.pkl"))]
    plain = [f for f in found if not f.stem.endswith("_withjv")]
    if not found:
        raise InputError(f"{data}: no such file, nor a folder with AGORA's dataframes (*.pkl)")
    return plain or found


def _sample(
    row: Mapping[str, Any],
    where: str,
    roots: Sequence[Path],
    places: Sequence[Path],
    keys: set[str],
    tally: Tally,
    body_path: str | None,
) -> Sample:
    name = str(row["imgPath"])
    path = find(places, name, name.replace(".png", f"{LOW}.png"))
    image = read(path)
    rig = rig_of(name, row)
    people = [
        _found(row, k, rig, roots, f"{where}: person {k}", body_path) for k in range(len(row["X"]))
    ]
    people = _with_masks(people, name, image, [*roots, *places], tally)
    camera = _camera(row, rig, image.shape[1], image.shape[0], where)
    tally.images += 1
    tally.people += len(people)
    key = key_of(str(row.get("key", path.name)), keys)
    environment, licence = (str(row.get(column, other))[:100] for column, other in WORDS.items())
    return sample_of(Scene(key, image, camera, people, environment, licence), body_path)


WORDS = {"environment": "agora", "licence": "AGORA's own; see agora.is.tue.mpg.de"}


def _camera(row: Mapping[str, Any], rig: Rig, width: int, height: int, where: str) -> Camera:
    own = {"K": (3, 3), "R": (3, 3), "t": (3,)}
    if all(row.get(name) is not None for name in own):
        given = {name: np.asarray(row[name], np.float64) for name in own}
        wrong = [name for name, array in given.items() if array.shape != own[name]]
        if wrong or not all(np.isfinite(array).all() for array in given.values()):
            raise InputError(f"{where}: column '{(wrong or ['K'])[0]}' holds no camera")
        K, R, t = (torch.from_numpy(array).float() for array in given.values())
        lens = row.get("distortion")
        bent = torch.tensor(lens).float() if isinstance(lens, np.ndarray) else None
        return Camera(K, R, t, bent)
    R = rig.view() @ OVER
    place = -(rig.view() @ rig.centre())
    return Camera(rig.intrinsics(width, height).float(), R.float(), place.float())


@torch.no_grad()
def _found(
    row: Mapping[str, Any], k: int, rig: Rig, roots: Sequence[Path], where: str, body: str | None
) -> Found:
    gender = gender_of(row["gender"][k], where)
    kid = bool(row["kid"][k])
    own = _fit(str(row["gt_path_smplx"][k]), roots, kid, gender, where, body)
    pelvis = load_body(body, gender).keypoints(own, ["pelvis"])[0]
    place = from_unreal(torch.tensor([float(row[axis][k]) for axis in "XYZ"], dtype=torch.float64))
    turn = body_turn(float(row["Yaw"][k]))
    params = _in_camera(own, pelvis, turn, place, rig)
    hidden = float(row["occlusion"][k]) / 100 if "occlusion" in row else np.nan
    cut = float(row["truncation"][k]) if "truncation" in row else np.nan
    person = Person(
        person_id=int(row["person_id"][k]) if "person_id" in row else k,
        age="kid" if kid or ("age" in row and row["age"][k] == "kid") else "adult",
        gender=gender,
        kid_weight=float(own.kid_weight),
        occlusion=hidden if 0 <= hidden <= 1 else None,
        truncation=cut if 0 <= cut <= 1 else None,
        trust=float(np.clip(row["trust"][k], 0, 1)) if "trust" in row else 1.0,
        occluders=_occluders(row["occluders"][k]) if "occluders" in row else None,
    )
    return Found(person, params, _flags(row, k, where))


def _occluders(pairs: Sequence[tuple[int, float]]) -> tuple[Occluder, ...]:
    return tuple(Occluder(int(who), float(share)) for who, share in pairs)


def _flags(row: Mapping[str, Any], k: int, where: str) -> Int8[np.ndarray, "55"] | None:
    if "joint_visibility" not in row:
        return None
    flags = np.asarray(row["joint_visibility"][k])
    if flags.shape != (55,) or not np.isin(flags, range(5)).all():
        raise InputError(f"{where}: column 'joint_visibility' is not 55 flags from 0 to 4")
    return flags.astype(np.int8)


def _fit(
    name: str, roots: Sequence[Path], kid: bool, gender: str, where: str, body: str | None
) -> Params:
    paths = [inside(root, name.replace(".obj", ".pkl")) for root in roots]
    path = next((path for path in paths if path is not None), None)
    if path is None:
        raise InputError(f"{where}: no fit {name[:80]!r} beside the table or one folder above")
    fit = load_pickle(path)
    if not isinstance(fit, Mapping):
        raise InputError(f"{path}: not a fit of AGORA's (no mapping)")
    values = {OLD_NAMES.get(str(k), str(k)): np.asarray(v, np.float64) for k, v in fit.items()}
    file = load_body(body, gender).file
    for hand in KEYS:
        values[hand] = values.get(hand, np.zeros(45)).reshape(-1) + mean_hand(file, hand)
    betas = values.get("betas", np.zeros(10)).reshape(-1)
    kid_weight = np.asarray(betas[10:11].sum() if kid else 0.0)
    return person_params({**values, "kid_weight": kid_weight}, str(path))


def _in_camera(own: Params, pelvis: Tensor, turn: Tensor, place: Tensor, rig: Rig) -> Params:
    """Take a fit from its own frame to the camera's."""
    rest = pelvis.double() - own.transl.double()
    there = rig.view() @ (turn @ pelvis.double() + place - rig.centre())
    orient = rig.view() @ turn @ own.global_orient.double()
    # By way of axis-angle, which takes float32's rounding out of the matrix.
    clean = axis_angle_to_matrix(matrix_to_axis_angle(orient)).float()
    return replace(own, global_orient=clean, transl=(there - rest).float())


def _with_masks(
    people: Sequence[Found],
    name: str,
    image: UInt8[np.ndarray, "h w 3"],
    roots: Sequence[Path],
    tally: Tally,
) -> list[Found]:
    low = image.shape[:2] == (720, 1280)
    everyone = _mask_image(name, 0, low, roots, image)
    found = []
    for number, one in enumerate(people, 1):
        alone = None if everyone is None else _mask_image(name, number, low, roots, image)
        if everyone is None or alone is None or not alone.any():
            tally.people_without_masks += everyone is None or alone is None
            found.append(one)
            continue
        amodal = np.asarray(alone.any(-1))
        visible = np.asarray((everyone == alone[amodal][0]).all(-1)) & amodal
        masked = _masked(one.person, visible, amodal, tally)
        found.append(replace(one, person=masked))
    return found


def _masked(
    person: Person, visible: Bool[np.ndarray, "h w"], amodal: Bool[np.ndarray, "h w"], tally: Tally
) -> Person:
    hidden = 1 - int(visible.sum()) / int(amodal.sum())
    if person.occlusion is not None and abs(person.occlusion - hidden) > WRONG:
        tally.occlusions_corrected += 1
    masks = {"mask_visible": encode_mask(visible), "mask_amodal": encode_mask(amodal)}
    return replace(person, occlusion=hidden, **masks)


def _mask_image(
    name: str, number: int, low: bool, roots: Sequence[Path], image: UInt8[np.ndarray, "h w 3"]
) -> UInt8[np.ndarray, "h w 3"] | None:
    base = Path(name).name
    if not base.removesuffix(".png").split("_")[-1].isdigit():
        return None
    for root in roots:
        path = inside(root, f"masks/{mask_name(base, number, low)}")
        mask = None if path is None else cv2.imread(str(path))
        if mask is not None and mask.shape == image.shape:
            return mask
    return None
