"""The page in a real browser: what it shows, people can see."""

import socket
import time

import numpy as np
import pytest

from hmr.drawing import colour_of
from samples.viewer.pictures import PREDICTED
from tests.sample_factory import write_set
from tests.samples.browser import CHROMIUM, Browser

pytest.importorskip("viser", reason="viser is not installed; pip install 'throng[view]'")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

LOADED = "document.querySelector('canvas') && document.querySelectorAll('img').length > 0"
WIDTH, HEIGHT = 1600, 900
PANEL = np.s_[:, :700]
SCENE = np.s_[170:, 700:1270]
"""Between the panels, and below a notice that 3D is drawn in software."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    made = Browser(tmp_path_factory.mktemp("profile"), WIDTH, HEIGHT)
    yield made
    made.close()


def shares(picture, colours):
    """Share of pixels of each colour's hue, whatever the light on it."""
    pixels = picture.reshape(-1, 3).astype(float)
    chroma = pixels - pixels.mean(1, keepdims=True)
    length = np.linalg.norm(chroma, axis=1)
    found = []
    for colour in colours:
        aim = np.array(colour, float) - np.mean(colour)
        same = chroma @ aim / np.maximum(length * np.linalg.norm(aim), 1e-9) > 0.97
        found.append(float((same & (length > 25)).mean()))
    return found


def wait_for(browser, holds, seconds=90):
    """Take pictures until one holds what is asked for; software draws slowly."""
    end = time.monotonic() + seconds
    while True:
        picture = browser.screenshot()
        if holds(picture):
            return picture
        assert time.monotonic() < end, "the page never showed it"
        time.sleep(1)


@pytest.mark.slow
def test_people_are_seen_in_the_image_and_in_3d(browser, samples, tmp_path):
    from samples.viewer.page import start

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    page = start(write_set(tmp_path, samples), port)
    colours = [colour_of(row) for row in range(3)]
    try:
        browser.open(f"http://127.0.0.1:{port}")
        browser.wait(LOADED)

        def shown(picture):
            panel, scene = picture[PANEL], picture[SCENE]
            return min(shares(panel, colours)) > 5e-4 and min(shares(scene, colours)) > 2e-4

        picture = wait_for(browser, shown)
        assert max(shares(picture[SCENE], [PREDICTED])) < 1e-4
        # A person who is chosen keeps their colour, the others who do not hide them lose it.
        hiders = [{o.id for o in p.occluders if o.id < 3} for p in samples[0].people]
        row = min(range(3), key=lambda i: len(hiders[i]))
        others = [colours[i] for i in range(3) if i != row and i not in hiders[row]]
        assert others
        before = shares(picture[SCENE], others)
        page.controls.person.value = page.controls.person.options[row + 1]

        def alone(picture):
            scene = picture[SCENE]
            # The photo in the camera's frustum may hold such colours too.
            faded = np.array(shares(scene, others)) < 0.3 * np.array(before)
            return shares(scene, [colours[row]])[0] > 2e-4 and bool(faded.all())

        wait_for(browser, alone)
        # Without anybody who matches, nobody is seen.
        page.controls.filters["size"].value = (0, 1)
        browser.wait("document.body.innerText.includes('no image matches')")
        wait_for(browser, lambda p: max(shares(p[SCENE], colours)) < 1e-5)
    finally:
        page.server.stop()
