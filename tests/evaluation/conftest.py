import pytest

from tests.sample_factory import make_samples, write_set


@pytest.fixture(scope="session")
def samples(body):
    return make_samples(body, count=3, people=3)


@pytest.fixture(scope="session")
def data(samples, tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("set"), samples)
