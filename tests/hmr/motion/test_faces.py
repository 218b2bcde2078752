import numpy as np
import pytest

from hmr.motion.anatomy import column
from hmr.motion.faces import JUMP, OPEN, expressions, glances, speech
from hmr.motion.generator import EVERYDAY, act
from hmr.motion.gestures import GESTURES
from hmr.motion.key_poses import ROUTINES
from hmr.motion.rhythm import SCENE

T = np.arange(90) / 30


def test_a_face_has_a_lasting_look_that_moves_a_little():
    faces = [expressions(np.random.default_rng(seed), T) for seed in range(60)]
    between, within = np.std([f.mean(0) for f in faces]), np.mean([f.std(0) for f in faces])
    assert between > within > 0.05
    assert max(np.abs(np.diff(f, axis=0)).max() for f in faces) < 0.15


def test_speech_opens_the_jaw_a_few_times_a_second_and_never_beyond():
    spoken = np.stack([speech(np.random.default_rng(seed), T) for seed in range(30)])
    assert spoken.min() >= 0 and 0.5 * OPEN < spoken.max() <= OPEN
    loud = spoken[spoken.max(1) > 0.5 * OPEN]
    peaks = ((np.diff(loud)[:, :-1] > 0) & (np.diff(loud)[:, 1:] <= 0)).sum(1) / T[-1]
    assert 1.0 < np.median(peaks) < 8.0


def test_eyes_rest_most_of_the_time_and_jump_in_between():
    fine = np.arange(0, SCENE, 0.005)
    moves = np.abs(np.diff([glances(np.random.default_rng(s), fine) for s in range(20)]))
    assert np.mean(moves < 1e-9) > 0.8
    assert (moves > 1e-9).sum(1).min() * 0.005 >= JUMP


@pytest.mark.parametrize("name", [*EVERYDAY, *ROUTINES])
def test_a_moment_is_a_frame_of_a_clip(name):
    t = np.arange(0, SCENE, 0.1)
    for seed in range(3):
        clip = act(np.random.default_rng(seed), name, t)
        moment = act(np.random.default_rng(seed), name, t[23:24])
        np.testing.assert_allclose(moment[0], clip[23], atol=1e-9)


@pytest.mark.parametrize("gesture", GESTURES)
def test_a_gesture_asked_for_is_made(gesture):
    t = np.arange(0, 2, 0.1)
    with_it, without = (
        act(np.random.default_rng(1), "stand", t, asked) for asked in (gesture, "hang")
    )
    arms = [column(f"{s}_arm_{n}") for s in ("left", "right") for n in ("elbow", "forward")]
    moved = np.abs(with_it - without)[:, arms].max()
    assert (moved > 0.05) == (gesture != "hang")
