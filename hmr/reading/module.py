"""Sets of samples as a Lightning data module."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import lightning

from hmr.errors import InputError
from hmr.reading.batch import Batch
from hmr.reading.reader import Options, Reader
from hmr.reading.views import Augmentation

Folders = str | Path | Sequence[str | Path]
Queries = str | Sequence[str | None] | None


class CrowdData(lightning.LightningDataModule):
    """Batches (`hmr.reading.batch.Batch`) to train, validate and test on.

    Ranks share the people. A checkpoint written in the middle of an epoch holds how far reading had
    come; the batches after it are those that an uninterrupted run sees.
    """

    def __init__(
        self,
        train: Folders | None = None,
        val: Folders | None = None,
        test: Folders | None = None,
        query: Queries = None,
        val_query: Queries = None,
        test_query: Queries = None,
        ratio: Sequence[float] | None = None,
        seed: int = 0,
        options: Options | None = None,
        augmentation: Augmentation | None = None,
    ) -> None:
        """Name the sets; they are opened when their loaders are asked for.

        Args:
            train: Folders of samples to train on.
            val: Folders to validate on, in order and without augmentation.
            test: Folders to test on, likewise.
            query: Condition on the people trained on (`hmr.reading.query`), for all sets or each.
            val_query: Condition on the people validated on.
            test_query: Condition on the people tested on.
            ratio: Share of every batch that each set trained on makes.
            seed: Of order and augmentation.
            options: How batches are made.
            augmentation: How far crops are changed in training.
        """
        super().__init__()
        self.folders = {"train": train, "val": val, "test": test}
        self.queries = {"train": query, "val": val_query, "test": test_query}
        self.ratio, self.seed = ratio, seed
        self.options, self.augmentation = options or Options(), augmentation or Augmentation()
        self._training: Reader | None = None
        self._state: dict = {}

    def train_dataloader(self) -> Reader:
        """Reader of what is trained on; the same one every time, so that epochs count on."""
        if self._training is None:
            self._training = self._open("train", self.options)
            if self._state:
                self._training.load_state_dict(self._state)
        return self._training

    def val_dataloader(self) -> Reader | list:
        """Reader of what is validated on; nothing when no set was named."""
        return self._open("val", self._plain()) if self.folders["val"] else []

    def test_dataloader(self) -> Reader:
        """Reader of what is tested on."""
        return self._open("test", self._plain())

    def on_after_batch_transfer(self, batch: Batch, dataloader_idx: int) -> Batch:
        """Augment on the device, with `augment=kornia`."""
        training = self.trainer is not None and self.trainer.training
        if not (training and self.options.augment == "kornia"):
            return batch
        from hmr.reading.on_device import augmented

        return augmented(batch, self.augmentation, self.seed, self.options.size)

    def state_dict(self) -> dict:
        """How far training has read."""
        return self._training.state_dict() if self._training else self._state

    def load_state_dict(self, state_dict: dict) -> None:
        """Go on from there."""
        self._state = state_dict
        if self._training and state_dict:
            self._training.load_state_dict(state_dict)

    def _plain(self) -> Options:
        return replace(self.options, augment=None)

    def _open(self, part: str, options: Options) -> Reader:
        folders, training = self.folders[part], part == "train"
        if not folders:
            raise InputError(f"{part} is empty; name folders of samples (stage=synth)")
        rank, ranks = (
            (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        )
        return Reader(
            folders,
            self.queries[part],
            self.ratio if training else None,
            self.seed,
            options,
            self.augmentation,
            rank,
            ranks,
            shuffle=training,
        )
