from dataclasses import replace

import pytest

from hmr.reading.reader import Options
from hmr.reading.views import Augmentation
from tests.sample_factory import make_samples, write_set


@pytest.fixture(scope="session")
def samples(body):
    """Images of few and of more people."""
    each = [make_samples(body, 2, people, seed=people) for people in (1, 3, 5, 2)]
    return [replace(s, key=f"{i:06d}") for i, s in enumerate(s for part in each for s in part)]


@pytest.fixture(scope="session")
def data(samples, tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("set"), samples, 3)


@pytest.fixture(scope="session")
def other(body, tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("other"), make_samples(body, 3, 3, seed=77))


@pytest.fixture
def options():
    return Options(size=48, batch=5, workers=0, buffer=6)


@pytest.fixture
def strong():
    """Much of everything that labels must follow."""
    return Augmentation(0.3, 0.1, 40.0, 1.0, 0.5, 0.6, 0.2, 0.3, 0.3, 0.3)
