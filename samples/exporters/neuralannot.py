"""NeuralAnnot's json (Moon et al., CVPRW 2022), beside the COCO file whose annotations it names.

Bodies in the camera frame: a mesh posed by `smplx_param` and projected with
`cam_param` falls on the person's pixels.
"""

from collections.abc import Mapping
from pathlib import Path

from hmr.body import load_body
from hmr.camera_frame import in_camera
from hmr.neuralannot import entry
from hmr.progress import track
from hmr.record import write_json
from samples.archive import all_records
from samples.exporters import coco


def export(data: Path, out: Path, body_path: str | None = None) -> Mapping[str, object]:
    """Write a data set as COCO with NeuralAnnot's parameters and count what was written."""
    counts = coco.export(data, out, body_path)
    entries: dict[str, dict] = {}
    for record in track(all_records(data), "exporting parameters"):
        sample = record.sample(with_image=False)
        people, _ = in_camera(sample)
        for row in coco.seen(sample):
            body = load_body(body_path, sample.people[row].gender)
            described = entry(body, people.index(row), sample.camera.K)
            # Not in the layout: children need the kid template.
            kid_weight = float(people.kid_weight[row])
            entries[str(len(entries) + 1)] = {**described, "kid_weight": kid_weight}
    write_json(out / "neuralannot.json", entries)
    return {**counts, "parameters": len(entries)}
