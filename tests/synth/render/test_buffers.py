import numpy as np
import pytest

from synth.render import buffers
from synth.render.buffers import STEPS, BufferPool, size_class
from synth.render.context import GL
from tests.synth.render.toy import ball, camera_at, cast, crowd, scene_of


def table(rows, value=0.0):
    return np.full((rows, 3), value, np.float32), np.arange(rows, dtype=np.uint32)


@pytest.mark.parametrize("size", [1, 4096, 4097, 5120, 5121, 123_456, 1 << 20, (1 << 20) + 1])
def test_a_size_class_holds_its_sizes_and_little_more(size):
    assert size <= size_class(size) <= max(size * (1 + 1 / STEPS), 4096)
    assert size_class(size_class(size)) == size_class(size)


def test_what_waits_takes_only_what_is_of_its_size(renderer):
    pool = BufferPool([3])
    small, large = pool.write(*table(500)), pool.write(*table(50_000))
    pool.give(small)
    pool.give(large)
    assert pool.write(*table(50_001)) == large and pool.write(*table(499)) == small


def test_vertices_written_in_place_are_the_new_ones(renderer):
    pool = BufferPool([3])
    first = pool.write(*table(500, 1.0))
    pool.give(first)
    again = pool.write(*table(490, 2.0))
    assert again == first
    GL.glBindBuffer(GL.GL_ARRAY_BUFFER, again.vertices)
    held = GL.glGetBufferSubData(GL.GL_ARRAY_BUFFER, 0, 500 * 12).view(np.float32)
    assert (held[: 490 * 3] == 2).all() and (held[490 * 3 :] == 1).all()


def test_what_has_waited_longest_goes_when_too_much_waits(renderer, monkeypatch):
    pool = BufferPool([3])
    waiting = [pool.write(*table(5000)) for _ in range(3)]
    monkeypatch.setattr(buffers, "MOST_IDLE", 2 * sum(waiting[0].sizes))
    for one in waiting:
        pool.give(one)
    assert [bool(GL.glIsBuffer(one.vertices)) for one in waiting] == [False, True, True]


def test_scenes_drawn_in_the_same_buffers_are_still_what_rays_say(renderer):
    for seed in range(4):
        scene = crowd(seed)
        ids, _ = cast(scene.surfaces, camera_at())
        assert (renderer.render(scene, camera_at()).ids == ids).mean() > 0.9995
        # A smaller surface of the same class leaves nothing of a larger one behind.
        one = scene_of(ball(7, [0, 1.3, 0]))
        assert set(np.unique(renderer.render(one, camera_at()).ids)) == {0, 7}
