import pytest


@pytest.fixture(scope="session")
def wardrobe(body):
    from synth.people.wardrobe import Wardrobe

    return Wardrobe(body)


@pytest.fixture(scope="session")
def anatomy(wardrobe):
    return wardrobe.anatomy


@pytest.fixture(scope="session")
def base(body, anatomy):
    from synth.packs.clothes import human_base

    return human_base(body, anatomy)


@pytest.fixture(scope="session")
def pack_folder(tmp_path_factory, body, anatomy):
    from tests.synth.packs.made import write_pack

    return write_pack(tmp_path_factory.mktemp("packs") / "mine", body, anatomy)


@pytest.fixture(scope="session")
def crowd(body, anatomy):
    """Posed people of all shapes."""
    import numpy as np

    from synth.people.crowd import draw_crowd
    from synth.people.poses import open_book

    return draw_crowd(np.random.default_rng(2), body, anatomy, "train", open_book(0, body), 6)
