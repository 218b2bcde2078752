"""What our exporters wrote comes back through our importers as the same people."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hmr.params import ROTATIONS
from hmr.shards import read_people, read_samples
from samples.exporters import FORMATS
from samples.importers.writing import write_import
from tests.sample_factory import write_set
from tests.samples.importers.conftest import findings, pairs, reprojection

WITH_BODIES = ("neuralannot", "agora", "bedlam")
WITH_MASKS = ("coco", "neuralannot", "agora")


@pytest.mark.parametrize("name", WITH_BODIES)
def test_people_come_back_where_they_were(name, imported, samples):
    gaps = [reprojection(*pair) for pair in pairs(imported[name][0], samples)]
    print(f"{name}: joints of {len(gaps)} people off by {np.mean(gaps):.5f} pixels on average")
    assert len(gaps) == sum(p.bbox_visible is not None for s in samples for p in s.people)
    assert max(gaps) < 0.01


@pytest.mark.parametrize("name", WITH_BODIES)
def test_parameters_come_back_in_the_same_world(name, imported, samples):
    for found, row, source, other in pairs(imported[name][0], samples):
        for field in (*ROTATIONS, "betas", "transl", "expression", "kid_weight"):
            ours, theirs = (
                getattr(sample.params, field)[i] for sample, i in ((found, row), (source, other))
            )
            assert float((ours - theirs).abs().max()) < 1e-5, field
        assert np.abs(found.joints_3d[row] - source.joints_3d[other]).max() < 1e-4


@pytest.mark.parametrize("name", ("coco", *WITH_BODIES))
def test_cameras_come_back(name, imported, samples):
    for found, _, source, _ in pairs(imported[name][0], samples):
        for part in ("K", "R", "t"):
            ours, theirs = getattr(found.camera, part), getattr(source.camera, part)
            assert float((ours - theirs).abs().max()) < 1e-5 * max(1, float(theirs.abs().max()))
        assert (found.width, found.height) == (source.width, source.height)


@pytest.mark.parametrize("name", WITH_MASKS)
def test_masks_boxes_and_occlusion_come_back(name, imported, samples):
    for found, row, source, other in pairs(imported[name][0], samples):
        ours, theirs = found.people[row], source.people[other]
        assert ours.mask_visible == theirs.mask_visible
        assert ours.mask_amodal == theirs.mask_amodal
        assert ours.bbox_visible == theirs.bbox_visible
        assert ours.occlusion == pytest.approx(theirs.occlusion)
        assert ours.truncation == pytest.approx(theirs.truncation)
        assert ours.occluders == theirs.occluders


@pytest.mark.parametrize("name", ("agora", "bedlam"))
def test_what_hides_each_joint_comes_back(name, imported, samples):
    for found, row, source, other in pairs(imported[name][0], samples):
        assert np.array_equal(found.joint_visibility[row], source.joint_visibility[other])


def test_the_doctor_finds_nothing_wrong_in_any(imported):
    for name, (folder, _) in imported.items():
        assert findings(folder) == [], name


def test_pictures_come_back(imported, samples):
    by_key = {sample.key: sample for sample in samples}
    for folder, _ in imported.values():
        for found in read_samples(folder):
            apart = np.abs(found.image.astype(int) - by_key[found.key].image.astype(int))
            assert apart.mean() < 6


def test_people_are_counted_and_can_be_queried(imported):
    for name, (folder, tally) in imported.items():
        table = read_people(folder)
        assert len(table) == tally.people and table.image.nunique() == tally.images == 3
        assert (table.trust == (0.0 if name == "coco" else 1.0)).all()


def test_an_import_again_leaves_nothing_of_the_first(exported, imported, tmp_path):
    write_import(exported / "bedlam", None, tmp_path, "bedlam", images_a_shard=1)
    write_import(exported / "bedlam", None, tmp_path, "bedlam", images_a_shard=3)
    assert [p.name for p in tmp_path.glob("*.tar")] == ["shard-000000.tar"]
    assert findings(tmp_path) == []


@pytest.mark.parametrize("format", ["coco", "agora"])
def test_a_lens_and_a_kid_come_back(format, samples, body, tmp_path):
    lens = torch.tensor([-0.05, 0.01, 0.001, 0.0, 0.0])
    source = samples[0]
    kids = torch.tensor([0.5, 0.0, 0.0])
    params = replace(source.params, kid_weight=kids)
    first = replace(source.people[0], age="kid", kid_weight=0.5)
    bent = replace(
        source,
        camera=replace(source.camera, distortion=lens),
        params=params,
        people=(first, *source.people[1:]),
        joints_3d=body.joints(params).numpy(),
    )
    data = write_set(tmp_path / "set", [bent])
    name = "neuralannot" if format == "coco" else format
    FORMATS[name](data, tmp_path / "out", None)
    write_import(tmp_path / "out", None, tmp_path / "back", format)
    (found,) = read_samples(tmp_path / "back")
    assert torch.allclose(found.camera.distortion, lens)
    row = [person.person_id for person in found.people].index(0)
    assert found.people[row].age == "kid" and found.people[row].kid_weight == 0.5
    assert np.abs(found.joints_3d[row] - bent.joints_3d[0]).max() < 1e-4
