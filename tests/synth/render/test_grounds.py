import numpy as np
import pytest

from synth.render.grounds import KINDS, ground


@pytest.mark.parametrize("kind", KINDS)
def test_a_texture_repeats_without_a_seam(kind):
    texture = KINDS[kind](np.random.default_rng(0)).astype(float)
    inside = np.abs(np.diff(texture, axis=0)).mean(axis=(1, 2))
    seam = np.abs(texture[0] - texture[-1]).mean()
    assert seam <= inside.max() * 1.05


@pytest.mark.parametrize("kind", KINDS)
def test_a_ground_follows_from_its_generator_and_faces_up(kind):
    first, second = (ground(kind, np.random.default_rng(5)) for _ in range(2))
    other = ground(kind, np.random.default_rng(6))
    assert first.texture is not None and second.texture is not None and other.texture is not None
    np.testing.assert_array_equal(first.texture, second.texture)
    assert (first.texture != other.texture).any()
    a, b, c = first.vertices[first.faces[0]]
    assert np.cross(b - a, c - a)[1] > 0 and not first.casts_shadow
