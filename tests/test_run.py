import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from omegaconf import OmegaConf

import run
from hmr.errors import InputError

ROOT = Path(__file__).resolve().parent.parent


def test_without_a_stage_every_stage_is_listed_with_one_line(capsys):
    assert run.main([]) == 2
    shown = capsys.readouterr().err
    for name, line in run.stages().items():
        assert any(name in row and line in row for row in shown.splitlines())
        assert line


def test_a_wrong_stage_is_named_and_the_right_ones_listed(capsys):
    assert run.main(["stage=synthh"]) == 2
    shown = capsys.readouterr().err
    assert "synthh" in shown and "synth " in shown


def test_help_is_no_error(capsys):
    assert run.main(["--help"]) == 0
    assert "usage" in capsys.readouterr().out


def test_a_key_that_does_not_exist_is_named_in_one_line(capsys):
    assert run.main(["stage=synth", "synth.imagez=3"]) == 1
    shown = capsys.readouterr().err.strip()
    assert "imagez" in shown and len(shown.splitlines()) == 1


@pytest.mark.parametrize("name", run.stages())
def test_a_stage_config_matches_the_function_that_it_calls(name):
    cfg = run.compose([f"stage={name}"])
    module, _, function = cfg.stage["_target_"].rpartition(".")
    signature = inspect.signature(getattr(importlib.import_module(module), function))
    given = {key for key in cfg.stage if key != "_target_"}
    signature.bind(**dict.fromkeys(given))


def test_the_config_is_left_beside_the_output(tmp_path, monkeypatch):
    seen = {}
    monkeypatch.setattr(run, "_arguments", lambda cfg: (lambda **kw: seen.update(kw), {"a": 1}))
    run.call(run.compose(["stage=synth", f"out={tmp_path}", "seed=5"]), "synth")
    written = OmegaConf.load(tmp_path / "config.yaml")
    assert seen == {"a": 1} and written.seed == 5 and written.commit


def test_a_config_that_the_stage_refuses_does_not_replace_the_one_that_made_the_output(
    tmp_path, monkeypatch
):
    def stage(fails):
        if fails:
            raise InputError("made with other settings")

    for seed, fails, left in ((5, False, 5), (6, True, 5), (7, False, 7)):
        monkeypatch.setattr(run, "_arguments", lambda cfg, fails=fails: (stage, {"fails": fails}))
        try:
            run.call(run.compose(["stage=synth", f"out={tmp_path}", f"seed={seed}"]), "synth")
        except InputError:
            assert fails
        assert OmegaConf.load(tmp_path / "config.yaml").seed == left


def test_demo_keeps_each_command_with_its_seconds(tmp_path, monkeypatch):
    called = []
    monkeypatch.setattr(run, "call", lambda cfg, name: called.append((name, cfg.seed)))
    run.demo(str(tmp_path), [["stage=synth", "seed=3"], ["stage=eval", "seed=4"]])
    assert called == [("synth", 3), ("eval", 4)]
    assert (tmp_path / "steps.json").read_text().count("python run.py stage=") == 2


def test_a_demo_step_with_a_wrong_key_names_it(tmp_path):
    with pytest.raises(InputError, match="nonsense"):
        run.demo(str(tmp_path), [["stage=synth", "nonsense=1"]])


def test_the_program_itself_exits_with_one_line_and_no_traceback():
    command = [sys.executable, "run.py", "stage=eval", "data=/nowhere", "predictor=/none.ckpt"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr
