from dataclasses import replace

import numpy as np
import pytest

from hmr.joints import COCO_17
from hmr.keypoints import Keypoints2D
from teacher.tracks import frame_numbers, is_video, tracks_of

POSE = np.random.default_rng(0).uniform(0, 100, (17, 2))


def seen(image: str, x: float, who: str = "", y: float = 0.0) -> Keypoints2D:
    """Somebody of about 100 pixels; `who` says in the key who it really is."""
    return Keypoints2D(image, f"{who}-{image}", COCO_17, POSE + np.array([x, y]), np.ones(17))


def names(track) -> list[str | None]:
    return [person and person.key for person in track.people]


def test_people_who_cross_are_followed_by_the_way_they_go():
    # Two lanes, a body's breadth apart; each walks 4 pixels a frame.
    people = []
    for i in range(60):
        pair = [seen(f"f{i}", 4 * i, "a"), seen(f"f{i}", 240 - 4 * i, "b", y=60)]
        people += pair[:: 1 if i % 2 else -1]
    tracks = tracks_of(people, fps=30)
    assert [len({key[0] for key in names(t) if key}) for t in tracks] == [1, 1]
    assert [len(t) for t in tracks] == [60, 60]


def test_somebody_who_was_hidden_for_a_moment_is_the_same_person():
    people = [seen(f"f{i:03d}", 2 * i) for i in range(40) if not 10 <= i < 20]
    (track,) = tracks_of(people, fps=30)
    assert len(track) == 40 and track.seen == 30
    assert all((person is None) == (10 <= i < 20) for i, person in enumerate(track.people))


def test_somebody_who_was_away_for_long_is_somebody_new():
    people = [seen(f"f{i:03d}", 0) for i in range(60) if not 10 <= i < 40]
    assert [(t.first, len(t)) for t in tracks_of(people, fps=30)] == [(0, 10), (40, 20)]
    assert len(tracks_of(people, fps=100)) == 1


def test_nobody_jumps_across_the_room():
    people = [seen(f"f{i}", 0 if i < 5 else 500) for i in range(10)]
    assert [t.seen for t in tracks_of(people, fps=30)] == [5, 5]


def test_a_file_that_says_who_is_who_is_believed_even_if_they_jump():
    people = [
        replace(seen(f"f{i}", 300 * ((i + w) % 2), str(w)), track=str(w))
        for i in range(6)
        for w in (0, 1)
    ]
    tracks = tracks_of(people, fps=30)
    assert [t.key for t in tracks] == ["0", "1"]
    assert all(key and key.startswith(t.key) for t in tracks for key in names(t))


def test_those_followed_take_no_name_that_the_file_gave():
    named = [replace(seen(f"f{i}", 0), track="0") for i in range(3)]
    tracks = tracks_of([*named, *(seen(f"f{i}", 900) for i in range(3))], fps=30)
    assert len({t.key for t in tracks}) == 2


@pytest.mark.parametrize("order", [[2, 0, 1], [0, 1, 2]])
def test_frames_come_in_natural_order_whatever_the_files_order(order):
    images = ["im2", "im10", "im30"]
    numbers = frame_numbers([seen(images[i], 0) for i in order])
    assert sorted(numbers, key=lambda image: numbers[image]) == images


def test_frames_without_people_leave_their_numbers_free():
    people = [seen(f"cam01_{n:06d}.jpg", 0) for n in (100, 102, 108)]
    assert list(frame_numbers(people).values()) == [0, 1, 4]
    assert list(frame_numbers([seen(n, 0) for n in ("a1", "b2", "c9")]).values()) == [0, 1, 2]
    assert frame_numbers([seen("only.jpg", 0)]) == {"only.jpg": 0}


def test_images_numbered_in_a_row_are_a_video_and_scattered_ones_are_not():
    assert is_video([seen(f"f{i}", 0) for i in range(10)])
    assert not is_video([seen(f"im{i}", 0) for i in (91, 350, 1210, 4000, 4801, 9000)])
    assert not is_video([seen(f"f{i}", 0) for i in range(3)])
    heap = [replace(seen(f"f{i}", 0), joints=POSE[np.roll(np.arange(17), i)]) for i in range(10)]
    assert not is_video(heap)
    assert is_video([replace(seen("photo.jpg", 0), track="4")])


def test_people_without_a_joint_in_common_are_linked_by_where_they_are():
    left, right = (np.array([side in name for name in COCO_17]) for side in ("left", "right"))
    halves = [
        replace(seen(f"f{i}", 0), scores=(left if i % 2 else right).astype(float)) for i in range(6)
    ]
    assert len(tracks_of(halves, fps=10)) == 1
