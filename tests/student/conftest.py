"""Small sample sets and networks for the student's tests."""

import sys
from pathlib import Path

import pytest

from student.network import Design
from student.source import open_source

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


@pytest.fixture(scope="session")
def samples(body):
    from sample_factory import make_samples

    return make_samples(body, count=4, people=3)


@pytest.fixture(scope="session")
def data(samples, tmp_path_factory):
    from sample_factory import write_set

    return write_set(tmp_path_factory.mktemp("data"), samples)


@pytest.fixture
def design():
    return Design(crop=32, stem=8, channels=(8, 16, 16, 32), depths=(1, 1, 1, 1), head_width=32)


@pytest.fixture(scope="session")
def source(data, body, tmp_path_factory):
    return open_source(data, tmp_path_factory.mktemp("cache"), 64, body)
