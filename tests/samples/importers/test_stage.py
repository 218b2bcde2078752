import json

import pytest

from hmr.errors import InputError
from samples.importers import FORMATS
from samples.importers.writing import guarded
from samples.stage import import_samples
from tests.samples.importers.conftest import findings


def test_the_stage_counts_what_it_read(exported, tmp_path):
    import_samples(str(tmp_path), str(exported / "bedlam" / "bedlam.npz"), "bedlam")
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["format"] == "bedlam" and metrics["images"] == 3
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["made_by"] == "stage=import" and manifest["source"] == "bedlam.npz"
    assert findings(tmp_path) == []


def test_an_unknown_format_is_answered_by_the_known_ones(exported, tmp_path):
    with pytest.raises(InputError) as error:
        import_samples(str(tmp_path), str(exported), "pascal")
    assert all(name in str(error.value) for name in FORMATS)


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_missing_is_named(format, exported, tmp_path):
    with pytest.raises(InputError, match="add data=PATH"):
        import_samples(str(tmp_path), None, format)
    with pytest.raises(InputError, match="nowhere is no file"):
        import_samples(str(tmp_path), str(tmp_path / "nowhere"), format)
    with pytest.raises(InputError, match="is no folder"):
        import_samples(str(tmp_path), str(exported / format), format, str(tmp_path / "none"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty"):
        import_samples(str(tmp_path), str(tmp_path / "empty"), format)


@pytest.mark.parametrize(
    "raised", [ValueError("a\nb"), KeyError("x"), MemoryError(), OSError(5, "x")]
)
def test_whatever_breaks_a_reader_is_one_line(raised, tmp_path):
    def reader():
        yield 1
        raise raised

    items = guarded(reader(), tmp_path / "file.json", "coco")
    assert next(items) == 1
    with pytest.raises(InputError, match=r"file\.json: does not fit the layout of coco") as error:
        next(items)
    assert "\n" not in str(error.value)
