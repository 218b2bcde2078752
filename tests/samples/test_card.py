import re
import shutil
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
import yaml

from hmr.cameras import intrinsics, looking
from hmr.errors import InputError
from hmr.params import Params
from hmr.rotations import axis_angle_to_matrix
from hmr.shards import finished_shards, read_samples, write_manifest
from samples.card import write_card
from samples.card_facts import cameras, gather, joint_turns_deg, people_an_image
from samples.card_origin import command
from samples.postures import postures
from tests.sample_factory import make_samples, write_set


@pytest.fixture
def folder(data, tmp_path):
    return shutil.copytree(data, tmp_path / "set")


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def nobody(sample):
    """The same image with its people's rows taken out."""
    empty = {n: getattr(sample, n)[:0] for n in ("joints_3d", "joints_2d", "joint_visibility")}
    ids = np.zeros_like(sample.ids)
    return replace(sample, people=(), params=sample.params.index([]), ids=ids, **empty)


def test_every_picture_that_the_card_names_is_there_and_is_a_picture(folder):
    write_card(folder)
    named = re.findall(r"!\[.*?\]\((.*?)\)", (folder / "README.md").read_text())
    assert len(named) == 4
    for name in named:
        assert cv2.imread(str(folder / name)).shape[0] > 200


def test_the_same_set_gives_the_same_bytes_and_nothing_else_changes(folder):
    before = contents(folder)
    write_card(folder)
    first = contents(folder)
    write_card(folder)
    assert contents(folder) == first
    assert {name: first[name] for name in before} == before
    assert {str(name.parent) for name in set(first) - set(before)} == {".", "card"}


def test_the_card_counts_what_the_records_hold(folder):
    write_card(folder)
    text = (folder / "README.md").read_text()
    samples = list(read_samples(folder))
    people = [person for sample in samples for person in sample.people]
    assert f"| images | {len(samples)} (160x120) |" in text
    assert f"| people | {len(people)}, of them 0 kids |" in text
    whole = sum(person.occlusion < 0.1 for person in people)
    assert f"| 0 to 10 | {whole} | {whole} | 0 |" in text
    assert f"| all | {len(people)} | {len(people)} | 0 |" in text
    assert f"mean {np.mean([person.occlusion for person in people]):.0%}" in text


def test_unknown_occlusion_is_said_to_be_unknown(samples, tmp_path):
    unknown = dict(occlusion=None, truncation=None, occluders=None, bbox_amodal=None)
    blind = [
        replace(s, people=tuple(replace(p, **unknown, mask_amodal=None) for p in s.people))
        for s in samples
    ]
    write_set(tmp_path, blind)
    write_manifest(tmp_path, finished_shards(tmp_path), {"made_by": "stage=fit"})
    write_card(tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert "pseudo ground truth" in text and "| occlusion | unknown |" in text
    assert "| unknown | 9 | 9 | 0 |" in text


def test_images_without_people_and_sets_without_images_get_a_card(samples, tmp_path):
    some = write_set(tmp_path / "some", [nobody(samples[0]), samples[1]])
    write_card(some)
    assert "| people an image | 0 to 3, mean 1.5 |" in (some / "README.md").read_text()
    assert sorted(people_an_image(gather(some, 9, np.random.default_rng(0)))) == [0, 3]
    for name, made in {"nobody": [nobody(samples[0])], "nothing": []}.items():
        write_card(write_set(tmp_path / name, made))
        assert "| people | 0, of them 0 kids |" in (tmp_path / name / "README.md").read_text()


def test_a_large_set_is_known_by_a_random_part_of_its_images(folder):
    facts = gather(folder, 2, np.random.default_rng(0))
    assert len(facts.labels) == 2 and facts.images == 3 and len(facts.people) == 9
    assert [s.key for s in facts.labels] == sorted(s.key for s in facts.labels)
    write_card(folder, subset=2)
    assert "2 images drawn at random from 3" in (folder / "README.md").read_text()


def test_a_shard_that_holds_fewer_images_than_listed_is_named(folder):
    shutil.copy(folder / "shard-000001.tar", folder / "shard-000000.tar")
    with pytest.raises(InputError, match=r"shard-000000\.tar: holds 1 images.*says 2"):
        write_card(folder)


def test_cameras_are_told_as_they_were_placed(samples, tmp_path):
    camera = looking(torch.tensor([1.0, 1.6, 4.0]), 0.3, 0.2, 0.0, intrinsics(120.0, 160, 120))
    own = replace(camera, R=torch.eye(3), t=torch.zeros(3))
    made = [replace(samples[0], camera=camera), replace(samples[1], camera=own)]
    found = cameras(gather(write_set(tmp_path, made), 9, np.random.default_rng(0)))
    assert found.focal_mm == pytest.approx([120 / 160 * 36] * 2)
    assert found.height[0] == pytest.approx(1.6, abs=1e-5)
    assert found.pitch_deg[0] == pytest.approx(np.rad2deg(0.2), abs=1e-4)
    # A world that is the camera's own frame has no known up.
    assert np.isnan(found.height[1]) and np.isnan(found.pitch_deg[1])
    pelvis = samples[0].joints_3d[:, 0] - np.array([1.0, 1.6, 4.0])
    assert found.distance[:3] == pytest.approx(np.linalg.norm(pelvis, axis=1), rel=1e-5)


def test_joints_are_told_by_the_angle_they_are_turned(samples, tmp_path):
    turned = torch.zeros(3, 21, 3)
    turned[:, 3] = torch.tensor([0.6, 0.0, 0.8])
    bent = replace(samples[0].params, body_pose=axis_angle_to_matrix(turned))
    facts = gather(
        write_set(tmp_path, [replace(samples[0], params=bent)]), 9, np.random.default_rng(0)
    )
    expected = np.zeros((3, 21))
    expected[:, 3] = np.rad2deg(1.0)
    assert joint_turns_deg(facts) == pytest.approx(expected, abs=1e-2)


@pytest.mark.parametrize(
    ("turns", "whole", "expected"),
    [
        ({}, 0.0, "standing"),
        ({"left_hip": -0.4, "right_hip": 0.3}, 0.0, "stepping"),
        ({}, 0.8, "bent forward"),
        ({"left_hip": -1.5, "right_hip": -1.5}, 0.0, "sitting or crouching"),
        ({}, 1.5, "lying"),
    ],
)
def test_postures_are_told_from_the_body(body, turns, whole, expected):
    from hmr.joints import SMPLX_BODY_22

    pose = torch.zeros(1, 21, 3)
    for name, angle in turns.items():
        pose[0, SMPLX_BODY_22.index(name) - 1, 0] = angle
    orient = axis_angle_to_matrix(torch.tensor([[whole, 0.0, 0.0]]))
    params = replace(Params.rest(1), body_pose=axis_angle_to_matrix(pose), global_orient=orient)
    joints = body.joints(params)[:, : len(SMPLX_BODY_22)].detach().double().numpy()
    assert {name: n for name, n in postures(joints).items() if n} == {expected: 1}


def test_the_command_in_the_card_composes_to_the_same_configuration(tmp_path):
    import shlex

    from omegaconf import OmegaConf

    from run import compose

    words = ["stage=synth", "out=somewhere", "seed=7", "synth.images=40", "scene.people=[5,15]"]
    words += ["camera.kind=free", "engine.workers=1", "camera.distortion=[0.1,0,0,0,0]"]
    kept = OmegaConf.to_container(compose(words), resolve=True)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(kept))
    made = command(tmp_path, {"kind": "synth"})
    assert made is not None and "workers" not in made
    again = OmegaConf.to_container(compose([*shlex.split(made)[2:]]), resolve=True)
    for group in ("seed", "synth", "scene", "camera", "body"):
        assert again[group] == kept[group]


def test_the_command_tells_nobody_where_files_lay(tmp_path):
    (tmp_path / "config.yaml").write_text("seed: 3\nmotion: [/home/me/walks]\n")
    made = command(tmp_path, {"kind": "synth"})
    assert made == 'python run.py stage=synth out=DIR seed=3 "motion=[walks]"'
    assert command(tmp_path, {"kind": "imported"}) is None
    fitted = "seed: 3\nkeypoints: /home/me/poses.json\nimages: /home/me/photos\n"
    (tmp_path / "config.yaml").write_text(fitted)
    made = command(tmp_path, {"made_by": "stage=fit"})
    words = "stage=fit out=DIR seed=3 keypoints=poses.json images=photos"
    assert made == f"python run.py {words}"


def test_a_licence_that_is_known_and_an_unknown_one_are_named(samples, tmp_path):
    write_card(write_set(tmp_path / "one", samples))
    assert "license: apache-2.0\n" in (tmp_path / "one" / "README.md").read_text()
    mixed = [samples[0], replace(samples[1], licence="by the photographer")]
    write_card(write_set(tmp_path / "two", mixed))
    text = (tmp_path / "two" / "README.md").read_text()
    assert "license: other\n" in text
    assert "Apache-2.0 (1), by the photographer (1)" in text


def test_a_table_of_more_images_than_the_manifest_lists_is_named(folder):
    write_manifest(folder, finished_shards(folder)[:1], {})
    with pytest.raises(InputError, match=r"people\.parquet: lists 3 images, the manifest 2"):
        write_card(folder)


def test_a_folder_without_a_manifest_is_named(tmp_path):
    with pytest.raises(InputError, match=r"manifest\.json: no such file"):
        write_card(tmp_path)


def test_the_front_matter_is_yaml(body, tmp_path):
    made = write_set(tmp_path / 'a "set": of 2', make_samples(body, 2, 1))
    write_manifest(made, finished_shards(made), {"kind": "synth", "split": "val"})
    write_card(made)
    front = yaml.safe_load((made / "README.md").read_text().split("---")[1])
    assert front["pretty_name"] == 'a "set": of 2'
    assert front["configs"][0]["data_files"][0]["split"] == "validation"
    assert "synthetic" in front["tags"]
