"""`stage=lift`: 2D keypoints of photos or a video -> 3D skeletons, and pictures of them.

A killed run goes on where it was: lifting is quick and done anew, animations that are there stay.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hmr.body import Body, load_body
from hmr.errors import InputError
from hmr.keypoints import read_keypoints, split_convention
from hmr.progress import say, track
from hmr.record import write_json, write_metrics
from teacher.lift import Lifter
from teacher.lifting.looks import draw_sheet, draw_track
from teacher.lifting.pictures import Pictures
from teacher.lifting.results import Result, write_npz, write_people
from teacher.lifting.subjects import Intrinsics, Subject, gather
from teacher.tracks import is_video

METRICS, SETTINGS = "metrics.json", "settings.json"
ARRAYS, PEOPLE, SHEET = "lifts.npz", "lifts.json", "lifts.png"
FPS = 30.0
ANIMATIONS = ("mp4", "gif", "none")


def run(
    out: str,
    keypoints: str | None,
    teacher: str | None,
    images: str | None = None,
    tracks: bool | str = "auto",
    fps: float | int | None = None,
    focal_length: float | int | None = None,
    relifts: int = 8,
    animation: str | None = "mp4",
    animations: int = 3,
    sheet: int = 8,
    body_path: str | None = None,
) -> Mapping[str, object]:
    """Lift people from 2D.

    Args:
        out: Folder for `lifts.npz`, `lifts.json`, `lifts.png`, animations and `metrics.json`.
        keypoints: What `hmr.keypoints.read_keypoints` takes: COCO json, OpenPose json (file or
            folder), npz, or json with named joints.
        teacher: The checkpoint.
        images: Folder of the photos or frames, or a video file; only for pictures and sizes.
        tracks: Whether the images are a video's frames, whose people are followed; "auto" looks
            at the file (`teacher.tracks.is_video`).
        fps: Frames a second; left out, those of the video file, or 30.
        focal_length: In pixels; left out, the file's intrinsics, or the image's diagonal.
        relifts: Masked re-lifts that tell how sure each joint is; 0 is fastest.
        animation: "mp4", "gif" or "none".
        animations: How many tracks are animated, the longest first.
        sheet: How many people or frames `lifts.png` shows.
        body_path: A licensed body file; the open body when left out. Only a teacher with a
            parametric network needs one.

    Raises:
        InputError: Something cannot be used, or `out` holds other lifts; names which.
    """
    keypoints, checkpoint = _given(keypoints, teacher)
    kind = _choice("tracks", str(tracks).lower(), ("true", "false", "auto"))
    ending = _choice("animation", str(animation or "none").lower(), ANIMATIONS)
    _positive(fps=fps, focal_length=focal_length)
    people, lifter = read_keypoints(keypoints), Lifter.load(checkpoint)
    settings = {
        **{"keypoints": _digest(keypoints), "teacher": _digest(checkpoint), "images": images},
        **{"tracks": kind, "fps": fps, "focal_length": focal_length, "relifts": relifts},
        **{"animation": ending, "animations": animations, "sheet": sheet, "body": body_path},
    }
    folder = Path(out)
    if finished := _finished(folder, settings):
        say(f"{out}: lifted already\n{finished['summary']}")
        return finished
    pictures = None if images is None else Pictures(images)
    as_tracks = is_video(people) if kind == "auto" else kind == "true"
    rate = _rate(fps, pictures)
    cameras = Intrinsics(people, pictures, focal_length and float(focal_length))
    subjects = gather(people, cameras, as_tracks, rate)
    body = None if lifter.parametric is None else load_body(body_path)
    results = _lifted(lifter, subjects, relifts, body)
    write_json(folder / SETTINGS, settings)
    write_npz(folder / ARRAYS, results, rate)
    write_people(folder / PEOPLE, results, rate)
    draw_sheet(folder / SHEET, results, pictures, sheet)
    if ending != "none" and as_tracks:
        for result in _longest(results, animations):
            draw_track(folder, result, pictures, rate, ending)
    metrics = _metrics(results, lifter, as_tracks)
    say(str(metrics["summary"]))
    # Written last: its presence says that all the rest is whole.
    write_metrics(folder, metrics)
    return metrics


def _rate(fps: float | int | None, pictures: Pictures | None) -> float:
    film = pictures.video if pictures else None
    return float(fps or (film.fps if film else 0) or FPS)


def _longest(results: Sequence[Result], count: int) -> list[Result]:
    return sorted(results, key=lambda result: -len(result.subject))[:count]


def _lifted(
    lifter: Lifter, subjects: Sequence[Subject], relifts: int, body: Body | None
) -> list[Result]:
    """Lift tracks one by one, or all people of photos at once."""
    tracks = [s for s in subjects if s.is_track]
    if tracks:
        return [_result(lifter, who, relifts, body) for who in track(tracks, "lifting tracks")]
    joints, scores, K = (
        np.concatenate([getattr(s, name) for s in subjects]) for name in ("joints", "scores", "K")
    )
    lifted = lifter.lift(joints, scores, K, relifts=relifts)
    bodies = {} if body is None else lifter.people(joints, scores, K).params(body).to_disk()
    return [
        Result(who, lifted.rows(slice(i, i + 1)), _rows(bodies, i))
        for i, who in enumerate(subjects)
    ]


def _rows(bodies: Mapping[str, np.ndarray], i: int) -> dict[str, np.ndarray]:
    return {name: array[i : i + 1] for name, array in bodies.items()}


def _result(lifter: Lifter, who: Subject, relifts: int, body: Body | None) -> Result:
    columns = (who.joints, who.scores, who.K)
    lifted = lifter.lift_track(*columns, relifts=relifts)
    if body is None:
        return Result(who, lifted, {})
    return Result(who, lifted, lifter.people(*columns, along=True).params(body).to_disk())


def _metrics(results: Sequence[Result], lifter: Lifter, as_tracks: bool) -> dict[str, object]:
    seen = np.concatenate([r.subject.scores > 0 for r in results])
    lifted = np.concatenate([r.lifted.confidence > 0 for r in results])
    spread = np.concatenate([r.lifted.uncertainty for r in results])[lifted & seen]
    what = "tracks" if as_tracks else "people"
    median = float(np.median(spread)) if spread.size else None
    told = "unknown" if median is None else f"{1000 * median:.0f} mm"
    without = "" if lifter.parametric else "; no SMPL-X: this teacher has no parametric network"
    return {
        what: len(results),
        "poses": len(seen),
        "poses_without_a_joint": int((~seen.any(1)).sum()),
        "visible_joints_a_pose": float(seen.sum(1).mean()),
        "median_uncertainty_of_visible_joints_m": median,
        "smplx": lifter.parametric is not None,
        "summary": f"{len(results)} {what}, {len(seen)} poses lifted; typical standard deviation "
        f"of visible joints {told}{without}",
    }


def _given(keypoints: str | None, teacher: str | None) -> tuple[str, str]:
    if keypoints is None:
        raise InputError("keypoints: not given; name a file of 2D keypoints, keypoints=FILE")
    if teacher is None:
        raise InputError("teacher: not given; name a checkpoint of stage=teacher, teacher=FILE")
    return keypoints, teacher


def _choice(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise InputError(f"stage.{name}={value}: unknown; choose one of {', '.join(known)}")
    return value


def _positive(**given: float | int | None) -> None:
    for name, value in given.items():
        if value is not None and value <= 0:
            raise InputError(f"stage.{name}={value}: give a number above 0, or leave it out")


def _finished(folder: Path, settings: Mapping[str, object]) -> dict | None:
    """Find these lifts in the folder, or none.

    Raises:
        InputError: It holds lifts of other settings; names those that differ.
    """
    before = _read(folder / SETTINGS)
    differing = [n for n in settings if before and before.get(n) != settings[n]]
    if differing:
        raise InputError(
            f"{folder}: holds lifts made with another {' and '.join(differing)}; set another out"
        )
    whole = all((folder / name).exists() for name in (ARRAYS, PEOPLE, SHEET))
    return _read(folder / METRICS) if before and whole else None


def _read(path: Path) -> dict | None:
    try:
        return json.loads(path.read_text()) or None
    except (OSError, ValueError):
        return None


def _digest(name: str) -> str:
    """Tell one input from another by its content, and by the convention named behind it."""
    path, convention = split_convention(name)
    members = sorted(path.glob("*.json")) if path.is_dir() else [path]
    digest = hashlib.sha256((convention or "").encode())
    for member in members:
        digest.update(member.read_bytes())
    return digest.hexdigest()[:16]
