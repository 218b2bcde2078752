"""Labels against rays cast into the GLB files, by code that shares nothing with the renderer."""

import numpy as np
import pytest
import trimesh

import run
from benchmarks.labels import KINDS, compare, make
from benchmarks.rays import World, centres, first_hits, read
from hmr.shards import read_samples
from synth.render.glb import to_glb
from synth.scenes.environments import KINDS as BUILT
from tests.synth.render import toy

SMALL = ["camera.width=640", "camera.height=360"]


def check(found, scenes):
    """Hold what was compared to what the labels promise."""
    figures = found.figures()
    assert found.kinds and len(found.occlusion) >= 2 * scenes
    assert figures["occlusion_median_points"] < 0.5, figures
    assert figures["occlusion_worst_points"] < 2, figures
    assert figures["shares_worst_points"] < 2, figures
    assert figures["people_whose_visible_leaves_amodal"] == 0
    assert figures["nearest_labelled_hidden"] == 0
    assert figures["joint_agreement"] >= 0.99, found.joints


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Three scenes on disk."""
    out = tmp_path_factory.mktemp("few") / "set"
    words = ["synth.images=3", "scene.people=[5,9]", "synth.save_glb=true", "seed=11", *SMALL]
    words.append(f"scene.environments=[{','.join(KINDS)}]")
    assert run.main(["stage=synth", f"out={out}", *words]) == 0
    return list(read_samples(out))


def test_labels_agree_with_rays(few):
    found = compare(few)
    check(found, scenes=3)
    assert sum(found.joints.values()) > 150


def test_a_label_that_is_wrong_is_found(few):
    """The comparison can fail: with people's masks and joints exchanged it does."""
    sample = max(few, key=lambda s: np.ptp([p.occlusion for p in s.people]))
    order = np.argsort([p.occlusion for p in sample.people])[::-1]
    exchanged = [sample.people[i] for i in order]
    people = tuple(
        type(mine)(**{**vars(other), "person_id": mine.person_id})
        for mine, other in zip(sample.people, exchanged, strict=True)
    )
    wrong = type(sample)(
        **{**vars(sample), "people": people, "joint_visibility": sample.joint_visibility[order]}
    )
    figures = compare([wrong]).figures()
    assert figures["occlusion_worst_points"] > 2
    assert figures["joint_agreement"] < 0.99


@pytest.mark.slow
def test_labels_of_forty_scenes_in_all_environments_agree_with_rays(tmp_path):
    sets = make(tmp_path, scenes=40, people=15)
    found = compare(sample for one in sets for sample in read_samples(one))
    check(found, scenes=40)
    assert found.figures()["joint_agreement_with_own_edges"] >= 0.99
    assert found.kinds >= set(BUILT) and found.in_front > 0


def toy_world() -> World:
    scene = toy.scene_of(toy.ball(1, [0, 1.5, 0], 0.4, 4), toy.ground())
    return read(to_glb(scene, toy.camera_at(y=1.5, pitch=0.0), toy.WIDTH, toy.HEIGHT))


def test_rays_find_the_depth_of_a_ball_and_of_the_ground_behind_it():
    world = toy_world()
    middle, below = [toy.WIDTH / 2, toy.HEIGHT / 2], [toy.WIDTH / 2, toy.HEIGHT - 0.5]
    owners, depth = first_hits(world, world.everything, np.array([middle, below]))
    assert owners.tolist() == [1, 1000]
    # The ball's front; and where a ray that falls 59.5 pixels in 140 meets the ground.
    np.testing.assert_allclose(depth, [3.6, 1.5 * 140 / 59.5], rtol=2e-3)


def test_rays_cover_a_balls_disc():
    world = toy_world()
    owners, _ = first_hits(world, world.people[0], centres((0, 0, toy.WIDTH, toy.HEIGHT)))
    # A ball of 0.4 m, 4 m away, seen at a focal length of 140 pixels.
    radius = 140 * 0.4 / np.sqrt(16 - 0.16)
    assert (owners > 0).sum() == pytest.approx(np.pi * radius**2, rel=0.02)


def test_the_file_is_read_as_trimesh_reads_it():
    world = toy_world()
    assert isinstance(world.everything.mesh, trimesh.Trimesh)
    assert set(world.everything.owners.tolist()) == {1, 1000} and list(world.people) == [0]
