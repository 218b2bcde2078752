"""What can be wrong with the labels of one image: one function a kind of fault.

Each check takes a sample and yields findings, one line a fault.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields

import numpy as np
import torch

from hmr.body import load_body
from hmr.cameras import Camera, project, to_camera
from hmr.joints import SMPLX_55
from hmr.params import Params
from hmr.sample import FIRST_ENVIRONMENT_ID, OUTSIDE, VISIBLE, Sample
from samples.finding import Finding

FAR_BETA = 5.0
"""Shape components this many standard deviations out are no person."""
BETWEEN_BODY = 0.02
"""Most that labelled joints may lie, in metres, from those of the posed body."""
BETWEEN_PIXELS = 0.5
"""Most that labelled 2D joints may lie from the projected 3D ones."""
MOST_STRETCHED = 1.25
"""Most that the focal lengths across and down may differ, as a ratio."""
BEFORE_CAMERA = 0.05
"""Joints must be this far before the camera, in metres, to have a projection."""


Check = Callable[[Sample, str | None], Iterator[Finding]]


def person_of(sample: Sample, row: int) -> str:
    """Name a person of a sample."""
    return f"{sample.key} person {sample.people[row].person_id}"


def believed(sample: Sample) -> list[int]:
    """Rows of the people whose bodies anybody vouches for; rejected fits have trust 0."""
    return [row for row, person in enumerate(sample.people) if person.has_body]


def check_counts(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """People, parameters and joints must be the same in number."""
    labels = (sample.joints_3d, sample.joints_2d, sample.joint_visibility)
    counts = [len(sample.people), *sample.params.batch, *(len(label) for label in labels)]
    if len(set(counts)) > 1:
        yield Finding("counts", sample.key, f"people, parameters and joints number {counts}")
    numbers = [person.person_id for person in sample.people]
    if len(set(numbers)) < len(numbers):
        yield Finding("counts", sample.key, f"person_id occurs twice among {numbers}")


def check_size(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """Pictures must be as large as the record says."""
    size = (sample.height, sample.width)
    for name in ("image", "ids", "depth", "normal"):
        array = getattr(sample, name)
        if array is not None and array.shape[:2] != size:
            text = f"{name} is {array.shape[1]}x{array.shape[0]}, the record {size[1]}x{size[0]}"
            yield Finding("size", sample.key, text)


def check_finite(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """No label may be NaN or infinite."""
    labels: Mapping[str, np.ndarray] = {
        "joints_3d": sample.joints_3d,
        # A joint in the camera's plane has no projection.
        "joints_2d": np.where((sample.joint_visibility == OUTSIDE)[..., None], 0, sample.joints_2d),
        **{f.name: getattr(sample.params, f.name).numpy() for f in fields(Params)},
    }
    for name, values in labels.items():
        broken = ~np.isfinite(values).reshape(len(values), -1).all(1)
        for row in np.flatnonzero(broken).tolist():
            yield Finding("not finite", person_of(sample, row), name)


def check_camera(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """R must be a rotation, K must look through the image."""
    for text in camera_faults(sample.camera, sample.width, sample.height):
        yield Finding("camera", sample.key, text)


def camera_faults(camera: Camera, width: int, height: int) -> Iterator[str]:
    """Say what is wrong with a camera of an image of this size."""
    K, R = camera.K.double(), camera.R.double()
    if not torch.allclose(R @ R.mT, torch.eye(3, dtype=R.dtype), atol=1e-4) or R.det() < 0:
        yield "R is no rotation"
    if not torch.isfinite(camera.t).all():
        yield "t is not finite"
    if camera.distortion is not None and not torch.isfinite(camera.distortion).all():
        yield "distortion is not finite"
    focal, centre = K.diagonal()[:2], K[:2, 2]
    size = torch.tensor([width, height])
    if not (focal > 0.1 * size.max()).all() or not (focal < 100 * size.max()).all():
        yield f"focal length {focal.tolist()} pixels"
    elif not float(focal.max() / focal.min()) < MOST_STRETCHED:
        yield f"focal lengths {focal.tolist()} differ: pixels are not square"
    if not ((centre > 0) & (centre < size)).all():
        yield f"principal point {centre.tolist()} outside the image"
    if not torch.allclose(K[[1, 2, 2, 2], [0, 0, 1, 2]], K.new_tensor([0.0, 0, 0, 1])):
        yield "K's lower rows are no camera's"


def check_shape(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """Shapes must be those of people."""
    for row in believed(sample):
        largest = float(sample.params.betas[row].abs().max())
        if largest > FAR_BETA:
            text = f"a shape component of {largest:.1f} standard deviations"
            yield Finding("betas", person_of(sample, row), text)
        weight = sample.people[row].kid_weight
        if not 0 <= weight <= 1:
            yield Finding("betas", person_of(sample, row), f"kid_weight {weight}")


@torch.no_grad()
def check_body(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """Posing the body must give the labelled joints: else a frame or a parameter is wrong."""
    rows = believed(sample)
    for gender in sorted({sample.people[row].gender for row in rows}):
        alike = [row for row in rows if sample.people[row].gender == gender]
        posed = load_body(body_path, gender).joints(sample.params.index(alike)).numpy()
        gaps = np.linalg.norm(posed - sample.joints_3d[alike], axis=-1).mean(-1)
        for row, gap in zip(alike, gaps.tolist(), strict=True):
            if not gap <= BETWEEN_BODY:
                text = f"joints_3d lie {gap * 100:.1f} cm from the posed body's"
                yield Finding("body", person_of(sample, row), text)


def check_projection(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """Projecting the 3D joints must give the 2D joints."""
    world = torch.from_numpy(sample.joints_3d.astype(np.float32))
    before = to_camera(world, sample.camera)[..., 2].numpy() > BEFORE_CAMERA
    projected = project(world.flatten(0, 1), sample.camera).numpy().reshape(*world.shape[:2], 2)
    gaps = ((projected - sample.joints_2d) ** 2).sum(-1) ** 0.5
    # Far outside, pixels are large numbers and float32 has few digits left for them.
    allowed = BETWEEN_PIXELS + 1e-4 * np.abs(sample.joints_2d).max(-1)
    wrongs = np.asarray(before & (gaps > allowed))
    for row in believed(sample):
        wrong = wrongs[row]
        if wrong.any():
            text = f"{wrong.sum()} joints_2d up to {gaps[row][wrong].max():.1f} pixels off"
            yield Finding("projection", person_of(sample, row), text)


def check_visibility(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """A joint marked as seen, or as hidden within the image, must lie inside it."""
    size = np.array([sample.width, sample.height])
    inside = np.asarray(((sample.joints_2d >= 0) & (sample.joints_2d < size)).all(-1))
    world = torch.from_numpy(sample.joints_3d.astype(np.float32))
    before = to_camera(world, sample.camera)[..., 2].numpy() > 0
    # Nobody says where the bodies of the others are.
    before[[not person.has_body for person in sample.people]] = True
    for row, flags in enumerate(sample.joint_visibility):
        if not np.isin(flags, range(VISIBLE + 1)).all():
            yield Finding("visibility", person_of(sample, row), "a flag that means nothing")
        for place, there in (("outside the image", inside), ("behind the camera", before)):
            wrong = np.flatnonzero((flags != OUTSIDE) & ~there[row])
            if len(wrong):
                names = ", ".join(SMPLX_55[joint] for joint in wrong[:3])
                text = f"{len(wrong)} joints {place} are not marked as outside ({names})"
                yield Finding("visibility", person_of(sample, row), text)


def check_occluders(sample: Sample, body_path: str | None) -> Iterator[Finding]:
    """Occluders must be there, and hide no more than is hidden."""
    numbers = {person.person_id for person in sample.people}
    for row, person in enumerate(sample.people):
        hidden_by = person.occluders or ()
        for occluder in hidden_by:
            known = occluder.id in numbers - {person.person_id}
            if not known and occluder.id < FIRST_ENVIRONMENT_ID:
                text = f"hidden by {occluder.id}, who is not in the image"
                yield Finding("occluders", person_of(sample, row), text)
        total = sum(occluder.share for occluder in hidden_by)
        if person.occlusion is not None and total > person.occlusion + 0.02:
            text = f"occluders hide {total:.2f} of a person who is hidden by {person.occlusion:.2f}"
            yield Finding("occluders", person_of(sample, row), text)


CHECKS: tuple[Check, ...] = (
    check_size,
    check_finite,
    check_camera,
    check_shape,
    check_body,
    check_projection,
    check_visibility,
    check_occluders,
)
