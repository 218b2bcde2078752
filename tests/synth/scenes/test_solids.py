import numpy as np
import pytest
import trimesh

from synth.scenes import solids
from synth.scenes.things import THINGS


def mesh_of(solid):
    mesh = trimesh.Trimesh(solid.vertices, solid.faces, process=False)
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    return mesh


def test_a_box_has_its_volume_and_looks_outward():
    assert mesh_of(solids.box((1.0, 2.0, 3.0))).volume == pytest.approx(6.0, rel=1e-5)


def test_a_box_stands_at_its_height():
    low, high = mesh_of(solids.box((1.0, 2.0, 3.0), 0.5)).bounds
    np.testing.assert_allclose(low, [-0.5, 0.5, -1.5], atol=1e-6)
    np.testing.assert_allclose(high, [0.5, 2.5, 1.5], atol=1e-6)


def test_a_ball_of_leaves_looks_outward():
    blob = mesh_of(solids.blob(np.random.default_rng(0), (1.0, 1.0, 1.0), 2.0, rough=0.0))
    assert blob.volume == pytest.approx(4 / 3 * np.pi, rel=0.05)


def test_the_ground_looks_up():
    np.testing.assert_allclose(mesh_of(solids.plane(3.0)).face_normals, [[0, 1, 0]] * 2, atol=1e-6)


@pytest.mark.parametrize("kind", THINGS)
def test_things_stand_on_the_ground(kind):
    for seed in range(4):
        thing = THINGS[kind](np.random.default_rng(seed))
        lowest = min(float(solid.vertices[:, 1].min()) for solid, _ in thing.parts)
        assert lowest == pytest.approx(0, abs=1e-5)
        for solid, _ in thing.parts:
            assert (solid.faces < len(solid.vertices)).all()
