"""`stage=fit`: 2D keypoints and photos -> bodies, as samples and as NeuralAnnot's json.

Photos are fitted a shard at a time; a killed run goes on at the shard it was at.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from hmr.body import load_body
from hmr.errors import InputError
from hmr.keypoints import Keypoints2D, read_keypoints, split_convention
from hmr.progress import say
from hmr.record import git_commit, versions, write_json, write_metrics
from hmr.shards import MANIFEST, Shard, write_manifest, write_people
from teacher.fitter.photos import Photos
from teacher.fitter.records import key_of
from teacher.fitter.shard import Done, Job, Judged, fit_shard
from teacher.lift import Lifter

METRICS = "metrics.json"
ANNOTATIONS = "neuralannot.json"


def run(
    out: str,
    keypoints: str | None,
    images: str | None,
    teacher: str | None = None,
    seed: int = 0,
    least_score: float = 0.1,
    least_trust: float = 0.2,
    people_a_shard: int = 128,
    overlays: int = 12,
    body_path: str | None = None,
) -> Mapping[str, object]:
    """Fit bodies to 2D keypoints.

    Args:
        out: Folder for the samples, `neuralannot.json`, `overlays/` and `metrics.json`.
        keypoints: COCO json, OpenPose json (file or folder), npz, or json with named joints.
        images: Folder of the photos.
        teacher: The lifter's checkpoint; without it only the priors speak about depth.
        seed: Of the exemplars that fits begin from.
        least_score: Joints below this score count as absent.
        least_trust: People below it are rejected: kept in the samples with trust 0.
        people_a_shard: About how many people are fitted at once and share a shard.
        overlays: How many photos are drawn with their fits.
        body_path: A licensed body file; the open body when left out.

    Raises:
        InputError: Keypoints, photos, teacher or body cannot be used; names which.
    """
    if keypoints is None:
        raise InputError("keypoints: not given; name a file of 2D keypoints, keypoints=FILE")
    people, photos = read_keypoints(keypoints), Photos(images)
    settings = [str(photos.folder), seed, least_score, least_trust, people_a_shard, overlays]
    mark = _mark([keypoints, teacher, body_path], settings)
    finished = _finished(Path(out), mark)
    if finished is not None:
        say(f"{out}: already fitted")
        return _report(finished)
    groups = list(_groups(people, people_a_shard))
    job = Job(
        body=load_body(body_path),
        photos=photos,
        lifter=None if teacher is None else Lifter.load(teacher),
        least_score=least_score,
        least_trust=least_trust,
        seed=seed,
        folder=Path(out),
        keys=_keys(groups),
        shown=_spread([image for group in groups for image in group], overlays),
    )
    done: list[Done] = []
    for index, group in enumerate(groups):
        if len(groups) > 1:
            say(f"shard {index + 1} of {len(groups)}")
        done.append(_shard(job, index, group, mark))
    about = {"made_by": "stage=fit", "keypoints": keypoints, "teacher": teacher, "seed": seed}
    return _finish(job, done, about, mark)


def _shard(job: Job, index: int, group: Mapping[str, list[Keypoints2D]], mark: str) -> Done:
    """Fit a shard, or find it fitted."""
    part = job.folder / "parts" / f"part-{index:06d}.json"
    kept = _read(part)
    if kept.get("mark") == mark and (job.folder / kept["shard"]["name"]).exists():
        judged = tuple(Judged(**{**p, "errors": tuple(p["errors"])}) for p in kept["people"])
        return Done(Shard(**kept["shard"]), kept["annotations"], judged)
    done = fit_shard(job, index, group)
    write_json(part, {"mark": mark, **asdict(done)})
    return done


def _finish(
    job: Job, done: Sequence[Done], about: Mapping[str, object], mark: str
) -> Mapping[str, object]:
    annotations = {key: value for part in done for key, value in part.annotations.items()}
    write_json(job.folder / ANNOTATIONS, annotations)
    made = {"commit": git_commit(), "versions": versions()}
    write_manifest(job.folder, [part.shard for part in done], {**about, **made})
    write_people(job.folder)
    metrics = _metrics([person for part in done for person in part.people], job.least_trust)
    # Written last: its presence says that all the rest is whole.
    write_metrics(job.folder, {**metrics, "mark": mark})
    return _report(metrics)


def _metrics(people: Sequence[Judged], least_trust: float) -> dict[str, object]:
    errors = np.concatenate([person.errors for person in people]) * 100
    each = np.array([np.median(p.errors) * 100 for p in people if p.errors])
    trusted = [person.trust for person in people if person.trust >= least_trust]
    return {
        "people": len(people),
        "images": len({person.image for person in people}),
        "visible_joints": len(errors),
        "median_error_percent_of_box_height": float(np.median(errors)) if len(errors) else None,
        "90th_percentile_of_people_percent": float(np.quantile(each, 0.9)) if len(each) else None,
        "believed": len(trusted),
        "rejected": len(people) - len(trusted),
        "mean_trust": float(np.mean(trusted)) if trusted else 0.0,
    }


def _report(metrics: Mapping[str, object]) -> Mapping[str, object]:
    error = metrics["median_error_percent_of_box_height"]
    percent = "unknown" if error is None else f"{error:.2f} % of the box height"
    say(
        f"{metrics['people']} people in {metrics['images']} images fitted; median reprojection "
        f"error of visible joints {percent}; {metrics['believed']} believed, "
        f"{metrics['rejected']} rejected"
    )
    return metrics


def _finished(folder: Path, mark: str) -> Mapping[str, object] | None:
    metrics = _read(folder / METRICS)
    whole = (folder / MANIFEST).exists() and (folder / ANNOTATIONS).exists()
    return metrics if metrics.pop("mark", None) == mark and whole else None


def _read(path: Path) -> dict:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def _mark(files: Sequence[str | None], settings: Sequence[object]) -> str:
    """Tell one set of inputs from another, by the files' content."""
    digest = hashlib.sha256(json.dumps(settings).encode())
    for name in files:
        path, convention = split_convention(name) if name else (Path(), None)
        digest.update((convention or "").encode())
        members = sorted(path.glob("*.json")) if name and path.is_dir() else [path]
        for member in members:
            digest.update(member.read_bytes() if member.is_file() else b"none")
    return digest.hexdigest()[:16]


def _groups(people: Sequence[Keypoints2D], most: int) -> Iterator[dict[str, list[Keypoints2D]]]:
    """Put whole images together until they hold about so many people."""
    by_image: dict[str, list[Keypoints2D]] = {}
    for person in people:
        by_image.setdefault(person.image, []).append(person)
    group: dict[str, list[Keypoints2D]] = {}
    for image, mates in by_image.items():
        group[image] = mates
        if sum(len(each) for each in group.values()) >= most:
            yield group
            group = {}
    if group:
        yield group


def _keys(groups: Sequence[Mapping[str, object]]) -> dict[str, str]:
    taken: set[str] = set()
    return {image: key_of(image, taken) for group in groups for image in group}


def _spread(images: list[str], count: int) -> frozenset[str]:
    """Choose so many images, evenly spread."""
    places = np.linspace(0, len(images) - 1, min(count, len(images)))
    return frozenset(images[int(place + 0.5)] for place in places)
