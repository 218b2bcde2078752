import socket
import sys
import urllib.request
from dataclasses import replace

import numpy as np
import pytest
import torch

from hmr.camera_frame import in_camera
from hmr.cameras import Camera
from hmr.errors import InputError
from hmr.predictions import prediction_bytes
from hmr.predictor import Prediction
from tests.sample_factory import write_set
from tests.samples.test_card import nobody

pytest.importorskip("viser", reason="viser is not installed; pip install 'throng[view]'")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def folder(samples, tmp_path_factory):
    hidden = replace(samples[1].people[0], occlusion=0.95, age="kid")
    crowded = replace(samples[1], people=(hidden, *samples[1].people[1:]))
    made = [samples[0], crowded, nobody(replace(samples[2], key="empty")), samples[2]]
    return write_set(tmp_path_factory.mktemp("view"), made)


@pytest.fixture(scope="module")
def predictions(samples, tmp_path_factory):
    """The truth of the first image, its second person moved by 10 cm and turned a little."""
    made = tmp_path_factory.mktemp("predictions")
    params, _ = in_camera(samples[0])
    transl, turned = params.transl.clone(), params.body_pose.clone()
    transl[1] += torch.tensor([0.1, 0.0, 0.0])
    turned[2, 15] = torch.eye(3)
    params = replace(params, transl=transl, body_pose=turned)
    camera = Camera(samples[0].camera.K, torch.eye(3), torch.zeros(3))
    stored = prediction_bytes(Prediction(params, camera, np.ones(3, np.float32)))
    (made / "000000.npz").write_bytes(stored)
    return made


@pytest.fixture
def page(folder, predictions):
    from samples.viewer.page import start

    made = start(folder, free_port(), predictions=predictions)
    yield made
    made.server.stop()


def choose(page, row):
    page.controls.person.value = page.controls.person.options[row + 1]


def test_it_answers_on_this_machine_alone(page):
    assert page.server.get_host() == "127.0.0.1"
    url = f"http://127.0.0.1:{page.server.get_port()}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.status == 200


def test_it_steps_through_the_images_and_round(page):
    # Images without people come last of their shard: 000002 before "empty".
    seen = [page.key]
    for _ in range(4):
        page.step(1)
        seen.append(page.key)
    assert seen == ["000000", "000001", "000002", "empty", "000000"]
    page.step(-1)
    assert page.key == "empty"
    assert "nobody is in this image" in page.controls.details.content


def test_the_slider_and_the_key_choose_an_image(page):
    page.controls.number.value = 3
    assert page.key == "000002" and page.controls.key.value == "000002"
    page.go_to(" 000001 ")
    assert page.key == "000001" and page.controls.number.value == 2
    page.go_to("empty")
    assert page.key == "empty"
    page.go_to("<b>nowhere</b>")
    assert page.key == "empty"
    assert "is not in this set" in page.controls.headline.content
    assert "<b>nowhere" not in page.controls.headline.content


def test_filters_keep_images_that_show_somebody_wanted(page):
    page.controls.filters["occlusion"].value = (90, 100)
    assert page.key == "000001"
    assert "1 of 4 images, 1 of 9 people" in page.controls.kept.content
    assert "90 to 100 % hidden" in page.controls.kept.content
    page.step(1)
    assert page.key == "000001"
    page.go_to("000000")
    assert "left out by the filters" in page.controls.headline.content
    page.controls.filters["age"].value = "adult"
    assert page.key is None
    assert "no image matches" in page.controls.headline.content
    page.step(1)
    page.controls.reset.value = True
    page._keep_all()
    assert page.key == "000000" and "4 of 4 images, 9 of 9 people" in page.controls.kept.content


def test_an_image_that_is_still_kept_stays_on_show(page):
    page.open(1)
    page.controls.filters["age"].value = "kid"
    assert page.key == "000001" and page.controls.number.value == 1


def test_the_labels_that_are_switched_off_are_not_drawn(page, samples):
    with_labels = page.controls.picture.image
    for name, box in page.controls.layers.items():
        box.value = False
        assert name == "amodal" or not np.array_equal(with_labels, page.controls.picture.image)
    drawn, plain = page.controls.picture.image, samples[0].image
    # Nothing is left but the photo: its mean colour is the photo's.
    assert np.abs(drawn.mean((0, 1)) - plain.mean((0, 1))).max() < 2


def test_a_chosen_person_is_described_in_full(page, samples):
    row = int(np.argmax([len(p.occluders) for p in samples[0].people]))
    choose(page, row)
    person, text = samples[0].people[row], page.controls.details.content
    assert f"person {person.person_id}</b>" in text and f"{person.occlusion:.1%}" in text
    for occluder in person.occluders:
        assert f"{occluder.share:.1%}" in text
    assert page.controls.closeup.visible
    page.step(1)
    assert page.controls.person.value == "everybody" and not page.controls.closeup.visible


def test_predictions_stand_beside_the_truth_with_their_errors(page):
    beside = page._beside
    assert beside.rows == (0, 1, 2)
    # Moved whole: no error once the hips meet, and 100 mm before.
    assert beside.mpjpe_mm[0] == pytest.approx(0, abs=0.1)
    assert beside.mpjpe_mm[1] == pytest.approx(0, abs=0.1)
    assert beside.away_mm[1] == pytest.approx(100, abs=0.1)
    # One arm turned: its joints alone move.
    assert beside.mpjpe_mm[2] > 10 > beside.away_mm[2]
    assert "MPJPE" in page.controls.details.content
    with_them = page.controls.picture.image
    page.controls.layers["predicted"].value = False
    assert not np.array_equal(with_them, page.controls.picture.image)
    page.step(1)
    assert page._beside is None


def test_a_broken_record_is_told_in_the_page(samples, tmp_path):
    from samples.viewer.page import start

    made = write_set(tmp_path, samples)
    (made / "shard-000001.tar").write_bytes(b"no tar")
    page = start(made, free_port())
    page.step(-1)
    assert page.key is None and "shard-000001.tar" in page.controls.headline.content
    page.step(1)
    assert page.key == "000000"
    page.server.stop()


def test_a_set_of_unknown_occlusion_is_shown(samples, tmp_path):
    from samples.viewer.page import start

    unknown = dict(occlusion=None, truncation=None, occluders=None, mask_amodal=None)
    people = tuple(replace(p, **unknown, bbox_amodal=None) for p in samples[0].people)
    page = start(write_set(tmp_path, [replace(samples[0], people=people)]), free_port())
    assert "occlusion unknown" in page.controls.details.content
    choose(page, 0)
    assert "<td>unknown</td>" in page.controls.details.content
    page.server.stop()


def test_words_of_strangers_are_no_html(samples, tmp_path):
    from samples.viewer.page import start

    evil = replace(samples[0], environment="<script>alert(1)</script>", licence="<img src=x>")
    page = start(write_set(tmp_path, [evil]), free_port())
    shown = page.controls.headline.content + page.controls.details.content
    assert "<script" not in shown and "<img" not in shown
    page.server.stop()


def test_opening_a_set_opens_no_shard_but_the_one_on_show(folder, monkeypatch):
    from samples.viewer import index

    opened = []
    real = index.records_of
    monkeypatch.setattr(index, "records_of", lambda p: opened.append(p.name) or real(p))
    made = index.Index(folder)
    assert len(made.places) == 4 and not opened
    made.read(made.places[2])
    made.read(made.places[3])
    assert opened == ["shard-000001.tar"]


def test_a_port_in_use_is_named(page, data):
    from samples.viewer.page import start

    port = page.server.get_port()
    with pytest.raises(InputError, match=f"port {port} is taken"):
        start(data, port)


def test_an_address_that_is_not_this_machines_is_named(data):
    from samples.viewer.page import start

    with pytest.raises(InputError, match=r"host 192\.0\.2\.1"):
        start(data, free_port(), host="192.0.2.1")


def test_without_viser_the_package_to_install_is_named(data, monkeypatch):
    from samples.stage import view

    monkeypatch.setitem(sys.modules, "viser", None)
    monkeypatch.delitem(sys.modules, "samples.viewer.page", raising=False)
    with pytest.raises(InputError, match=r"pip install 'throng\[view\]'"):
        view(str(data), free_port())


def test_a_set_without_images_is_named(tmp_path):
    from samples.viewer.page import start

    with pytest.raises(InputError, match="no image"):
        start(write_set(tmp_path, []), free_port())


def test_a_folder_without_predictions_is_named(data, tmp_path):
    from samples.viewer.page import start

    with pytest.raises(InputError, match=r"predictions: .* holds no KEY\.npz"):
        start(data, free_port(), predictions=tmp_path)
