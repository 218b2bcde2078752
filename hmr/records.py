"""A sample as the files of one WebDataset record, and back."""

import io
import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from zipfile import BadZipFile

import cv2
import numpy as np
import torch
from jaxtyping import Float, UInt8, UInt16

from hmr.cameras import Camera
from hmr.errors import InputError
from hmr.params import Params
from hmr.sample import Keypoint, Occluder, Person, Sample

JPEG_QUALITY = 92
_BROKEN = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError),
    *(OSError, EOFError, MemoryError, SyntaxError, BadZipFile, zlib.error, struct.error, cv2.error),
)
"""What the readers of JSON, npz and images raise when a file is damaged."""
_LABELS = ("joints_3d", "joints_2d", "joint_visibility")


def encode(sample: Sample) -> dict[str, str | bytes]:
    """Turn a sample into its files: `__key__` and one entry an ending."""
    files: dict[str, str | bytes] = {"__key__": sample.key}
    if sample.image is not None:
        options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        files["jpg"] = _encode_image(".jpg", sample.image[..., ::-1], options)
    files["json"] = json.dumps(_header(sample)).encode()
    files["npz"] = _npz(sample)
    if sample.ids is not None:
        files["ids.png"] = _encode_image(".png", sample.ids)
    if sample.depth is not None:
        millimetres = np.clip(np.rint(sample.depth * 1000), 0, 65535).astype(np.uint16)
        files["depth.png"] = _encode_image(".png", millimetres)
    if sample.normal is not None:
        coloured = np.rint((sample.normal + 1) * 127.5).astype(np.uint8)
        files["normal.png"] = _encode_image(".png", coloured[..., ::-1])
    if sample.glb is not None:
        files["glb"] = sample.glb
    return files


def decode(key: str, files: Mapping[str, bytes], where: str, with_image: bool = True) -> Sample:
    """Turn a record's files, named by their endings, into a sample.

    Raises:
        InputError: A file is missing or broken; names it and `where`.
    """
    for ending in ("json", "npz", *(("jpg",) if with_image else ())):
        if ending not in files:
            raise InputError(f"{where}: record {key} lacks {key}.{ending}")
    try:
        return _decode(key, files, with_image)
    except _BROKEN as error:
        raise InputError(f"{where}: record {key} is broken ({error})") from None


def free_key(wanted: str, taken: set[str]) -> str:
    """Take a key, with a number behind it where it is taken already."""
    key, number = wanted, 1
    while key in taken:
        key, number = f"{wanted}_{number}", number + 1
    taken.add(key)
    return key


def _decode(key: str, files: Mapping[str, bytes], with_image: bool) -> Sample:
    header = json.loads(files["json"])
    arrays = dict(np.load(io.BytesIO(files["npz"])))
    R, t, K = (torch.tensor(header[name], dtype=torch.float32) for name in ("R", "t", "K"))
    bent = header.get("distortion")
    distortion = None if bent is None else torch.tensor(bent, dtype=torch.float32)
    people = tuple(_person(entry) for entry in header["people"])
    weights = np.array([person.kid_weight for person in people], np.float32)
    return Sample(
        key=key,
        image=_decode_image(files["jpg"], cv2.IMREAD_COLOR)[..., ::-1] if with_image else None,
        camera=Camera(K, R, t, distortion),
        **{name: header[name] for name in ("width", "height", "seed", "environment", "licence")},
        people=people,
        params=Params.from_disk({**arrays, "kid_weight": weights}, key),
        **{name: arrays[name] for name in _LABELS},
        ids=_decode_image(files["ids.png"]) if with_image and "ids.png" in files else None,
        depth=_depth(files) if with_image else None,
        normal=_normal(files) if with_image else None,
        glb=files.get("glb"),
    )


def _header(sample: Sample) -> dict[str, object]:
    camera = sample.camera
    matrices = {"K": camera.K, "R": camera.R, "t": camera.t}
    if camera.distortion is not None:
        matrices["distortion"] = camera.distortion
    plain = ("width", "height", "seed", "environment", "licence")
    return {
        **{name: matrix.double().tolist() for name, matrix in matrices.items()},
        **{name: getattr(sample, name) for name in plain},
        "people": [_entry(person) for person in sample.people],
    }


def _npz(sample: Sample) -> bytes:
    arrays = {**sample.params.to_disk(), **{name: getattr(sample, name) for name in _LABELS}}
    # kid_weight stands in the JSON, beside the age it explains.
    del arrays["kid_weight"]
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _entry(person: Person) -> dict[str, object]:
    values = asdict(person)
    if person.keypoints is None:
        del values["keypoints"]
    return values


def _person(entry: Mapping) -> Person:
    hidden_by, values = entry.get("occluders"), dict(entry)
    if entry.get("keypoints") is not None:
        values["keypoints"] = tuple(Keypoint(**point) for point in entry["keypoints"])
    values["occluders"] = None if hidden_by is None else tuple(Occluder(**o) for o in hidden_by)
    for box in ("bbox_visible", "bbox_amodal"):
        values[box] = tuple(entry[box]) if entry.get(box) else None
    return Person(**values)


def _encode_image(ending: str, image: np.ndarray, options: list[int] | None = None) -> bytes:
    done, data = cv2.imencode(ending, np.ascontiguousarray(image), options or [])
    if not done:
        raise ValueError(f"an image of shape {image.shape} cannot be written as {ending}")
    return data.tobytes()


def _decode_image(data: bytes, mode: int = cv2.IMREAD_UNCHANGED) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), mode)
    if image is None:
        raise ValueError("its image cannot be decoded")
    return image


def _depth(files: Mapping[str, bytes]) -> Float[np.ndarray, "h w"] | None:
    if "depth.png" not in files:
        return None
    stored: UInt16[np.ndarray, "h w"] = _decode_image(files["depth.png"])
    return stored.astype(np.float32) / 1000


def _normal(files: Mapping[str, bytes]) -> Float[np.ndarray, "h w 3"] | None:
    if "normal.png" not in files:
        return None
    stored: UInt8[np.ndarray, "h w 3"] = _decode_image(files["normal.png"])
    return stored[..., ::-1].astype(np.float32) / 127.5 - 1
