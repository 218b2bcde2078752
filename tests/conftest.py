"""Fixtures that the whole suite shares."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("PYOPENGL_PLATFORM", "egl")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def body_path() -> Path:
    """The open body file, built once and kept between runs."""
    from hmr.body import find_body

    return find_body(None)


@pytest.fixture(scope="session")
def body(body_path):
    """The open body."""
    from hmr.body import Body

    return Body(body_path)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Real motion and photos, which are not part of the repository."""
    folder = Path(os.environ.get("THRONG_REAL_DATA", ROOT.parent / "shared" / "real"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set THRONG_REAL_DATA")
    return folder
