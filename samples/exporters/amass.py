"""Sequences of SMPL-X poses, as AMASS and the SMPL-X add-on for Blender keep them.

From a folder of motions (.bvh, .amc, .npz): each clip, retargeted to SMPL-X where it
was a skeleton. From a data set, whose images are no sequence: each person as a sequence
of one frame, in the world of its image; grown-ups only, since the layout has no kids.
`amass/NAME.npz` has every key of AMASS and Z up; `addon/NAME.npz` has the add-on's keys and
Y up (its "SMPL-X" animation format). Hands are flat at rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from hmr.body import Body, load_body
from hmr.errors import InputError
from hmr.motion.amass import SLICES, Z_TO_Y_UP, read_amass, turned
from hmr.motion.load import motion_files, read_clip
from hmr.params import Params
from hmr.progress import say, track
from hmr.record import write_json
from hmr.shards import MANIFEST
from samples.archive import all_records
from samples.exporters import coco
from samples.exporters.containers import write_npz

BETAS = 16
"""As many as AMASS writes; zeros beyond our ten."""
ONE_FRAME = 30.0
"""Frames a second of a sequence that has one; readers refuse zero."""
POSES = SLICES[165]
PARTS = {
    "root_orient": ("global_orient",),
    "pose_body": ("body_pose",),
    "pose_hand": ("left_hand_pose", "right_hand_pose"),
    "pose_jaw": ("jaw_pose",),
    "pose_eye": ("leye_pose", "reye_pose"),
}


@dataclass(frozen=True)
class Sequence:
    """One person's motion, Y up."""

    name: str
    """Path within the export, without its ending."""
    fps: float
    gender: str
    params: Params
    """One batch axis of frames."""


def export(data: Path, out: Path, body_path: str | None = None) -> Mapping[str, object]:
    """Write the motions of a folder, or the people of a data set, and count them."""
    if (data / MANIFEST).exists():
        return _from_samples(data, out, body_path)
    return _from_motions(data, out, body_path)


def write(sequence: Sequence, out: Path, body: Body) -> None:
    """Write a sequence in both variants."""
    with torch.no_grad():
        z_up = turned(sequence.params, Z_TO_Y_UP.mT, body)
    amass = _arrays(replace(sequence, params=z_up))
    parts = {
        theirs: np.concatenate([amass["poses"][:, POSES[name]] for name in ours], 1)
        for theirs, ours in PARTS.items()
    }
    named = {"surface_model_type": np.array("smplx"), "num_betas": np.array(BETAS)}
    write_npz(out / "amass" / f"{sequence.name}.npz", {**amass, **parts, **named})
    write_npz(out / "addon" / f"{sequence.name}.npz", _arrays(sequence))


def _arrays(sequence: Sequence) -> dict[str, np.ndarray]:
    disk = sequence.params.to_disk()
    betas = np.zeros(BETAS, np.float32)
    betas[:10] = disk["betas"][0, :10]
    return {
        "poses": np.concatenate([disk[name] for name in POSES], 1),
        "betas": betas,
        "trans": disk["transl"],
        "expression": disk["expression"],
        "gender": np.array(sequence.gender),
        "mocap_frame_rate": np.array(sequence.fps),
    }


def _from_motions(data: Path, out: Path, body_path: str | None) -> dict[str, object]:
    files, frames, unread = motion_files(data), 0, 0
    for path in track(files, "exporting to AMASS"):
        try:
            sequence, body = _motion(path, data, body_path)
        except InputError as error:
            say(f"skipped: {error}")
            unread += 1
            continue
        write(sequence, out, body)
        frames += len(sequence.params.transl)
    if unread == len(files):
        raise InputError(f"{data}: no motion to read; .amc, .bvh or .npz files are expected")
    return {"sequences": len(files) - unread, "frames": frames, "unread_files": unread}


def _motion(path: Path, data: Path, body_path: str | None) -> tuple[Sequence, Body]:
    # Skeletons have no gender; they are retargeted to the neutral body.
    gender = read_amass(path).gender if path.suffix.lower() == ".npz" else "neutral"
    body = load_body(body_path, gender)
    clip = read_clip(path, body)
    assert clip.params is not None
    within = path.relative_to(data) if path != data else Path(path.name)
    # Two kinds of files may share a name.
    name = str(within.with_suffix("")) + f"_{path.suffix[1:].lower()}"
    return Sequence(name, clip.fps, gender, clip.params), body


def _from_samples(data: Path, out: Path, body_path: str | None) -> dict[str, object]:
    counts = {"images": 0, "sequences": 0, "kids_left_out": 0, "invisible_people": 0}
    rows = []
    for record in track(all_records(data), "exporting to AMASS"):
        sample = record.sample(with_image=False)
        counts["images"] += 1
        seen = list(coco.seen(sample))
        counts["invisible_people"] += len(sample.people) - len(seen)
        for row in seen:
            person = sample.people[row]
            if person.kid_weight:
                counts["kids_left_out"] += 1
                continue
            name = f"{sample.key}_{person.person_id}"
            still = Sequence(name, ONE_FRAME, person.gender, sample.params.index([row]))
            write(still, out, load_body(body_path, person.gender))
            rows.append({"sequence": name, "image": sample.key, "person_id": person.person_id})
    write_json(out / "sequences.json", rows)
    return {**counts, "sequences": len(rows)}
