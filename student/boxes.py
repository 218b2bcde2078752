"""Where the people of a photo are: from keypoints, from a detector, or for want of both everywhere.

No detector comes with the project, for it carries no weights. One that transformers has saved on
disk (DETR and its kin, which answer with classes and centred boxes) can be named.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
import torch
from jaxtyping import Float, UInt8

from hmr.errors import InputError
from hmr.keypoints import Keypoints2D, read_keypoints

AROUND_JOINTS = 1.15
"""Side of a person's box over that of their joints': heads and feet reach beyond joints."""
SHORTER, LONGER = 800, 1333
"""Image size, in pixels, that DETR was trained with."""
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@runtime_checkable
class Finder(Protocol):
    """Finds people."""

    what: str
    """In words, for the user."""

    def find(self, path: Path, image: UInt8[np.ndarray, "h w 3"]) -> Float[np.ndarray, "n 4"]:
        """Boxes x0, y0, x1, y1 of the people in a photo."""
        ...


def finder(keypoints: str | None, detector: str | None, threshold: float) -> Finder:
    """Choose how people are found: by keypoints where given, else by a detector where given."""
    if keypoints:
        return FromKeypoints(read_keypoints(keypoints), keypoints)
    return FromDetector(detector, threshold) if detector else WholeImage()


class WholeImage:
    """Takes every photo to show one person who fills it."""

    what = (
        "the whole image is taken as one person's box; name keypoints=FILE, or a detector saved by "
        "transformers with student.detector=DIR, to find each person"
    )

    def find(self, path: Path, image: UInt8[np.ndarray, "h w 3"]) -> Float[np.ndarray, "n 4"]:
        """One box: the image."""
        return np.array([[0.0, 0.0, image.shape[1], image.shape[0]]])


class FromKeypoints:
    """Boxes of the people that a file of keypoints lists."""

    def __init__(self, people: Sequence[Keypoints2D], file: str):
        """Sort people by photo."""
        self.what = f"boxes of the {len(people)} people in {file}"
        self.boxes: dict[str, list[list[float]]] = {}
        for person in people:
            self.boxes.setdefault(_identity(person.image), []).append(_box(person))

    def find(self, path: Path, image: UInt8[np.ndarray, "h w 3"]) -> Float[np.ndarray, "n 4"]:
        """Boxes listed for a photo, by file name or number."""
        return np.array(self.boxes.get(_identity(path.name), []), float).reshape(-1, 4)


def _identity(image: str) -> str:
    """Name of a photo without folder and ending; numbers without leading zeros, as COCO's ids."""
    stem = Path(image).stem
    return str(int(stem)) if stem.isdecimal() else stem


def _box(person: Keypoints2D) -> list[float]:
    if person.box is not None:
        return list(person.box)
    seen = person.joints[person.scores > 0]
    middle, half = (seen.max(0) + seen.min(0)) / 2, np.ptp(seen, axis=0) / 2 * AROUND_JOINTS
    return [*(middle - half).tolist(), *(middle + half).tolist()]


class FromDetector:
    """A detector that transformers has saved in a folder."""

    def __init__(self, folder: str, threshold: float):
        """Load the detector.

        Raises:
            InputError: There is none, or it does not know people.
        """
        from transformers import AutoModelForObjectDetection

        if not (Path(folder) / "config.json").is_file():
            raise InputError(f"{folder}: no config.json there; student.detector names a saved DETR")
        try:
            self.model = AutoModelForObjectDetection.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"{folder}: transformers cannot load this ({reason})") from None
        names = self.model.config.id2label or {}
        self.person = next((int(i) for i, name in names.items() if name == "person"), None)
        if self.person is None:
            raise InputError(f"{folder}: its config knows no class 'person'")
        self.model.eval()
        self.threshold, self.what = threshold, f"boxes by the detector in {folder}"

    @torch.no_grad()
    def find(self, path: Path, image: UInt8[np.ndarray, "h w 3"]) -> Float[np.ndarray, "n 4"]:
        """Boxes of class person whose score is high enough."""
        answer = self.model(pixel_values=_pixels(image))
        # DETR's last class is "nothing"; its heirs without that class use a sigmoid.
        logits = answer.logits[0]
        nothing = logits.shape[-1] == len(self.model.config.id2label) + 1
        scores = (logits.softmax(-1) if nothing else logits.sigmoid())[:, self.person]
        cx, cy, w, h = answer.pred_boxes[0][scores > self.threshold].unbind(-1)
        size = torch.tensor([image.shape[1], image.shape[0]] * 2)
        corners = torch.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], -1)
        return (corners.clamp(0, 1) * size).double().numpy()


def _pixels(image: UInt8[np.ndarray, "h w 3"]) -> Float[torch.Tensor, "1 3 h2 w2"]:
    """Resize and normalise as DETR was trained."""
    short, long = sorted(image.shape[:2])
    scale = min(SHORTER / short, LONGER / long)
    small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale), np.float32) / 255
    normal = (small - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
    return torch.from_numpy(normal).permute(2, 0, 1).unsqueeze(0)
