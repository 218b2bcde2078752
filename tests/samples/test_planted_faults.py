"""Each kind of fault is planted alone in a copy of a clean set, and found where it was planted."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pandas
import pytest
import torch

from hmr.sample import VISIBLE, Occluder, decode_mask, encode_mask
from samples.doctor import examine
from tests.sample_factory import write_set
from tests.samples.planting import (
    edit_manifest,
    rewrite_record,
    turned_masks,
    turned_picture,
    turned_world,
    with_params,
    with_person,
)

IMAGE, PERSON = "000001", "000001 person 1"
SWAPPED = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""Takes a world with +Y up to one with +Z up."""


def betas(sample):
    changed = sample.params.betas.clone()
    changed[1, 3] = 9.0
    return with_params(sample, betas=changed)


def turned_body(sample):
    turns = sample.params.global_orient.clone()
    turns[1] = torch.diag(torch.tensor([1.0, -1.0, -1.0])) @ turns[1]
    return with_params(sample, global_orient=turns)


def mirrored_camera(sample):
    mirror = torch.diag(torch.tensor([-1.0, 1.0, 1.0]))
    return replace(sample, camera=replace(sample.camera, R=mirror @ sample.camera.R))


def jumping_principal_point(sample):
    K = sample.camera.K.clone()
    K[0, 2] += 20
    return replace(sample, camera=replace(sample.camera, K=K))


def stretched_camera(sample):
    K = sample.camera.K.clone()
    K[0, 0] *= 2
    return replace(sample, camera=replace(sample.camera, K=K))


def empty_mask(sample):
    nothing = encode_mask(np.zeros((sample.height, sample.width), bool))
    return with_person(sample, 1, mask_visible=nothing)


def visible_beyond_amodal(sample):
    visible = decode_mask(sample.people[1].mask_visible)
    visible[:2, :9] = True
    return with_person(sample, 1, mask_visible=encode_mask(visible))


def joint_outside(sample):
    joints, flags = sample.joints_2d.copy(), sample.joint_visibility.copy()
    joints[1, 7], flags[1, 7] = (-30.0, 10.0), VISIBLE
    return replace(sample, joints_2d=joints, joint_visibility=flags)


def meaningless_flag(sample):
    flags = sample.joint_visibility.copy()
    flags[1, 7] = 9
    return replace(sample, joint_visibility=flags)


def shifted_joints(sample):
    joints = sample.joints_2d.copy()
    joints[1] += 1.5
    return replace(sample, joints_2d=joints)


def nan(sample):
    joints = sample.joints_3d.copy()
    joints[1, 4, 1] = np.nan
    return replace(sample, joints_3d=joints)


def stranger(sample):
    ids = sample.ids.copy()
    ids[0, :5] = 77
    return replace(sample, ids=ids)


def twice_there(sample):
    first, second = sample.params.index([0, 0, 2]), sample.joints_3d.copy()
    second[1] = second[0]
    flat, flags = sample.joints_2d.copy(), sample.joint_visibility.copy()
    flat[1], flags[1] = flat[0], flags[0]
    return replace(sample, params=first, joints_3d=second, joints_2d=flat, joint_visibility=flags)


IN_LABELS = {
    "betas": (betas, "betas", PERSON, {"body"}),
    "turned body": (turned_body, "body", PERSON, set()),
    "world with y and z swapped": (lambda s: turned_world(s, SWAPPED), "frame", IMAGE, set()),
    "world upside down": (
        lambda s: turned_world(s, torch.diag(torch.tensor([1.0, -1.0, -1.0]))),
        "frame",
        IMAGE,
        set(),
    ),
    "turned picture": (turned_picture, "frame", IMAGE, set()),
    "turned masks": (turned_masks, "frame", "000001 person 0", set()),
    "mirrored camera": (mirrored_camera, "camera", IMAGE, {"projection"}),
    "principal point": (jumping_principal_point, "projection", PERSON, set()),
    "stretched pixels": (stretched_camera, "camera", IMAGE, {"projection"}),
    "empty mask": (empty_mask, "mask", PERSON, {"box", "occlusion", "frame"}),
    "visible beyond amodal": (visible_beyond_amodal, "mask", PERSON, {"box"}),
    "joint outside": (joint_outside, "visibility", PERSON, {"projection"}),
    "meaningless flag": (meaningless_flag, "visibility", PERSON, set()),
    "shifted joints": (shifted_joints, "projection", PERSON, set()),
    "not a number": (nan, "not finite", PERSON, {"body", "projection", "visibility"}),
    "occlusion": (lambda s: with_person(s, 1, occlusion=0.999), "occlusion", PERSON, set()),
    "truncation": (lambda s: with_person(s, 1, truncation=1.5), "occlusion", PERSON, set()),
    "box": (lambda s: with_person(s, 1, bbox_amodal=(0.0, 0.0, 5.0, 5.0)), "box", PERSON, set()),
    "occluder": (
        lambda s: with_person(s, 1, occluders=(Occluder(77, 0.001),)),
        "occluders",
        PERSON,
        set(),
    ),
    "number twice": (lambda s: with_person(s, 1, person_id=0), "counts", IMAGE, set()),
    "stranger in ids": (stranger, "mask", IMAGE, set()),
    "person twice": (twice_there, "duplicate", PERSON, {"frame"}),
    "one colour": (lambda s: replace(s, image=0 * s.image), "picture", IMAGE, set()),
    "kid": (lambda s: with_person(s, 1, kid_weight=1.5), "betas", PERSON, {"body"}),
}


@pytest.mark.parametrize("name", IN_LABELS)
def test_a_fault_in_labels_is_found_where_it_was_planted(name, samples, tmp_path):
    plant, kind, where, related = IN_LABELS[name]
    broken = [samples[0], plant(samples[1]), *samples[2:]]
    found = list(examine(write_set(tmp_path / "set", broken)))
    assert any(f.kind == kind and f.where == where for f in found), [str(f) for f in found]
    assert {f.kind for f in found} <= {kind, *related}, [str(f) for f in found]
    assert all(f.where.startswith(IMAGE) for f in found), [str(f) for f in found]


@pytest.fixture
def clean(samples, tmp_path):
    return write_set(tmp_path / "set", samples)


def edit_header(folder, change):
    def changed(files):
        header = json.loads(files["json"])
        change(header)
        return {**files, "json": json.dumps(header).encode()}

    rewrite_record(folder, "shard-000000.tar", IMAGE, changed)


def edit_files(change):
    return lambda folder: rewrite_record(folder, "shard-000000.tar", IMAGE, change)


def without(ending):
    return lambda files: {name: data for name, data in files.items() if name != ending}


def halved(ending):
    def change(files):
        return {**files, ending: files[ending][: len(files[ending]) // 2]}

    return change


def emptied(ending):
    return lambda files: {**files, ending: b""}


def smaller(files):
    picture = cv2.imdecode(np.frombuffer(files["jpg"], np.uint8), cv2.IMREAD_COLOR)
    return {**files, "jpg": cv2.imencode(".jpg", picture[:-8])[1].tobytes()}


def rename_shard(folder):
    (folder / "shard-000001.tar").rename(folder / "shard-000009.tar")


def change_table(folder):
    table = pandas.read_parquet(folder / "people.parquet")
    table.loc[4, "occlusion"] = 0.987
    table.to_parquet(folder / "people.parquet")


def say(key, value):
    return lambda manifest: manifest.update({key: value})


def other_checksum(manifest):
    manifest["shards"][0]["sha256"] = "0" * 64


def far_away(manifest):
    manifest["shards"][1]["name"] = "../elsewhere.tar"


IN_FILES = {
    "picture missing": (edit_files(without("jpg")), {("picture", IMAGE)}),
    "picture of another size": (edit_files(smaller), {("picture", IMAGE)}),
    "picture cut short": (edit_files(halved("jpg")), {("picture", IMAGE)}),
    "ids cut short": (edit_files(halved("ids.png")), {("record", IMAGE)}),
    "ids without a header": (edit_files(emptied("ids.png")), {("picture", IMAGE)}),
    "labels missing": (edit_files(without("npz")), {("record", IMAGE)}),
    "labels cut short": (edit_files(halved("npz")), {("record", IMAGE)}),
    "header cut short": (edit_files(halved("json")), {("record", IMAGE)}),
    "word for a number": (
        lambda f: edit_header(f, lambda h: h["people"][1].update(occlusion="much")),
        {("record", IMAGE)},
    ),
    "checksum": (lambda f: edit_manifest(f, other_checksum), {("shard", "shard-000000.tar")}),
    "shard missing": (
        lambda f: (f / "shard-000001.tar").unlink(),
        {("shard", "shard-000001.tar")},
    ),
    "shard unlisted": (
        rename_shard,
        {("shard", "shard-000001.tar"), ("shard", "shard-000009.tar")},
    ),
    "totals": (lambda f: edit_manifest(f, say("people", 5)), {("manifest", "manifest.json")}),
    "shard elsewhere": (
        lambda f: edit_manifest(f, far_away),
        {("manifest", "manifest.json"), ("shard", "shard-000001.tar")},
    ),
    "table": (change_table, {("table", PERSON)}),
    "table missing": (
        lambda f: (f / "people.parquet").unlink(),
        {("table", "people.parquet")},
    ),
}


@pytest.mark.parametrize("name", IN_FILES)
def test_a_fault_in_files_is_found_where_it_was_planted(name, clean):
    plant, expected = IN_FILES[name]
    plant(clean)
    found = list(examine(clean))
    assert {(f.kind, f.where) for f in found} == expected, [str(f) for f in found]


def test_a_shard_with_a_name_that_cannot_be_printed_is_told_in_one_line(clean):
    edit_manifest(clean, lambda manifest: manifest["shards"][1].update(name="\0"))
    found = list(examine(clean))
    assert "manifest" in {f.kind for f in found} and all(str(f).isprintable() for f in found)
