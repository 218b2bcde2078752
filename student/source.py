"""The people of a data set, ready to be learned from: squares on disk, labels in memory."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from hmr.body import Body
from hmr.errors import InputError
from hmr.params import Params
from student.cache import ROOM, Crops, crops_of
from student.points import around_pelvis

LEAST_TRUST = 0.05


@dataclass(frozen=True)
class Source:
    """People of one data set, or of a part of it."""

    name: str
    pixels: tuple[np.ndarray, ...]
    """Squares of each shard, read by memory map."""
    rows: Int[np.ndarray, "n 2"]
    """Shard and row of each person's square."""
    image: np.ndarray
    params: Params
    place: Float[np.ndarray, "n 3"]
    pelvis: Float[Tensor, "n 3"]
    points: Float[Tensor, "n points 3"]
    trust: Float[Tensor, " n"]
    occlusion: Float[np.ndarray, " n"]
    """Share of each person that others hide; 0 where unknown."""

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, chosen: Int[np.ndarray, " k"]) -> "Source":
        """Keep some people."""
        index = torch.from_numpy(chosen)
        own = ("params", "pelvis", "points", "trust")
        kept = {name: _rows(getattr(self, name), index) for name in own}
        plain = ("rows", "image", "place", "occlusion")
        arrays = {name: getattr(self, name)[chosen] for name in plain}
        return replace(self, **kept, **arrays)

    def squares(self, chosen: Int[np.ndarray, " k"]) -> UInt8[np.ndarray, "k room room 3"]:
        """Read the squares of some people."""
        return np.stack([self.pixels[part][row] for part, row in self.rows[chosen]])


def _rows(value, index: Tensor):
    return value.index(index) if isinstance(value, Params) else value[index]


def open_source(data: Path, cache: Path, size: int, body: Body) -> Source:
    """Read a data set for crops of this size, cutting them where that was not done yet.

    Raises:
        InputError: It has no shards, or nobody in it can be learned from.
    """
    parts = crops_of(data, cache, round(size * ROOM))
    if not parts:
        raise InputError(f"{data}: no people to learn from; name a folder of stage=synth or fit")
    params = Params.cat([part.params for part in parts])
    rows = [(i, row) for i, part in enumerate(parts) for row in range(len(part.trust))]
    source = Source(
        data.name,
        tuple(part.pixels for part in parts),
        np.array(rows),
        np.concatenate([part.image for part in parts]),
        params,
        np.concatenate([part.place for part in parts]).astype(np.float64),
        _joined(parts, "pelvis"),
        _points(body, params),
        _joined(parts, "trust"),
        np.concatenate([part.occlusion for part in parts]),
    )
    trusted = np.flatnonzero(source.trust.numpy() >= LEAST_TRUST)
    if not len(trusted):
        raise InputError(f"{data}: nobody's labels have a trust of {LEAST_TRUST} or more")
    return source.take(trusted)


def _joined(parts: Sequence[Crops], name: str) -> Tensor:
    return torch.from_numpy(np.concatenate([getattr(part, name) for part in parts]))


def _points(body: Body, params: Params, chunk: int = 256) -> Float[Tensor, "n points 3"]:
    starts, device = range(0, len(params.transl), chunk), body.layer.v_template.device
    with torch.no_grad():
        parts = (params.index(slice(i, i + chunk)).to(device) for i in starts)
        return torch.cat([around_pelvis(body, part)[0].cpu() for part in parts])


def split(source: Source, share: float) -> tuple[Source, Source]:
    """Part the images: those of the second part are held out. The same images whatever the seed."""
    names = np.unique(source.image)
    shuffled = np.random.default_rng(0).permutation(names)
    count = min(math.ceil(share * len(names)), len(names) - 1)
    held = np.isin(source.image, shuffled[:count])
    return source.take(np.flatnonzero(~held)), source.take(np.flatnonzero(held))


def gather(sources: Sequence[Source]) -> Source:
    """Join sources into one."""
    starts = np.cumsum([0, *(len(source.pixels) for source in sources)])
    rows = [s.rows + np.array([start, 0]) for s, start in zip(sources, starts, strict=False)]
    return Source(
        " + ".join(source.name for source in sources),
        tuple(array for source in sources for array in source.pixels),
        np.concatenate(rows),
        np.concatenate([source.image for source in sources]),
        Params.cat([source.params for source in sources]),
        np.concatenate([source.place for source in sources]),
        torch.cat([source.pelvis for source in sources]),
        torch.cat([source.points for source in sources]),
        torch.cat([source.trust for source in sources]),
        np.concatenate([source.occlusion for source in sources]),
    )
