"""The Lightning data module in Lightning's own hands."""

from dataclasses import replace

import lightning
import pytest
import torch

from hmr.errors import InputError
from hmr.reading.module import CrowdData

from .alike import alike, people_of


class Watcher(lightning.LightningModule):
    """Learns nothing; keeps the batches it is shown."""

    def __init__(self, stop_after: int | None = None) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.shown, self.checked, self.stop_after = [], [], stop_after

    def training_step(self, batch, _):
        self.shown.append(batch)
        return self.weight * batch.image.float().mean()

    def validation_step(self, batch, _):
        self.checked.append(batch)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.0)


def trainer(tmp_path, **settings) -> lightning.Trainer:
    return lightning.Trainer(
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=tmp_path,
        use_distributed_sampler=False,
        **{"enable_checkpointing": False, **settings},
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("augment", ["opencv", "kornia"])
def test_training_goes_on_in_the_middle_of_an_epoch(data, options, tmp_path, workers, augment):
    options = replace(options, workers=workers, augment=augment)

    def crowd() -> CrowdData:
        return CrowdData(data, val=data, val_query="occlusion < 0.2", seed=3, options=options)

    whole = Watcher()
    trainer(tmp_path, max_epochs=3).fit(whole, datamodule=crowd())
    length = len(whole.shown) // 3
    stopped, first = Watcher(), trainer(tmp_path, max_steps=length + 2)
    first.fit(stopped, datamodule=crowd())
    first.save_checkpoint(tmp_path / "last.ckpt")
    resumed = Watcher()
    trainer(tmp_path, max_epochs=3).fit(
        resumed, datamodule=crowd(), ckpt_path=tmp_path / "last.ckpt"
    )
    seen = [*stopped.shown, *resumed.shown]
    assert len(seen) == len(whole.shown)
    assert all(alike(a, b) for a, b in zip(seen, whole.shown, strict=True))
    assert all(batch.image.shape[-1] == options.size for batch in seen)


@pytest.mark.filterwarnings("ignore")
def test_validation_sees_the_same_people_in_order_and_unchanged(data, options, tmp_path):
    watcher = Watcher()
    crowd = CrowdData(data, val=data, val_query="occlusion < 0.5", options=options)
    trainer(tmp_path, max_epochs=2, num_sanity_val_steps=1).fit(watcher, datamodule=crowd)
    checked = watcher.checked[1:]
    half = len(checked) // 2
    assert people_of(checked[:half]) == people_of(checked[half:])
    for a, b in zip(checked[:half], checked[half:], strict=True):
        assert torch.equal(a.image, b.image)
        assert torch.equal(a.turn, torch.eye(2).expand(len(a), 2, 2))


def test_ranks_share_the_people(data, options):
    class Two:
        world_size, training = 2, True

        def __init__(self, rank: int) -> None:
            self.global_rank = rank

    parts = []
    for rank in range(2):
        crowd = CrowdData(data, options=options)
        crowd.trainer = Two(rank)
        parts.append(people_of(list(crowd.train_dataloader())))
    together = people_of(list(CrowdData(data, options=options).train_dataloader()))
    assert not set(parts[0]) & set(parts[1]) and sorted([*parts[0], *parts[1]]) == sorted(together)


def test_a_part_that_was_not_named_says_so():
    with pytest.raises(InputError, match="test is empty"):
        CrowdData("somewhere").test_dataloader()
