"""Whether two batches are the same, tensor by tensor."""

import torch

from hmr.params import Params
from hmr.reading.batch import Batch


def alike(a: Batch, b: Batch) -> bool:
    return all(_same(getattr(a, name), getattr(b, name)) for name in Batch.__dataclass_fields__)


def _same(a, b) -> bool:
    if isinstance(a, Params):
        return all(_same(getattr(a, n), getattr(b, n)) for n in Params.__dataclass_fields__)
    if isinstance(a, torch.Tensor):
        return torch.equal(a.nan_to_num(-1), b.nan_to_num(-1)) and a.dtype == b.dtype
    return a == b


def people_of(batches: list[Batch]) -> list[tuple[int, str, int]]:
    """Set, image and person of everyone in the batches."""
    return [
        row
        for batch in batches
        for row in zip(batch.source.tolist(), batch.key, batch.person_id.tolist(), strict=True)
    ]
