"""AGORA's layout (Patel et al., CVPR 2021), as its evaluator reads it.

`images/`, `masks/`, one fit a person in `smplx_gt/`, and tables of images, one a
shard: `dataframes/` and, with joints and vertices, `dataframes_withjv/`. Images
carry the names by which AGORA's tools know their camera (`samples.agora_cameras`);
where a camera has another focal length only the columns `K`, `R` and `t`, our
own, tell the truth. Joints in the tables are in pixels of 3840 across.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas
import torch

from hmr.archive import Record
from hmr.body import find_body, load_body
from hmr.camera_frame import in_camera
from hmr.cameras import to_pixels
from hmr.joints import SMPLX_ALL
from hmr.progress import track
from hmr.record import write_atomically
from hmr.sample import Person, Sample, decode_mask
from samples.agora_cameras import LOW, RIGS, Rig, mark_for, mask_name
from samples.archive import all_records
from samples.exporters.agora_people import place_people
from samples.exporters.containers import pickled

NAMES = {
    "hdri": "ag_throng_crowd_smplx_hdri",
    "cam00": "ag_throng_crowd_smplx_archviz_cam00",
    "ag2": "ag2_throng_crowd_smplx_28mm",
    None: "ag2_throng_crowd_smplx_any",
}
"""Their tools read the focal length, the camera's place and the folder of masks off these."""
JOINTS = SMPLX_ALL[:127]
"""What `smplx` returns without the jaw's outline."""
TABLE_WIDTH = 3840
MOST_HIDDEN = 90.0


@dataclass
class Counts:
    """What was written."""

    images: int = 0
    people: int = 0
    images_of_other_cameras: int = 0
    """No name of AGORA's has their intrinsics, or their lens bends."""
    people_without_masks: int = 0


def export(data: Path, out: Path, body_path: str | None = None) -> Mapping[str, object]:
    """Write a data set as AGORA and count what was written."""
    counts, rows, shard = Counts(), [], ""
    for record in track(all_records(data), "exporting to AGORA"):
        if rows and record.shard.name != shard:
            _write_tables(out, rows, shard)
            rows = []
        shard = record.shard.name
        rows.append(_write_image(record, out, counts, body_path))
    if rows:
        _write_tables(out, rows, shard)
    return asdict(counts)


def _write_image(record: Record, out: Path, counts: Counts, body_path: str | None) -> dict:
    sample = record.sample()
    camera = sample.camera
    bent = camera.distortion is not None and bool(camera.distortion.any())
    mark = None if bent else mark_for(camera.K.double().numpy(), sample.width, sample.height)
    rig = RIGS[mark or "ag2"]
    name = f"{NAMES[mark]}_{counts.images:05d}.png"
    low = (sample.width, sample.height) == (1280, 720)
    file = name.replace(".png", f"{LOW}.png") if low else name
    assert sample.image is not None
    _write_png(out / "images" / file, sample.image)
    counts.people_without_masks += _write_masks(sample, out / "masks", name, low)
    row = {"imgPath": name, **_rig_columns(rig), **_own_columns(sample)}
    row |= _people_columns(sample, rig, name, out, body_path) | _points(sample, body_path)
    counts.images += 1
    counts.people += len(sample.people)
    counts.images_of_other_cameras += mark is None
    return row


def _rig_columns(rig: Rig) -> dict[str, object]:
    x, y, z = rig.place_cm
    names = ("camX", "camY", "camZ", "camYaw", "camPitch")
    return dict(zip(names, (x, y, z, rig.yaw_deg, rig.pitch_deg), strict=True))


def _own_columns(sample: Sample) -> dict[str, object]:
    camera = sample.camera
    lens = camera.distortion
    return {
        "key": sample.key,
        "width": sample.width,
        "height": sample.height,
        "K": camera.K.double().numpy(),
        "R": camera.R.double().numpy(),
        "t": camera.t.double().numpy(),
        "distortion": None if lens is None else lens.double().numpy(),
        "environment": sample.environment,
        "licence": sample.licence,
    }


def _people_columns(
    sample: Sample, rig: Rig, name: str, out: Path, body_path: str | None
) -> dict[str, list]:
    people = sample.people
    placed = place_people(sample, rig, [find_body(body_path, p.gender) for p in people])
    fits = [f"smplx_gt/{name.removesuffix('.png')}_{k:05d}.pkl" for k in range(1, len(people) + 1)]
    for fit, person in zip(fits, placed, strict=True):
        write_atomically(out / fit, pickled(dict(person.fit)))
    hidden = [np.nan if p.occlusion is None else 100.0 * p.occlusion for p in people]
    return {
        **{axis: [p.place_cm[i] for p in placed] for i, axis in enumerate("XYZ")},
        "Yaw": [p.yaw_deg for p in placed],
        "gender": [p.gender for p in people],
        "kid": [p.kid_weight != 0 for p in people],
        "occlusion": hidden,
        "isValid": [_is_valid(p, share) for p, share in zip(people, hidden, strict=True)],
        "gt_path_smplx": fits,
        # The evaluator of SMPL bodies would need fits of that model, which nobody made.
        "gt_path_smpl": [""] * len(people),
        "person_id": [p.person_id for p in people],
        "age": [p.age for p in people],
        "truncation": [np.nan if p.truncation is None else p.truncation for p in people],
        "trust": [p.trust for p in people],
        "occluders": [[(o.id, o.share) for o in p.occluders or ()] for p in people],
        "joint_visibility": list(sample.joint_visibility),
    }


def _is_valid(person: Person, hidden: float) -> bool:
    in_frame = person.mask_amodal is None or person.bbox_amodal is not None
    return bool(0 <= hidden <= MOST_HIDDEN and in_frame)


@torch.no_grad()
def _points(sample: Sample, body_path: str | None) -> dict[str, list]:
    params, _ = in_camera(sample)
    points: dict[str, list] = {"gt_joints_2d": [], "gt_joints_3d": [], "gt_verts": []}
    scale = TABLE_WIDTH / sample.width
    for row, person in enumerate(sample.people):
        body, one = load_body(body_path, person.gender), params.index(row)
        joints = body.keypoints(one, JOINTS)
        pixels = to_pixels(joints, sample.camera.K, sample.camera.distortion)
        points["gt_joints_2d"].append((scale * pixels).numpy())
        points["gt_joints_3d"].append(joints.numpy())
        points["gt_verts"].append(body(one).vertices.numpy())
    return points


def _write_masks(sample: Sample, folder: Path, name: str, low: bool) -> int:
    """Write one mask of all, and one of each person whole, and count those who have none."""
    everyone = np.zeros((sample.height, sample.width, 3), np.uint8)
    without = 0
    for number, person in enumerate(sample.people, 1):
        if person.mask_amodal is None or person.mask_visible is None:
            without += 1
            continue
        everyone[decode_mask(person.mask_visible)] = colour(number)
        alone = np.zeros_like(everyone)
        alone[decode_mask(person.mask_amodal)] = colour(number)
        _write_png(folder / mask_name(name, number, low), alone)
    _write_png(folder / mask_name(name, 0, low), everyone)
    return without


def colour(number: int) -> tuple[int, int, int]:
    """Give each number its own colour, never black: its bits, spread over three channels.

    PASCAL VOC's colours, so numbers next to each other differ clearly.
    """
    channels = [0, 0, 0]
    for bit in range(24):
        channels[bit % 3] |= ((number >> bit) & 1) << (7 - bit // 3)
    return channels[0], channels[1], channels[2]


def _write_png(path: Path, image: np.ndarray) -> None:
    done, data = cv2.imencode(".png", np.ascontiguousarray(image[..., ::-1]))
    assert done
    write_atomically(path, data.tobytes())


def _write_tables(out: Path, rows: list[dict], shard: str) -> None:
    number = int("".join(filter(str.isdigit, shard)) or 0)
    points = ("gt_joints_2d", "gt_joints_3d", "gt_verts")
    plain = [{key: row[key] for key in row if key not in points} for row in rows]
    for folder, ending, table in (
        ("dataframes", "", plain),
        ("dataframes_withjv", "_withjv", rows),
    ):
        # Text as objects: pandas before version 3 knows no other.
        frame = pandas.DataFrame({key: _column(table, key) for key in table[0]})
        frame.columns = pandas.Index(list(table[0]), dtype=object)
        write_atomically(out / folder / f"throng_{number}{ending}.pkl", pickled(frame))


def _column(rows: list[dict], key: str) -> pandas.Series:
    numbers = isinstance(rows[0][key], int | float)
    column = np.empty(len(rows), object)
    column[:] = [row[key] for row in rows]
    return pandas.Series(
        column.astype(float) if numbers else column, dtype=None if numbers else object
    )
