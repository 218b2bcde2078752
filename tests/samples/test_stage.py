import json

import pytest

from hmr.errors import InputError
from samples.exporters import FORMATS
from samples.stage import doctor, export, view
from tests.sample_factory import write_set


def test_export_counts_what_it_wrote(data, tmp_path):
    export(str(tmp_path), str(data), "coco")
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["format"] == "coco" and metrics["images"] == 3


def test_an_unknown_format_is_answered_by_the_known_ones(data, tmp_path):
    with pytest.raises(InputError) as error:
        export(str(tmp_path), str(data), "pascal")
    assert all(name in str(error.value) for name in FORMATS)


def test_the_doctor_prints_each_finding_and_fails(samples, tmp_path, capsys):
    folder = write_set(tmp_path / "set", samples)
    (folder / "shard-000001.tar").unlink()
    with pytest.raises(InputError, match=r"doctor: 1 finding in"):
        doctor(str(folder))
    assert "shard-000001.tar: shard: the manifest lists it" in capsys.readouterr().out


@pytest.mark.parametrize("stage", [doctor, view])
def test_a_missing_data_set_is_named(stage, tmp_path):
    with pytest.raises(InputError, match=r"manifest\.json"):
        stage(str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="data=DIR"):
        stage(None)
