"""People cut out of an image, and cuts joined to a batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, Int8, UInt8
from torch import Tensor

from hmr.camera_frame import in_camera
from hmr.cameras import to_camera
from hmr.crops import crop_intrinsics, place_in_image, square_around, to_crop, warp
from hmr.params import Params
from hmr.reading.batch import Batch, look
from hmr.reading.colours import recoloured
from hmr.reading.views import (
    STILL,
    Augmentation,
    View,
    draw_view,
    image_to_crop,
    rng_of,
    stack_views,
    still_view,
)
from hmr.sample import Box, Person, Sample, decode_mask


@dataclass(frozen=True)
class Labels:
    """All that is known of the people of one image, in the camera frame."""

    key: str
    people: tuple[Person, ...]
    K: Float[np.ndarray, "3 3"]
    distortion: Float[np.ndarray, "5"]
    params: Params
    joints_3d: Float[np.ndarray, "people 55 3"]
    joints_2d: Float[np.ndarray, "people 55 2"]
    visibility: Int8[np.ndarray, "people 55"]


@dataclass(frozen=True)
class Cut:
    """One person's crop."""

    labels: Labels
    row: int
    """Which of the people in the image."""
    square: Float[np.ndarray, "3"]
    """Centre and side, in pixels, of the crop without augmentation."""
    view: View | None
    """How augmentation looks at it."""
    pixels: UInt8[np.ndarray, "3 size size"]
    mask: Bool[np.ndarray, "size size"] | None
    source: int
    number: int


@dataclass(frozen=True)
class Scissors:
    """How people are cut out."""

    size: int
    room: float = 1.0
    """Side of the square over that of the square that prediction would cut."""
    how: Augmentation = STILL
    seed: int = 0
    masks: bool = False

    def cut(self, sample: Sample, source: int, wanted: Iterable[tuple[int, int]]) -> list[Cut]:
        """Cut people out of a sample: their rows in it, and their numbers."""
        assert sample.image is not None
        # Decoded as BGR; turned back so, no copy of the whole image is made.
        image, labels = sample.image[..., ::-1], labels_of(sample)
        return [self._cut(image, labels, row, source, number) for row, number in wanted]

    def _cut(self, image: np.ndarray, labels: Labels, row: int, source: int, number: int) -> Cut:
        person = labels.people[row]
        square = square_around(person.bbox_amodal or person.bbox_visible or _around(labels, row))
        square = square * np.array([1, 1, self.room])
        view = None
        if self.how != STILL:
            view = draw_view(square, labels.K, self.how, rng_of(self.seed, source, number))
        seen = view or still_view(square)
        affine = image_to_crop(seen, labels.K, self.size)
        pixels = cv2.cvtColor(warp(image, affine, self.size), cv2.COLOR_BGR2RGB)
        x0, y0, x1, y1 = covered(seen, self.size)
        pixels[y0:y1, x0:x1] = seen.fill
        pixels = recoloured(pixels, self.how, int(seen.colours))
        mask = self._mask(person, affine) if self.masks else None
        if mask is not None:
            mask[y0:y1, x0:x1] = False
        planes = np.stack(cv2.split(pixels))
        return Cut(labels, row, square, view, planes, mask, source, number)

    def _mask(self, person: Person, affine: Float[np.ndarray, "2 3"]) -> np.ndarray:
        if person.mask_visible is None:
            return np.zeros((self.size, self.size), bool)
        whole = decode_mask(person.mask_visible).view(np.uint8) * np.uint8(255)
        return warp(whole, affine, self.size) > 127


def covered(view: View, size: int) -> tuple[int, int, int, int]:
    """Columns and rows x0, y0, x1, y1 of the crop that a view covers."""
    x0, y0, x1, y1 = np.rint(view.cover * size).astype(int).tolist()
    return x0, y0, x1, y1


def labels_of(sample: Sample) -> Labels:
    """Take the labels of a sample to the camera frame."""
    camera = sample.camera
    params, _ = in_camera(sample)
    joints = torch.from_numpy(np.asarray(sample.joints_3d, np.float32))
    bent = camera.distortion
    return Labels(
        sample.key,
        sample.people,
        camera.K.double().numpy(),
        np.zeros(5) if bent is None else bent.double().numpy(),
        params,
        to_camera(joints, camera).numpy(),
        np.asarray(sample.joints_2d, np.float32),
        np.asarray(sample.joint_visibility, np.int8),
    )


def joined(cuts: Sequence[Cut]) -> Batch:
    """Join cuts to a batch, labels as augmentation turned them."""
    size = cuts[0].pixels.shape[-1]
    batch = _unturned(cuts, size)
    views = [cut.view for cut in cuts if cut.view is not None]
    return look(batch, stack_views(views), size) if views else batch


def _unturned(cuts: Sequence[Cut], size: int) -> Batch:
    """Join cuts, with the labels that they had without augmentation."""
    squares, Ks = [cut.square for cut in cuts], [cut.labels.K for cut in cuts]
    pairs = list(zip(cuts, squares, Ks, strict=True))
    people = [cut.labels.people[cut.row] for cut in cuts]
    maps = [to_crop(square, size) for square in squares]
    points = [
        c.labels.joints_2d[c.row] @ m[:, :2].T + m[:, 2] for c, m in zip(cuts, maps, strict=True)
    ]
    masks = [cut.mask for cut in cuts if cut.mask is not None]
    unknown = float("nan")
    return Batch(
        image=torch.from_numpy(np.stack([cut.pixels for cut in cuts])),
        K=_floats([crop_intrinsics(K, square, size) for _, square, K in pairs]),
        K_image=_floats(Ks),
        distortion=_floats([cut.labels.distortion for cut in cuts]),
        params=Params.stack([cut.labels.params.index(cut.row) for cut in cuts]),
        joints_3d=_floats([cut.labels.joints_3d[cut.row] for cut in cuts]),
        joints_2d=_floats(points),
        visibility=torch.from_numpy(np.stack([c.labels.visibility[c.row] for c in cuts])),
        occlusion=_floats([unknown if p.occlusion is None else p.occlusion for p in people]),
        trust=_floats([person.trust for person in people]),
        square=_floats(squares),
        turn=torch.eye(2).repeat(len(cuts), 1, 1),
        place=_floats([place_in_image(K, square) for _, square, K in pairs]),
        key=tuple(cut.labels.key for cut in cuts),
        person_id=torch.tensor([person.person_id for person in people]),
        source=torch.tensor([cut.source for cut in cuts]),
        number=torch.tensor([cut.number for cut in cuts]),
        mask_visible=torch.from_numpy(np.stack(masks)) if masks else None,
    )


def _floats(values: Sequence) -> Tensor:
    return torch.from_numpy(np.stack(values).astype(np.float32))


def _around(labels: Labels, row: int) -> Box:
    """Box of the joints, for people whose boxes are unknown."""
    low, high = labels.joints_2d[row].min(0).tolist(), labels.joints_2d[row].max(0).tolist()
    return low[0], low[1], high[0], high[1]
