import base64
import json
import re

import cv2
import numpy as np
import pytest

from evaluation.charts import error_chart, loss_chart, share_chart
from evaluation.embedding import picture_uri, read_picture
from evaluation.report import report
from evaluation.stage import run
from hmr.errors import InputError
from hmr.label_drawing import describe
from tests.evaluation.truth_teller import TruthTeller

HISTORY = [
    {"step": i * 10, "minutes": 0.1 * i, "loss": 2.0 / (i + 1), "joints": 0.5, "critic_loss": 1}
    for i in range(5)
]
HISTORY[-1]["held_out_mpjpe"] = 90.0


@pytest.fixture(scope="module")
def folder(samples, data, tmp_path_factory):
    out = tmp_path_factory.mktemp("demo")
    run(str(out / "eval"), str(data), TruthTeller(samples), overlays=2)
    (out / "student").mkdir()
    (out / "student" / "history.json").write_text(json.dumps(HISTORY))
    (out / "steps.json").write_text(json.dumps({"python run.py stage=synth seed=<1>": 75.2}))
    return out


@pytest.fixture(scope="module")
def page(folder, data):
    path = report(
        str(folder),
        data=str(data),
        lifts=[str(folder / "teacher" / "*.png")],
        predictions=[str(folder / "eval" / "overlays" / "*.png")],
        histories=[str(folder / "*" / "history.json")],
        table=str(folder / "eval" / "table.json"),
        steps=str(folder / "steps.json"),
        images=2,
    )
    return path.read_text()


def test_the_page_needs_no_other_file(page):
    sources = re.findall(r'src="([^"]{0,40})', page)
    assert sources and all(source.startswith("data:image/") for source in sources)
    assert "http://" not in page and "<script" not in page


def test_every_picture_in_it_can_be_decoded(page):
    jpegs = re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", page)
    # Two samples, each as it is and labelled, and two overlays.
    assert len(jpegs) == 6
    for jpeg in jpegs:
        assert cv2.imdecode(np.frombuffer(base64.b64decode(jpeg), np.uint8), 1) is not None


def test_it_says_who_hides_whom(page, samples):
    assert all(describe(person) in page for person in samples[0].people)


def test_it_holds_the_table_with_the_baseline(page, folder):
    table = json.loads((folder / "eval" / "table.json").read_text())
    everyone = table["rows"][0]
    assert "mean body" in page and "PA-MVE, mm" in page
    assert f"{everyone['errors']['mean body']['pa_mpjpe']:.1f}" in page
    assert all(f"{row['occlusion']} %" in page for row in table["rows"][1:])


def test_it_tells_how_it_was_made(page):
    assert "stage=synth seed=&lt;1&gt;" in page and "1 min 15 s" in page
    assert "commit" in page and "torch" in page and "sha256" in page


def test_what_is_not_there_is_said(page):
    assert "No picture at" in page


def test_a_broken_history_is_named(folder, tmp_path):
    (tmp_path / "history.json").write_text("[1, 2")
    with pytest.raises(InputError, match=r"history\.json"):
        report(str(tmp_path), histories=[str(tmp_path / "history.json")])


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(InputError, match=r"table\.json"):
        report(str(tmp_path), table=str(tmp_path / "table.json"))


def test_a_picture_comes_back_as_it_was(tmp_path):
    image = np.zeros((40, 60, 3), np.uint8)
    image[:, :30] = (200, 30, 60)
    cv2.imwrite(str(tmp_path / "a.png"), image[..., ::-1])
    assert np.array_equal(read_picture(tmp_path / "a.png"), image)
    uri = picture_uri(image)
    back = cv2.imdecode(np.frombuffer(base64.b64decode(uri.split(",")[1]), np.uint8), 1)
    assert np.abs(back[20, 10, ::-1].astype(int) - image[20, 10]).max() < 6


def test_charts_are_drawings_and_the_same_each_time():
    assert loss_chart(HISTORY).lstrip().startswith("<?xml") and "</svg>" in loss_chart(HISTORY)
    assert loss_chart(HISTORY) == loss_chart(HISTORY)
    assert "</svg>" in loss_chart([{"step": 1, "note": "no number"}])
    assert "</svg>" in share_chart([0.1, float("nan"), 0.9], "Occlusion")


def test_a_bin_without_people_leaves_a_gap_in_the_chart(folder):
    table = json.loads((folder / "eval" / "table.json").read_text())
    table["rows"][1]["errors"]["student"] = dict.fromkeys(("mpjpe", "pa_mpjpe", "mve", "pa_mve"))
    assert "</svg>" in error_chart(table)
