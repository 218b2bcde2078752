"""Exports read back from their layouts alone: nothing here knows the code that wrote them.

One reader a layout (AGORA's is in `benchmarks/agora_layout.py`). It gives each person's SMPL-X
parameters and camera as the layout means them, and the file's own keypoints with `smplx`'s names.
Layouts that know no facial expression carry it beside their own keys; who reads without it
finds points of the face elsewhere.
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from pycocotools.coco import COCO
from smplx.joint_names import JOINT_NAMES
from webdataset.compat import WebDataset

from hmr.joints import COCO_17, OPENPOSE_25
from hmr.unpickling import load_npz, load_pickle, loads

SPIN_19 = (
    *("right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle"),
    *("right_wrist", "right_elbow", "right_shoulder", "left_shoulder", "left_elbow", "left_wrist"),
    *("neck", "", "pelvis", "", "spine2", "", ""),
)
"""SPIN's extra joints; those that `smplx` does not return have no name."""
MHR_HANDS = tuple(
    f"{side}_{part}"
    for side in ("right", "left")
    for part in (
        *("thumb", "thumb3", "thumb2", "thumb1", "index", "index3", "index2", "index1"),
        *("middle", "middle3", "middle2", "middle1", "ring", "ring3", "ring2", "ring1"),
        *("pinky", "pinky3", "pinky2", "pinky1", "wrist"),
    )
)
MHR_70 = (
    *COCO_17[:9],
    *COCO_17[11:],
    *(f"{s}_{p}" for s in ("left", "right") for p in ("big_toe", "small_toe", "heel")),
    *MHR_HANDS,
    *("",) * 6,
    "neck",
)
POSE_165 = {
    "global_orient": slice(0, 3),
    "body_pose": slice(3, 66),
    "jaw_pose": slice(66, 69),
    "leye_pose": slice(69, 72),
    "reye_pose": slice(72, 75),
    "left_hand_pose": slice(75, 120),
    "right_hand_pose": slice(120, 165),
}


@dataclass(frozen=True)
class Reading:
    """One person, as a file tells of them."""

    image: str
    """The image's key."""
    values: Mapping[str, np.ndarray]
    """What `smplx` takes, by its names; what is left out rests. Empty: the layout has no body."""
    K: Float[np.ndarray, "3 3"] | None = None
    """None where the layout has no camera, and the body stands in the world."""
    turn: Float[np.ndarray, "3 3"] | None = None
    """From the frame in which `smplx` poses the body to the camera's, or to a world with Y up."""
    shift: Float[np.ndarray, "3"] | None = None
    """Added after the turn."""
    keypoints: Float[np.ndarray, "names 3"] | None = None
    """x, y in pixels; 0 in the last column for those not given."""
    names: tuple[str, ...] = ()
    """Of the keypoints, as `smplx` calls them; "" for those it does not return."""
    gender: str = "neutral"
    kid_weight: float = 0.0
    flat_hands: bool = True
    """A hand pose of zero is the flat hand, not the body file's mean."""
    joints: int = 55
    """How many of the first joints the layout's pose can place."""


def bedlam(out: Path) -> Iterator[Reading]:
    """Read BEDLAM's npz: bodies stand at `trans_cam + cam_ext[:3, 3]`."""
    file = load_npz(out / "bedlam.npz")
    names = tuple(JOINT_NAMES[: file["gtkps"].shape[1]])
    for i, image in enumerate(file["imgname"]):
        yield Reading(
            image=_key(out, image),
            values={
                **_split(file["pose_cam"][i]),
                "betas": file["shape"][i, :10],
                "expression": file["expression"][i],
                "transl": file["trans_cam"][i] + file["cam_ext"][i, :3, 3],
            },
            K=file["cam_int"][i],
            keypoints=file["gtkps"][i],
            names=names,
            gender=str(file["gender"][i]),
            kid_weight=float(file["shape"][i, 10]),
        )


def camerahmr(out: Path) -> Iterator[Reading]:
    """Read CameraHMR's npz: 24 rotations, of which SMPL-X has 22."""
    file = load_npz(out / "camerahmr.npz")
    for i, image in enumerate(file["imgname"]):
        yield Reading(
            image=_key(out, image),
            values={
                "global_orient": file["pose_cam"][i, :3],
                "body_pose": file["pose_cam"][i, 3:66],
                "betas": file["shape"][i, :10],
                "expression": file["expression"][i],
                "transl": file["trans_cam"][i] + file["cam_ext"][i, :3, 3],
            },
            K=file["cam_int"][i],
            keypoints=file["gtkps"][i, :44],
            names=(*OPENPOSE_25, *SPIN_19),
            gender=str(file["gender"][i]),
            kid_weight=float(file["shape"][i, 10]),
            joints=22,
        )


def hmr2(out: Path) -> Iterator[Reading]:
    """Read HMR2's shards with `webdataset`, and hold its npz to them."""
    file, row = load_npz(out / "hmr2.npz"), 0
    for record in _records(out):
        for person in loads(record["data.pyd"], record["__key__"]):
            two = "body_keypoints_2d", "extra_keypoints_2d"
            both = np.concatenate([file[name][row] for name in two])
            same = np.array_equal(both, person["keypoints_2d"])
            assert same and np.array_equal(file["body_pose"][row], person["body_pose"])
            row += 1
            yield Reading(
                image=record["__key__"],
                values={
                    "global_orient": person["body_pose"][:3],
                    "body_pose": person["body_pose"][3:66],
                    "betas": person["betas"],
                    "expression": person["extra_info"]["expression"],
                    "transl": person["extra_info"]["transl"],
                },
                K=person["extra_info"]["cam_int"],
                keypoints=person["keypoints_2d"],
                names=(*OPENPOSE_25, *SPIN_19),
                gender=person["extra_info"]["gender"],
                kid_weight=person["extra_info"]["kid_weight"],
                joints=22,
            )


def humandata(out: Path) -> Iterator[Reading]:
    """Read HumanData: lists of parameters by name, with or without the mean hand."""
    file = load_npz(out / "humandata.npz")
    smplx, meta, misc = (file[name].item() for name in ("smplx", "meta", "misc"))
    extra = smplx.pop("betas_extra")
    keypoints = file["keypoints2d_smplx"] * file["keypoints2d_smplx_mask"][:, None]
    for i, image in enumerate(file["image_path"]):
        K = np.eye(3)
        K[[0, 1], [0, 1]], K[:2, 2] = meta["focal_length"][i], meta["principal_point"][i]
        yield Reading(
            image=_key(out, image),
            values={name: array[i].reshape(-1) for name, array in smplx.items()},
            K=K,
            keypoints=keypoints[i],
            names=tuple(JOINT_NAMES),
            gender=str(meta["gender"][i]),
            kid_weight=float(extra[i, 0]),
            flat_hands=bool(misc["flat_hand_mean"]),
        )


def multihmr(out: Path) -> Iterator[Reading]:
    """Read Multi-HMR's pickle; it has no keypoints."""
    theirs = {"global_orient": "root_pose", "betas": "shape"}
    names = (*POSE_165, "betas", "transl", "expression")
    for image, annotation in load_pickle(out / "multihmr.pkl").items():
        K = np.eye(3)
        K[[0, 1], [0, 1]], K[:2, 2] = annotation["focal"], annotation["princpt"]
        for human in annotation["humans"]:
            values = {n: human[f"smplx_{theirs.get(n, n)}"] for n in names}
            yield Reading(
                image=_key(out, image),
                values={**_flat(values), "betas": human["smplx_shape"][:10]},
                K=K,
                gender=human["smplx_gender"],
                kid_weight=float(human["smplx_shape"][10]),
            )


def sam3d(out: Path) -> Iterator[Reading]:
    """Read SAM 3D Body's shards; SMPL-X's parameters stand beside its own keys."""
    for record in _records(out):
        for person in loads(record["annotation.pyd"], record["__key__"]):
            values = dict(person["smplx_params"])
            yield Reading(
                image=record["__key__"],
                gender=values.pop("gender"),
                kid_weight=float(values.pop("kid_weight")),
                values=values,
                K=person["metadata"]["cam_int"],
                keypoints=person["keypoints_2d"],
                names=MHR_70,
            )


def amass(out: Path) -> Iterator[Reading]:
    """Read both variants of sequences of one frame: AMASS has Z up, the add-on Y up."""
    up = {"amass": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]), "addon": np.eye(3)}
    for row in json.loads((out / "sequences.json").read_text()):
        for variant, turn in up.items():
            file = load_npz(out / variant / f"{row['sequence']}.npz")
            yield Reading(
                image=row["image"],
                values={
                    **_split(file["poses"][0]),
                    "betas": file["betas"][:10],
                    "expression": file["expression"][0],
                    "transl": file["trans"][0],
                },
                turn=turn,
                gender=str(file["gender"]),
            )


def coco(out: Path) -> Iterator[Reading]:
    """Read COCO's keypoints with `pycocotools`; it has no bodies."""
    file = COCO(str(out / "annotations.json"))
    # Its stubs know no keypoints.
    annotations: Any = file.dataset["annotations"]
    for annotation in annotations:
        yield Reading(
            image=Path(file.imgs[annotation["image_id"]]["file_name"]).stem,
            values={},
            keypoints=np.array(annotation["keypoints"], float).reshape(17, 3),
            names=COCO_17,
            gender=annotation["gender"],
        )


def neuralannot(out: Path) -> Iterator[Reading]:
    """Read NeuralAnnot's parameters beside the COCO file whose annotations they name."""
    theirs = {
        **{"global_orient": "root_pose", "betas": "shape", "transl": "trans"},
        **{"left_hand_pose": "lhand_pose", "right_hand_pose": "rhand_pose", "expression": "expr"},
    }
    names = ("body_pose", "jaw_pose", *theirs)
    keypoints = coco(out)
    for entry in json.loads((out / "neuralannot.json").read_text()).values():
        seen, camera, K = next(keypoints), entry["cam_param"], np.eye(3)
        K[[0, 1], [0, 1]], K[:2, 2] = camera["focal"], camera["princpt"]
        yield Reading(
            image=seen.image,
            values={n: np.array(entry["smplx_param"][theirs.get(n, n)]) for n in names},
            K=K,
            keypoints=seen.keypoints,
            names=COCO_17,
            gender=seen.gender,
            kid_weight=entry["kid_weight"],
            flat_hands=False,
        )


def _key(out: Path, image: str) -> str:
    assert (out / image).is_file()
    return Path(image).stem


def _split(pose: Float[np.ndarray, "165"]) -> dict[str, np.ndarray]:
    return {name: pose[part] for name, part in POSE_165.items()}


def _flat(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.asarray(value).reshape(-1) for name, value in values.items()}


def _records(out: Path) -> Iterator[dict]:
    shards = sorted(str(path) for path in out.glob("*.tar"))
    for record in WebDataset(shards, shardshuffle=False):
        assert io.BytesIO(record["jpg"]).read(2) == b"\xff\xd8"
        yield record
