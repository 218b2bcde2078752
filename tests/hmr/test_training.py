"""What every training needs: the clock, the slow copy, the rate, the mark."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from hmr.training import LAST, Pace, Training, cosine, mark_of, train


class Line(Training):
    """One number that is pulled towards 1."""

    def __init__(self, pace: Pace):
        net = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(net.weight)
        super().__init__("line", net, pace)
        self.net = net

    def train_dataloader(self):
        return DataLoader(torch.ones(self.round_length(), 1), batch_size=1)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)

    def training_step(self, batch, batch_idx):
        loss = (self.net(batch) - 1).square().mean()
        self.note({"loss": loss})
        return loss


def test_training_ends_with_its_steps_and_leaves_a_checkpoint_to_go_on_from(tmp_path):
    first = Line(Pace(steps=25, round_steps=10))
    train(first, tmp_path)
    assert (first.steps, first.used()) == (25, 1.0)
    assert [entry["step"] for entry in first.history] == [20, 25]
    longer = Line(Pace(steps=30, round_steps=10))
    train(longer, tmp_path)
    assert (tmp_path / LAST).exists()
    assert longer.steps == 30
    assert [entry["step"] for entry in longer.history] == [20, 25, 30]


def test_the_slow_copy_is_the_moving_average_of_the_weights(tmp_path):
    weights, slow = [0.0], 0.0
    run = Line(Pace(steps=12, ema=0.9))
    for step in range(1, 13):
        weights.append(weights[-1] + 0.1 * 2 * (1 - weights[-1]))
        keep = min(0.9, (1 + step) / (10 + step))
        slow = keep * slow + (1 - keep) * weights[-1]
    train(run, tmp_path)
    assert float(run.net.weight) == pytest.approx(weights[-1], rel=1e-5)
    assert float(run.slow.weight) == pytest.approx(slow, rel=1e-5)


def test_the_learning_rate_rises_then_falls_to_nothing():
    rates = [cosine(used, 0.1) for used in np.linspace(0, 1, 21)]
    assert max(rates) == pytest.approx(1.0)
    assert rates.index(max(rates)) == 2
    assert rates[-1] == pytest.approx(0.0, abs=1e-9)


def test_the_mark_follows_values_and_not_their_order():
    assert mark_of({"a": 1, "b": [2]}) == mark_of({"b": [2], "a": 1})
    assert mark_of({"a": 1}) != mark_of({"a": 2})
