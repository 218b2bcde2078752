import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from hmr.cameras import Camera
from hmr.sample import OUTSIDE, VISIBLE, Occluder, decode_mask, encode_mask
from samples.doctor import check_sample, examine
from tests.sample_factory import write_set


def kinds(sample):
    return {finding.kind for finding in check_sample(sample)}


def with_person(sample, row, **values):
    people = list(sample.people)
    people[row] = replace(people[row], **values)
    return replace(sample, people=tuple(people))


def with_params(sample, **values):
    return replace(sample, params=replace(sample.params, **values))


@pytest.fixture
def sample(samples):
    return samples[0]


@pytest.fixture
def written(samples, tmp_path):
    return write_set(tmp_path / "set", samples)


def rewritten(folder, name, change):
    """Change a shard's bytes and make the manifest agree with them."""
    path = folder / name
    content = change(path.read_bytes())
    path.write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    (entry,) = [shard for shard in manifest["shards"] if shard["name"] == name]
    entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_clean_set_has_no_finding(samples, written):
    assert not list(examine(written))


def test_shape_far_out_is_found(sample):
    betas = sample.params.betas.clone()
    betas[1, 3] = 9.0
    assert "betas" in kinds(with_params(sample, betas=betas))


def test_a_turned_frame_is_found(sample):
    turn = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
    turned = with_params(sample, global_orient=turn @ sample.params.global_orient)
    assert kinds(turned) == {"body", "frame"}


def test_nan_is_found(sample):
    joints = sample.joints_3d.copy()
    joints[0, 4, 1] = np.nan
    assert "not finite" in kinds(replace(sample, joints_3d=joints))


def test_a_camera_that_is_none_is_found(sample):
    mirrored = Camera(sample.camera.K, -sample.camera.R, sample.camera.t)
    assert "camera" in kinds(replace(sample, camera=mirrored))
    K = sample.camera.K.clone()
    K[0, 2] = -50
    assert "camera" in kinds(replace(sample, camera=replace(sample.camera, K=K)))


def test_2d_joints_of_another_camera_are_found(sample):
    assert kinds(replace(sample, joints_2d=sample.joints_2d + 1)) >= {"projection"}


def test_a_joint_outside_that_is_marked_as_seen_is_found(sample):
    joints, flags = sample.joints_2d.copy(), sample.joint_visibility.copy()
    flags[0, 7], joints[0, 7] = VISIBLE, (-4.0, 10.0)
    assert "visibility" in kinds(replace(sample, joints_2d=joints, joint_visibility=flags))
    flags[0, 7] = OUTSIDE
    assert "visibility" not in kinds(replace(sample, joints_2d=joints, joint_visibility=flags))


def test_visible_pixels_outside_the_amodal_mask_are_found(sample):
    visible = decode_mask(sample.people[0].mask_visible)
    visible[0, :3] = True
    findings = list(check_sample(with_person(sample, 0, mask_visible=encode_mask(visible))))
    assert any("3 visible pixels outside" in finding.text for finding in findings)


def test_an_empty_mask_is_found(sample):
    nothing = encode_mask(np.zeros((sample.height, sample.width), bool))
    emptied = with_person(sample, 0, mask_amodal=nothing, mask_visible=nothing)
    assert any("empty" in finding.text for finding in check_sample(emptied))


def test_a_mask_of_another_size_or_broken_is_found(sample):
    small = encode_mask(np.ones((4, 4), bool))
    assert "mask" in kinds(with_person(sample, 0, mask_visible=small))
    assert "layout" in kinds(with_person(sample, 0, mask_visible={"size": [4, 4]}))


def test_a_wrong_occlusion_is_found(sample):
    wrong = sample.people[0].occlusion + 0.1
    assert "occlusion" in kinds(with_person(sample, 0, occlusion=wrong))
    assert "occlusion" in kinds(with_person(sample, 0, truncation=1.5))


def test_a_wrong_box_is_found(sample):
    assert "box" in kinds(with_person(sample, 0, bbox_amodal=(0.0, 0.0, 5.0, 5.0)))


def test_an_occluder_who_is_not_there_is_found(sample):
    assert "occluders" in kinds(with_person(sample, 0, occluders=(Occluder(77, 0.001),)))
    assert "occluders" in kinds(with_person(sample, 0, occluders=(Occluder(1, 0.99),)))


def test_ids_of_another_image_are_found(samples):
    assert "mask" in kinds(replace(samples[0], ids=samples[1].ids))


def test_an_image_of_another_size_is_found(sample):
    assert "size" in kinds(replace(sample, width=sample.width + 3))


def test_labels_that_differ_in_number_are_found_and_end_the_checks(sample):
    assert kinds(replace(sample, people=sample.people[:2])) == {"counts"}


def test_a_changed_byte_is_found_by_its_checksum(written):
    path = written / "shard-000000.tar"
    content = bytearray(path.read_bytes())
    content[1500] ^= 1
    path.write_bytes(content)
    assert any("checksum" in str(finding) for finding in examine(written))


def test_a_missing_and_a_stray_shard_are_found(written):
    (written / "shard-000001.tar").rename(written / "shard-000009.tar")
    texts = [str(finding) for finding in examine(written)]
    assert any(t.startswith("shard-000001.tar") and "missing" in t for t in texts)
    assert any(t.startswith("shard-000009.tar") and "manifest lacks" in t for t in texts)


def test_a_truncated_shard_is_found_and_the_others_still_checked(written):
    rewritten(written, "shard-000000.tar", lambda content: content[: len(content) // 2])
    texts = [str(finding) for finding in examine(written)]
    assert any("truncated" in t for t in texts)
    assert not any(t.startswith("shard-000001") for t in texts)


def test_a_broken_record_is_found_and_the_others_still_checked(written):
    def broken(content):
        place = content.index(b"\xff\xd8\xff")
        return content[:place] + b"\0" * 200 + content[place + 200 :]

    rewritten(written, "shard-000000.tar", broken)
    assert [(f.kind, f.where) for f in examine(written)] == [("picture", "000000")]


def test_every_byte_of_labels_may_break_without_a_traceback(written):
    original = (written / "shard-000001.tar").read_bytes()
    draw = np.random.default_rng(0)
    for place in draw.integers(0, len(original), 40).tolist():
        noise = draw.bytes(30)
        rewritten(
            written,
            "shard-000001.tar",
            lambda _, at=place, bad=noise: original[:at] + bad + original[at + 30 :],
        )
        assert isinstance([str(finding) for finding in examine(written)], list)


def test_a_table_of_other_people_is_found(samples, written, tmp_path):
    other = write_set(tmp_path / "other", samples[:1])
    (written / "people.parquet").write_bytes((other / "people.parquet").read_bytes())
    assert [finding.kind for finding in examine(written)] == ["table"]
