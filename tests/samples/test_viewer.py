import socket
import sys
import urllib.request
from dataclasses import replace

import numpy as np
import pytest

from hmr.errors import InputError
from samples.archive import all_records
from tests.sample_factory import write_set

pytest.importorskip("viser", reason="viser is not installed; pip install 'throng[view]'")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def viewer(samples, tmp_path_factory):
    from samples.viewer import start

    hidden = replace(samples[1].people[0], occlusion=0.95)
    crowded = replace(samples[1], people=(hidden, *samples[1].people[1:]))
    folder = write_set(tmp_path_factory.mktemp("view"), [samples[0], crowded, samples[2]])
    made = start(folder, free_port())
    yield made
    made.server.stop()


def test_it_answers_on_this_machine_alone(viewer):
    assert viewer.server.get_host() == "127.0.0.1"
    url = f"http://127.0.0.1:{viewer.server.get_port()}"
    with urllib.request.urlopen(url, timeout=10) as page:
        assert page.status == 200


def test_it_steps_through_the_images_and_round(viewer):
    assert viewer.key == "000000"
    viewer.step(-1)
    assert viewer.key == "000002"
    viewer.step(1)
    assert viewer.key == "000000"


def test_it_keeps_images_in_which_somebody_is_hidden(viewer):
    viewer.keep(90)
    assert viewer.key == "000001"
    viewer.step(1)
    assert viewer.key == "000001"
    viewer.keep(0)
    assert viewer.key == "000000"


def test_the_panel_shows_the_labels(viewer):
    panel = viewer._controls
    with_labels = np.array(panel.picture.image)
    assert "% hidden" in panel.words.content and "000000" in panel.words.content
    for box in panel.layers.values():
        box.value = False
    viewer.draw()
    assert not np.array_equal(with_labels, panel.picture.image)


def test_a_port_in_use_is_named(viewer, data):
    from samples.viewer import start

    port = viewer.server.get_port()
    with pytest.raises(InputError, match=f"port {port} is taken"):
        start(data, port)


def test_without_viser_the_package_to_install_is_named(data, monkeypatch):
    from samples.stage import view

    monkeypatch.setitem(sys.modules, "viser", None)
    monkeypatch.delitem(sys.modules, "samples.viewer", raising=False)
    with pytest.raises(InputError, match=r"pip install 'throng\[view\]'"):
        view(str(data), free_port())


def test_a_set_without_images_is_named(tmp_path):
    from samples.viewer import start

    folder = write_set(tmp_path, [])
    assert not all_records(folder)
    with pytest.raises(InputError, match="no image"):
        start(folder, free_port())
