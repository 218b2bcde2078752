"""How close the files come to people whom they have not seen, and the measure itself."""

import numpy as np
import pytest
import trimesh

from hmr.body import BUILT
from hmr.open_body import GENDERS, ensure
from hmr.open_body.anny_source import AnnySource
from hmr.open_body.build import KID_FILE, prepare
from hmr.open_body.measure.accuracy import BodyFile, measure
from hmr.open_body.measure.limbs import Limb


@pytest.fixture(scope="module")
def file(body_path):
    return BodyFile.load(body_path, body_path.with_name(KID_FILE))


def test_people_made_by_smplx_are_fitted_exactly(file, kid_oracle):
    import torch

    rng = np.random.default_rng(0)
    betas = np.concatenate([rng.normal(size=(5, 10)), rng.uniform(0, 1, (5, 1))], 1)
    people = np.stack([
        kid_oracle(betas=torch.tensor(row[None], dtype=torch.float32))[0] + rng.normal(size=3)
        for row in betas
    ]).astype(np.float32)  # fmt: skip
    assert file.residuals(people, with_kid=True).max() < 1e-4
    assert file.residuals(people, with_kid=False).max() > 1e-3


def test_what_no_shape_explains_is_left_over(file):
    noise = 1e-3 * np.random.default_rng(0).normal(size=(3, *file.template.shape))
    left = file.residuals((file.template + noise).astype(np.float32), with_kid=True)
    np.testing.assert_allclose(left.mean(), np.linalg.norm(noise, axis=2).mean(), rtol=0.01)


def tube(sides: int, rings: int) -> trimesh.Trimesh:
    """A closed prism along z, of radius 0.05 from -0.3 to 0.3, with rings of vertices."""
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    heights = np.linspace(-0.3, 0.3, rings)
    circle = 0.05 * np.stack([np.cos(angles), np.sin(angles)], 1)
    points = [(x, y, z) for z in heights for x, y in circle]
    faces = []
    for ring in range(rings - 1):
        for side in range(sides):
            a, b = ring * sides + side, ring * sides + (side + 1) % sides
            faces += [(a, b, b + sides), (a, b + sides, a + sides)]
    return trimesh.Trimesh(points, faces, process=False)


def test_a_stretch_of_a_prism_has_the_volume_of_a_prism():
    prism = tube(sides=24, rings=13)
    joints = np.zeros((55, 3), np.float32)
    joints[7] = (0, 0, 1)
    vertices = prism.vertices.astype(np.float32)
    limb = Limb.around("left_knee", "left_ankle", 0.12, vertices, joints, prism.faces)
    area = 24 * 0.05**2 * np.sin(2 * np.pi / 24) / 2
    assert limb.volume(vertices) == pytest.approx(1000 * area * 0.2, rel=1e-4)
    assert limb.volume(vertices + 3) == pytest.approx(limb.volume(vertices), rel=1e-3)
    assert limb.thickness(vertices, joints) == pytest.approx(0.05, rel=1e-4)


@pytest.fixture(scope="module")
def common():
    return prepare(AnnySource())


@pytest.mark.slow
@pytest.mark.parametrize("gender", GENDERS)
def test_the_aims_are_met_for_unseen_people(common, gender):
    file = ensure(BUILT, gender)
    found = measure(BodyFile.load(file, file.with_name(KID_FILE)), common, gender)
    assert len(found.adults_mm) == 1000
    assert len(found.children_mm) == 500
    assert found.adults_mm.mean() < 5
    assert found.children_mm.mean() < 12
    assert found.adult_joints_mm.mean() < 5
    assert found.child_joints_mm.mean() < 5


@pytest.mark.slow
def test_the_regressor_is_sparse(common):
    used = (common.regressor > 0).sum(1)
    assert used.max() < 400
    assert used.mean() < 200
