import json

import numpy as np
import pytest
import smplx
import torch

from samples.exporters import FORMATS


@pytest.fixture(scope="module")
def exported(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("neuralannot")
    FORMATS["neuralannot"](data, out, None)
    entries = json.loads((out / "neuralannot.json").read_text())
    return entries, json.loads((out / "annotations.json").read_text())


def test_each_entry_is_named_for_an_annotation(exported):
    entries, coco = exported
    assert set(entries) == {str(entry["id"]) for entry in coco["annotations"]}


def test_smplx_itself_puts_the_joints_where_they_are_labelled(exported, samples, body_path):
    entries, coco = exported
    images = {image["id"]: image["file_name"] for image in coco["images"]}
    by_name = {f"{sample.key}.jpg": sample for sample in samples}
    model = smplx.create(
        str(body_path),
        model_type="smplx",
        use_pca=False,
        flat_hand_mean=True,
        num_betas=10,
        num_expression_coeffs=10,
    )
    for annotation in coco["annotations"]:
        entry = entries[str(annotation["id"])]
        sample = by_name[images[annotation["image_id"]]]
        row = [p.person_id for p in sample.people].index(annotation["person_id"])
        given = {k: torch.tensor([v]) for k, v in entry["smplx_param"].items()}
        posed = model(
            betas=given["shape"],
            global_orient=given["root_pose"],
            body_pose=given["body_pose"],
            left_hand_pose=given["lhand_pose"],
            right_hand_pose=given["rhand_pose"],
            jaw_pose=given["jaw_pose"],
            expression=given["expr"],
            transl=given["trans"],
        )
        joints = posed.joints[0, :55].detach().numpy()
        camera = entry["cam_param"]
        pixels = joints[:, :2] / joints[:, 2:] * camera["focal"] + camera["princpt"]
        assert np.abs(pixels - sample.joints_2d[row]).max() < 0.1
