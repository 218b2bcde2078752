"""What every training has to stand: being killed."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from hmr.training import Training, train


class KilledError(Exception):
    """Stands for kill -9."""


def dies_at(kind: type[Training], step: int) -> type[Training]:
    """Make a training that is killed after so many steps."""

    class Killed(kind):
        def on_train_batch_end(self, outputs, batch, batch_idx):
            super().on_train_batch_end(outputs, batch, batch_idx)
            if self.steps == step:
                raise KilledError

    return Killed


def ends_as_if_never_killed(make: Callable[[], Training], step: int, folder: Path) -> None:
    """Train, train and be killed, go on: the same to the bit."""
    whole = make()
    train(whole, folder / "whole")
    first = make()
    first.__class__ = dies_at(type(first), step)
    with pytest.raises(KilledError):
        train(first, folder / "cut")
    again = make()
    train(again, folder / "cut")
    assert again.steps == whole.steps > step
    pairs = zip(whole.state_dict().values(), again.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
