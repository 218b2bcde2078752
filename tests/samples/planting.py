"""Ways to break a data set in one place and leave everything else in order."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from hmr.cameras import Camera
from hmr.sample import Sample, box_of, decode_mask, encode_mask

Files = dict[str, bytes]


def with_person(sample: Sample, row: int, **values) -> Sample:
    """Change labels of one person."""
    people = list(sample.people)
    people[row] = replace(people[row], **values)
    return replace(sample, people=tuple(people))


def with_params(sample: Sample, **values) -> Sample:
    """Change parameters of everybody."""
    return replace(sample, params=replace(sample.params, **values))


def edit_manifest(folder: Path, change: Callable[[dict], object]) -> None:
    """Change the manifest in place."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def rewrite_shard(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change a shard's bytes and make the manifest agree with them."""
    path = folder / name
    content = change(path.read_bytes())
    path.write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    (entry,) = [shard for shard in manifest["shards"] if shard["name"] == name]
    manifest["bytes"] += len(content) - entry["bytes"]
    entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def rewrite_record(folder: Path, shard: str, key: str, change: Callable[[Files], Files]) -> None:
    """Change the files of one record, named by their endings."""

    def changed(content: bytes) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=io.BytesIO(content)) as old, tarfile.open(None, "w", out) as new:
            read = [(m.name, old.extractfile(m)) for m in old]
            files = {name: stream.read() for name, stream in read if stream}
            own = {n.partition(".")[2]: d for n, d in files.items() if n.startswith(f"{key}.")}
            others = {n: d for n, d in files.items() if not n.startswith(f"{key}.")}
            # The key's own files stay together; its place among the others does not matter.
            mine = {f"{key}.{ending}": data for ending, data in change(own).items()}
            for member, data in {**mine, **others}.items():
                info = tarfile.TarInfo(member)
                info.size = len(data)
                new.addfile(info, io.BytesIO(data))
        return out.getvalue()

    rewrite_shard(folder, shard, changed)


def turned_world(sample: Sample, turn: torch.Tensor) -> Sample:
    """Describe the same picture in a world that is turned: no label contradicts another."""
    pelvis = torch.from_numpy(sample.joints_3d[:, 0])
    transl = pelvis @ turn.mT - (pelvis - sample.params.transl)
    moved = with_params(sample, global_orient=turn @ sample.params.global_orient, transl=transl)
    camera = Camera(sample.camera.K, sample.camera.R @ turn.mT, sample.camera.t)
    return replace(moved, camera=camera, joints_3d=sample.joints_3d @ turn.mT.numpy())


def turned_picture(sample: Sample) -> Sample:
    """Turn the picture by 180 degrees and leave all labels as they are."""
    assert sample.image is not None
    return replace(sample, image=np.ascontiguousarray(sample.image[::-1, ::-1]))


def turned_masks(sample: Sample) -> Sample:
    """Turn picture, ids and masks by 180 degrees, but not the joints and the camera."""
    assert sample.ids is not None
    turned = replace(turned_picture(sample), ids=np.ascontiguousarray(sample.ids[::-1, ::-1]))
    for row, person in enumerate(sample.people):
        visible, amodal = (
            decode_mask(mask or {})[::-1, ::-1]
            for mask in (person.mask_visible, person.mask_amodal)
        )
        turned = with_person(
            turned,
            row,
            mask_visible=encode_mask(visible),
            mask_amodal=encode_mask(amodal),
            bbox_visible=box_of(visible),
            bbox_amodal=box_of(amodal),
        )
    return turned
