"""Labels follow augmentation, held to OpenCV's projection, to the posed body and to pixels."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from hmr.cameras import Camera, project, to_pixels
from hmr.joints import SMPLX_55, flip_order
from hmr.reading.colours import recoloured
from hmr.reading.cutting import Scissors, joined
from hmr.reading.views import STILL, Augmentation
from hmr.sample import BY_ENVIRONMENT, VISIBLE, decode_mask

LENS = (0.08, -0.03, 0.012, -0.02, 0.004)
GEOMETRY = Augmentation(0.3, 0.1, 40.0, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0)
FLIPPED = flip_order(SMPLX_55).tolist()


def bent(sample):
    """The same people seen through a lens that bends."""
    camera = replace(sample.camera, distortion=torch.tensor(LENS))
    joints = torch.from_numpy(sample.joints_3d)
    return replace(sample, camera=camera, joints_2d=project_each(joints, camera))


def project_each(joints, camera: Camera) -> np.ndarray:
    return np.stack([project(person, camera).numpy() for person in joints])


def batch_of(samples, how, size=96, masks=False):
    scissors = Scissors(size, how=how, seed=3, masks=masks)
    cuts = []
    for sample in samples:
        wanted = [(row, len(cuts) + row) for row in range(len(sample.people))]
        cuts += scissors.cut(sample, 0, wanted)
    return joined(cuts)


@pytest.mark.parametrize("how", [STILL, GEOMETRY], ids=["still", "turned"])
@pytest.mark.parametrize("lens", [False, True], ids=["pinhole", "bent"])
def test_joints_are_seen_where_the_crops_camera_sees_them(samples, how, lens):
    batch = batch_of([bent(s) if lens else s for s in samples], how)
    ours = to_pixels(batch.joints_3d, batch.K, batch.distortion)
    assert (ours - batch.joints_2d).norm(dim=-1).max() < 0.05
    zero = np.zeros(3)
    for i in range(len(batch)):
        joints, K = batch.joints_3d[i].double().numpy(), batch.K[i].double().numpy()
        theirs, _ = cv2.projectPoints(joints, zero, zero, K, batch.distortion[i].double().numpy())
        assert np.abs(theirs.reshape(-1, 2) - batch.joints_2d[i].numpy()).max() < 0.05


def test_the_posed_body_has_the_joints_of_the_batch(samples, body):
    still, turned = batch_of(samples, STILL), batch_of(samples, GEOMETRY)
    exact = body(still.params).joints
    assert (exact - still.joints_3d).norm(dim=-1).max() < 1e-3
    posed = body(turned.params).joints
    # The body is nearly, not wholly, symmetric: mirrored people are off by millimetres.
    mirrored = torch.linalg.det(turned.turn) < 0
    off = (posed - turned.joints_3d).norm(dim=-1).amax(-1)
    assert mirrored.any() and (~mirrored).any()
    assert off[~mirrored].max() < 1e-3 and off[mirrored].max() < 0.01


def test_mirrored_labels_change_sides(samples):
    still, turned = (batch_of(samples, how) for how in (STILL, only(flip=1.0)))
    sign = torch.tensor([-1.0, 1.0, 1.0])
    assert torch.allclose(turned.joints_3d, still.joints_3d[:, FLIPPED] * sign, atol=1e-6)
    assert torch.equal(turned.visibility, still.visibility[:, FLIPPED])
    size = still.image.shape[-1]
    across = torch.tensor([size, 0.0]) + still.joints_2d[:, FLIPPED] * torch.tensor([-1.0, 1.0])
    assert (turned.joints_2d - across).abs().max() < 1e-2
    # Two ways of resampling the same pixels differ by a grey level.
    assert (turned.image.flip(-1).float() - still.image.float()).abs().max() <= 2


def only(**settings) -> Augmentation:
    return replace(STILL, **settings)


def test_pixels_go_where_the_labels_go(samples):
    """A dot painted at a joint is found at the joint's place in the crop."""
    marked = []
    for sample in samples:
        image = np.zeros_like(sample.image)
        x, y = np.floor(sample.joints_2d[0, SMPLX_55.index("neck")]).astype(int).tolist()
        if 4 <= x < sample.width - 4 and 4 <= y < sample.height - 4:
            image[y - 2 : y + 3, x - 2 : x + 3] = 255
            joints = sample.joints_2d.copy()
            joints[0, SMPLX_55.index("neck")] = [x + 0.5, y + 0.5]
            marked.append(replace(sample, image=image, joints_2d=joints, people=sample.people))
    how = replace(GEOMETRY, flip=0.0)
    scissors, found = Scissors(200, how=how, seed=1), 0
    for number, sample in enumerate(marked):
        batch = joined(scissors.cut(sample, 0, [(0, number)]))
        light = batch.image[0, 0].double().numpy()
        place = batch.joints_2d[0, SMPLX_55.index("neck")].numpy()
        if not (place.min() > 12 and place.max() < 188):
            continue
        rows, columns = np.mgrid[0.5:200, 0.5:200]
        centre = np.array([(columns * light).sum(), (rows * light).sum()]) / light.sum()
        assert np.abs(centre - place).max() < 0.1
        found += 1
    assert found >= 3


def test_masks_lie_over_the_people(samples):
    still = batch_of(samples, STILL, masks=True)
    people = [(sample, person) for sample in samples for person in sample.people]
    for i, (sample, person) in enumerate(people):
        mask = still.mask_visible[i]
        area = decode_mask(person.mask_visible).sum()
        scale = float(still.image.shape[-1] / still.square[i, 2])
        assert abs(int(mask.sum()) - area * scale**2) <= 0.1 * area * scale**2 + 30
        if area > 200:
            # Painted people are of one colour, but for noise.
            assert still.image[i][:, mask].float().std(-1).median() < 25
        assert sample.width == 160


def test_turned_masks_follow_the_pixels(samples):
    still, turned = (batch_of(samples, how, masks=True) for how in (STILL, GEOMETRY))
    for before, after, m0, m1 in zip(
        still.image, turned.image, still.mask_visible, turned.mask_visible, strict=True
    ):
        if min(m0.sum(), m1.sum()) > 300:
            colour = before[:, m0].float().median(-1).values
            assert (after[:, m1].float().median(-1).values - colour).abs().max() < 8


def test_what_is_covered_counts_as_hidden(samples):
    still, covered = (batch_of(samples, how, masks=True) for how in (STILL, only(cover=1.0)))
    changed = (still.image != covered.image).any(1)
    assert changed.flatten(1).any(1).all()
    hidden = (still.visibility == VISIBLE) & (covered.visibility == BY_ENVIRONMENT)
    assert hidden.any()
    same = still.visibility == covered.visibility
    assert (same | hidden).all()
    for i, joint in hidden.nonzero().tolist():
        x, y = covered.joints_2d[i, joint].floor().long().tolist()
        assert changed[i, y, x] or not covered.mask_visible[i, y, x]
    assert not (covered.mask_visible & ~still.mask_visible).any()
    assert covered.mask_visible.sum() < still.mask_visible.sum()


def test_colours_blur_noise_and_compression_move_no_label(samples):
    still = batch_of(samples, STILL)
    loud = batch_of(samples, only(colour=0.2, blur=1.0, noise=1.0, jpeg=1.0))
    assert torch.allclose(still.joints_2d, loud.joints_2d, atol=1e-4)
    assert not torch.equal(still.image, loud.image)


@pytest.mark.parametrize("kind", ["colour", "blur", "noise", "jpeg"])
def test_what_changes_pixels_leaves_them_where_they_are(kind):
    rng = np.random.default_rng(0)
    picture = cv2.GaussianBlur(rng.normal(size=(128, 128, 3)), (0, 0), 2)
    picture = np.clip(128 + 40 * picture / picture.std(), 0, 255).astype(np.uint8)
    window = cv2.createHanningWindow((128, 128), cv2.CV_32F)
    for seed in range(8):
        after = recoloured(picture, only(**{kind: 0.2 if kind == "colour" else 1.0}), seed)
        grey = [x.astype(np.float32).mean(-1) for x in (picture, after)]
        shift, _ = cv2.phaseCorrelate(*grey, window)
        # Phase correlation itself is good to a tenth of a pixel.
        assert np.abs(shift).max() < 0.2


def test_a_person_whose_mask_is_unknown_has_an_empty_one(samples):
    sample = samples[0]
    unknown = tuple(replace(person, mask_visible=None) for person in sample.people)
    assert not batch_of([replace(sample, people=unknown)], STILL, masks=True).mask_visible.any()
