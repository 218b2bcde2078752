import numpy as np
import pytest
import torch
from scipy.spatial import ConvexHull

from hmr.joints import SMPLX_55
from hmr.motion.anatomy import LOWER, UPPER
from hmr.motion.clip import checked
from hmr.motion.generator import (
    ATHLETIC,
    EVERYDAY,
    FPS,
    act,
    generate_clips,
    put_on_ground,
    random_pose,
)
from hmr.motion.ground import SOLES
from hmr.motion.untangle import overlap, untangle
from hmr.rotations import geodesic


@pytest.fixture(scope="module")
def crowd():
    return random_pose(np.random.default_rng(0), 60)


def test_the_same_seed_gives_the_same_people():
    first, second = (random_pose(np.random.default_rng(7), 5).to_disk() for _ in range(2))
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])


def test_any_number_of_people_can_be_drawn():
    for n in (1, 2):
        assert random_pose(np.random.default_rng(0), n).transl.shape == (n, 3)


def test_rotations_are_rotations(crowd):
    turns = crowd.full_pose()
    eye = torch.eye(3).expand_as(turns)
    torch.testing.assert_close(turns @ turns.mT, eye, atol=1e-5, rtol=0)
    assert (torch.linalg.det(turns) > 0).all()


def test_no_two_people_hold_the_same_pose(crowd):
    pose = crowd.body_pose
    first, second = torch.broadcast_tensors(pose[:, None], pose[None])
    apart = geodesic(first, second).mean(-1) + 10 * torch.eye(len(pose))
    assert float(apart.min()) > 0.03


def test_lowest_vertices_lie_on_the_ground(crowd, body):
    some = crowd.index(slice(0, 8))
    rough = body(some).vertices[..., 1].amin(-1)
    assert float(rough.abs().max()) < 0.2
    exact = body(put_on_ground(some, body)).vertices[..., 1].amin(-1)
    assert float(exact.abs().max()) < 1e-4


def test_a_clip_put_on_the_ground_keeps_its_jumps(body):
    (clip,) = generate_clips(np.random.default_rng(2), 1, 30, {"jump": 1.0})
    assert clip.params is not None
    low = body(put_on_ground(clip.params, body, together=True)).vertices[..., 1].amin(-1)
    assert float(low.min().abs()) < 1e-4
    assert float(low.max()) > 0.05


@pytest.mark.parametrize("name", sorted(EVERYDAY))
def test_every_action_stays_within_joints_and_apart(name):
    rng, t = np.random.default_rng(4), np.arange(20) / FPS
    poses = untangle(np.stack([act(rng, name, t) for _ in range(6)]))
    flat = poses.reshape(-1, poses.shape[-1])
    assert (flat >= LOWER - 1e-9).all()
    assert (flat <= UPPER + 1e-9).all()
    assert np.mean(overlap(flat) > 0.03) < 0.05


def test_hands_stay_out_of_the_trunk_of_the_mesh(body):
    people = random_pose(np.random.default_rng(9), 40)
    tips = [f"{s}_{n}" for s in ("left", "right") for n in ("wrist", "middle1", "middle")]
    places = body.keypoints(people, tips).double().numpy()
    joints = [SMPLX_55.index(n) for n in ("spine1", "spine2", "spine3")]
    trunk = body.layer.lbs_weights[:, joints].sum(-1) > 0.6
    depths = []
    for vertices, hands in zip(body(people).vertices[:, trunk], places, strict=True):
        # Planes of the hull as (normal, offset): negative inside.
        planes = ConvexHull(vertices.double().numpy()).equations
        depths.append(-(hands @ planes[:, :3].T + planes[:, 3]).max(1).min())
    assert np.max(depths) < 0.06
    assert np.mean(np.array(depths) > 0.03) < 0.1


def test_clips_move_smoothly():
    for clip in generate_clips(np.random.default_rng(1), 24, 60):
        step = np.linalg.norm(np.diff(clip.positions, axis=0), axis=-1)
        jerk = np.linalg.norm(np.diff(clip.positions, 2, axis=0), axis=-1)
        assert step.max() < 0.55, clip.name
        assert jerk.max() < 0.25, clip.name
        assert np.median(jerk.max(1)) < 0.1, clip.name


def test_clips_hold_people_of_many_proportions_above_ground():
    clips = generate_clips(np.random.default_rng(1), 24, 12)
    assert {type(clip.fps) for clip in clips} == {float}
    for clip in clips:
        checked(clip, clip.name)
        assert clip.positions[..., 1].min() > -0.03
        assert clip.params is not None
        assert clip.params.transl.shape == (12, 3)


def slip(at: dict[str, np.ndarray]) -> np.ndarray:
    """Speed over the ground, in metres a second, of the heel or toes that carry."""
    ends = [f"{s}_{n}" for s in ("left", "right") for n in ("heel", "big_toe")]
    feet = np.stack([at[name] for name in ends])
    low = feet[..., 1].argmin(0)
    speed = np.linalg.norm(np.diff(feet[..., ::2], axis=1), axis=-1) * FPS
    carried = low[1:] == low[:-1]
    return speed[low[1:], np.arange(len(carried))][carried]


def test_walkers_get_on_without_their_feet_sliding():
    clips = generate_clips(np.random.default_rng(3), 8, 60, {"walk": 1.0})
    for clip in clips:
        at = {n: clip.positions[:, i] for i, n in enumerate(clip.joint_names)}
        way = np.linalg.norm(at["pelvis"][-1, ::2] - at["pelvis"][0, ::2])
        assert way > 0.8, clip.name
        assert np.median(slip(at)) < 0.08, clip.name


@pytest.mark.parametrize("action", ["stand", "walk", "run"])
def test_feet_of_the_body_stand_still_and_on_the_ground(body, action):
    names = [*SOLES, "pelvis"]
    for clip in generate_clips(np.random.default_rng(5), 6, 60, {action: 1.0}):
        assert clip.params is not None
        params = put_on_ground(clip.params, body, together=True)
        places = np.moveaxis(body.keypoints(params, names).double().numpy(), 1, 0)
        at = dict(zip(names, places, strict=True))
        lowest = np.min([at[name][:, 1] for name in SOLES], 0)
        assert lowest.min() > -0.01, clip.name
        if action != "run":
            assert lowest.max() < 0.05, clip.name
        assert np.median(slip(at)) < {"stand": 0.05, "walk": 0.2, "run": 0.5}[action], clip.name


def test_walkers_walk_the_way_they_face():
    for clip in generate_clips(np.random.default_rng(6), 6, 45, {"walk": 1.0}):
        at = {n: clip.positions[:, i] for i, n in enumerate(clip.joint_names)}
        across = (at["left_hip"] - at["right_hip"]).mean(0)
        ahead = np.array([-across[2], across[0]])  # x and z
        assert (at["pelvis"][-1] - at["pelvis"][0])[::2] @ ahead > 0, clip.name


def test_clips_to_learn_from_hold_every_kind_of_action():
    assert set(ATHLETIC) == set(EVERYDAY)
    assert ATHLETIC["wander"] / sum(ATHLETIC.values()) > 0.2
