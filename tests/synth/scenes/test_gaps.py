import numpy as np
import pytest
import trimesh

from synth.render.scene import Surface
from synth.scenes.gaps import depth, gap, whole


def ball(x, radius=0.1):
    mesh = trimesh.creation.icosphere(5, radius)
    vertices = (mesh.vertices + np.array([x, 1.0, 0.0])).astype(np.float32)
    return Surface("ball", 1, vertices, mesh.faces.astype(np.int32))


def sheet(low, high, y):
    x, z = np.meshgrid(np.linspace(low, high, 41), np.linspace(-0.1, 0.1, 41), indexing="ij")
    vertices = np.stack([x, np.full_like(x, y), z], -1).reshape(-1, 3).astype(np.float32)
    i = (np.arange(40)[:, None] * 41 + np.arange(40)).reshape(-1)
    faces = np.concatenate([np.stack([i, i + 1, i + 41], 1), np.stack([i + 1, i + 42, i + 41], 1)])
    return Surface("sheet", 1, vertices, faces.astype(np.int32))


@pytest.mark.parametrize("deep", [0.004, 0.012, 0.03])
def test_balls_in_each_other_are_as_deep_as_they_were_put(deep):
    one, other = whole([ball(0.0)]), whole([ball(0.2 - deep)])
    assert depth(one, other) == pytest.approx(deep, abs=0.002)
    assert depth(other, one) == pytest.approx(deep, abs=0.002)


@pytest.mark.parametrize("apart", [0.001, 0.02, 0.5])
def test_balls_apart_are_not_deep_and_their_gap_is_known(apart):
    one, other = whole([ball(0.0)]), whole([ball(0.2 + apart)])
    assert depth(one, other) == 0
    assert gap(one, other) == pytest.approx(apart, abs=0.006)


def test_the_deepest_of_all_that_somebody_wears_counts():
    worn = whole([ball(0.0), ball(0.3)])
    assert depth(worn, whole([ball(0.49)])) == pytest.approx(0.01, abs=0.002)


def test_what_lies_beside_the_hem_of_cloth_is_not_under_it():
    """The ball meets the hem; most of it lies beside the sheet, lower than the hem."""
    hem, touching = whole([sheet(-0.2, 0.0, 1.0)]), whole([ball(0.098)])
    assert 0 < depth(hem, touching) < 0.012


def test_cuts_in_a_texture_are_no_open_edges_of_a_surface():
    surface = ball(0.0)
    faces = np.arange(3 * len(surface.faces), dtype=np.int32).reshape(-1, 3)
    apart = whole([Surface("ball", 1, surface.vertices[surface.faces].reshape(-1, 3), faces)])
    assert not apart.hem.any()
    assert depth(apart, whole([ball(0.188)])) == pytest.approx(0.012, abs=0.002)


def test_vertices_that_are_not_drawn_do_not_count():
    hidden = ball(0.0)
    kept = hidden.faces[hidden.vertices[hidden.faces][:, :, 0].max(1) < 0.0]
    half = Surface("ball", 1, hidden.vertices, kept)
    assert len(whole([half]).vertices) < len(hidden.vertices)
    assert depth(whole([half]), whole([ball(0.19)])) == 0
