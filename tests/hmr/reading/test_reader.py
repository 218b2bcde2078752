"""Batches of an epoch: everyone once, and the same again after resuming."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

import hmr.reading.stream as stream
from hmr.errors import InputError
from hmr.reading.reader import Reader
from hmr.shards import read_people, read_samples

from .alike import alike, people_of


def everyone(folder, source=0) -> list[tuple[int, str, int]]:
    table = read_people(folder)
    pairs = zip(table["image"], table["person_id"], strict=True)
    return sorted((source, image, person) for image, person in pairs)


@pytest.mark.parametrize(("workers", "ranks"), [(0, 1), (0, 2), (2, 1), (3, 2)])
def test_every_person_comes_once_an_epoch_whatever_shares_the_work(data, options, workers, ranks):
    options = replace(options, workers=workers, size=16)
    readers = [
        Reader(data, options=options, seed=2, rank=rank, ranks=ranks) for rank in range(ranks)
    ]
    for _ in range(2):
        parts = [list(reader) for reader in readers]
        assert {len(part) for part in parts} == {len(readers[0])}
        assert sorted(people_of([b for part in parts for b in part])) == everyone(data)


def test_labels_and_pixels_are_those_of_the_set(data, options):
    truth = {
        (s.key, p.person_id): (s, i) for s in read_samples(data) for i, p in enumerate(s.people)
    }
    for batch in Reader(data, options=replace(options, augment=None)):
        for i, (_, key, person) in enumerate(people_of([batch])):
            sample, row = truth[key, person]
            scale = batch.image.shape[-1] / batch.square[i, 2]
            corner = batch.square[i, :2] - batch.square[i, 2] / 2
            seen = (torch.from_numpy(sample.joints_2d[row]) - corner) * scale
            assert torch.allclose(seen, batch.joints_2d[i], atol=1e-3)
            assert float(batch.occlusion[i]) == pytest.approx(sample.people[row].occlusion)
            x, y = ((np.array([20, 20]) + 0.5) / float(scale) + corner.numpy()).astype(int)
            if 0 < x < sample.width - 1 and 0 < y < sample.height - 1:
                near = sample.image[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).astype(int)
                pixel = batch.image[i, :, 20, 20].numpy().astype(int)
                assert (near.min(0) - 9 <= pixel).all() and (pixel <= near.max(0) + 9).all()


def test_epochs_differ_and_the_same_seed_gives_the_same(data, options):
    first, again = Reader(data, options=options, seed=5), Reader(data, options=options, seed=5)
    epochs = [list(first) for _ in range(2)]
    assert people_of(epochs[0]) != people_of(epochs[1])
    assert all(alike(a, b) for a, b in zip(epochs[0], again, strict=True))
    assert people_of(list(Reader(data, options=options, seed=6))) != people_of(epochs[0])


@pytest.mark.parametrize(
    ("workers", "rank", "done"), [(0, 0, 1), (0, 1, 2), (0, 1, 5), (2, 0, 1), (2, 1, 2)]
)
def test_after_resuming_come_the_batches_of_an_uninterrupted_run(
    data, other, options, strong, workers, rank, done
):
    options = replace(options, workers=workers, batch=3, masks=True)

    def reader() -> Reader:
        return Reader([data, other], None, [0.6, 0.4], 4, options, strong, rank, 2)

    whole = reader()
    truth = [*whole, *whole]
    broken_off = reader()
    list(broken_off)
    list(islice(broken_off, done))
    resumed = reader()
    resumed.load_state_dict(broken_off.state_dict())
    rest = [*resumed, *resumed]
    assert len(rest) == 2 * len(whole) - done
    wanted = [*truth[len(whole) + done :], *whole]
    assert all(alike(a, b) for a, b in zip(rest, wanted, strict=True))


def test_a_crop_does_not_depend_on_who_cuts_it(data, options, strong):
    def crops(workers: int, ranks: int) -> dict:
        how = replace(options, workers=workers)
        readers = [Reader(data, None, None, 4, how, strong, rank, ranks) for rank in range(ranks)]
        each = [batch for reader in readers for batch in reader]
        return {
            (b.key[i], b.person_id[i].item(), b.number[i].item()): (b.image[i], b.joints_2d[i])
            for b in each
            for i in range(len(b))
        }

    alone, shared = crops(0, 1), crops(2, 2)
    assert alone.keys() == shared.keys()
    for which, (image, joints) in alone.items():
        assert torch.equal(image, shared[which][0])
        assert torch.allclose(joints, shared[which][1], atol=1e-4)


def test_resuming_reads_only_images_of_people_still_to_come(data, options, monkeypatch):
    read = []
    real = stream.decode
    monkeypatch.setattr(stream, "decode", lambda key, *rest: read.append(key) or real(key, *rest))
    options = replace(options, buffer=0)
    whole = Reader(data, options=options)
    batches = list(whole)
    assert sorted(read) == sorted({key for _, key, _ in people_of(batches)})
    read.clear()
    resumed = Reader(data, options=options)
    resumed.load_state_dict({**resumed.state_dict(), "batch": len(whole) - 1})
    last = list(resumed)
    assert len(last) == 1
    assert set(read) == {key for _, key, _ in people_of(last)} and len(read) < len(batches) + 2


def test_a_reader_that_was_broken_off_begins_the_next_epoch(data, options):
    reader, truth = (Reader(data, options=options) for _ in range(2))
    list(islice(reader, 2))
    list(truth)
    assert all(alike(a, b) for a, b in zip(reader, truth, strict=True))


def test_resuming_with_other_settings_is_refused(data, options):
    state = Reader(data, options=options, seed=1).state_dict()
    with pytest.raises(InputError, match="batch was 5 and is 6"):
        Reader(data, options=replace(options, batch=6), seed=1).load_state_dict(state)
    with pytest.raises(InputError, match="people"):
        Reader(data, "occlusion > 0.1", options=options, seed=1).load_state_dict(state)


def test_only_chosen_people_come_and_only_their_images_are_read(data, options, monkeypatch):
    table = read_people(data)
    table = table[table["occlusion"] > 0.3]
    read = []
    real = stream.decode
    monkeypatch.setattr(stream, "decode", lambda key, *rest: read.append(key) or real(key, *rest))
    batches = list(Reader(data, "occlusion > 0.3", options=options))
    pairs = zip(table["image"], table["person_id"], strict=True)
    assert sorted(people_of(batches)) == sorted((0, image, person) for image, person in pairs)
    assert set(read) == set(table["image"]) and len(read) == len(set(read))
    assert all((batch.occlusion > 0.3).all() for batch in batches)


def test_sets_have_each_their_condition_and_their_share(data, other, options):
    options = replace(options, batch=10, size=16)
    reader = Reader([data, other], ["occlusion < 0.5", None], [0.7, 0.3], options=options)
    seen = torch.cat([batch.source for _ in range(4) for batch in reader])
    counts = np.cumsum((seen == 1).numpy())
    total = len(seen)
    assert abs(counts[-1] - 0.3 * total) < 2
    few = people_of(list(Reader([data, other], ["occlusion < 0.1", None], options=options)))
    table = read_people(data)
    hidden = table[table["occlusion"] >= 0.1]
    hidden = set(zip(hidden["image"], hidden["person_id"], strict=True))
    assert not {(key, person) for source, key, person in few if source == 0} & hidden


def test_in_order_means_the_order_of_the_set(data, options):
    batches = list(Reader(data, options=replace(options, augment=None), shuffle=False))
    table = read_people(data)
    assert [row[1:] for row in people_of(batches)] == list(
        zip(table["image"], table["person_id"], strict=True)
    )


def test_boxes_can_be_asked_for_by_their_size(data, options):
    tall = people_of(list(Reader(data, "box_height > 60", options=options)))
    boxes = {
        (row.image, row.person_id): row.bbox_amodal[3] - row.bbox_amodal[1]
        for row in read_people(data).itertuples()
    }
    assert sorted(tall) == sorted((0, *pair) for pair, high in boxes.items() if high > 60)
