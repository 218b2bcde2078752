"""Photos in, bodies out; and what is said of photos that cannot be read."""

import cv2
import numpy as np
import pytest
import torch
import trimesh
from transformers import DetrConfig, DetrForObjectDetection, ResNetConfig

from hmr.errors import InputError
from hmr.keypoints import Keypoints2D
from student.boxes import FromDetector, FromKeypoints, WholeImage
from student.model import save
from student.network import Network
from student.photos import find_photos, read_photo
from student.predict import run


@pytest.fixture
def checkpoint(design, tmp_path):
    save(tmp_path / "student.ckpt", Network(design), {})
    return str(tmp_path / "student.ckpt")


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.jpg", "b.png"):
        cv2.imwrite(str(folder / name), np.full((60, 80, 3), 127, np.uint8))
    return folder


def test_photos_give_overlays_parameters_and_meshes(photos, checkpoint, body_path, tmp_path):
    out = tmp_path / "out"
    found = run(str(out), str(photos), checkpoint, meshes=True, body_path=str(body_path))
    assert found["people"] == 2
    assert read_photo(out / "a.png").shape == (60, 80, 3)
    with np.load(out / "b.npz") as arrays:
        assert arrays["body_pose"].shape == (1, 63)
        assert arrays["K"][0, 2] == 40
    assert len(trimesh.load(out / "a_0.obj", process=False).vertices) > 1000


def test_a_second_run_keeps_what_the_first_left(photos, checkpoint, body_path, tmp_path):
    out = tmp_path / "out"
    run(str(out), str(photos), checkpoint, body_path=str(body_path))
    before = (out / "a.npz").stat().st_mtime_ns
    run(str(out), str(photos), checkpoint, body_path=str(body_path))
    assert (out / "a.npz").stat().st_mtime_ns == before


def test_a_broken_photo_is_named_and_those_before_it_are_kept(
    photos, checkpoint, body_path, tmp_path
):
    (photos / "b.png").write_bytes((photos / "a.jpg").read_bytes()[:30])
    with pytest.raises(InputError, match=r"b\.png"):
        run(str(tmp_path / "out"), str(photos), checkpoint, body_path=str(body_path))
    assert (tmp_path / "out" / "a.npz").exists()


def test_a_folder_without_photos_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(InputError, match="no photos"):
        find_photos(str(tmp_path))
    with pytest.raises(InputError, match="no such folder"):
        find_photos(str(tmp_path / "none"))
    with pytest.raises(InputError, match="images"):
        find_photos(None)


def test_keypoints_find_their_photo_by_name_or_number(tmp_path):
    joints, scores = np.array([[10.0, 20.0], [30.0, 60.0], [0.0, 0.0]]), np.array([1.0, 0.5, 0.0])
    names = ("nose", "left_hip", "left_knee")
    boxed = Keypoints2D("12", "1", names, joints, scores, (1.0, 2.0, 30.0, 40.0))
    bare = Keypoints2D("folder/girl.jpg", "2", names, joints, scores)
    finder = FromKeypoints([boxed, bare], "file.json")
    image = np.zeros((100, 100, 3), np.uint8)
    assert finder.find(tmp_path / "000000000012.jpg", image).tolist() == [[1, 2, 30, 40]]
    assert np.allclose(finder.find(tmp_path / "girl.png", image), [[8.5, 17, 31.5, 63]])
    assert finder.find(tmp_path / "nobody.jpg", image).shape == (0, 4)


def test_without_a_detector_the_whole_photo_is_one_box(tmp_path):
    assert WholeImage().find(tmp_path, np.zeros((3, 5, 3), np.uint8)).tolist() == [[0, 0, 5, 3]]


def test_a_saved_detr_answers_boxes_inside_the_photo(tmp_path):
    backbone = ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 8, 8, 8], depths=[1, 1, 1, 1], out_features=["stage4"]
    )
    size = {"encoder_layers": 1, "decoder_layers": 1, "d_model": 16, "num_queries": 5}
    size |= {"encoder_ffn_dim": 16, "decoder_ffn_dim": 16, "encoder_attention_heads": 2}
    plain = {"use_timm_backbone": False, "use_pretrained_backbone": False}
    config = DetrConfig(backbone_config=backbone, decoder_attention_heads=2, **plain, **size)
    config.id2label, config.label2id = {0: "cat", 1: "person"}, {"cat": 0, "person": 1}
    torch.manual_seed(0)
    DetrForObjectDetection(config).save_pretrained(tmp_path)
    boxes = FromDetector(str(tmp_path), 0.0).find(tmp_path, np.zeros((30, 40, 3), np.uint8))
    assert boxes.shape == (5, 4)
    assert (boxes >= 0).all()
    assert (boxes <= [40, 30, 40, 30]).all()
    with pytest.raises(InputError, match=r"config\.json"):
        FromDetector(str(tmp_path / "none"), 0.5)
