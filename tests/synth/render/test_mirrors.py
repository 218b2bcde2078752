import numpy as np
import pytest

from synth.render.lights import directions
from synth.render.mirrors import COARSE, LEVELS, ROUGHEST, SIZE, mirrors


@pytest.fixture(scope="module")
def lamp():
    """A bright lamp in a dim room."""
    around = directions(*COARSE)
    near = around @ np.array([0.3, 0.6, -np.sqrt(1 - 0.45)])
    return (0.2 + 5.0 * np.exp(8 * (near - 1))[..., None] * [1.0, 0.8, 0.5]).astype(np.float32)


@pytest.mark.parametrize("level", range(1, LEVELS))
def test_a_level_is_what_ggx_reflects_of_the_map(lamp, level):
    rng, roughness = np.random.default_rng(level), ROUGHEST * level / (LEVELS - 1)
    found = mirrors(lamp)[level]
    out = directions(SIZE[0] >> level, SIZE[1] >> level)
    for row, column in rng.integers([2, 0], [out.shape[0] - 2, out.shape[1]], (12, 2)):
        expected = by_chance(rng, lamp, out[row, column], roughness**2)
        np.testing.assert_allclose(found[row, column], expected, rtol=0.08, atol=0.02)


def by_chance(rng, radiance, normal, alpha, count=40_000):
    """Sample half vectors of the GGX lobe, as Karis' course notes do; weigh by the cosine."""
    u, turn = rng.random(count), rng.random(count) * 2 * np.pi
    cos = np.sqrt((1 - u) / (1 + (alpha**2 - 1) * u))
    sin = np.sqrt(1 - cos**2)
    helper = np.eye(3)[np.argmin(np.abs(normal))]
    side = np.cross(helper, normal) / np.linalg.norm(np.cross(helper, normal))
    frame = np.stack([side, np.cross(normal, side), normal])
    half = np.stack([sin * np.cos(turn), sin * np.sin(turn), cos], 1) @ frame
    towards = 2 * (half @ normal)[:, None] * half - normal
    weight = np.clip(towards @ normal, 0, None)
    up = np.arcsin(np.clip(towards[:, 1], -1, 1))
    rows = ((0.5 - up / np.pi) * COARSE[0]).astype(int).clip(0, COARSE[0] - 1)
    right = np.arctan2(towards[:, 0], -towards[:, 2])
    columns = ((right / (2 * np.pi) + 0.5) * COARSE[1]).astype(int) % COARSE[1]
    return (radiance[rows, columns] * weight[:, None]).sum(0) / weight.sum()


def test_an_even_map_stays_even(lamp):
    for level in mirrors(np.full_like(lamp, 0.7)):
        np.testing.assert_allclose(level, 0.7, rtol=1e-5)
