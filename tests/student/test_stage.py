"""The stages as a user calls them."""

import json

import cv2
import numpy as np

import run

SMALL = (
    *("student.design.crop=32", "student.design.stem=8", "student.design.channels=[8,8,8,8]"),
    *("student.design.depths=[1,1,1,1]", "student.design.head_width=16", "student.batch=4"),
    *("student.steps=2", "student.minutes=null", "student.held_out=0.25"),
)


def test_student_then_predict_run_from_the_command_line(data, tmp_path, capsys):
    out = tmp_path / "student"
    assert run.main(["stage=student", f"out={out}", f"data=[{data},{data}]", *SMALL]) == 0
    assert "mean body" in capsys.readouterr().out
    assert json.loads((out / "metrics.json").read_text())["steps"] == 2
    assert (out / "config.yaml").exists()

    photos = tmp_path / "photos"
    photos.mkdir()
    cv2.imwrite(str(photos / "photo.jpg"), np.full((50, 70, 3), 99, np.uint8))
    words = [f"out={tmp_path / 'out'}", f"images={photos}", f"predictor={out / 'student.ckpt'}"]
    assert run.main(["stage=predict", *words]) == 0
    assert (tmp_path / "out" / "photo.png").exists()


def test_bad_input_ends_in_one_line_that_names_it(tmp_path, capsys):
    assert run.main(["stage=student", f"out={tmp_path}", f"data=[{tmp_path}]"]) == 1
    said = capsys.readouterr().err.strip()
    assert "manifest.json" in said
    assert "\n" not in said
