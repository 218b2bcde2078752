"""The network learns, starts at the mean person, and comes back from its file as it was."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import ResNetConfig, ResNetModel

from hmr.errors import InputError
from hmr.params import Params
from hmr.predictor import Predictor
from hmr.rotations import axis_angle_to_matrix
from hmr.target import Target
from student.batch import still
from student.losses import Truth, weighted
from student.model import Student, load_student, save
from student.network import Network, start_from
from student.predictor import StudentPredictor
from student.ray import to_crop


@pytest.mark.parametrize("head", ["joints", "decoder", "iterative", "grid"])
def test_a_network_learns_four_crops_by_heart(source, body, design, head):
    torch.manual_seed(0)
    batch = still(source, np.arange(4), design.crop)
    network = Network(replace(design, head=head))
    network.start_at(Params.rest(1).index(0))
    student = Student(network, body)
    truth = Truth(batch.params, batch.points, batch.pelvis, batch.trust)
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3)
    losses = []
    for _ in range(100):
        found = student.terms(batch.crops.permute(0, 3, 1, 2), batch.place, truth)
        loss = weighted(found, truth.trust, student.weights).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_the_truth_has_no_loss(source, body, design):
    batch = still(source, np.arange(4), design.crop)
    student = Student(Network(design), body)

    class Oracle(torch.nn.Module):
        def forward(self, crops, place):
            from student.network import Seen

            return Seen(batch.params, batch.pelvis)

    student.network = Oracle()
    loss = student.loss(batch.crops.permute(0, 3, 1, 2) / 255, batch.place, batch.params)
    assert loss.max() < 1e-2


def test_a_new_network_answers_the_mean_person_facing_the_camera(design):
    mean = Params.rest(1).index(0)
    mean = replace(mean, body_pose=axis_angle_to_matrix(0.3 * torch.randn(21, 3)))
    network = Network(design).eval()
    network.start_at(mean)
    seen = network(torch.zeros(2, 3, 32, 32), torch.tensor([[0.0, 0.0, 0.3], [0.2, 0.1, 0.3]]))
    assert (seen.params.body_pose - mean.body_pose).abs().max() < 0.1
    facing = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
    assert (seen.params.global_orient[0] - facing).abs().max() < 0.1


def test_prediction_puts_a_person_into_their_box_and_a_file_gives_the_same(body, design, tmp_path):
    student = Student(Network(design), body).eval()
    save(tmp_path / "student.ckpt", student.network, {"steps": 0})
    again = load_student(tmp_path / "student.ckpt", body)
    image = np.random.default_rng(0).integers(0, 255, (90, 160, 3), dtype=np.uint8)
    boxes = np.array([[100.0, 10.0, 130.0, 80.0], [5.0, 5.0, 25.0, 60.0]])
    one, two = (StudentPredictor(s).predict(image, boxes) for s in (student, again))
    for name in Params.__dataclass_fields__:
        assert torch.equal(getattr(one.params, name), getattr(two.params, name))
    pelvis = body.keypoints(one.params, ["pelvis"])
    place = torch.tensor([[(115 - 80) / one.camera.K[0, 0], 0.0, 84 / one.camera.K[0, 0]]])
    assert to_crop(pelvis[:1], place).abs().max() < 1


def test_an_image_without_boxes_gives_nobody(body, design):
    predictor = StudentPredictor(Student(Network(design), body).eval())
    found = predictor.predict(np.zeros((20, 20, 3), np.uint8), np.zeros((0, 4)))
    assert found.params.batch == (0,)
    assert isinstance(predictor, Predictor)
    assert isinstance(predictor.student, Target)


def test_the_loss_can_be_followed_back_to_the_pixels(source, body, design):
    batch = still(source, np.arange(2), design.crop)
    student = Student(Network(design), body).eval()
    crops = (batch.crops.permute(0, 3, 1, 2) / 255).requires_grad_()
    student.loss(crops, batch.place, batch.params).sum().backward()
    assert crops.grad is not None
    assert crops.grad.abs().sum() > 0


def test_a_saved_resnet_is_taken_over_with_its_size(design, tmp_path):
    config = ResNetConfig(embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1])
    ResNetModel(config).save_pretrained(tmp_path)
    network = start_from(str(tmp_path), design)
    assert list(network.design.channels) == [8, 8, 16, 16]
    with pytest.raises(InputError, match=r"config\.json"):
        start_from(str(tmp_path / "nothing"), design)


def test_a_file_of_another_kind_is_refused_in_one_line(body, tmp_path):
    path = tmp_path / "student.ckpt"
    torch.save({"weights": 1}, path)
    with pytest.raises(InputError, match=r"student.ckpt: not a student's"):
        load_student(path, body)
    path.write_bytes(b"nonsense")
    with pytest.raises(InputError, match=r"student.ckpt: not a student's"):
        load_student(path, body)
    with pytest.raises(InputError, match="no such file"):
        load_student(tmp_path / "none.ckpt", body)
