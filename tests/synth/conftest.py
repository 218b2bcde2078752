import pytest


@pytest.fixture(scope="session")
def renderer():
    from synth.render.renderer import Renderer
    from tests.synth.render.toy import HEIGHT, WIDTH

    return Renderer(WIDTH, HEIGHT)
