"""Which people make which batch."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmr.errors import InputError
from hmr.reading.people import People
from hmr.reading.plan import Plan, mixed, run_of, walk


def people_in(images: list[int], per_shard: int = 3) -> People:
    """A set whose images hold so many people each."""
    image = np.repeat(np.arange(len(images)), images)
    row = np.concatenate([np.arange(n) for n in images])
    names = tuple(f"shard-{i:06d}.tar" for i in range(-(-len(images) // per_shard)))
    keys = tuple(str(i) for i in range(len(images)))
    sizes = (0,) * len(names)
    return People(Path("set"), names, sizes, keys, image // per_shard, image, row, row)


def seen_by_all(plan: Plan, sets: list[People], epoch: int) -> list[tuple[int, int]]:
    """Set and person of everyone whom the ranks and lanes see in an epoch."""
    found = []
    for rank in range(plan.ranks):
        for lane in range(plan.lanes):
            run = run_of(plan, epoch, rank, lane)
            for i, (people, start) in enumerate(zip(sets, run.starts, strict=True)):
                stop = start + int(run.counts[:, i].sum())
                found += [(i, int(p)) for p in walk(people, start, stop, (7, i))[0]]
    return found


@given(
    st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=12), min_size=1, max_size=3),
    *(st.integers(1, 9), st.integers(1, 4), st.integers(1, 4), st.integers(0, 3)),
)
def test_everyone_is_seen_once_an_epoch_by_one_lane_of_one_rank(images, batch, ranks, lanes, epoch):
    sets = [people_in(each) for each in images]
    sizes = tuple(len(people) for people in sets)
    if sum(sizes) < ranks:
        return
    plan = Plan(sizes, tuple(n / sum(sizes) for n in sizes), batch, ranks, lanes)
    everyone = [(i, p) for i, n in enumerate(sizes) for p in range(n)]
    assert sorted(seen_by_all(plan, sets, epoch)) == everyone


@given(*(st.integers(1, 300), st.integers(1, 32), st.integers(1, 5), st.integers(1, 5)))
def test_ranks_have_equally_many_batches_of_even_size(people, batch, ranks, lanes):
    if people < ranks:
        return
    plan = Plan((people,), (1.0,), batch, ranks, lanes)
    sizes = [
        run_of(plan, 0, rank, lane).counts.sum(1) for rank in range(ranks) for lane in range(lanes)
    ]
    of_rank = [sum(len(s) for s in sizes[r * lanes : (r + 1) * lanes]) for r in range(ranks)]
    assert of_rank == [plan.batches] * ranks
    each = np.concatenate(sizes)
    assert each.min() > 0 and each.max() - each.min() <= 1
    # Nobody may stand alone where ranks do not divide single people.
    assert each.max() <= (batch if batch > 1 or ranks == 1 else 2)


@pytest.mark.parametrize("lanes", [1, 2])
def test_the_ratio_holds_over_any_stretch_of_a_ranks_batches(lanes):
    plan = Plan((1000, 60), (0.7, 0.3), 16, 2, lanes)
    for rank in range(2):
        parts = [run_of(plan, 3, rank, lane).counts for lane in range(lanes)]
        turns = np.stack([parts[k % lanes][k // lanes] for k in range(plan.batches)])
        ever = np.concatenate([[[0, 0]], turns.cumsum(0)])
        for start in range(len(ever)):
            stretch = ever[start:] - ever[start]
            assert np.abs(stretch[:, 1] - 0.3 * stretch.sum(1)).max() < 2


def test_a_set_that_is_shown_more_often_goes_round_evenly():
    people = people_in([2, 3, 1])
    plan = Plan((18, 6), (0.5, 0.5), 4)
    count = np.zeros(6, int)
    for epoch in range(3):
        run = run_of(plan, epoch, 0, 0)
        start = run.starts[1]
        seen, _ = walk(people, start, start + int(run.counts[:, 1].sum()), (0, 1))
        count += np.bincount(seen, minlength=6)
        assert count.max() - count.min() <= 1
    assert count.sum() == 36


def test_people_of_an_image_and_images_of_a_shard_come_together():
    people = people_in([3, 2, 4, 1, 2, 2, 5, 1])
    order, images = walk(people, 0, len(people), (0, 0))
    for owner in (images, people.shard[order]):
        assert np.count_nonzero(np.diff(owner)) == len(set(owner.tolist())) - 1


def test_every_round_has_another_order_and_the_same_one_when_asked_again():
    people = people_in([2] * 20)
    rounds = [walk(people, r * 40, (r + 1) * 40, (5, 0))[0] for r in range(3)]
    assert not any(np.array_equal(rounds[0], other) for other in rounds[1:])
    assert np.array_equal(np.concatenate(rounds), walk(people, 0, 120, (5, 0))[0])
    assert not np.array_equal(rounds[0], walk(people, 0, 40, (6, 0))[0])


@given(st.integers(0, 400), st.integers(0, 60), st.integers(0, 5))
def test_a_shuffle_buffer_lets_everyone_out_and_never_holds_more_than_its_size(n, buffer, seed):
    order = mixed(n, buffer, (seed,))
    assert sorted(order.tolist()) == list(range(n))
    if n:
        come_in = np.maximum.accumulate(order) + 1
        assert (come_in - np.arange(n)).max() <= max(buffer, 1)


def test_a_shuffle_buffer_shuffles():
    order = mixed(2000, 200, (1,))
    assert np.abs(order - np.arange(2000)).mean() > 40


def test_fewer_people_than_ranks_are_refused():
    with pytest.raises(InputError, match="3 people are too few"):
        Plan((3,), (1.0,), 8, ranks=4)
