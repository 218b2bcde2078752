"""COCO keypoints and instances json.

Files of Throng's own (`format=coco`) carry cameras, amodal masks and occlusion, and
those of `format=neuralannot` bodies as well; all of that is read back. Where nobody
knows the body, a resting one of trust 0 stands in, as large as the person's box.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from hmr.body import Body, load_body
from hmr.cameras import Camera, guessed_focal, intrinsics
from hmr.errors import InputError
from hmr.joints import COCO_17
from hmr.mean_hands import KEYS, mean_hand
from hmr.neuralannot import NAMES
from hmr.params import Params
from hmr.progress import track
from hmr.sample import Box, Keypoint, Occluder, Person, Sample
from samples.importers.people import GENDERS, Found, Scene, person_params, sample_of
from samples.importers.pictures import find, folders, key_of, read
from samples.importers.segments import runs_of
from samples.importers.tally import Tally

LEVEL = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
"""A camera that looks level, where the file knows none."""
BODIES = "neuralannot.json"


def read_all(
    data: Path, images: Path | None, tally: Tally, body_path: str | None
) -> Iterator[Sample]:
    """Read every image that shows somebody."""
    file = data / "annotations.json" if data.is_dir() else data
    content = _json(file)
    if not isinstance(content, Mapping) or "annotations" not in content:
        raise InputError(f"{file}: no key 'annotations'; name a COCO file of annotations")
    bodies = _json(file.parent / BODIES) if (file.parent / BODIES).is_file() else {}
    places, keys = folders(file, images), set()
    by_image = _by_image(content, tally)
    licences = {entry["id"]: str(entry["name"]) for entry in content.get("licenses", ())}
    for image in track(content["images"], "reading COCO"):
        entries = by_image.get(image["id"])
        if not entries:
            tally.images_without_people += 1
            continue
        where = f"{file}: image {str(image['file_name'])[:80]}"
        path = find(places, str(image["file_name"]))
        scene = _scene(image, entries, path, where, licences, bodies, body_path)
        scene = Scene(key_of(path.name, keys), *scene)
        tally.images += 1
        tally.people += len(scene.people)
        tally.people_without_bodies += sum(not found.person.has_body for found in scene.people)
        yield sample_of(scene, body_path)


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file}: no JSON ({' '.join(str(error).split())[:100]})") from None


def _by_image(content: Mapping, tally: Tally) -> dict[object, list[Mapping]]:
    categories: dict[object, Mapping] = {c["id"]: c for c in content.get("categories", ())}
    people = {i for i, c in categories.items() if c.get("name") == "person" or c.get("keypoints")}
    found: dict[object, list[Mapping]] = defaultdict(list)
    for entry in content["annotations"]:
        if categories and entry.get("category_id", 1) not in people:
            continue
        if entry.get("iscrowd"):
            tally.crowds += 1
        else:
            found[entry["image_id"]].append(entry)
    return found


def _scene(
    image: Mapping,
    entries: Sequence[Mapping],
    path: Path,
    where: str,
    licences: Mapping,
    bodies: Mapping,
    body_path: str | None,
) -> tuple[Any, ...]:
    picture = read(path)
    height, width = picture.shape[:2]
    if (image.get("width", width), image.get("height", height)) != (width, height):
        said = f"{str(image.get('width'))[:10]}x{str(image.get('height'))[:10]}"
        raise InputError(f"{where}: the picture is {width}x{height}, the file says {said}")
    camera = _camera(image, width, height, where)
    numbers = _numbers(entries)
    people = [
        _found(entry, number, camera, (width, height), where, bodies, body_path)
        for entry, number in zip(entries, numbers, strict=True)
    ]
    environment = str(image.get("environment", "photo"))[:100]
    licence = licences.get(image.get("license"), "unknown")
    return picture, camera, people, environment, licence, image.get("t") is not None


def _camera(image: Mapping, width: int, height: int, where: str) -> Camera:
    K = intrinsics(guessed_focal(width, height), width, height)
    given = {
        name: _numbers_of(image[name], shape, f"{where}: key '{name}'")
        for name, shape in (("K", (3, 3)), ("R", (3, 3)), ("t", (3,)), ("distortion", (5,)))
        if image.get(name) is not None
    }
    place = torch.zeros(3)
    return Camera(
        given.get("K", K), given.get("R", LEVEL), given.get("t", place), given.get("distortion")
    )


def _numbers_of(value: object, shape: tuple[int, ...], where: str) -> torch.Tensor:
    array = np.asarray(value, np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise InputError(f"{where} is not {'x'.join(map(str, shape))} numbers")
    return torch.from_numpy(array).float()


def _numbers(entries: Sequence[Mapping]) -> list[int]:
    """Numbers of the people in their image: the file's where they are all there and differ."""
    given = [entry.get("person_id") for entry in entries]
    fits = all(isinstance(n, int) and 0 <= n < 900 for n in given) and len(set(given)) == len(given)
    return [int(n) for n in given if n is not None] if fits else list(range(len(entries)))


def _found(
    entry: Mapping,
    number: int,
    camera: Camera,
    size: tuple[int, int],
    where: str,
    bodies: Mapping,
    body_path: str | None,
) -> Found:
    where = f"{where}: annotation {str(entry.get('id'))[:20]}"
    points = _keypoints(entry, where)
    gender = entry.get("gender") if entry.get("gender") in GENDERS else "neutral"
    body = load_body(body_path, str(gender))
    box = _box(entry.get("bbox"), where)
    known = bodies.get(str(entry.get("id")))
    visible = runs_of(entry.get("segmentation"), *size, where)
    amodal = runs_of(entry.get("amodal_segmentation"), *size, where)
    params = _stand_in(box, camera, size, body) if known is None else _body(known, body, where)
    person = Person(
        person_id=number,
        age="kid" if entry.get("age") == "kid" else "adult",
        gender=str(gender),
        kid_weight=float(params.kid_weight),
        occlusion=_share(entry.get("occlusion")),
        truncation=_share(entry.get("truncation")),
        occluders=_occluders(entry.get("occluders")),
        bbox_visible=box,
        bbox_amodal=_box(entry.get("amodal_bbox"), where),
        mask_visible=visible,
        mask_amodal=amodal,
        trust=0.0 if known is None else _share(entry.get("trust", 1.0)) or 0.0,
        keypoints=points,
    )
    return Found(person, params, None)


def _keypoints(entry: Mapping, where: str) -> tuple[Keypoint, ...] | None:
    if not entry.get("keypoints"):
        return None
    triples = np.asarray(entry["keypoints"], np.float64)
    if triples.size != 3 * len(COCO_17) or not np.isfinite(triples).all():
        raise InputError(f"{where}: keypoints are not {len(COCO_17)} times x, y, flag")
    rows = zip(COCO_17, triples.reshape(-1, 3).tolist(), strict=True)
    points = [Keypoint(name, x, y, int(flag)) for name, (x, y, flag) in rows if flag > 0]
    return tuple(points)


def _box(value: object, where: str) -> Box | None:
    if not value:
        return None
    x, y, width, height = _numbers_of(value, (4,), f"{where}: a box").tolist()
    return x, y, x + width, y + height


def _share(value: Any) -> float | None:
    # Other files use these names for other things.
    return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else None


def _occluders(value: Any) -> tuple[Occluder, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(Occluder(int(one["id"]), float(one["share"])) for one in value)


def _body(entry: Mapping, body: Body, where: str) -> Params:
    """Read NeuralAnnot's parameters, whose hands are relative to the file's mean."""
    theirs = entry["smplx_param"]
    values = {ours: np.asarray(theirs[name], np.float64) for name, ours in NAMES.items()}
    for name in KEYS:
        values[name] = values[name] + mean_hand(body.file, name)
    return person_params(values | {"kid_weight": np.array(entry.get("kid_weight", 0.0))}, where)


@torch.no_grad()
def _stand_in(box: Box | None, camera: Camera, size: tuple[int, int], body: Body) -> Params:
    """Put a resting body upright where its height fills the box."""
    x0, y0, x1, y1 = box or (0.0, 0.0, *map(float, size))
    rest = Params.rest()
    posed = body(rest).vertices
    tall = float(posed[:, 1].max() - posed[:, 1].min())
    depth = float(camera.K[1, 1]) * tall / max(y1 - y0, 8.0)
    middle = torch.tensor([(x0 + x1) / 2, (y0 + y1) / 2, 1.0])
    there = depth * (torch.linalg.inv(camera.K) @ middle)
    pelvis = body.keypoints(rest, ["pelvis"])[0]
    own = (posed.amax(0) + posed.amin(0)) / 2 - pelvis
    transl = there - pelvis - camera.R @ own
    return replace(rest, global_orient=camera.R.clone(), transl=transl)
