from dataclasses import replace

import numpy as np
import pytest
import torch

from hmr.params import Params
from hmr.rotations import about
from synth.people.appearance import draw_appearance
from synth.people.crowd import draw_crowd
from synth.people.outfits import Garment
from synth.people.poses import open_book
from synth.people.wardrobe import Wardrobe
from tests.synth.people.showing import SIZE, Count, count

AIM = 0.002
"""Share of the clothed silhouette's pixels that may show skin, or cloth from below."""


@pytest.fixture(scope="module")
def wardrobe(body):
    return Wardrobe(body)


@pytest.fixture(scope="module")
def renderer():
    from synth.render.renderer import Renderer

    return Renderer(SIZE, SIZE)


def bent(**turns):
    """A person with some joints turned about x or z, in radians."""
    from hmr.joints import SMPLX_55

    pose = Params.rest(1)
    for name, (axis, angle) in turns.items():
        pose.body_pose[0, SMPLX_55.index(name) - 1] = about(axis, torch.tensor(angle))
    return pose


def legs(hip, knee):
    pairs = {f"{side}_hip": ("x", -hip) for side in ("left", "right")}
    return pairs | {f"{side}_knee": ("x", knee) for side in ("left", "right")}


def arms(angle):
    return {"left_shoulder": ("z", angle), "right_shoulder": ("z", -angle)}


DEEP = {
    "sit": bent(**legs(1.5, 1.5), **arms(-1.1)),
    "crouch": bent(**legs(2.0, 2.2), **arms(-1.1), spine1=("x", 0.4)),
    "arms_up": bent(**arms(1.1)),
    "stride": bent(left_hip=("x", -0.8), right_hip=("x", 0.5), left_knee=("x", 0.6), **arms(-1.1)),
}
OUTFITS = [
    {"top": "t_shirt", "bottom": "trousers", "shoes": "low_shoes"},
    {"top": "boxy_t_shirt", "bottom": "shorts", "shoes": "boots"},
    {"top": "hoodie", "bottom": "joggers", "shoes": "low_shoes"},
    {"top": "shirt", "bottom": "wide_trousers", "outer": "open_jacket", "shoes": "boots"},
    {"top": "tank_top", "bottom": "a_line_skirt", "shoes": "low_shoes"},
    {"dress": "summer_dress", "shoes": "low_shoes"},
    {"dress": "long_dress", "shoes": "boots"},
    {"top": "polo", "bottom": "leggings", "outer": "coat", "shoes": "boots"},
]


def wearing(cuts):
    clothes = {place: Garment(cut, "plain", 0) for place, cut in cuts.items()}
    return replace(draw_appearance(0, 0, "train"), clothes=clothes)


@pytest.mark.parametrize("pose", DEEP)
def test_no_skin_shows_through_cloth_in_deep_poses(body, wardrobe, renderer, pose):
    vertices = body(DEEP[pose]).vertices[0].numpy()
    counts = [count(renderer, wardrobe, wearing(cuts), vertices, (0.4,)) for cuts in OUTFITS]
    total = sum(counts, Count(0, 0, 0))
    assert total.clothed > 30_000
    assert total.skin / total.clothed < AIM
    assert total.cloth / total.clothed < 4 * AIM


def test_skin_that_does_come_through_is_counted(body, wardrobe, renderer):
    vertices = body(DEEP["arms_up"]).vertices[0].numpy()
    looks, dress = wearing(OUTFITS[0]), wardrobe.dress

    class Torn:
        """Draws all skin, and clothes shrunk into it."""

        anatomy, pieces = wardrobe.anatomy, wardrobe.pieces

        def dress(self, looks, vertices, person_id):
            body, *others = dress(looks, vertices, person_id)
            shrunk = [replace(s, vertices=s.vertices - 0.05 * s.normals) for s in others]
            return replace(body, faces=wardrobe.faces), *shrunk

    torn = count(renderer, Torn(), looks, vertices, (0.4,))
    assert torn.skin / torn.clothed > 0.1


@pytest.mark.slow
def test_no_skin_shows_through_cloth_on_200_people(body, wardrobe, renderer):
    total, rng = Count(0, 0, 0), np.random.default_rng(11)
    people = 0
    while people < 200:
        book = open_book(int(rng.integers(1000)), body)
        crowd = draw_crowd(rng, body, wardrobe.anatomy, "train", book, 50)
        for looks, vertices in zip(crowd.looks, crowd.vertices, strict=True):
            total += count(renderer, wardrobe, looks, vertices, (float(rng.uniform(0, 6.28)),))
        people += len(crowd)
    print(f"{people} people: skin {total.skin / total.clothed:.3%} of clothed pixels,")
    print(f"cloth through cloth {total.cloth / total.clothed:.3%}")
    assert total.skin / total.clothed < AIM
