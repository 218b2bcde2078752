"""Augmentation of whole batches gives the labels that augmentation of single crops gives."""

from dataclasses import replace

import torch

from hmr.reading.on_device import augmented
from hmr.reading.reader import Reader
from hmr.reading.views import Augmentation

from .alike import alike

GEOMETRY = Augmentation(0.2, 0.03, 15.0, 0.6, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0)


def both(data, options, how):
    one = Reader(data, options=options, augmentation=how, seed=9)
    many = Reader(data, options=replace(options, augment="kornia"), augmentation=how, seed=9)
    for cpu, roomy in zip(one, many, strict=True):
        yield cpu, augmented(roomy, how, 9, options.size)


def test_labels_are_the_same_and_pixels_nearly(data, options):
    options = replace(options, masks=True, size=64)
    for cpu, device in both(data, options, GEOMETRY):
        assert cpu.key == device.key and torch.equal(cpu.number, device.number)
        assert torch.equal(cpu.visibility, device.visibility)
        for name, far in {"joints_2d": 0.02, "joints_3d": 1e-5, "K": 0.05, "square": 0.01}.items():
            assert torch.allclose(getattr(cpu, name), getattr(device, name), rtol=1e-5, atol=far)
        assert torch.allclose(cpu.params.global_orient, device.params.global_orient, atol=1e-5)
        assert torch.allclose(cpu.params.transl, device.params.transl, atol=1e-4)
        # Pixels are resampled once here and twice there; edges of the room may show.
        assert (cpu.image.float() - device.image.float()).abs().mean() < 6
        assert (cpu.mask_visible != device.mask_visible).float().mean() < 0.02


def test_the_same_seed_gives_the_same_and_torchs_own_numbers_stay(data, options, strong):
    reader = Reader(data, options=replace(options, augment="kornia"), seed=9)
    batch = next(iter(reader))
    torch.manual_seed(0)
    wanted = torch.rand(3)
    torch.manual_seed(0)
    first = augmented(batch, strong, 9, options.size)
    assert torch.equal(torch.rand(3), wanted)
    torch.rand(7)
    assert alike(first, augmented(batch, strong, 9, options.size))
    assert not alike(first, augmented(batch, strong, 10, options.size))


def test_what_is_not_asked_for_is_not_done(data, options):
    still = replace(GEOMETRY, scale=0.0, shift=0.0, turn_share=0.0, flip=0.0, cover=0.0)
    plain = Reader(data, options=replace(options, augment=None), seed=9)
    for (_, device), wanted in zip(both(data, options, still), plain, strict=True):
        assert torch.allclose(device.joints_2d, wanted.joints_2d, atol=1e-2)
        assert (device.image.float() - wanted.image.float()).abs().mean() < 6
