import json
import tarfile
from dataclasses import replace

import numpy as np
import pytest
import torch
import webdataset
from pycocotools import mask as coco_mask

from hmr.cameras import intrinsics, looking
from hmr.errors import InputError
from hmr.params import Params
from hmr.records import decode, encode
from hmr.sample import Occluder, Person, Sample, box_of, decode_mask, encode_mask
from hmr.shards import (
    count_images,
    finished_shards,
    read_people,
    read_samples,
    read_shard,
    write_manifest,
    write_people,
    write_shard,
)
from tests.hmr.test_params import some


def a_mask() -> np.ndarray:
    mask = np.zeros((72, 128), bool)
    mask[10:50, 20:40] = True
    return mask


def a_sample(key: str = "000001", people: int = 2) -> Sample:
    rng = np.random.default_rng(3)
    rle = encode_mask(a_mask())
    labels = [
        Person(
            person_id=i,
            kid_weight=0.25 * i,
            occlusion=0.3,
            truncation=0.0,
            occluders=(Occluder(1 - i, 0.2), Occluder(1000, 0.1)),
            bbox_visible=box_of(a_mask()),
            bbox_amodal=(1.5, 2.0, 30.0, 60.0),
            mask_visible=rle,
            mask_amodal=rle,
        )
        for i in range(people)
    ]
    params = Params.from_disk({k: v[:people] for k, v in some().items()})
    weights = torch.tensor([person.kid_weight for person in labels])
    return Sample(
        key=key,
        image=np.indices((72, 128, 3)).sum(0).astype(np.uint8),
        camera=looking(torch.ones(3), 0.1, 0.2, 0.3, intrinsics(100.0, 128, 72)),
        width=128,
        height=72,
        seed=7,
        environment="plaza",
        licence="CC0-1.0",
        people=tuple(labels),
        params=replace(params, kid_weight=weights),
        joints_3d=rng.normal(size=(people, 55, 3)).astype(np.float32),
        joints_2d=rng.normal(size=(people, 55, 2)).astype(np.float32),
        joint_visibility=rng.integers(0, 5, (people, 55)).astype(np.int8),
        ids=rng.integers(0, 1100, (72, 128)).astype(np.uint16),
        depth=np.round(rng.uniform(0, 9, (72, 128)), 3).astype(np.float32),
        glb=b"glTF",
    )


@pytest.fixture
def folder(tmp_path):
    pairs = [[a_sample(f"{2 * i + k:06d}") for k in (0, 1)] for i in (0, 1)]
    shards = [write_shard(tmp_path, i, pair) for i, pair in enumerate(pairs)]
    write_manifest(tmp_path, shards, {"seed": 7})
    write_people(tmp_path)
    return tmp_path


def test_what_is_written_is_read(folder):
    found, wrote = next(iter(read_samples(folder))), a_sample("000000")
    assert found.people == wrote.people
    for name in ("joints_3d", "joints_2d", "joint_visibility", "ids"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wrote, name))
    np.testing.assert_allclose(found.depth, wrote.depth, atol=1e-6)
    torch.testing.assert_close(found.params.body_pose, wrote.params.body_pose)
    torch.testing.assert_close(found.camera.R, wrote.camera.R)
    assert found.image.shape == (72, 128, 3) and found.glb == b"glTF"
    assert abs(found.image.astype(int) - wrote.image.astype(int)).mean() < 3


def test_a_lens_stays_with_its_camera_and_a_pinhole_has_none(tmp_path):
    straight = a_sample()
    numbers = torch.tensor([-0.2, 0.05, 0.001, -0.002, 0.01])
    bent = replace(straight, key="000002", camera=replace(straight.camera, distortion=numbers))
    shard = write_shard(tmp_path, 0, [straight, bent])
    first, second = read_shard(tmp_path / shard.name)
    assert first.camera.distortion is None
    torch.testing.assert_close(second.camera.distortion, numbers)


def test_colours_keep_their_order(tmp_path):
    red = replace(a_sample(), image=np.full((72, 128, 3), (250, 5, 10), np.uint8))
    write_manifest(tmp_path, [write_shard(tmp_path, 0, [red])], {})
    r, g, b = next(iter(read_samples(tmp_path))).image.mean((0, 1))
    assert r > 240 and g < 15 and b < 20


def test_every_image_comes_once_and_in_order(folder):
    assert [s.key for s in read_samples(folder, False)] == [f"{i:06d}" for i in range(4)]
    assert count_images(folder) == 4


def test_the_webdataset_package_reads_the_shards(folder):
    urls = [str(folder / shard.name) for shard in finished_shards(folder)]
    records = list(webdataset.WebDataset(urls, shardshuffle=False, empty_check=False))
    assert len(records) == 4
    assert {"jpg", "json", "npz", "ids.png", "depth.png", "glb"} <= set(records[0])


def test_the_same_samples_give_the_same_bytes(tmp_path):
    one = write_shard(tmp_path / "a", 0, [a_sample()])
    two = write_shard(tmp_path / "b", 0, [a_sample()])
    assert one.sha256 == two.sha256


def test_the_table_has_a_row_a_person(folder):
    people = read_people(folder)
    assert len(people) == 8
    assert people.query("occlusion > 0.2 and person_id == 1").occluders.iloc[0].tolist() == [
        0,
        1000,
    ]


def test_masks_are_those_of_pycocotools():
    rle = encode_mask(a_mask())
    assert coco_mask.area(rle) == a_mask().sum()
    assert coco_mask.toBbox(rle).tolist() == [20, 10, 20, 40]
    assert box_of(a_mask()) == (20, 10, 40, 50)
    np.testing.assert_array_equal(decode_mask(rle), a_mask())
    assert box_of(np.zeros((4, 4), bool)) is None


def test_the_header_is_the_one_of_the_design(folder):
    with tarfile.open(folder / "shard-000000.tar") as tar:
        header = json.loads(tar.extractfile("000000.json").read())
    assert np.shape(header["K"]) == (3, 3) and np.shape(header["t"]) == (3,)
    assert set(header["people"][0]["occluders"][0]) == {"id", "share"}


def test_a_truncated_shard_is_named(folder):
    shard = folder / "shard-000001.tar"
    shard.write_bytes(shard.read_bytes()[: shard.stat().st_size // 3])
    with pytest.raises(InputError, match=r"shard-000001\.tar"):
        list(read_samples(folder))


def test_a_missing_shard_is_named(folder):
    (folder / "shard-000000.tar").unlink()
    with pytest.raises(InputError, match=r"shard-000000\.tar"):
        list(read_samples(folder))


def test_a_folder_without_a_manifest_is_named(tmp_path):
    with pytest.raises(InputError, match="manifest"):
        list(read_samples(tmp_path))


def test_a_manifest_that_is_no_json_is_named(folder):
    (folder / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"manifest\.json"):
        list(read_samples(folder))


@pytest.mark.parametrize("ending", ["json", "npz", "jpg"])
def test_a_damaged_file_inside_a_shard_is_named_with_its_record(ending):
    files = {k: v for k, v in encode(a_sample()).items() if isinstance(v, bytes)}
    for keep in (0, 10, len(files[ending]) // 2):
        damaged = {**files, ending: files[ending][:keep]}
        with pytest.raises(InputError, match="000001"):
            decode("000001", damaged, "shard-000000.tar")
