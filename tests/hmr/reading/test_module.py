"""The Lightning data module in Lightning's own hands."""

from dataclasses import replace

import lightning
import pytest
import torch
from lightning.pytorch.callbacks import ModelCheckpoint

from hmr.errors import InputError
from hmr.reading.module import CrowdData

from .alike import alike, people_of


class Watcher(lightning.LightningModule):
    """Learns nothing; keeps the batches it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.shown, self.checked = [], []

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
@pytest.mark.parametrize(("workers", "augment"), [(0, "opencv"), (2, "opencv"), (0, "kornia")])
def test_training_goes_on_in_the_middle_of_an_epoch(data, options, tmp_path, workers, augment):
    options = replace(options, workers=workers, augment=augment)

    def crowd() -> CrowdData:
        return CrowdData(data, val=data, val_query="occlusion < 0.2", seed=3, options=options)

    keep = ModelCheckpoint(tmp_path, "{step}", save_top_k=-1, every_n_train_steps=7)
    whole, resumed = Watcher(), Watcher()
    trainer(tmp_path, max_epochs=3, callbacks=[keep], enable_checkpointing=True).fit(
        whole, datamodule=crowd()
    )
    trainer(tmp_path, max_epochs=3).fit(
        resumed, datamodule=crowd(), ckpt_path=tmp_path / "step=7.ckpt", weights_only=True
    )
    assert len(whole.shown) == 15
    assert len(resumed.shown) == 8
    assert all(alike(a, b) for a, b in zip(whole.shown[7:], resumed.shown, strict=True))
    assert all(batch.image.shape[-1] == options.size for batch in resumed.shown)


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
