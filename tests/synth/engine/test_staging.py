"""Staged scenes: nobody is in anybody, and occlusion is as asked for."""

from itertools import combinations

import numpy as np
import pytest
import trimesh

from hmr.body import load_body
from synth.engine.attempts import draw_scene
from synth.engine.meter import Meter
from synth.engine.staging import Stager
from synth.render.renderer import Renderer
from synth.render.scene import of_person
from synth.scenes.gaps import depth, whole
from synth.scenes.occlusion_request import OcclusionRequest
from tests.synth.small_crowd import small

REQUEST = OcclusionRequest.of({"0-20": 0.4, "20-40": 0.3, "40-70": 0.2, "70-90": 0.1})
PEOPLE, SCENES = 10, 4


@pytest.fixture(scope="module")
def meter():
    return Meter(Renderer(320, 180))


@pytest.fixture(scope="module")
def stager(meter):
    return Stager(small(people=(PEOPLE, PEOPLE)), load_body(), REQUEST, meter.depths)


def sources(index):
    return np.random.SeedSequence([8, index]).spawn(6)


@pytest.fixture(scope="module")
def drawn(stager, meter):
    made = [draw_scene(stager, i, sources(i), REQUEST, meter) for i in range(SCENES)]
    assert None not in made
    return [one.staged for one in made if one is not None]


def test_dressed_people_do_not_cut_into_each_other(drawn):
    near = 0
    for staged in drawn:
        meshes = [
            trimesh.util.concatenate(
                [
                    trimesh.Trimesh(s.vertices, s.faces, process=False)
                    for s in of_person(staged.scene.surfaces, number)
                ]
            )
            for number in range(PEOPLE)
        ]
        for one, other in combinations(meshes, 2):
            low = np.maximum(one.bounds[0], other.bounds[0])
            if (low < np.minimum(one.bounds[1], other.bounds[1])).all():
                near += 1
                manager = trimesh.collision.CollisionManager()
                manager.add_object("one", one)
                assert not manager.in_collision_single(other)
    assert near


def test_the_depth_of_one_person_in_another_is_found(drawn):
    surfaces = of_person(drawn[0].scene.surfaces, 0)
    here = whole(surfaces)
    there = type(here)(here.vertices + np.float32([0.03, 0, 0]), here.normals, here.faces)
    far = type(here)(here.vertices + np.float32([5, 0, 0]), here.normals, here.faces)
    assert 0.01 < depth(here, there) < 0.05
    assert depth(here, far) == 0


def test_people_fall_into_the_bins_that_were_meant_for_them(drawn, meter):
    missed = [REQUEST.missed(staged.counts, meter.occlusions(staged)) for staged in drawn]
    assert sum(missed) <= 0.1 * PEOPLE * SCENES
    assert max(missed) <= 2


def test_people_stand_on_the_ground_as_dressed(drawn):
    for staged in drawn:
        for number in range(PEOPLE):
            lowest = min(s.vertices[:, 1].min() for s in of_person(staged.scene.surfaces, number))
            assert -0.05 < lowest < 0.6


def test_an_attempt_depends_on_its_randomness_alone(stager, drawn, meter):
    again = draw_scene(stager, 1, sources(1), REQUEST, meter)
    assert again is not None
    for one, other in zip(again.staged.scene.surfaces, drawn[1].scene.surfaces, strict=True):
        np.testing.assert_array_equal(one.vertices, other.vertices)


def test_more_people_than_a_place_has_room_for_make_no_scene():
    stager = Stager(small(people=(9, 9), area=1.1), load_body())
    assert stager.stage(np.random.default_rng(0), 0) is None
