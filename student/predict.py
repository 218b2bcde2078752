"""stage=predict: photos in, bodies out.

A photo NAME gives `NAME.png`, the bodies over the photo; `NAME.npz`, their parameters by SMPL-X's
names in the camera frame, one person a row, with `K`, `boxes` and `scores`; on demand an
`NAME_0.obj` a person, in the camera frame.
"""

import hashlib
import io
import time
from pathlib import Path

import numpy as np
import torch
import trimesh
from jaxtyping import Float, UInt8

from hmr.body import Body
from hmr.drawing import draw_meshes, save_png
from hmr.errors import InputError
from hmr.predictor import Prediction
from hmr.progress import say, track
from hmr.record import write_atomically, write_metrics
from student.boxes import Finder, finder
from student.photos import find_photos, read_photo
from student.predictor import StudentPredictor, load

__all__ = ["StudentPredictor", "load", "run"]


def run(
    out: str,
    images: str | None,
    predictor: str | None,
    keypoints: str | None = None,
    detector: str | None = None,
    threshold: float = 0.7,
    meshes: bool = False,
    body_path: str | None = None,
) -> dict:
    """Recover the people in photos.

    Args:
        out: Folder of the results.
        images: Folder of photos, or one photo.
        predictor: `student.ckpt`.
        keypoints: 2D keypoints whose boxes say where people are.
        detector: Folder of a detector saved by transformers; used when there are no keypoints.
        threshold: Score above which the detector is believed.
        meshes: Write an `.obj` a person.
        body_path: A licensed SMPL-X file; the open body when left out.

    Raises:
        InputError: An input is missing or broken, or no photo shows anybody.
    """
    photos, folder = find_photos(images), Path(out)
    student, where = load(predictor, body_path), finder(keypoints, detector, threshold)
    say(where.what)
    mark = _mark(predictor, keypoints, detector, threshold, body_path)
    start, people, empty = time.monotonic(), 0, []
    for photo, name in track(list(zip(photos, _names(photos), strict=True)), "predicting"):
        found = _one(photo, folder / name, student, where, mark, meshes)
        people += found
        empty += [] if found else [photo.name]
    if not people:
        raise InputError(f"{images}: nobody found in any photo ({where.what})")
    if empty:
        say(f"nobody found in {len(empty)} photos: {', '.join(empty[:8])}")
    metrics = {
        "photos": len(photos),
        "people": people,
        "photos_without_people": empty,
        "boxes": where.what,
        "seconds": time.monotonic() - start,
    }
    write_metrics(folder, metrics)
    say(f"{people} people in {len(photos)} photos: {folder}")
    return metrics


def _mark(*inputs: object) -> str:
    """Tell apart runs that would give other results: names of files, and when they changed."""
    files = [Path(str(value)) for value in inputs if value]
    changed = [file.stat().st_mtime_ns for file in files if file.exists()]
    return hashlib.sha256(repr((inputs, changed)).encode()).hexdigest()[:16]


def _names(photos: list[Path]) -> list[str]:
    stems = [photo.stem for photo in photos]
    return [p.stem if stems.count(p.stem) == 1 else p.name.replace(".", "_") for p in photos]


def _one(
    photo: Path, stem: Path, student: StudentPredictor, where: Finder, mark: str, meshes: bool
) -> int:
    """Recover one photo's people and say how many; what a run before left is kept."""
    done = _people_in(stem.with_name(f"{stem.name}.npz"), mark)
    if done is not None:
        return done
    image = read_photo(photo)
    boxes = where.find(photo, image)
    if len(boxes):
        _write(
            stem, image, boxes, student.predict(image, boxes), student.student.body, mark, meshes
        )
    return len(boxes)


def _people_in(file: Path, mark: str) -> int | None:
    if not file.exists():
        return None
    try:
        with np.load(file) as kept:
            return len(kept["boxes"]) if str(kept["made_from"]) == mark else None
    except (OSError, ValueError, KeyError):
        return None


@torch.no_grad()
def _write(
    stem: Path,
    image: UInt8[np.ndarray, "h w 3"],
    boxes: Float[np.ndarray, "n 4"],
    found: Prediction,
    body: Body,
    mark: str,
    meshes: bool,
) -> None:
    K = found.camera.K.double().numpy()
    device = body.layer.v_template.device
    vertices = list(body(found.params.to(device)).vertices.double().cpu().numpy())
    stem.parent.mkdir(parents=True, exist_ok=True)
    save_png(stem.with_name(f"{stem.name}.png"), draw_meshes(image, vertices, body.faces, K))
    for i, person in enumerate(vertices if meshes else ()):
        mesh = trimesh.Trimesh(person, body.faces, process=False)
        mesh.export(stem.with_name(f"{stem.name}_{i}.obj"))
    # The parameters come last: where they exist, the rest is whole.
    facts = {"K": K, "boxes": boxes, "scores": found.scores, "made_from": np.array(mark)}
    buffer = io.BytesIO()
    arrays = {**found.params.to_disk(), **facts}
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_atomically(stem.with_name(f"{stem.name}.npz"), buffer.getvalue())
