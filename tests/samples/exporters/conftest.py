"""People who differ in everything that layouts can hold: hands, faces, genders, a kid."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hmr.body import load_body
from hmr.cameras import project
from hmr.params import ROTATIONS, Params
from hmr.rotations import axis_angle_to_matrix
from hmr.sample import encode_mask
from samples.exporters import FORMATS
from tests.sample_factory import make_samples, write_set

GENDERS = ("neutral", "female", "neutral")


@pytest.fixture(scope="session")
def varied(body):
    """Three images; the last person of the first is hidden, the last of the second a kid."""
    made = [_with_faces_and_hands(s, i) for i, s in enumerate(make_samples(body, 3, 3))]
    first, *others, hidden = made[0].people
    nothing = encode_mask(np.zeros((made[0].height, made[0].width), bool))
    hidden = replace(hidden, bbox_visible=None, mask_visible=nothing)
    return [replace(made[0], people=(first, *others, hidden)), *made[1:]]


@pytest.fixture(scope="session")
def varied_set(varied, tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("varied"), varied)


@pytest.fixture(scope="session")
def exported(varied_set, tmp_path_factory):
    """Export to a format once: `exported(name)` gives the folder and the counts."""
    done = {}

    def export(name):
        if name not in done:
            out = tmp_path_factory.mktemp(name)
            done[name] = out, FORMATS[name](varied_set, out, None)
        return done[name]

    return export


def _with_faces_and_hands(sample, index):
    rng = np.random.default_rng(index)

    def turns(name):
        shape = (len(sample.people), ROTATIONS[name], 3)
        drawn = axis_angle_to_matrix(torch.from_numpy(rng.normal(0, 0.2, shape)).float())
        return drawn if ROTATIONS[name] > 1 else drawn[:, 0]

    small = ("left_hand_pose", "right_hand_pose", "jaw_pose", "leye_pose", "reye_pose")
    expression = torch.from_numpy(rng.normal(0, 1, (len(sample.people), 10))).float()
    kids = torch.tensor([0.0, 0.0, 0.5 if index == 1 else 0.0])
    params = replace(
        sample.params,
        **{name: turns(name) for name in small},
        expression=expression,
        kid_weight=kids,
    )
    people = tuple(
        replace(person, gender=gender, kid_weight=float(kid), age="kid" if kid else "adult")
        for person, gender, kid in zip(sample.people, GENDERS, kids, strict=True)
    )
    joints = torch.cat([_joints(params, i, gender) for i, gender in enumerate(GENDERS)])
    pixels = torch.stack([project(person, sample.camera) for person in joints])
    return replace(
        sample,
        params=params,
        people=people,
        joints_3d=joints.numpy(),
        joints_2d=pixels.numpy(),
    )


@torch.no_grad()
def _joints(params: Params, i: int, gender: str):
    return load_body(None, gender).joints(params.index([i]))
