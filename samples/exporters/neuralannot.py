"""NeuralAnnot's json (Moon et al., CVPRW 2022), beside the COCO file whose annotations it names.

Bodies in the camera frame: a mesh posed by `smplx_param` and projected with
`cam_param` falls on the person's pixels.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch

from hmr.body import load_body
from hmr.cameras import Camera
from hmr.neuralannot import entry
from hmr.params import Params
from hmr.progress import track
from hmr.record import write_json
from hmr.sample import Sample
from samples.archive import all_records
from samples.exporters import coco


def export(data: Path, out: Path, body_path: str | None = None) -> Mapping[str, object]:
    """Write a data set as COCO with NeuralAnnot's parameters and count what was written."""
    counts = coco.export(data, out, body_path)
    entries: dict[str, dict] = {}
    for record in track(all_records(data), "exporting parameters"):
        sample = record.sample(with_image=False)
        for row in coco.seen(sample):
            entries[str(len(entries) + 1)] = _entry(sample, row, body_path)
    write_json(out / "neuralannot.json", entries)
    return {**counts, "parameters": len(entries)}


def _entry(sample: Sample, row: int, body_path: str | None) -> dict:
    gender = sample.people[row].gender
    person = in_camera_frame(sample.params.index([row]), sample.camera, body_path, gender).index(0)
    described = entry(load_body(body_path, gender), person, sample.camera.K)
    # Not in the layout: children need the kid template.
    return {**described, "kid_weight": float(person.kid_weight)}


@torch.no_grad()
def in_camera_frame(
    params: Params, camera: Camera, body_path: str | None, gender: str = "neutral"
) -> Params:
    """Express people so that posing them gives points in the camera frame.

    The body turns about its pelvis, not the origin, so the translation changes
    by what the turn leaves of the pelvis' place.
    """
    pelvis = load_body(body_path, gender).keypoints(params, ["pelvis"])[..., 0, :]
    at_rest = pelvis - params.transl
    seen = pelvis @ camera.R.mT + camera.t
    return replace(params, global_orient=camera.R @ params.global_orient, transl=seen - at_rest)
